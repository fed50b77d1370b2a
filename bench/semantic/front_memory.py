#!/usr/bin/env python3
"""How much the front process of `astrolabe index` grows with each translation unit.

Makes workspaces that differ in their number of units alone (same headers, same number of flag sets), indexes each
from nothing and compares the peaks of the front's anonymous memory: what it maps of its index does not count.

    bench/semantic/front_memory.py --astrolabe build/release/lsp/astrolabe
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HEADERS = 300
INCLUDES = 15  # of each unit; each header includes the two before it
FLAG_SETS = 10
DEFINES = 60  # of each flag set, which makes some kilobytes of command line


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)


def make_workspace(root, units):
    for h in range(HEADERS):
        before = "".join(f'#include "h{i}.h"\n' for i in (h - 1, h - 2) if i >= 0 and h % 20)
        write(f"{root}/include/h{h}.h", f"#pragma once\n{before}struct H{h} {{ int member; }};\nint use{h}(H{h});\n")
    entries = []
    for u in range(units):
        includes = "".join(f'#include "h{(u * 7 + i * 19) % HEADERS}.h"\n' for i in range(INCLUDES))
        used = (u * 7) % HEADERS
        body = "".join(f"int function_{u}_{i}(int a) {{ return a + {i} + use{used}(H{used}{{a}}); }}\n"
                       for i in range(120))
        name = f"src/module{u % FLAG_SETS}/unit_{u}.cc"
        write(f"{root}/{name}", includes + body)
        flags = " ".join(f"-DOPTION_{u % FLAG_SETS}_{d}=some_value_of_it" for d in range(DEFINES))
        entries.append({"directory": root, "file": name,
                        "command": f"c++ -std=c++20 -O2 -Iinclude {flags} -c {name} -o {name}.o"})
    write(f"{root}/compile_commands.json", json.dumps(entries))


def anonymous_kb(pid):
    try:
        with open(f"/proc/{pid}/status") as f:
            return next((int(line.split()[1]) for line in f if line.startswith("RssAnon:")), 0)
    except OSError:
        return 0


def measure(astrolabe, root, threads):
    """(KB at the peak ahead of the commit, KB at the peak of the commit, the report of the run)"""
    command = [astrolabe, "index", "--root", root, "-j", str(threads), "--json"]
    samples = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        while process.poll() is None:
            samples.append((time.monotonic(), anonymous_kb(process.pid)))
            time.sleep(0.01)
        output = process.stdout.read()
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: exit {process.returncode}")
    report = json.loads([line for line in output.splitlines() if line.startswith("{")][-1])
    semantic = report.get("semantic", report)
    commit_begins = samples[-1][0] - semantic["seconds"]["commit"]
    return (max(kb for at, kb in samples if at < commit_begins),
            max(kb for at, kb in samples if at >= commit_begins), semantic)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--astrolabe", default=os.path.join(REPOSITORY, "build", "release", "lsp", "astrolabe"))
    parser.add_argument("--units", default="500,1000,2000", help="sizes of the workspaces (default: 500,1000,2000)")
    parser.add_argument("-j", "--threads", type=int, default=2)
    options = parser.parse_args()
    sizes = [int(size) for size in options.units.split(",")]
    peaks = []
    for size in sizes:
        root = tempfile.mkdtemp(prefix="astrolabe-bench-")
        try:
            make_workspace(root, size)
            parsing, committing, report = measure(options.astrolabe, root, options.threads)
        finally:
            shutil.rmtree(root, ignore_errors=True)
        peaks.append((parsing, committing))
        phases = ", ".join(f"{phase} {seconds:.2f} s" for phase, seconds in report["seconds"].items())
        print(f"{size} units: {parsing / 1024:.1f} MB up to the end of parsing, {committing / 1024:.1f} MB in the "
              f"commit; {phases}", flush=True)
    for i in range(1, len(sizes)):
        grown = [(now - before) / (sizes[i] - sizes[i - 1]) for now, before in zip(peaks[i], peaks[i - 1])]
        print(f"{sizes[i - 1]} to {sizes[i]} units: {grown[0]:.2f} KB a unit up to the end of parsing (bar 2 KB), "
              f"{grown[1]:.2f} KB in the commit")
    return 0


if __name__ == "__main__":
    sys.exit(main())

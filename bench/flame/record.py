#!/usr/bin/env python3
"""Flame graphs of the main jobs: docs/images/flame_*.svg, explained in docs/PERFORMANCE.md.

    record.py ROCKSDB [--astrolabe BIN] [--out FOLDER] [JOB...]

ROCKSDB is a checkout with build-lib/compile_commands.json (bench/peers/workspace.sh makes it). Jobs: tier0
(an index of names and text, several times), semantic (the compiler's index of build-lib), edit (edits of a
large file until its diagnostics are complete), completion (members at one place in it, asked again and
again). perf samples by the clock of the processor, which needs no counters of the hardware: a virtual machine
has none. Stacks of what includes Clang are copied whole and unwound by debug information, the others by frame
pointers.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.realpath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(HERE))
from astrolabe_bench import machine, process, workspace  # noqa: E402
from astrolabe_bench.lsp_client import LspClient, ServerError  # noqa: E402
from astrolabe_bench.macro import editing  # noqa: E402

COPIED = ["--call-graph", "dwarf,65528"]
POINTERS = ["--call-graph", "fp"]
TITLES = {"tier0": "Index of names and text: RocksDB, from nothing",
          "semantic": "Semantic index: RocksDB's library, from nothing",
          "edit": "Edits of db_impl.cc, until all diagnostics are there",
          "completion": "Completion of members in db_impl.cc"}


def perf(data, rate, stacks, *what):
    return ["perf", "record", "-q", "-e", "cpu-clock", "-F", str(rate), *stacks, "-o", data, *what]


@contextlib.contextmanager
def watched(pid, data, rate):
    """perf looks at a process and all below it meanwhile."""
    pids = ",".join(map(str, process.family(pid)))
    watcher = subprocess.Popen(perf(data, rate, COPIED, "-p", pids), stderr=subprocess.DEVNULL)
    time.sleep(1)
    try:
        yield
    finally:
        watcher.send_signal(signal.SIGINT)
        watcher.wait(60)


def tier0(options, data, scratch):
    index = f'"$0" index --tier 0 --root "$1" --index-dir "$2/index" && rm -r "$2/index"'
    subprocess.run(perf(data, 999, POINTERS, "--", "sh", "-ec", f"for i in 1 2 3 4 5 6 7 8; do {index}; done",
                        options.astrolabe, options.rocksdb, scratch), check=True, stdout=subprocess.DEVNULL)


def semantic(options, data, scratch):
    subprocess.run(perf(data, 99, COPIED, "--", options.astrolabe, "index", "--root", options.rocksdb,
                        "--compile-commands-dir", os.path.join(options.rocksdb, "build-lib"),
                        "--index-dir", os.path.join(scratch, "index")), check=True, stdout=subprocess.DEVNULL)


@contextlib.contextmanager
def opened(options):
    """A client with the large file open and everything about it said; (client, file, the asked place)."""
    words = workspace.defined()["rocksdb-lib"]
    command = [options.astrolabe, "lsp", "--log=error", "--background-index=0",
               "--compile-commands-dir=" + os.path.join(options.rocksdb, "build-lib")]
    with LspClient(command, options.rocksdb) as client:
        client.initialize()
        lines = client.open(words["file"]).split("\n")
        line = next(number for number, text in enumerate(lines) if words["point"] in text)
        quiet(client, words["file"])
        editing.settle(client)
        yield client, words, (line, lines[line].index(words["point"]) + len(words["point"]))


def quiet(client, file):
    """Waits until no more diagnostics come."""
    with contextlib.suppress(ServerError):
        while True:
            client.diagnostics(file, client.mark(), deadline=6)


def edit(options, data, _):
    with opened(options) as (client, words, (line, _)):
        with watched(client.process.pid, data, 99):
            for _ in range(6):
                client.change(words["file"], ((line, 0), (line, 0), " "))
                quiet(client, words["file"])


def completion(options, data, _):
    with opened(options) as (client, words, place):
        with watched(client.process.pid, data, 199):
            for _ in range(60):
                answer = client.request("textDocument/completion", client.at(words["file"], *place))
                if words["member"] not in json.dumps(answer):
                    raise ServerError({"message": f"completion does not offer {words['member']}"})


def draw(data, title, out):
    script = subprocess.Popen(["perf", "script", "-i", data, "--no-inline", "-F", "comm,ip,sym,dso"],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    subprocess.run([sys.executable, os.path.join(HERE, "flame_graph.py"), "--top", "", "--least", "0.4",
                    "--title", title, out], stdin=script.stdout, check=True)
    script.wait()


JOBS = {"tier0": tier0, "semantic": semantic, "edit": edit, "completion": completion}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rocksdb")
    parser.add_argument("jobs", nargs="*", metavar="JOB", help=", ".join(JOBS))
    parser.add_argument("--astrolabe",
                        default=os.path.join(machine.REPOSITORY, "build", "release", "lsp", "astrolabe"),
                        help="linked as it is: BOLT's layout has no debug information")
    parser.add_argument("--out", default=os.path.join(machine.REPOSITORY, "docs", "images"))
    options = parser.parse_args()
    options.rocksdb = os.path.realpath(options.rocksdb)
    for name in options.jobs or JOBS:
        with tempfile.TemporaryDirectory(prefix="astrolabe-flame-") as scratch:
            data = os.path.join(scratch, "perf.data")
            JOBS[name](options, data, scratch)
            draw(data, TITLES[name], os.path.join(options.out, f"flame_{name}.svg"))
        print(f"wrote flame_{name}.svg", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

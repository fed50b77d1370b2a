#!/usr/bin/env python3
"""compare.py ASTROLABE ROOT BUILD [--units N] [--checks GLOBS]: `astrolabe fix --list` beside `run-clang-tidy-22`.

Takes N units of BUILD/compile_commands.json, spread evenly over the file names, and runs both on them with as many
processes. Prints how long each took and every finding that only one of them has: a finding is file, line, column, level,
message and check, once each however many units it comes from. Exits with 1 if there is such a finding.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import argparse
import collections
import json
import os
import re
import subprocess
import sys
import tempfile
import time

LINE = re.compile(r"^(/[^:]+):(\d+):(\d+): (warning|error): (.*) \[([\w.,+-]+)\]$")


def sample(build: str, count: int) -> list[dict]:
    """Entries of so many files of the database."""
    with open(os.path.join(build, "compile_commands.json")) as f:
        entries = sorted(json.load(f), key=lambda e: os.path.join(e["directory"], e["file"]))
    step = max(1.0, len(entries) / count)
    return [entries[int(i * step)] for i in range(min(count, len(entries)))]


def timed(command: list[str]) -> tuple[float, float, subprocess.CompletedProcess]:
    """Wall seconds, seconds of the processor with all children, and what came of it."""
    before, begin = os.times(), time.perf_counter()
    result = subprocess.run(command, capture_output=True, text=True)
    seconds, after = time.perf_counter() - begin, os.times()
    return seconds, sum(after[2:4]) - sum(before[2:4]), result


def theirs(text: str) -> set[tuple]:
    found = set()
    for line in text.splitlines():
        match = LINE.match(re.sub(r"\x1b\[[0-9;]*m", "", line))
        if match:
            path, row, column, level, message, check = match.groups()
            check = check.removesuffix(",-warnings-as-errors")
            found.add((os.path.normpath(path), int(row), int(column), level, message, check))
    return found


def ours(text: str, root: str) -> tuple[set[tuple], dict]:
    lines = [json.loads(line) for line in text.splitlines()]
    found = {(os.path.normpath(os.path.join(root, f["file"])), f["line"], f["column"], f["level"], f["message"],
              f["check"]) for f in lines[:-1]}
    return found, lines[-1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("astrolabe")
    parser.add_argument("root")
    parser.add_argument("build")
    parser.add_argument("--units", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--checks", default="-*,bugprone-*,performance-*")
    options = parser.parse_args()
    root = os.path.realpath(options.root)
    with tempfile.TemporaryDirectory(prefix="astrolabe-tidy-") as folder:
        entries = sample(options.build, options.units)
        with open(os.path.join(folder, "compile_commands.json"), "w") as f:
            json.dump(entries, f)
        seconds, cpu, result = timed([
            os.path.abspath(options.astrolabe), "fix", "--list", "--json", "--root", root, "--index-dir",
            os.path.join(folder, "index"), "--compile-commands-dir", folder, f"--checks={options.checks}",
            f"-j{options.jobs}"])
        if not result.stdout:
            sys.exit(f"compare.py: astrolabe ended with {result.returncode}:\n{result.stderr}")
        our, summary = ours(result.stdout, root)
        print(f"astrolabe fix       {seconds:8.1f} s  {cpu:8.1f} s of the processor  {len(our)} findings", flush=True)
        print("  " + ", ".join(f"{key} {summary[key]}" for key in ("units", "on_zygotes", "plain", "failed", "suppressed")),
              summary["plain_reasons"])
        their_seconds, their_cpu, result = timed([
            "run-clang-tidy-22", "-p", folder, f"-j{options.jobs}", f"-checks={options.checks}", "-quiet"])
        their = theirs(result.stdout)
        print(f"run-clang-tidy-22   {their_seconds:8.1f} s  {their_cpu:8.1f} s of the processor  {len(their)} findings")
        print(f"{their_seconds / seconds:.2f} times as fast, {their_cpu / cpu:.2f} times less of the processor")
    for name, only in (("astrolabe", our - their), ("run-clang-tidy", their - our)):
        print(f"only {name}: {len(only)}", dict(collections.Counter(f[5] for f in only).most_common()))
        for finding in sorted(only)[:200]:
            print("  %s:%d:%d: %s: %s [%s]" % finding)
    sys.exit(0 if our == their else 1)


if __name__ == "__main__":
    main()

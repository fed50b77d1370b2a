#!/usr/bin/env python3
"""startup.py ASTROLABE [--runs N]: how long a process takes from start to the end of `--version`.

Compares in one run, in turn so that noise hits all alike: /bin/true (what any process costs here),
`astrolabe --version`, and `clangd-22 --version` where it is installed. Prints the least, the median
and the 90th percentile in milliseconds, and the ratio of medians to /bin/true.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import argparse
import os
import shutil
import statistics
import sys
import time


def start_to_end(command: list[str], null: int) -> float:
    """Seconds from spawn to exit; the process's output goes to the descriptor `null`."""
    outputs = [(os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)]
    begin = time.perf_counter()
    pid = os.posix_spawn(command[0], command, os.environ, file_actions=outputs)
    status = os.waitpid(pid, 0)[1]
    seconds = time.perf_counter() - begin
    if status != 0:
        sys.exit(f"startup.py: {' '.join(command)} ended with status {status}")
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("astrolabe")
    parser.add_argument("--runs", type=int, default=200, help="of each program (default 200)")
    options = parser.parse_args()
    programs = {
        "/bin/true": ["/bin/true"],
        "astrolabe --version": [os.path.abspath(options.astrolabe), "--version"],
    }
    clangd = shutil.which("clangd-22")
    if clangd:
        programs["clangd-22 --version"] = [clangd, "--version"]
    else:
        print("startup.py: no clangd-22 here to compare with", file=sys.stderr)

    null = os.open(os.devnull, os.O_WRONLY)
    times: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(options.runs):
        for name, command in programs.items():
            times[name].append(start_to_end(command, null))

    base = statistics.median(times["/bin/true"])
    print(f"{'':22}{'min ms':>10}{'median ms':>10}{'p90 ms':>10}{'x true':>8}")
    for name, seconds in times.items():
        median = statistics.median(seconds)
        p90 = statistics.quantiles(seconds, n=10)[-1]
        row = (min(seconds), median, p90)
        print(f"{name:22}" + "".join(f"{x * 1e3:10.2f}" for x in row) + f"{median / base:8.1f}")


if __name__ == "__main__":
    main()

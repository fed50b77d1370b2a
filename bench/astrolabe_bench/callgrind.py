"""Instructions that a command executes, counted by valgrind's callgrind: the same number whatever else the
machine does.

Debug information is stripped from a copy first: valgrind 3.19, Debian 12's, gives up on Clang's DWARF 5, and
without reading it the count begins sooner. Counts of one program on one input differ by some 0.01 %, by where
the kernel put its stack.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import os
import re
import shutil
import subprocess

from astrolabe_bench import process

TIMEOUT = 600  # seconds for one command


class NoCallgrind(Exception):
    """valgrind or strip is not there, or can't run the program; says which."""


def version():
    if not shutil.which("valgrind"):
        raise NoCallgrind("no valgrind here; Debian's package has that name")
    return subprocess.run(["valgrind", "--version"], capture_output=True, text=True,
                          check=True).stdout.strip()


def without_debug_information(program, folder):
    """A copy that callgrind can read, in `folder`."""
    strip = shutil.which("strip") or shutil.which("llvm-strip-22")
    if not strip:
        raise NoCallgrind("no strip here; Debian's package binutils has it")
    copy = os.path.join(folder, os.path.basename(program))
    process.run([strip, "-s", "-o", copy, program], accepted=(0,))
    return copy


def instructions(command, folder=None, environment=None, core=None):
    """How many instructions the command executes, all its threads together (not its children).

    core: the processor's core it is bound to. A program that starts a thread for each core then starts one,
    and nothing spins while it waits for another.

    Output goes nowhere. A command that fails under callgrind raises CommandFailed.
    """
    version()
    bound = ["taskset", "-c", str(core)] if core is not None else []
    counted = [*bound, "valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command]
    got = subprocess.run(counted, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=folder,
                         timeout=TIMEOUT,
                         env=dict(environment or os.environ), check=False)
    said = got.stderr.decode(errors="replace")
    found = re.search(r"Collected\s*:\s*(\d+)", said)
    if got.returncode not in (0, 1) or not found:
        raise process.CommandFailed(f"callgrind on {' '.join(command)}: exit "
                                    f"{got.returncode}\n{said[-1500:]}")
    return int(found[1])

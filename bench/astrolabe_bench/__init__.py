"""astrolabe-bench: what proves the project's performance claims, and notices when one stops being true.

From the bottom up, one idea a file:

    estimate, outliers, verdict, sampling   numbers into statements that can be believed
    process, lsp_client                     one command, one language server: its time and its memory
    machine, history                        where and by what a figure was measured, and all figures ever
    google_benchmark                        the micro benches
    workspace, macro/, session_*            the macro benches and recorded sessions; peers are in ../peers/
    callgrind, gate                         instruction counts, the only thing that may fail a build
    selftest                                whether all that is right, of programs with a planted slowdown
    targets, table, svg, report             what was promised, and all of it to look at
    cli                                     the commands

Standard library of Python 3.11 only, so that whoever has a clone has the tool.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

"""The same job on growing shares of a workspace: metrics `seconds at 1/8`, …, and the exponent of a fit.

time ~ size^e by least squares of the logarithms of the medians; size is bytes of source. One sample of an
entrant is a whole series, so that entrants take turns over it.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import fractions
import math
import os
import shutil
import statistics

from astrolabe_bench import process, race

COMPARED = None


def exponent(sizes, times):
    xs, ys = [math.log(size) for size in sizes], [math.log(time) for time in times]
    return statistics.linear_regression(xs, ys).slope


def metric(name):
    return ("s" if name.startswith("seconds") else "MB" if name.startswith("mb") else ""), "less"


def label(share):
    return str(fractions.Fraction(share).limit_denominator(64))


def measures(arena):
    arena.sizes = {}
    return {name: measure(arena, entrant) for name, entrant in arena.entrants.items()}


def measure(arena, entrant):
    def sample():
        taken = {}
        shares = arena.definition["shares"]
        folder = os.path.join(arena.folder, "share")
        for share in shares:
            shutil.rmtree(folder, ignore_errors=True)
            arena.apart(lambda path, share=share: arena.workspace.link(path, share), folder)
            arena.sizes[share] = process.folder_bytes(folder)
            race.clear(entrant)
            got = process.run(entrant["command"], environment=race.environment(entrant))
            taken[f"seconds at {label(share)}"] = got["seconds"]
            taken[f"mb at {label(share)}"] = got["mb"]
        taken["exponent"] = exponent([arena.sizes[share] for share in shares],
                                     [taken[f"seconds at {label(share)}"] for share in shares])
        return taken
    return sample


def facts(arena, samples):
    """What a plot needs: bytes of source of each share."""
    return {"sizes": {label(share): size for share, size in arena.sizes.items()}}

"""Whether the benches can be believed: they measure programs of which it is known what they cost.

bench/planted is one program built three times, two of them slower by 2 and by 5 %. Of `count` comparisons
each:

    two copies of the same program     at most one of 20 may say that they differ (regressed or improved)
    one that is slower by 5 %          19 of 20 have to say regressed
    instructions, 2 % more             every count has to fail the gate, and every count of a copy to pass it

A comparison is what `compare` does for one bench. On a machine that is too busy it says nothing (void,
inconclusive): that is no false verdict, but it has not found the slowdown either.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import collections
import os
import shutil
import tempfile

from astrolabe_bench import callgrind, compare, gate, verdict

BENCH, COUNTED = "Scan", "ScanTenTimes/iterations:10"
SLOWER, DEARER = 5, 2  # percent
FALSE_AT_MOST, FOUND_AT_LEAST = 0.05, 0.95


def planted(build, percent):
    path = os.path.join(build, "bench", "planted", f"planted_{percent}")
    if not os.access(path, os.X_OK):
        raise FileNotFoundError(f"no program {path}: ./x build makes it")
    return path


def words(old, new, count, options, out):
    """The verdict of each of `count` comparisons."""
    found = []
    for number in range(count):
        got, = compare.one_bench("planted", BENCH, old, new, options, out).values()
        out.say(f"  {number + 1}: {got.word}, {compare.interval(got.ratio)}, "
                f"A/A {compare.interval(got.same)}")
        found.append(got.word)
    return collections.Counter(found)


def counts(program, times):
    """Instructions of a fixed number of rounds, each time."""
    return [callgrind.instructions([program, f"--benchmark_filter=^{COUNTED}$"]) for _ in range(times)]


def timed(build, count, options, out):
    """{what: (Counter of words, whether the bar is met)}; copies stand where programs do, in one folder."""
    with tempfile.TemporaryDirectory(prefix="astrolabe-selftest-") as folder:
        old = shutil.copy(planted(build, 0), os.path.join(folder, "old"))
        same = shutil.copy(planted(build, 0), os.path.join(folder, "same"))
        slower = shutil.copy(planted(build, SLOWER), os.path.join(folder, "slow"))
        alike = words(old, same, count, options, out)
        other = words(old, slower, count, options, out)
    wrong = alike[verdict.REGRESSED] + alike[verdict.IMPROVED]
    return {"two identical programs": (alike, wrong <= FALSE_AT_MOST * count),
            f"{SLOWER} % of time": (other, other[verdict.REGRESSED] >= FOUND_AT_LEAST * count)}


def counted(build, count, out):
    """The same for instructions; the first count of the program is the baseline."""
    with tempfile.TemporaryDirectory(prefix="astrolabe-selftest-") as folder:
        plain = callgrind.without_debug_information(planted(build, 0), folder)
        dearer = callgrind.without_debug_information(planted(build, DEARER), folder)
        before, *again = counts(plain, count + 1)
        after = counts(dearer, count)
    found = {}
    for what, now, wanted in (("the same instructions", again, verdict.UNCHANGED),
                              (f"{DEARER} % of instructions", after, verdict.REGRESSED)):
        results = [gate.Result(what, before, number) for number in now]
        got = collections.Counter(result.word() for result in results)
        found[what] = got, got[wanted] == count
        out.say(f"  {what}: {min(r.ratio for r in results):.5f} to {max(r.ratio for r in results):.5f}")
    return found

"""Estimates, outliers, verdicts and sampling of astrolabe-bench, and its bars by simulation.

The bars (issue 7) are simulated on recorded_noise.tsv: processor milliseconds of three copies of one program
(a hash over a megabyte), run in turn, each line a round, every other one in reverse order, at low priority on
two cores with a load of 5 to 11 by builds: a real machine at its worst. The 20 comparisons begin at 20 places
of it and overlap; those on synthetic noise are independent.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import itertools
import math
import os
import random
import statistics
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "..", "bench"))
from astrolabe_bench import estimate, outliers, sampling, verdict  # noqa: E402


def recorded_noise():
    with open(os.path.join(HERE, "recorded_noise.tsv"), encoding="utf-8") as file:
        rows = [[float(cell) for cell in line.split("\t")] for line in file if not line.startswith("#")]
    return [list(column) for column in zip(*rows)]


class EstimateTest(unittest.TestCase):
    def test_resampled_medians_are_those_of_a_literal_bootstrap(self):
        generator = random.Random(7)
        for count in (2, 5, 12, 33):
            values = [generator.lognormvariate(0, 0.4) for _ in range(count)]
            ours = estimate.resampled_medians(values, random.Random(1), 20_000)
            literal = [statistics.median(generator.choices(values, k=count)) for _ in range(20_000)]
            for share in (0.025, 0.25, 0.5, 0.75, 0.975):
                at = int(share * 20_000)
                spread = max(values) - min(values)
                self.assertAlmostEqual(sorted(ours)[at], sorted(literal)[at], delta=0.03 * spread,
                                       msg=f"{count} values, quantile {share}")

    def test_interval_holds_the_true_median_nearly_always(self):
        generator = random.Random(3)
        held = 0
        for _ in range(200):
            got = estimate.median([generator.lognormvariate(0, 0.3) for _ in range(30)], resamples=2000)
            held += got.low <= 1 <= got.high
        self.assertGreaterEqual(held, 180)

    def test_seed_makes_it_repeatable(self):
        values = [3.0, 1.0, 2.0, 5.0, 4.0]
        self.assertEqual(estimate.median(values), estimate.median(values))
        self.assertNotEqual(estimate.resampled_medians(values, random.Random(1)),
                            estimate.resampled_medians(values, random.Random(2)))

    def test_ratio_in_rounds_does_not_see_a_drift_that_both_share(self):
        drift = [1 + i / 50 for i in range(100)]
        got = estimate.interleaved_ratio(drift, [1.1 * d for d in drift])
        self.assertAlmostEqual(got.low, 1.1)
        self.assertAlmostEqual(got.high, 1.1)
        apart = estimate.ratio(drift, [1.1 * d for d in drift])
        self.assertGreater(apart.relative_width, 0.1)

    def test_single_sample_is_its_own_interval(self):
        self.assertEqual(estimate.median([4.0]), estimate.Estimate(4.0, 4.0, 4.0, 1))

    def test_what_has_no_ratio_says_so(self):
        for bad in (lambda: estimate.median([]), lambda: estimate.ratio([0.0], [1.0]),
                    lambda: estimate.ratio([], [1.0]),
                    lambda: estimate.interleaved_ratio([1.0], [1.0, 2.0]),
                    lambda: estimate.interleaved_ratio([1.0, 0.0], [1.0, 2.0]),
                    lambda: estimate.interleaved_ratio([], [])):
            with self.assertRaises(ValueError):
                bad()


class OutliersTest(unittest.TestCase):
    def test_four_classes(self):
        values = [10.0, 11.0, 12.0, 13.0,
                  14.0] * 4  # with those below: quartiles 10.75 and 13.25, fences 7, 3.25, 17, 20.75
        got = outliers.classify(values + [3.0, 6.5, 17.5, 25.0])
        self.assertEqual(got, outliers.Outliers(1, 1, 1, 1))
        self.assertEqual(outliers.describe(got, 24),
                         "4 outliers of 24: 1 low severe, 1 low mild, 1 high mild, 1 high severe")

    def test_none(self):
        self.assertEqual(outliers.classify([1.0, 1.1, 1.2, 1.3]).total, 0)
        self.assertEqual(outliers.classify([1.0, 50.0]).total, 0)
        self.assertEqual(outliers.describe(outliers.classify([1.0]), 1), "")


class VerdictTest(unittest.TestCase):
    def word(self, low, high, **options):
        return verdict.of_ratio(estimate.Estimate((low + high) / 2, low, high, 9), threshold=0.02, **options)

    def test_words(self):
        self.assertEqual(self.word(1.03, 1.06), "regressed")
        self.assertEqual(self.word(0.90, 0.95), "improved")
        self.assertEqual(self.word(0.99, 1.01), "unchanged")
        self.assertEqual(self.word(0.99, 1.04), "inconclusive")
        self.assertEqual(self.word(0.90, 1.10), "inconclusive")

    def test_more_may_be_better(self):
        self.assertEqual(self.word(1.03, 1.06, better="more"), "improved")
        self.assertEqual(self.word(0.90, 0.95, better="more"), "regressed")

    def test_run_that_can_not_tell_a_program_from_itself_is_void(self):
        generator = random.Random(5)
        steady = [1.0 + 0.001 * generator.random() for _ in range(20)]
        wild = [generator.choice((0.5, 1.0, 2.0)) for _ in range(20)]
        slower = [1.5 * value for value in steady]
        self.assertEqual(verdict.of_rounds(steady, slower, steady).word, "regressed")
        got = verdict.of_rounds(steady, slower, wild)
        self.assertEqual(got.word, "void")
        self.assertFalse(got.is_change)


class SamplingTest(unittest.TestCase):
    def test_order_is_that_of_rounds_and_reversed_rounds(self):
        calls = []
        measures = {name: (lambda name=name: calls.append(name) or 1.0) for name in "AB"}
        samples = sampling.Sampler(rounds=3, warm_up=1).take(measures)
        self.assertEqual("".join(calls), "AB" + "AB" + "BA" + "AB")
        self.assertEqual(samples, {"A": [1.0] * 3, "B": [1.0] * 3})

    def test_more_rounds_while_the_ratio_is_wide(self):
        generator = random.Random(1)
        noisy = {name: lambda: generator.lognormvariate(0, 0.05) for name in "AB"}
        steady = {name: lambda: 1.0 for name in "AB"}

        def ratios(samples):
            return [(samples["A"], samples["B"])]
        self.assertEqual(len(sampling.Sampler(rounds=5).take(steady, ratios)["A"]), 5)
        taken = len(sampling.Sampler(rounds=5, most_rounds=400).take(noisy, ratios)["A"])
        self.assertGreater(taken, 20)
        self.assertEqual(len(sampling.Sampler(rounds=5, most_rounds=9).take(noisy, ratios)["A"]), 9)

    def test_ends_in_time(self):
        taken = sampling.Sampler(rounds=10_000, most_seconds=0).take({"A": lambda: 1.0})
        self.assertEqual(len(taken["A"]), 1)


def synthetic_noise(count, generator):
    """Three columns like the recording's: a slow drift and bursts of load that all share, and noise of each
    one's own."""
    rows, drift, burst = [], 0.0, 0.0
    for _ in range(count):
        drift = 0.98 * drift + generator.gauss(0, 0.02)
        burst = burst if generator.random() < 0.95 else generator.choice((0.0, 0.0, 0.4, 0.7))
        rows.append([math.exp(drift + burst + abs(generator.gauss(0, 0.12))) for _ in range(3)])
    return [list(column) for column in zip(*rows)]


def compare(columns, start, slower):
    """The verdict on a second column that is slower, in rounds from `start` on, as many as Sampler takes."""
    count = len(columns[0])
    calls = itertools.count()

    def of(column, factor):
        return lambda: columns[column][(start + next(calls) // 3) % count] * factor
    sampler = sampling.Sampler(rounds=50, warm_up=0, most_rounds=count)
    got = sampler.take({"old": of(0, 1.0), "new": of(1, slower), "again": of(2, 1.0)},
                       lambda samples: [(samples["old"], samples["new"]), (samples["old"], samples["again"])])
    return verdict.of_rounds(got["old"], got["new"], got["again"]).word


class BarsTest(unittest.TestCase):
    """Two identical programs compared 20 times: at most one false verdict; 5 % are found at least 19
    times."""

    def expect_bars(self, comparisons):
        """comparisons: 20 pairs of columns and a start in them."""
        words = [compare(columns, start, 1.0) for columns, start in comparisons]
        self.assertLessEqual(sum(word in ("regressed", "improved") for word in words), 1, words)
        words = [compare(columns, start, 1.05) for columns, start in comparisons]
        self.assertGreaterEqual(words.count("regressed"), 19, words)

    def test_on_synthetic_noise(self):
        generator = random.Random(11)
        self.expect_bars([(synthetic_noise(1500, generator), 0) for _ in range(20)])

    def test_on_a_busy_machine(self):
        columns = recorded_noise()
        self.expect_bars([(columns, number * len(columns[0]) // 20) for number in range(20)])


if __name__ == "__main__":
    unittest.main()

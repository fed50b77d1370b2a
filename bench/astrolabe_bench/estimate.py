"""Medians, and ratios of medians, each with the interval that 95 % of bootstrap resamples fall into.

Resampling n values with replacement and taking the median is drawing one order statistic of n uniform
indexes; that has a Beta distribution (David and Nagaraja, Order Statistics, 2.1), so a resample costs one or
two random numbers instead of n, and the result is the bootstrap's, not an approximation of it.
tests/bench/estimate_test.py holds it against the bootstrap done literally.

The ratio of programs that ran in turn (A B, B A, A B, …) is the median of the rounds' ratios: what keeps the
machine busy for longer than a round slows both of its samples alike, and whoever runs second does so every
other time. Under a load of 6 to 11 on two cores, 200 rounds of a 10 ms program gave an interval of 5 % this
way and of 12 % from the ratio of the medians, which is what is left for samples of different runs.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import dataclasses
import math
import random
import statistics

RESAMPLES = 10_000
CONFIDENCE = 0.95
SEED = 20260101  # the same samples give the same interval


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A value and its confidence interval, all in the unit of the samples (of a ratio: none)."""
    value: float
    low: float
    high: float
    samples: int

    @property
    def relative_width(self):
        return (self.high - self.low) / abs(self.value) if self.value else math.inf


def resampled_medians(values, generator, resamples=RESAMPLES):
    """The medians of that many resamples of `values`, in no order."""
    ordered = sorted(values)
    count = len(ordered)
    if count == 1:
        return ordered * resamples
    beta, uniform = generator.betavariate, generator.random
    upper = count // 2 + 1  # the rank of the upper median; of an odd count the only one
    medians = []
    if count % 2:
        for _ in range(resamples):
            medians.append(ordered[int(count * beta(upper, upper))])
        return medians
    lower = upper - 1
    for _ in range(resamples):
        high = beta(upper, lower)
        low = high * uniform() ** (1 / lower)  # the rank below, given this one
        medians.append((ordered[int(count * low)] + ordered[min(int(count * high), count - 1)]) / 2)
    return medians


def interval(resampled, confidence=CONFIDENCE):
    ordered = sorted(resampled)
    tail = (1 - confidence) / 2
    last = len(ordered) - 1
    return ordered[round(tail * last)], ordered[round((1 - tail) * last)]


def median(values, seed=SEED, resamples=RESAMPLES):
    if not values:
        raise ValueError("no samples, no median")
    low, high = interval(resampled_medians(values, random.Random(seed), resamples))
    return Estimate(statistics.median(values), low, high, len(values))


def ratio(baseline, candidate, seed=SEED, resamples=RESAMPLES):
    """The median of `candidate` over that of `baseline`, measured at different times."""
    if not baseline or not candidate:
        raise ValueError("no samples, no ratio")
    generator = random.Random(seed)
    below = resampled_medians(baseline, generator, resamples)
    above = resampled_medians(candidate, generator, resamples)
    middle = statistics.median(baseline)
    if middle == 0 or 0 in below:
        raise ValueError("a ratio to a median of zero")
    low, high = interval([b / a for a, b in zip(below, above)])
    return Estimate(statistics.median(candidate) / middle, low, high, min(len(baseline), len(candidate)))


def rounds(baseline, candidate):
    """The ratio of each round."""
    if len(baseline) != len(candidate):
        raise ValueError("rounds have as many samples of one program as of the other, not "
                         f"{len(baseline)} and {len(candidate)}")
    if not baseline or min(*baseline, *candidate) <= 0:
        raise ValueError("ratios are of positive samples")
    return [b / a for a, b in zip(baseline, candidate)]


def interleaved_ratio(baseline, candidate, seed=SEED, resamples=RESAMPLES):
    """`candidate` over `baseline`, which ran in turn: sample i of both is of round i, odd rounds in reverse
    order."""
    return median(rounds(baseline, candidate), seed, resamples)

"""Tukey's fences: which samples stand far from the others, and how far. They are reported and kept.

A sample beyond 1.5 times the distance between the quartiles is a mild outlier, beyond 3 times a severe one,
on either side; the classes are criterion.rs's. They stay in every estimate: a bench that leaves out what it
does not like measures a machine that nobody has, and medians bear them.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import dataclasses
import statistics


@dataclasses.dataclass(frozen=True)
class Outliers:
    """How many samples of each class."""
    low_severe: int
    low_mild: int
    high_mild: int
    high_severe: int

    @property
    def total(self):
        return self.low_severe + self.low_mild + self.high_mild + self.high_severe


def fences(values):
    """(low severe, low mild, high mild, high severe): where the classes begin."""
    first, _, third = statistics.quantiles(values, n=4, method="inclusive")
    distance = third - first
    return first - 3 * distance, first - 1.5 * distance, third + 1.5 * distance, third + 3 * distance


def classify(values):
    if len(values) < 4:  # no quartiles to speak of
        return Outliers(0, 0, 0, 0)
    low_severe, low_mild, high_mild, high_severe = fences(values)
    return Outliers(low_severe=sum(v < low_severe for v in values),
                    low_mild=sum(low_severe <= v < low_mild for v in values),
                    high_mild=sum(high_mild < v <= high_severe for v in values),
                    high_severe=sum(v > high_severe for v in values))


def describe(outliers, samples):
    """One line for people; empty if there are none."""
    names = ("low severe", "low mild", "high mild", "high severe")
    counts = dataclasses.astuple(outliers)
    parts = [f"{count} {name}" for name, count in zip(names, counts) if count]
    return f"{outliers.total} outliers of {samples}: " + ", ".join(parts) if parts else ""

"""Taking samples of several programs in turn, until they say something or the time is over.

    samples = Sampler(rounds=20, most_seconds=30).take({"old": run_old, "new": run_new})

After a warm-up whose samples are thrown away, rounds go A B, B A, A B, …, so that a machine that is busy for
a while is busy for all alike. With `ratios` rounds go on beyond `rounds` while one of these ratios has an
interval wider than `width`. When to stop looks at the width alone, never at where the interval lies: stopping
when the result pleases would find changes that are not there.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import dataclasses
import time

from astrolabe_bench import estimate

WIDTH = 0.02  # an interval of it lies on one side of verdict.THRESHOLD even if its middle is 1 % off


@dataclasses.dataclass
class Sampler:
    rounds: int = 10
    most_rounds: int = 2000  # if `ratios` are still too wide
    warm_up: int = 1  # rounds
    most_seconds: float = 600.0  # after which no round is begun, if there has been one
    width: float = WIDTH
    progress: object = None  # called with (round, rounds, name); rounds of the warm-up are negative

    def take(self, measures, ratios=None):
        """measures: name to a function without parameters that gives a sample; -> name to list of samples.

        ratios: gives of the samples so far a list of pairs (baseline, candidate) of lists of numbers.
        """
        names = list(measures)
        for number in range(-self.warm_up, 0):
            for name in names:
                self._tell(number, name)
                measures[name]()
        samples = {name: [] for name in names}
        end = time.monotonic() + self.most_seconds
        number, wanted = 0, self.rounds
        while number < wanted:
            if number and time.monotonic() > end:
                break
            for name in names if number % 2 == 0 else reversed(names):
                self._tell(number, name)
                samples[name].append(measures[name]())
            number += 1
            if number == wanted and ratios is not None and self._is_wide(ratios(samples)):
                wanted = min(self.most_rounds, wanted + max(2, wanted // 4))
        return samples

    def _is_wide(self, pairs):
        return any(estimate.interleaved_ratio(*pair, resamples=1000).relative_width > self.width
                   for pair in pairs)

    def _tell(self, number, name):
        if self.progress is not None:
            self.progress(number, self.rounds, name)

"""From an interval of a ratio to one of four words, and whether a run may say any of them.

The ratio is of a quantity of which less is better, candidate over baseline; `better="more"` turns it round.
With the noise threshold t:

    regressed      all of the interval is above 1 + t
    improved       all of it is below 1 / (1 + t)
    unchanged      all of it is between them
    inconclusive   it crosses one of the two: more samples would tell, these do not

criterion.rs has no fourth word: what is not shown to have changed counts as unchanged there, so that a noisy
machine hides a regression. Here `unchanged` is a statement as well.

A run is believed only if it can tell that a program is like itself: its A/A comparison, of two samples of the
baseline taken like those of a real comparison, must be unchanged. Else the run is void, and its verdicts are
withheld.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import dataclasses

from astrolabe_bench import estimate

REGRESSED, IMPROVED, UNCHANGED, INCONCLUSIVE = "regressed", "improved", "unchanged", "inconclusive"
VOID = "void"
THRESHOLD = 0.025  # half of the 5 % that has to be found, so that both sides have the same room for error


@dataclasses.dataclass(frozen=True)
class Verdict:
    word: str
    ratio: estimate.Estimate
    # Of the baseline with itself; None where there is none (samples of different runs).
    same: estimate.Estimate | None = None

    @property
    def is_change(self):
        return self.word in (REGRESSED, IMPROVED)


def of_ratio(ratio, threshold=THRESHOLD, better="less"):
    """The word for an Estimate of a ratio."""
    above, below = 1 + threshold, 1 / (1 + threshold)
    if ratio.low > above:
        return REGRESSED if better == "less" else IMPROVED
    if ratio.high < below:
        return IMPROVED if better == "less" else REGRESSED
    if below <= ratio.low and ratio.high <= above:
        return UNCHANGED
    return INCONCLUSIVE


def of_runs(baseline, candidate, threshold=THRESHOLD, better="less"):
    """Of samples taken at different times. Advice at most: the machine may have been another one."""
    ratio = estimate.ratio(baseline, candidate)
    return Verdict(of_ratio(ratio, threshold, better), ratio)


def of_rounds(baseline, candidate, again, threshold=THRESHOLD, better="less"):
    """Of programs that ran in turn. `again` has the samples of the baseline's second entry in the same
    rounds."""
    ratio = estimate.interleaved_ratio(baseline, candidate)
    same = estimate.interleaved_ratio(baseline, again)
    if of_ratio(same, threshold) != UNCHANGED:
        return Verdict(VOID, ratio, same)
    return Verdict(of_ratio(ratio, threshold, better), ratio, same)

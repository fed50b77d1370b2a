"""What was promised (bench/targets.json), beside what is measured.

Each target names the figure it is about: `series` (bench/workspace/entrant/metric), a statistic of its
samples (`of`: median, p50, p90, p99 or max; default: median), and one limit:

    at_most, at_least     a figure, in `unit`
    times_faster          at least that many times less than the same series of `peer`
    share_of_peer         at most that share of the same series of `peer`

Or `checked_by`: what measures it, where that is another bench or a campaign and its figure is not in the
history, and `why` that is so. Such a target is listed as not measured here, never as met.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import dataclasses
import json
import os
import statistics

from astrolabe_bench import machine, table

MET, MISSED, NOT_MEASURED = "met", "missed", "not measured"
HEAD = ["target", "bar", "measured", "ratio", "", "issue"]
STATISTICS = {"median": statistics.median, "max": max, "min": min}
LIMITS = ("at_most", "at_least", "times_faster", "share_of_peer")


def statistic(name, values):
    """`median`, `min`, `max`, or a percentile as `p99` (nearest rank)."""
    if name in STATISTICS:
        return STATISTICS[name](values)
    ordered = sorted(values)
    rank = -(-len(ordered) * int(name[1:]) // 100)
    return ordered[max(0, rank - 1)]


def load(path=None):
    path = path or os.path.join(machine.REPOSITORY, "bench", "targets.json")
    with open(path, encoding="utf-8") as file:
        found = json.load(file)
    for target in found:
        limits = [name for name in LIMITS if name in target]
        is_elsewhere = "checked_by" in target and "why" in target
        if "what" not in target or "source" not in target or len(limits) != (not is_elsewhere):
            raise ValueError(f"{path}: a target has `what`, `source`, and either one of {', '.join(LIMITS)} "
                             f"or `checked_by` with `why`: {json.dumps(target)}")
    return found


@dataclasses.dataclass(frozen=True)
class Result:
    """Of one target. `ratio` is measured over the bar, below 1 is better than it."""
    target: dict
    state: str
    measured: float | None = None
    unit: str = ""
    bar: str = ""
    ratio: float | None = None

    def as_json(self):
        return {**self.target, "state": self.state, "measured": self.measured, "unit": self.unit,
                "ratio": self.ratio}


def check(targets, latest):
    """latest: Series to (Run, samples), as History.latest gives it."""
    by_name = {series.name: (series, samples) for series, (_, samples) in latest.items()}
    return [_check(target, by_name) for target in targets]


def _check(target, by_name):
    if "checked_by" in target:
        return Result(target, NOT_MEASURED, bar=target.get("bar", ""))
    series, samples = by_name.get(target["series"], (None, None))
    of = target.get("of", "median")
    value = statistic(of, samples) if samples else None
    unit = series.unit if series else target.get("unit", "")
    if "peer" in target:
        ours, peer = "/astrolabe/", f"/{target['peer']}/"
        _, theirs = by_name.get(target["series"].replace(ours, peer), (None, None))
        other = statistic(of, theirs) if theirs else None
        share = 1 / target["times_faster"] if "times_faster" in target else target["share_of_peer"]
        limit = other * share if other is not None else None
        bar = (f"{target['times_faster']:g}x less than {target['peer']}" if "times_faster" in target else
               f"{target['share_of_peer']:g} of {target['peer']}'s")
        if other is not None:
            bar += f": {table.figure(limit, unit)}"
    elif "at_most" in target:
        limit = target["at_most"]
        bar = f"at most {table.figure(limit, unit)}"
    else:
        limit, bar = target["at_least"], f"at least {table.figure(target['at_least'], unit)}"
    if value is None or limit is None or not limit:
        return Result(target, NOT_MEASURED, value, unit, bar)
    ratio = limit / value if "at_least" in target else value / limit
    return Result(target, MET if ratio <= 1 else MISSED, value, unit, bar, ratio)


def verdict(result):
    if result.state == MISSED:
        return f"missed by {100 * (result.ratio - 1):,.0f} %"
    return result.state


def rows(results):
    found = []
    for result in results:
        note = verdict(result)
        if "checked_by" in result.target:
            note = f"see {result.target['checked_by']}: {result.target['why']}"
        found.append([result.target["what"], result.bar, table.figure(result.measured, result.unit),
                      f"{result.ratio:.2f}" if result.ratio is not None else "", note,
                      result.target["source"]])
    return found


def total(results):
    counts = {state: sum(result.state == state for result in results) for state
              in (MET, MISSED, NOT_MEASURED)}
    return f"{counts[MET]} met, {counts[MISSED]} missed, {counts[NOT_MEASURED]} not measured here"

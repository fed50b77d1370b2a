"""What the report shows, whatever it is written as: the latest figure of every series, who is ahead, what
changed.

report_html.py makes a page of it, report_markdown.py tables.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import dataclasses
import statistics

from astrolabe_bench import estimate, history, race, targets, verdict

SPAN = 7  # runs on either side of a step; odd


@dataclasses.dataclass
class Data:
    runs: dict  # id to Run, oldest first
    latest: dict  # Series to (Run, samples)
    points: dict  # Series to [(run id, Estimate)], oldest first
    targets: list  # of targets.Result

    @property
    def newest(self):
        return list(self.runs.values())[-1]

    def estimate(self, series):
        """The median of its newest run, as the history keeps it."""
        return self.points[series][-1][1]

    def samples(self):
        return {series: samples for series, (_, samples) in self.latest.items()}


def collect(file, machine_fingerprint, definitions=None):
    """All that one machine has in a History."""
    latest = file.latest(machine_fingerprint)
    return Data(runs={run.id: run for run in file.runs(machine_fingerprint)}, latest=latest,
                points=file.summaries("*", machine_fingerprint),
                targets=targets.check(definitions if definitions is not None else targets.load(), latest))


def races(samples):
    """{(bench, workspace, metric): {entrant: (Series, samples)}}, ours first."""
    found = {}
    for series, values in samples.items():
        found.setdefault(series.race, {})[series.entrant] = (series, values)
    return {key: dict(sorted(entrants.items(), key=lambda item: (item[0] != race.OURS, item[0])))
            for key, entrants in found.items()}


def percentiles(values):
    return {name: targets.statistic(name, values) for name in ("p50", "p90", "p99", "max")}


@dataclasses.dataclass(frozen=True)
class Duel:
    """Ours and one peer in one metric. `factor`: how many times better ours is; below 1 the peer is ahead."""
    series: history.Series
    peer: str
    ours: estimate.Estimate
    theirs: estimate.Estimate
    factor: float
    rounds: int


def duels(data, metrics=None):
    """Of figures that were taken in the same run: others are no comparison."""
    found = []
    for entrants in races(data.samples()).values():
        if race.OURS not in entrants:
            continue
        series, ours = entrants[race.OURS]
        if metrics is not None and series.metric not in metrics or series.unit in ("lines", "requests"):
            continue
        for peer, (other, _) in entrants.items():
            if peer in (race.OURS, race.BASELINE, race.AGAIN, "/bin/true"):
                continue
            if data.latest[other][0].id != data.latest[series][0].id:
                continue
            mine, its = data.estimate(series), data.estimate(other)
            if not mine.value or not its.value:
                continue
            factor = its.value / mine.value if series.better == "less" else mine.value / its.value
            found.append(Duel(series, peer, mine, its, factor, len(ours)))
    return found


def steps(points, better="less", threshold=verdict.THRESHOLD, span=SPAN):
    """Indexes of points where a series changed and stayed so: [(index, "regressed" or "improved", ratio)].

    The medians of `span` runs before and behind the point differ by more than the threshold, and by more than
    four times what runs next to each other differ by; of neighbouring candidates the one with the largest
    step. On noise of 2 %, 400 series of a year have none by chance (tests/bench/report_test.py).
    """
    values = [got.value for _, got in points]
    if len(values) < 2 * span or min(values) <= 0:
        return []
    least = max(threshold, 4 * statistics.median(abs(b / a - 1) for a, b in zip(values, values[1:])))
    medians = [sorted(values[index:index + span])[span // 2] for index in range(len(values) - span + 1)]
    ratios = {index: medians[index] / medians[index - span] for index in range(span, len(medians))}
    ratios = {index: ratio for index, ratio in ratios.items() if not 1 / (1 + least) <= ratio <= 1 + least}
    found = []
    while ratios:
        most = max(abs(ratio - 1) for ratio in ratios.values())
        large = [at for at, ratio in ratios.items() if abs(ratio - 1) > 0.8 * most]
        index = max(large, key=lambda at: abs(values[at] / values[at - 1] - 1))
        ratio = ratios[index]
        is_worse = (ratio > 1) == (better == "less")
        found.append((index, verdict.REGRESSED if is_worse else verdict.IMPROVED, ratio))
        ratios = {at: other for at, other in ratios.items() if abs(at - index) >= span}
    return sorted(found)


def changes(data):
    """Steps of all series of ours: [(Run, Series, word, ratio)], newest first."""
    found = []
    for series, points in data.points.items():
        if series.entrant == race.OURS:
            found += [(data.runs[points[index][0]], series, word, ratio)
                      for index, word, ratio in steps(points, series.better)]
    return sorted(found, key=lambda item: (item[0].started, item[1].name), reverse=True)


def scalings(data):
    """{workspace: [(entrant, [(MB of source, seconds)], exponent)]} of the latest scaling races."""
    found = {}
    for series, (run, samples) in data.latest.items():
        if series.bench != "scaling" or series.metric != "exponent":
            continue
        sizes = run.facts.get("races", {}).get(f"scaling/{series.workspace}", {}).get("sizes", {})
        line = []
        for label, size in sizes.items():
            at = dataclasses.replace(series, metric=f"seconds at {label}", unit="s")
            if at in data.latest:
                line.append((size / 1e6, statistics.median(data.latest[at][1])))
        if len(line) > 1:
            found.setdefault(series.workspace, []).append(
                (series.entrant, sorted(line), statistics.median(samples)))
    return {workspace: sorted(lines, key=lambda line: line[0] != race.OURS) for workspace,
            lines in found.items()}


def write(data, html=None, markdown=None, readme=None):
    from astrolabe_bench import report_html, report_markdown  # which need this module
    if html:
        with open(html, "w", encoding="utf-8") as file:
            file.write(report_html.page(data))
    if markdown == "-":
        print(report_markdown.tables(data))
    elif markdown:
        with open(markdown, "w", encoding="utf-8") as file:
            file.write(report_markdown.tables(data))
    if readme:
        report_markdown.put_between_markers(readme, report_markdown.peers(data))

"""The report's tables as Markdown, and the one of the README between its markers."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import dataclasses
import os
import textwrap

from astrolabe_bench import google_benchmark, machine, race, report, table, targets

BEGIN = "<!-- performance: written by `bench/astrolabe-bench report --readme README.md` -->"
END = "<!-- end of performance -->"
NAMES = {"seconds": "time", "cpu_seconds": "processor time", "mb": "memory", "result_mb": "on disk",
         "result_per_source": "bytes on disk per byte of source", "workspace-symbol": "`workspace/symbol`"}
SHOWN = ("seconds", "mb", "result_mb")  # of races of commands; sessions have metrics of their own
SESSIONS = ("editing", "replay")
# What most wait for comes first; other races follow.
READING_ORDER = ("semantic-index", "first-hover", "restart", "tier0-index", "startup", "symbol", "text-word", "text-literal",
                 "text-regex", "text-plain-regex")
PEER_HEAD = ["what", "Astrolabe", "peer", "factor", "samples"]

UNITS = google_benchmark.THROUGHPUT
LATENCY_HEAD = ["request", "server", "count", "p50", "p90", "p99", "max"]
MICRO_HEAD = ["bench", "median", "95 %", "throughput", "of a copy in memory", "samples"]


def title(series):
    where = f", {series.workspace}" if series.workspace else ""
    if series.bench in SESSIONS:
        return f"{NAMES.get(series.metric, series.metric)}{where}" + (" (replayed)" if series.bench == "replay" else "")
    try:
        return race.load(series.bench)["title"] + where
    except OSError:
        return f"{series.bench}{where}"


def what(series):
    if series.bench in SESSIONS:
        return title(series)
    return f"{title(series)}: {NAMES.get(series.metric, series.metric)}"


def factor(duel, of=""):
    """How many times less ours needs; in bold where the peer is ahead."""
    said = f"{table.times(duel.factor)} {of}".rstrip()
    return f"**{said}**" if duel.factor < 0.975 else said


def reading_order(key):
    bench = key[0]
    return READING_ORDER.index(bench) if bench in READING_ORDER else len(READING_ORDER)


def peer_rows(data, of_sessions):
    """One row for each race and peer, or for each metric of the sessions."""
    rows = {}
    for duel in report.duels(data):
        series = duel.series
        if (series.bench in SESSIONS) != of_sessions:
            continue
        if series.bench == "scaling" or not of_sessions and series.metric not in SHOWN:
            continue
        key = (series.bench, series.workspace, duel.peer, series.metric if of_sessions else "")
        rows.setdefault(key, []).append(duel)
    found = []
    for duels in (rows[key] for key in sorted(rows, key=reading_order)):
        duels.sort(key=lambda duel: SHOWN.index(duel.series.metric) if duel.series.metric in SHOWN else -1)
        first = duels[0]
        ours = ", ".join(table.figure(duel.ours.value, duel.series.unit) for duel in duels)
        theirs = ", ".join(table.figure(duel.theirs.value, duel.series.unit) for duel in duels)
        named = len(duels) > 1
        said = ", ".join(factor(duel, NAMES[duel.series.metric] if named else "") for duel in duels)
        found.append([title(first.series), ours, f"{first.peer}: {theirs}", said, first.rounds])
    return found


def peers(data):
    """Ours beside each peer, of the latest runs on this machine; what a peer is ahead in as well."""
    duels = report.duels(data)
    run = data.newest
    loads = [data.latest[duel.series][0].load for duel in duels
             if data.latest[duel.series][0].load is not None]
    days = sorted({data.latest[duel.series][0].started[:10] for duel in duels})
    commits = sorted({data.latest[duel.series][0].commit_id[:12] for duel in duels})
    measured = f"Measured on {machine.in_words(run.machine)}"
    if duels:
        over = days if len(days) == 1 else [days[0], days[-1]]
        measured += f"; {' to '.join(over)}, commit {', '.join(commits)}"
    if loads:
        over = f"{min(loads):.1f} to {max(loads):.1f}"
        measured += f"; at the start of the runs other work made a load of {over}"
    lines = [measured + "."]
    lines.append("Medians of programs that ran in turn; a factor is how many times less Astrolabe needs, in "
                 "**bold** "
                 "where the peer is ahead. Factors survive a busy machine better than the figures do. Of a "
                 "command's memory 8.3 MB is the least that can be seen.")
    rows, session = peer_rows(data, of_sessions=False), peer_rows(data, of_sessions=True)
    lines = textwrap.wrap(" ".join(lines), 110)
    unfinished = [f"- {line}" for line in out_of_race(data)]
    if rows or not session:
        lines += ["", table.markdown(rows, PEER_HEAD) if rows else "Nothing has been measured beside a peer yet."]
    if session:
        lines += ["", "<details><summary>Each request of a session in the editor</summary>", "",
                  table.markdown(session, PEER_HEAD), "", "</details>"]
    return "\n".join([*lines, "", *unfinished] if unfinished else lines)


def out_of_race(data):
    """Of the newest runs: peers that failed or did not come to an end, a line each."""
    found = {}
    for series, (run, _) in data.latest.items():
        if series.entrant != race.OURS:
            continue
        out = run.facts.get("races", {}).get(f"{series.bench}/{series.workspace}", {}).get("out", {})
        for peer, why in out.items():
            key = series.bench, series.workspace, peer
            found[key] = f"{peer} is out of {title(series)}: {why.splitlines()[0]}"
    return list(found.values())


def target_table(data):
    return table.markdown(targets.rows(data.targets), targets.HEAD)


def micro_rows(data):
    """Of the newest run of each micro bench."""
    samples = data.samples()
    limits = {series: run.facts.get("copy_bytes_per_second") for series, (run, _) in data.latest.items()}
    return micro_rows_of(samples, data.estimate, limits)


def micro_rows_of(samples, estimate_of, limits):
    """Time and throughput of the micro benches among `samples`, beside what memory can do.

    estimate_of: from a Series to the Estimate of its samples; limits: Series to bytes a second, or None.
    """
    rows = []
    for series, values in samples.items():
        if series.unit != "ns" or series.entrant != race.OURS:
            continue
        got = estimate_of(series)
        cells = [series.bench, table.figure(got.value, "ns"),
                 f"{table.figure(got.low, 'ns')} to {table.figure(got.high, 'ns')}"]
        through, share = "", ""
        for metric in UNITS:
            other = dataclasses.replace(series, metric=metric, unit=UNITS[metric], better="more")
            if other in samples:
                rate = estimate_of(other).value
                through = table.figure(rate, other.unit)
                limit = limits.get(series)
                share = f"{100 * rate / limit:.0f} %" if limit and metric == "bytes_per_second" else ""
                break
        rows.append([*cells, through, share, len(values)])
    return rows


def latency_rows(data):
    """Of replayed sessions: by request, the servers one below the other."""
    rows = []
    for series, (_, samples) in data.latest.items():
        if series.bench == "replay" and series.unit == "ms":
            rows.append([series.metric, series.entrant, len(samples),
                         *(table.figure(value, "ms") for value in report.percentiles(samples).values())])
    return sorted(rows)


def tables(data):
    parts = ["## Beside the peers", peers(data), "## Targets", target_table(data),
             targets.total(data.targets)]
    if any(series.bench == "replay" for series in data.latest):
        parts += ["## Replayed session", table.markdown(latency_rows(data), LATENCY_HEAD)]
    if any(series.unit == "ns" for series in data.latest):
        parts += ["## Micro benches", table.markdown(micro_rows(data), MICRO_HEAD)]
    return "\n\n".join(parts) + "\n"


def put_between_markers(path, text):
    """ValueError where the markers are not there, once each and in order."""
    with open(path, encoding="utf-8") as file:
        content = file.read()
    if content.count(BEGIN) != 1 or content.count(END) != 1 or content.index(BEGIN) > content.index(END):
        raise ValueError(f"{path}: needs the lines {BEGIN} and {END}, once each, for what is put between "
                         f"them")
    before, rest = content.split(BEGIN)
    after = rest.split(END)[1]
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")
    os.replace(path + ".new", path)

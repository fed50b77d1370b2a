"""The report as one HTML file that needs nothing else: style, pictures and figures are in it.

Tables and still pictures are written here; the history is drawn by the page's script (report_page.js) when it
comes into view, out of figures that lie in the page as JSON, so that a year of daily runs opens at once.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import html
import json
import os

from astrolabe_bench import machine, outliers, race, report, report_markdown, svg, table, targets

FOLDER = os.path.dirname(os.path.abspath(__file__))
DIGITS = 4  # of figures in the history; a pixel is less exact


def _read(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        return file.read()


def cell(text):
    """Text in which `code` and **strong** may stand, as in the Markdown tables."""
    parts = html.escape(str(text)).split("`")
    joined = "".join(f"<code>{part}</code>" if index % 2 else part for index, part in enumerate(parts))
    parts = joined.split("**")
    return "".join(f"<strong>{part}</strong>" if index % 2 else part for index, part in enumerate(parts))


def rows_of(rows, head, state=lambda row: ""):
    """A table that scrolls by itself where it is wider than a phone."""
    lines = ["<div class=scroll><table><thead><tr>", *(f"<th>{cell(name)}</th>" for name in head),
             "</tr></thead><tbody>"]
    for row in rows:
        kind = state(row)
        lines.append(f"<tr class={kind}>" if kind else "<tr>")
        lines += [f"<td>{cell(value)}</td>" for value in row]
        lines.append("</tr>")
    return "".join([*lines, "</tbody></table></div>"])


def section(title, body, note=""):
    name = title.lower().replace(" ", "-")
    said = f"<p class=note>{cell(note)}</p>" if note else ""
    return f'<section id="{name}"><h2>{html.escape(title)}</h2>{said}{body}</section>'


def peers(data):
    rows = [row for of_sessions in (False, True) for row in report_markdown.peer_rows(data, of_sessions)]
    if not rows:
        return ""
    unfinished = "".join(f"<p class=note>{cell(line)}</p>" for line in report_markdown.out_of_race(data))
    return rows_of(rows, report_markdown.PEER_HEAD, lambda row: "bad" if "**" in row[3] else "") + unfinished


def target_rows(data):
    kinds = {targets.MISSED: "bad", targets.MET: "good"}
    lines = targets.rows(data.targets)
    states = {id(line): kinds.get(result.state, "dim") for line, result in zip(lines, data.targets)}
    return rows_of(lines, targets.HEAD, lambda row: states[id(row)]) + f"<p>{targets.total(data.targets)}</p>"


def distributions(data):
    """A picture for each race that others run in as well, folded away but for the first."""
    parts = []
    for (_, _, metric), entrants in report.races(data.samples()).items():
        series = next(iter(entrants.values()))[0]
        if series.unit in ("lines", "requests", "") or series.bench == "scaling" or race.OURS not in entrants:
            continue
        if metric not in ("seconds", "mb") and series.bench not in ("editing", "replay"):
            continue
        shown = [(name, values, data.estimate(of)) for name, (of, values) in entrants.items()]
        said = "; ".join(f"{name}: {words}" for name, values, _ in shown
                         if (words := outliers.describe(outliers.classify(values), len(values))))
        title = report_markdown.what(series)
        parts.append(f"<details{' open' if not parts else ''}><summary>{cell(title)}</summary>"
                     f"{svg.samples(shown, series.unit, title)}<p "
                     f"class=note>{html.escape(said)}</p></details>")
    return "".join(parts)


def scaling(data):
    return "".join(f"<h3>{html.escape(workspace)}</h3>"
                   f"{svg.scaling(lines, 's', f'seconds against the size of {workspace}')}"
                   for workspace, lines in report.scalings(data).items())


def changes(data):
    rows = [[run.started[:10], run.commit_id[:12], series.name, table.share(ratio), word]
            for run, series, word, ratio in report.changes(data)]
    if not rows:
        return "<p>None.</p>"
    return rows_of(rows, ["since", "commit", "series", "change", ""],
                   lambda row: "bad" if row[4] == "regressed" else "good")


def latencies(data):
    rows = report_markdown.latency_rows(data)
    return rows_of(rows, report_markdown.LATENCY_HEAD) if rows else ""


def micro(data):
    rows = report_markdown.micro_rows(data)
    return rows_of(rows, report_markdown.MICRO_HEAD) if rows else ""


def rounded(value):
    return float(f"{value:.{DIGITS}g}")


def history(data):
    """What the script draws: runs, and of each series the numbers of its runs, medians and intervals."""
    numbers = {run: index for index, run in enumerate(data.runs)}
    series = []
    for of, points in sorted(data.points.items(), key=lambda item: item[0].name):
        series.append({"name": of.name, "unit": of.unit, "better": of.better,
                       "run": [numbers[run] for run, _ in points],
                       "mid": [rounded(got.value) for _, got in points],
                       "low": [rounded(got.low) for _, got in points],
                       "high": [rounded(got.high) for _, got in points],
                       "steps": [[index, word] for index, word, _ in report.steps(points, of.better)]
                       if of.entrant == race.OURS else []})
    return {"runs": [[run.started, run.commit_id[:12]] for run in data.runs.values()], "series": series}


def page(data):
    run = data.newest
    load = f", load {run.load}" if run.load is not None else ""
    intro = (f"{html.escape(machine.in_words(run.machine))}. Newest run {run.id} of {run.started}, commit "
             f"<code>{html.escape(run.commit_id[:12])}{'+' if run.is_dirty else ''}</code>{load}; "
             f"{len(data.runs)} runs. Compiled by {html.escape(run.compiler or 'unknown')}"
             f"{' with ' + html.escape(run.flags) if run.flags else ''}.")
    sections = [
        ("Beside the peers", peers(data),
         "Medians of programs that ran in turn in the same run. A factor is how "
         "many times less Astrolabe needs; red and **bold** where a peer is ahead."),
        ("Targets", target_rows(data),
         "The budgets of the design and of the issues. The ratio is the measured "
         "figure over the bar."),
        ("Changes", changes(data),
         "Steps in the history: runs on either side differ by more than runs next to each "
         "other do. Wall time on a shared machine is advice; the gate counts instructions."),
        ("Replayed session", latencies(data), ""),
        ("Scaling", scaling(data), "Both axes are logarithmic; the exponent is fitted by least squares."),
        ("Distributions", distributions(data),
         "Every sample, the median, and the interval of 95 % of bootstrap "
         "resamples. Outliers are Tukey's and stay in."),
        ("Micro benches", micro(data),
         "Throughput beside what one thread copies within memory, measured in the "
         "same run."),
        ("History", '<input type=search id=filter placeholder="part of a name" aria-label="filter">'
         "<div id=history></div>", "Touch or point at a line for the run; a tick marks a step."),
    ]
    shown = [(title, body, note) for title, body, note in sections if body]
    links = " ".join(f'<a href="#{title.lower().replace(" ", "-")}">{html.escape(title)}</a>' for title, _,
                     _ in shown)
    figures = json.dumps(history(data), separators=(",", ":")).replace("<", "\\u003c")
    return ("<!doctype html>\n<html lang=en><head><meta charset=utf-8>"
            '<meta name=viewport content="width=device-width, initial-scale=1">'
            "<meta name=color-scheme content=\"light dark\"><title>Astrolabe: benches</title>"
            f"<style>{_read('report_page.css')}</style></head><body><main><h1>Astrolabe: "
            f"benches</h1><p>{intro}</p>"
            f"<nav>{links}</nav>" + "".join(section(*each) for each in shown) +
            f"</main><script type=application/json id=figures>{figures}</script>"
            f"<script>{_read('report_page.js')}</script></body></html>\n")

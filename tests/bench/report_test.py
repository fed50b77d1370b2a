"""The report: what it says, that it needs nothing but itself, and that a year of daily runs does not slow it
down."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import dataclasses
import html.parser
import json
import random
import re
import time
import unittest

from bench_tool import MACHINE, PEER, TIME, BenchTest
from astrolabe_bench import estimate, history, machine, report, report_html, report_markdown, table

VOID = {"meta", "input", "link", "br", "line", "circle", "polyline", "polygon"}


class Checker(html.parser.HTMLParser):
    """Every element that is opened is closed, in order; nothing comes from elsewhere."""

    def __init__(self):
        super().__init__()
        self.open, self.problems, self.texts = [], [], []

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ("src", "srcset") or name == "href" and not value.startswith("#"):
                self.problems.append(f"{tag} {name}={value}")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> in {self.open}")

    def handle_data(self, data):
        self.texts.append(data)


def a_year(series=400, days=365):
    """What a year of daily runs leaves: 400 series, one of which gets slower in the summer."""
    generator = random.Random(1)
    runs = {day: history.Run(id=day, started=f"2026-{1 + day // 31:02}-{1 + day % 31:02}T04:00:00Z",
                             commit_id=f"{generator.getrandbits(160):040x}", machine=MACHINE)
            for day in range(days)}
    points, latest = {}, {}
    for number in range(series):
        of = history.Series(f"bench_{number // 20}/BM_Piece/{number}", "", "astrolabe", "cpu_time", "ns")
        level = 10 ** generator.uniform(1, 8)
        line = []
        for day in range(days):
            value = level * generator.lognormvariate(0, 0.02) * (1.2 if number == 7 and day >= 200 else 1)
            line.append((day, estimate.Estimate(value, value * 0.98, value * 1.02, 10)))
        points[of] = line
        latest[of] = (runs[days - 1], [level * generator.lognormvariate(0, 0.02) for _ in range(10)])
    return report.Data(runs=runs, latest=latest, points=points, targets=[])


class ReportTest(BenchTest):
    def data(self, *runs):
        path = self.history(*runs, machine=MACHINE)
        with history.History(path) as file:
            return report.collect(file, machine.fingerprint(MACHINE), [
                {"what": "`index` of <small>", "source": "7", "series": TIME.name, "at_most": 5}])

    def test_page_is_whole_and_needs_nothing_else(self):
        data = self.data({TIME: [1.0, 1.1, 0.9, 1.0, 1.0, 1.1, 0.9, 7.0], PEER: [0.5] * 8})
        page = report_html.page(data)
        checker = Checker()
        checker.feed(page)
        self.assertEqual((checker.problems, checker.open), ([], []))
        self.assertNotRegex(page, r"https?://|url\(|@import")
        text = " ".join(checker.texts)
        self.assertIn("<tr class=bad><td>index, small</td>", page)
        self.assertIn("<strong>0.50x</strong>", page)
        self.assertIn("index of <small>".split()[0], text)
        self.assertIn("1 outliers of 8: 1 high severe", text)
        self.assertIn("prefers-color-scheme: dark", page)
        self.assertIn("width=device-width", page)

    def test_figures_in_the_page_can_not_end_its_script(self):
        series = dataclasses.replace(TIME, bench="</script><b>")
        page = report_html.page(self.data({series: [1.0]}))
        self.assertNotIn("</script><b>", page)
        figures = json.loads(re.search(r"id=figures>(.*?)</script>", page)[1])
        self.assertEqual(figures["series"][0]["name"], "</script><b>/small/astrolabe/seconds")

    def test_only_entrants_of_the_same_run_are_compared(self):
        self.assertEqual(len(report.duels(self.data({TIME: [1.0], PEER: [2.0]}))), 1)
        self.assertEqual(len(report.duels(self.data({PEER: [2.0]}, {TIME: [1.0]}))), 0)

    def test_step_is_found_where_it_happened(self):
        data = a_year(series=12)
        changes = report.changes(data)
        self.assertEqual([(run.id, series.bench, word) for run, series, word, _ in changes],
                         [(200, "bench_0/BM_Piece/7", "regressed")])
        self.assertAlmostEqual(changes[0][3], 1.2, delta=0.03)

    def test_year_of_daily_runs(self):
        """400 series over 365 days. What a browser makes of it is in docs/BENCHES.md."""
        data = a_year()
        start = time.process_time()
        page = report_html.page(data)
        self.assertLess(time.process_time() - start, 10)
        self.assertLess(len(page), 8_000_000)
        self.assertEqual([(run.id, series.metric) for run, series, _, _ in report.changes(data)],
                         [(200, "cpu_time")])

    def test_markdown_goes_between_the_markers(self):
        data = self.data({TIME: [2.0] * 3, PEER: [8.0] * 3})
        text = report_markdown.tables(data)
        self.assertIn("| ctags: 8.00 s | 4.00x | 3 |", text)
        self.assertIn("Measured on 2 cores of Test, 8 GB, Linux 6; 2026-11-01, commit 00cccccccccc", text)
        readme = self.write("README.md",
                            f"before\n{report_markdown.BEGIN}\nstale\n{report_markdown.END}\nbehind\n")
        for _ in range(2):
            report.write(data, readme=readme)
            with open(readme, encoding="utf-8") as file:
                content = file.read()
            self.assertTrue(content.startswith(f"before\n{report_markdown.BEGIN}\n\nMeasured on"))
            self.assertTrue(content.endswith(f"|\n\n{report_markdown.END}\nbehind\n"))
            self.assertNotIn("stale", content)
        with self.assertRaisesRegex(ValueError, "needs the lines"):
            report.write(data, readme=self.write("other.md", "nothing"))

    def test_peer_that_did_not_finish_is_named(self):
        out = {"out": {"slowpoke": "no end within 9 s"}}
        run = history.Run(machine=MACHINE, facts={"races": {"index/small": out}})
        run.add(TIME, [1.0])
        with history.History(self.path("h.sqlite")) as file:
            file.add(run)
            data = report.collect(file, machine.fingerprint(MACHINE), [])
        self.assertIn("- slowpoke is out of index, small: no end within 9 s", report_markdown.peers(data))

    def test_scaling_has_a_picture(self):
        runs = history.Run(machine=MACHINE,
                           facts={"races": {"scaling/small": {"sizes": {"1/2": 1e6, "1": 2e6}}}})
        for metric, unit, value in (("exponent", "", 1.02), ("seconds at 1/2", "s", 1),
                                    ("seconds at 1", "s", 2.03)):
            runs.add(history.Series("scaling", "small", "astrolabe", metric, unit), [value])
        with history.History(self.path("h.sqlite")) as file:
            file.add(runs)
            data = report.collect(file, machine.fingerprint(MACHINE), [])
        self.assertEqual(report.scalings(data), {"small": [("astrolabe", [(1.0, 1.0), (2.0, 2.03)], 1.02)]})
        self.assertIn("astrolabe ~ size^1.02", report_html.page(data))

    def test_figures_are_written_for_people(self):
        for value, unit, text in ((0.0123, "s", "12.3 ms"), (1234.5, "MB", "1.23 GB"),
                                  (5e9, "B/s", "5.00 GB/s"),
                                  (3.0, "ns", "3.00 ns"), (0.0, "s", "0 s"), (0.142, "", "0.142"),
                                  (1e4, "", "10,000"),
                                  (None, "s", "")):
            self.assertEqual(table.figure(value, unit), text)

    def test_command(self):
        path = self.history({TIME: [1.0, 2.0]})
        code, out, _ = self.call("report", "--history", path, "--html", self.path("r.html"), "--markdown",
                                 "-")
        self.assertEqual(code, 0)
        self.assertIn("## Targets", out)
        self.assertEqual(self.call("report", "--history", path)[0], 2)
        self.assertEqual(self.call("report", "--history", self.path("new.sqlite"), "--html",
                                   self.path("x"))[0], 4)


if __name__ == "__main__":
    unittest.main()

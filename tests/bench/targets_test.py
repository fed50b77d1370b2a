"""Targets: the committed list is sound, and each kind of limit is judged rightly."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import dataclasses
import json
import unittest

from bench_tool import PEER, TIME, BenchTest
from astrolabe_bench import race, targets, workspace

RUN = object()


def target(**more):
    return {"what": "w", "source": "7", "series": TIME.name, **more}


class TargetsTest(BenchTest):
    def check(self, one, samples):
        return targets.check([one], {series: (RUN, values) for series, values in samples.items()})[0]

    def test_limits(self):
        for limit, values, state, ratio in (
                ({"at_most": 2}, [1.0, 1.0, 9.0], "met", 0.5), ({"at_most": 2}, [3.0], "missed", 1.5),
                ({"at_least": 4}, [2.0], "missed", 2.0), ({"at_least": 4}, [8.0], "met", 0.5),
                ({"at_most": 2, "of": "max"}, [1.0, 3.0], "missed", 1.5),
                ({"at_most": 50, "of": "p99"}, [float(value) for value in range(1, 101)], "missed", 1.98)):
            got = self.check(target(**limit), {TIME: values})
            self.assertEqual((got.state, got.ratio), (state, ratio), limit)
        self.assertEqual(targets.verdict(self.check(target(at_most=2), {TIME: [3.0]})), "missed by 50 %")

    def test_limits_that_a_peer_sets(self):
        samples = {TIME: [2.0], PEER: [10.0]}
        for limit, state in (({"times_faster": 4}, "met"), ({"times_faster": 6}, "missed"),
                             ({"share_of_peer": 0.5}, "met"), ({"share_of_peer": 0.1}, "missed")):
            got = self.check(target(peer="ctags", **limit), samples)
            self.assertEqual(got.state, state, limit)
        self.assertEqual(self.check(target(peer="ctags", times_faster=6), samples).bar,
                         "6x less than ctags: 1.67 s")

    def test_what_is_not_measured_is_not_met(self):
        self.assertEqual(self.check(target(at_most=2), {}).state, "not measured")
        self.assertEqual(self.check(target(peer="ctags", times_faster=2), {TIME: [1.0]}).state,
                         "not measured")
        elsewhere = {"what": "w", "source": "7", "checked_by": "./x campaign", "bar": "all", "why": "hours"}
        self.assertEqual(self.check(elsewhere, {TIME: [1.0]}).state, "not measured")

    def test_percentiles_are_by_nearest_rank(self):
        values = [float(value) for value in range(100, 0, -1)]
        self.assertEqual([targets.statistic(name, values) for name in ("p50", "p90", "p99", "max", "median")],
                         [50, 90, 99, 100, 50.5])
        self.assertEqual(targets.statistic("p99", [4.0]), 4.0)

    def test_list_that_is_wrong_is_refused(self):
        for bad in ({"what": "w", "source": "7"},
                    {"what": "w", "source": "7", "at_most": 1, "checked_by": "x", "why": "y"},
                    {"what": "w", "source": "7", "checked_by": "x"},
                    {"what": "w", "at_most": 1}, target(at_most=1, at_least=2)):
            with self.assertRaises(ValueError):
                targets.load(self.write("targets.json", json.dumps([bad])))

    def test_committed_targets_name_series_that_races_measure(self):
        workspaces = workspace.defined()
        for one in targets.load():
            if "series" not in one:
                continue
            bench = one["series"].split("/", 1)[0]
            definition = race.load(bench)
            if "workspaces" in definition:
                _, where, entrant, metric = one["series"].split("/", 3)
                self.assertIn(where, definition["workspaces"], one)
                self.assertIn(where, workspaces)
            else:
                _, entrant, metric = one["series"].split("/", 2)
            if "printed" in definition and metric not in race.METRICS:
                self.assertIn(metric, definition["printed"], one)
            self.assertIn(entrant, definition["entrants"])
            if "peer" in one:
                self.assertIn(one["peer"], definition["entrants"])

    def test_command(self):
        path = self.history({TIME: [1.0], dataclasses.replace(TIME, metric="mb", unit="MB"): [5.0]})
        code, out, _ = self.call("targets", "--history", path)
        self.assertEqual(code, 0)
        self.assertIn("0 met, 0 missed", out)
        code, out, _ = self.call("targets", "--history", path, "--json", "--missed")
        self.assertEqual({each["state"] for each in json.loads(out)}, {"not measured"})


if __name__ == "__main__":
    unittest.main()

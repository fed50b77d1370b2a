"""Races: the committed ones are sound; words are filled in, peers that are missing left out, wrong answers
noticed.

They run here on a workspace of two files with small programs as entrants.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import os
import subprocess
import sys
import time
import unittest
from unittest import mock

from bench_tool import BenchTest
from astrolabe_bench import process, race, workspace
from astrolabe_bench.macro import scaling, semantic_index

WORKSPACES = {"small": {"folder": "small", "word": "needle", "exact": "needle", "changed": "a.cc",
                        "small_file": "a.cc", "file": "a.cc"}}


class SmallWorkspace(BenchTest):
    def setUp(self):
        super().setUp()
        self.write("corpora/small/a.cc", "int needle;\n" * 30)
        self.write("corpora/small/below/b.h", "int other;\n" * 30)
        self.write("corpora/small/README", "needle\n")
        self.said = []
        for name, value in (("workspace.defined", lambda: WORKSPACES),
                            ("race.folder", lambda: self.path("races"))):
            patch = mock.patch("astrolabe_bench." + name, value)
            patch.start()
            self.addCleanup(patch.stop)

    def run_race(self, definition, **options):
        self.write("races/test.json",
                   json.dumps({"title": "t", "workspaces": ["small"], "warm_up": 0, "rounds": 2,
                                                  **definition}))
        settings = race.Options(astrolabe=options.pop("astrolabe", "/bin/true"), corpora=self.path("corpora"),
                                say=self.said.append, **options)
        samples, facts = race.run("test", "small", settings)
        return {f"{series.entrant}/{series.metric}": values for series, values in samples.items()}, facts


class RaceTest(SmallWorkspace):
    def test_words_are_filled_in_once_and_other_braces_stay(self):
        self.assertEqual(race.fill("{a} {b} {5,} {c}", {"a": "{b}", "b": "x"}), "{b} x {5,} {c}")

    def test_entrants_run_on_the_same_sources(self):
        got, _ = self.run_race({"entrants": {
            "astrolabe": {"command": ["sh", "-c", "cat $(cat {list}) | tee {scratch}/out"],
                          "result": "{scratch}/out"},
            "links": {"command": ["sh", "-c",
                                  "cat {sources}/a.cc {sources}/below/b.h > {scratch}/out; ! test -e "
                                  "{sources}/README"], "result": "{scratch}/out"}}})
        size = 30 * (len("int needle;\n") + len("int other;\n")) / 1e6
        self.assertEqual(got["astrolabe/result_mb"], [size] * 2)
        self.assertEqual(got["links/result_mb"], [size] * 2)
        self.assertEqual(got["links/result_per_source"], [1.0] * 2)
        self.assertEqual(len(got["links/seconds"]), 2)

    def test_missing_peer_is_left_out_and_said_so(self):
        got, _ = self.run_race({"entrants": {
            "astrolabe": {"command": ["{astrolabe}"]}, "peer": {"command": ["no-such-program"]},
            "other": {"needs": ["no-such-either"], "command": ["true"]}}})
        self.assertEqual({name.split("/")[0] for name in got}, {"astrolabe"})
        self.assertEqual(self.said, ["  peer is left out: no no-such-program here",
                                     "  other is left out: no no-such-either here"])

    def test_baseline_runs_twice_beside_ours(self):
        old = self.write("old", "#!/bin/sh\necho old > $1/name\n", executable=True)
        got, _ = self.run_race({"entrants": {"astrolabe": {"command": ["{astrolabe}", "{scratch}"]}}},
                               baseline=old)
        self.assertEqual({name.split("/")[0] for name in got}, {"astrolabe", "baseline", "again"})
        self.assertEqual({len(values) for values in got.values() if values}, {len(got["again/seconds"])})

    def test_change_does_not_reach_the_workspace(self):
        got, _ = self.run_race({"entrants": {"astrolabe": {
            "changes": "{sources}/{changed}", "command": ["tail", "-1", "{sources}/a.cc"]}}})
        self.assertEqual(len(got["astrolabe/seconds"]), 2)
        with open(self.path("corpora/small/a.cc"), encoding="utf-8") as file:
            self.assertNotIn("changed", file.read())

    def test_search_that_finds_nothing_is_no_feat(self):
        entrants = {"astrolabe": {"command": ["grep", "{word}", "{root}/a.cc"]},
                    "peer": {"command": ["grep", "nothing at all", "{root}/a.cc"]}}
        with self.assertRaisesRegex(race.RaceError, "found nothing: {'astrolabe': 30, 'peer': 0}"):
            self.run_race({"entrants": entrants, "same_lines": ["astrolabe", "peer"]})
        entrants["peer"]["command"][1] = "n.*"
        entrants["peer"]["command"] += ["{root}/README"]
        _, facts = self.run_race({"entrants": entrants, "same_lines": ["astrolabe", "peer"]})
        self.assertEqual(facts, {"lines": {"astrolabe": 30, "peer": 31}})

    def test_command_that_fails_is_named_with_what_it_said(self):
        with self.assertRaisesRegex(race.RaceError, "exit 9\nout of luck"):
            self.run_race({"entrants": {"astrolabe": {"command": ["sh", "-c",
                                                                  "echo out of luck >&2; exit 9"]}}})

    def test_peer_that_fails_is_out_and_the_race_goes_on(self):
        got, _ = self.run_race({"entrants": {"astrolabe": {"command": ["true"]},
                                             "peer": {"command": ["sh", "-c", "exit 9"]}}})
        self.assertEqual({name.split("/")[0] for name in got}, {"astrolabe"})
        self.assertEqual(self.said, ["  peer is out: sh -c exit 9: exit 9\n"])

    def test_peer_that_never_ends_is_out_and_ours_fails_the_race(self):
        endless = {"command": ["sh", "-c", "sleep 60 & wait"]}
        got, facts = self.run_race({"limit_seconds": 1, "entrants": {"astrolabe": {"command": ["true"]},
                                                                       "peer": endless}})
        self.assertEqual({name.split("/")[0] for name in got}, {"astrolabe"})
        self.assertEqual(self.said, ["  peer is out: no end within 1 s"])
        self.assertEqual(facts["out"], {"peer": "no end within 1 s"})
        with self.assertRaisesRegex(race.RaceError, "astrolabe: no end within 1 s"):
            self.run_race({"limit_seconds": 1, "entrants": {"astrolabe": endless}})

    def test_what_comes_first_is_an_entrants_own_business(self):
        got, _ = self.run_race({"entrants": {
            "astrolabe": {"once": [["sh", "-c", "echo x >> {scratch}/once"]],
                          "command": ["sh", "-c", "test $(wc -l < {scratch}/once) = 1 || exit 9"]},
            "peer": {"once": [["sh", "-c", "exit 9"]], "command": ["true"]}}})
        self.assertEqual({name.split("/")[0] for name in got}, {"astrolabe"})

    def test_numbers_that_a_command_prints(self):
        got, _ = self.run_race({"printed": {"p99": {"path": ["all", "p99"], "unit": "us"}}, "entrants": {
            "astrolabe": {"command": ["echo", '{"all": {"p99": 12.5}}']}}})
        self.assertEqual(got["astrolabe/p99"], [12.5, 12.5])

    def test_scaling(self):
        for number in range(16):
            self.write(f"corpora/small/file{number:02}.cc", "x" * 1000)
        got, facts = self.run_race({"driver": "scaling", "rounds": 1, "shares": [0.5, 1], "entrants": {
            "astrolabe": {"command": ["sh", "-c", "cat $(find {share} -type f) > {scratch}/out"]}}})
        self.assertEqual(set(got), {f"astrolabe/{metric}" for metric in (
            "seconds at 1/2", "seconds at 1", "mb at 1/2", "mb at 1", "exponent")})
        sizes = facts["sizes"]
        self.assertAlmostEqual(sizes["1/2"] / sizes["1"], 0.5, delta=0.1)

    def test_exponent(self):
        sizes = [1.0, 2.0, 4.0, 8.0]
        self.assertAlmostEqual(scaling.exponent(sizes, [3 * size ** 1.5 for size in sizes]), 1.5)


SERVER = [sys.executable, "-B", os.path.join(os.path.dirname(os.path.abspath(__file__)), "fake_server.py")]


class ServersTest(SmallWorkspace):
    """The drivers for language servers, with one that answers at once."""

    def test_index_by_a_command_and_by_a_server(self):
        report = "echo '{\"tier\": 1}' | tee {scratch}/out"
        with mock.patch.object(semantic_index, "QUIET", 2):
            got, _ = self.run_race({"driver": "semantic_index", "rounds": 1, "entrants": {
                "astrolabe": {"command": ["sh", "-c", report], "result": "{scratch}/out"},
                "peer": {"server": SERVER, "result": "{scratch}/none"}}})
        self.assertEqual(set(got), {"astrolabe/seconds", "astrolabe/cpu_seconds", "astrolabe/mb",
                                    "astrolabe/result_mb", "peer/seconds", "peer/mb"})
        self.assertLess(got["peer/seconds"][0], 2)  # the quiet is not counted
        with self.assertRaisesRegex(race.RaceError, "made no semantic index"):
            self.run_race({"driver": "semantic_index", "entrants": {
                "astrolabe": {"command": ["echo", '{"tier": 0}'], "result": "{scratch}"}}})

    def test_restart(self):
        got, _ = self.run_race({"driver": "restart", "rounds": 1,
                                "entrants": {"astrolabe": {"server": SERVER}}})
        self.assertEqual(len(got["astrolabe/workspace-symbol"]), 20 * (len("needle") - 2))
        self.assertEqual(len(got["astrolabe/seconds"]), 1)

    def test_first_hover(self):
        got, _ = self.run_race({"driver": "first_hover", "rounds": 1,
                                "entrants": {"astrolabe": {"server": SERVER}}})
        self.assertEqual(set(got), {"astrolabe/seconds", "astrolabe/open to hover"})
        with self.assertRaisesRegex(race.RaceError, "it failed"):
            self.run_race({"driver": "first_hover", "entrants": {
                "astrolabe": {"server": [*SERVER, "--fail", "textDocument/hover"]}}})

    def test_server_that_never_answers_is_out(self):
        got, facts = self.run_race({"driver": "restart", "rounds": 1, "limit_seconds": 8, "entrants": {
            "astrolabe": {"server": SERVER}, "peer": {"server": [*SERVER, "--slow", "60"]}}})
        self.assertEqual({name.split("/")[0] for name in got}, {"astrolabe"})
        self.assertEqual(facts["out"], {"peer": "no end within 8 s"})

    def test_server_that_does_not_start_fails_the_race(self):
        with self.assertRaisesRegex(race.RaceError, "ended|gone"):
            self.run_race({"driver": "restart", "entrants": {"astrolabe": {"server": ["/bin/true"]}}})


class CommittedTest(BenchTest):
    def test_races_name_workspaces_words_and_drivers_that_there_are(self):
        known = {"astrolabe", "build", "bench", "scratch", "threads", "root", "commands", "list", "sources",
                 "share", "literal_pattern"}
        for name in race.names():
            definition = race.load(name)
            self.assertIn("astrolabe", definition["entrants"], name)
            for where in definition.get("workspaces", []):
                words = known | {key for key, value in workspace.defined()[where].items()
                                 if isinstance(value, str)}
                text = json.dumps(definition["entrants"])
                for word in race.re.findall(r"\{(\w+)\}", text):
                    self.assertIn(word, words, f"{name} on {where}")
            driver = definition.get("driver", "commands")
            self.assertTrue(os.path.exists(os.path.join(os.path.dirname(race.__file__), "macro",
                                                        driver + ".py")))


class ProcessTest(BenchTest):
    def test_memory_is_of_the_program_and_not_of_the_tool(self):
        self.assertLess(process.run(["/bin/true"])["mb"], 12)

    def test_memory_of_a_tree_is_summed(self):
        script = "import time; x = bytearray(30 << 20); time.sleep(0.6)"
        command = ["sh", "-c", f"python3 -c '{script}' & python3 -c '{script}'; wait"]
        self.assertGreater(process.run(command, interval=0.05)["mb"], 60)

    def test_time_out_ends_the_whole_group(self):
        with self.assertRaisesRegex(process.CommandFailed, "exit -9\nended after 0.2 s"):
            process.run(["sh", "-c", "sleep 30; true"], timeout=0.2)

    def test_threads_do_not_stay_idle(self):
        code = ("import os, time; os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0)); "
                "print(flush=True); time.sleep(30)")
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as child:
            child.stdout.readline()
            with process.NoIdlePriority(os.getpid(), 0.01):
                end = time.monotonic() + 5
                while os.sched_getscheduler(child.pid) == os.SCHED_IDLE and time.monotonic() < end:
                    time.sleep(0.01)
            policy = os.sched_getscheduler(child.pid)
            child.kill()
        if os.geteuid() == 0:
            self.assertEqual(policy, os.SCHED_OTHER)

    def test_command_that_is_not_there(self):
        with self.assertRaisesRegex(process.CommandFailed, "/no/such: No such file or directory"):
            process.run(["/no/such"])
        self.assertEqual(process.run(["echo", "still works"])["output"], b"still works\n")


if __name__ == "__main__":
    unittest.main()

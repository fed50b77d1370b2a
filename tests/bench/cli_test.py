"""The command line: what it says of itself, and of what is wrong."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import unittest

from bench_tool import PEER, TIME, BenchTest


class CliTest(BenchTest):
    def test_every_command_has_help(self):
        code, out, _ = self.call("--help")
        self.assertEqual(code, 0)
        for command in ("run", "compare", "history", "import", "report", "targets", "gate", "record",
                        "replay"):
            self.assertRegex(out, rf"(?m)^ +{command} ")
            code, text, _ = self.call(command, "--help")
            self.assertEqual(code, 0)
            self.assertIn("--", text)

    def test_wrong_usage(self):
        for arguments in ([], ["measure"], ["compare", "one"], ["run", "--rounds", "many"]):
            self.assertEqual(self.call(*arguments)[0], 2)

    def test_what_is_not_there_is_named(self):
        for arguments, said in (
                (["run", "--astrolabe", "/no/astrolabe", "startup"], "no program /no/astrolabe"),
                (["gate", "--astrolabe", "/no/astrolabe"], "no program /no/astrolabe"),
                (["compare", "1", "2"], "has no run 1"), (["import", "/no/file.json"], "/no/file.json"),
                (["replay", "/no/session", "--root", "/", "--", "server"], "/no/session")):
            more = [] if "--" in arguments else ["--history", self.path("h.sqlite")]
            code, _, errors = self.call(*arguments, *more)
            self.assertEqual(code, 4, arguments)
            self.assertIn(said, errors)

    def test_list(self):
        code, out, _ = self.call("run", "--list", "--build", self.folder)
        self.assertEqual(code, 0)
        for race in ("startup", "tier0-index", "semantic-index", "editing", "replay", "scaling"):
            self.assertRegex(out, rf"(?m)^{race} ")

    def test_run_is_remembered_and_compared(self):
        file = self.path("h.sqlite")
        program = self.write("astrolabe", "#!/bin/sh\necho 1\n", executable=True)
        for _ in range(2):
            code, out, errors = self.call("run", "startup", "--astrolabe", program, "--rounds", "3", "--json",
                                          "--history", file, "--build", self.folder, "--note", "tried")
            self.assertEqual(code, 0, errors)
        found = json.loads(out)
        self.assertIn("startup/astrolabe/seconds", {figure["series"] for figure in found["figures"]})
        self.assertEqual(len(found["figures"][0]["samples"]), 3)
        code, out, _ = self.call("history", "--history", file)
        self.assertEqual((code, out.count("tried")), (0, 2))
        code, out, _ = self.call("compare", "last-1", "last", "--only", "startup/astrolabe/mb", "--history",
                                 file)
        self.assertIn("startup/astrolabe/mb", out)

    def test_comparison_of_runs(self):
        file = self.history({TIME: [1.0] * 9, PEER: [1.0]}, {TIME: [1.2] * 9})
        code, out, _ = self.call("compare", "00cc", "last", "--history", file, "--json")
        self.assertEqual(code, 1)
        found = json.loads(out)
        self.assertEqual(list(found), [TIME.name])
        self.assertEqual(found[TIME.name]["verdict"], "regressed")
        self.assertIsNone(found[TIME.name]["same"])
        self.assertEqual(self.call("compare", "1", "2", "--only", "nothing", "--history", file)[0], 4)

    def test_history_of_a_series(self):
        file = self.history({TIME: [1.0]}, {TIME: [2.0]})
        code, out, _ = self.call("history", "index/*", "--history", file, "--json")
        self.assertEqual([point["value"] for point in json.loads(out)[0]["points"]], [1.0, 2.0])
        code, out, _ = self.call("history", "nothing*", "--history", file)
        self.assertEqual(code, 4)
        self.assertIn("no series nothing*", out)


if __name__ == "__main__":
    unittest.main()

"""The gate: counts are exact, 2 % more instructions are always found, and what can't be compared is not.

The program under test is a small one in C, compiled here, whose loop takes as many steps as it is told to.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import os
import shutil
import subprocess
import unittest

from bench_tool import BenchTest
from astrolabe_bench import callgrind, gate

WORK = """
#include <stdlib.h>
int main(int count, char** arguments) {
  volatile unsigned sum = 0;
  for (long i = 0; i < STEPS; ++i) sum += i;
  return count > 1 && atoi(arguments[1]) == 7 ? 3 : 0;
}
"""
STEPS = 400_000
ENVIRONMENT = {"architecture": "x86_64", "compilers": ["clang 22"], "libraries": {"libfoo": "1"}}


class CountsTest(BenchTest):
    """With callgrind itself."""

    def setUp(self):
        super().setUp()
        if not shutil.which("valgrind") or not shutil.which("cc"):
            self.skipTest("no valgrind or no cc here")

    def program(self, name, steps):
        source = self.write(name + ".c", WORK)
        subprocess.run(["cc", "-O1", f"-DSTEPS={steps}", "-o", self.path(name), source], check=True)
        return self.path(name)

    def run_gate(self, program, baseline, update=False):
        """The gate with two jobs of the test's own."""
        old, gate.JOBS = gate.JOBS, [{"first": ["1"], "second": ["2"]}]
        try:
            return gate.run(program, baseline, update, say=lambda text: None)
        finally:
            gate.JOBS = old

    def test_planted_two_percent_are_always_found_and_the_same_program_never(self):
        baseline = self.path("instructions.json")
        before = self.program("before", STEPS)
        self.assertEqual(self.run_gate(before, baseline, update=True)[0], 0)
        slower, faster = self.program("slower", STEPS * 102 // 100), self.program("faster", STEPS * 98 // 100)
        for _ in range(3):
            code, found = self.run_gate(before, baseline)
            self.assertEqual((code, found["verdict"], found["why"]), (0, "unchanged", []))
            code, found = self.run_gate(slower, baseline)
            self.assertEqual((code, found["verdict"]), (1, "regressed"))
            self.assertEqual({job["word"] for job in found["jobs"].values()}, {"regressed"})
            code, found = self.run_gate(faster, baseline)
            self.assertEqual((code, found["verdict"]), (0, "improved"))

    def test_counts_are_exact(self):
        program = self.program("work", STEPS)
        counts = [callgrind.instructions([program]) for _ in range(3)]
        self.assertLess(max(counts) / min(counts), 1.0005)

    def test_program_that_fails_is_named(self):
        with self.assertRaisesRegex(callgrind.process.CommandFailed, "exit 3"):
            callgrind.instructions([self.program("work", 10), "7"])


class VerdictTest(BenchTest):
    """Without it: what is decided from counts."""

    def run_gate(self, environment, counts, baseline):
        saved = gate.environment, gate.count
        gate.environment = lambda program: environment
        gate.count = lambda program, say=None: (counts, "input")
        try:
            return gate.run("program", baseline, say=lambda text: None)
        finally:
            gate.environment, gate.count = saved

    def baseline(self, **more):
        return self.write("b.json", json.dumps({"format": 1, "input": "input", "environment": ENVIRONMENT,
                                                "counts": {"a": 1000, "b": 2000}, **more}))

    def test_one_percent_is_the_limit(self):
        for count, code, word in ((1009, 0, "unchanged"), (1011, 1, "regressed"), (980, 0, "improved")):
            got, found = self.run_gate(ENVIRONMENT, {"a": count, "b": 2000}, self.baseline())
            self.assertEqual((got, found["verdict"]), (code, word))

    def test_other_compiler_makes_it_inconclusive(self):
        other = {**ENVIRONMENT, "compilers": ["clang 23"]}
        code, found = self.run_gate(other, {"a": 5000, "b": 2000}, self.baseline())
        self.assertEqual((code, found["verdict"]), (0, "inconclusive"))
        self.assertEqual(found["why"], ["other compiler: clang 23 instead of clang 22"])
        other = {**ENVIRONMENT, "libraries": {"libfoo": "2", "libbar": "1"}}
        self.assertEqual(self.run_gate(other, {"a": 1}, self.baseline())[1]["why"],
                         ["other libraries: libbar, libfoo"])
        code, found = self.run_gate(ENVIRONMENT, {"a": 5000}, self.baseline(input="another"))
        self.assertEqual((code, found["verdict"]), (0, "inconclusive"))

    def test_new_job_has_no_verdict(self):
        code, found = self.run_gate(ENVIRONMENT, {"a": 1000, "c": 1}, self.baseline())
        self.assertEqual((code, found["jobs"]["c"]["word"]), (0, "new"))

    def test_baseline_that_is_none(self):
        self.assertEqual(self.run_gate(ENVIRONMENT, {"a": 1}, self.path("none"))[1]["verdict"],
                         "inconclusive")
        for text in ("{", "{}", '{"format": 9, "counts": {}}'):
            with self.assertRaisesRegex(ValueError, "gate --update"):
                self.run_gate(ENVIRONMENT, {"a": 1}, self.write("bad.json", text))

    def test_input_is_the_same_each_time(self):
        self.assertEqual(gate.make_input(self.path("a")), gate.make_input(self.path("b")))
        self.assertNotEqual(gate.make_input(self.path("c"), files=8),
                            gate.make_input(self.path("d"), files=9))
        self.assertGreater(os.path.getsize(self.path("a", "large.cc")), 100_000)

    def test_committed_baseline_is_of_the_present_input(self):
        if (baseline := gate.read_baseline(gate.BASELINE)) is None:
            self.skipTest("none committed")
        self.assertEqual(baseline["input"], gate.make_input(self.path("input")))
        self.assertEqual(set(baseline["counts"]), {name for stage in gate.JOBS for name in stage})


if __name__ == "__main__":
    unittest.main()

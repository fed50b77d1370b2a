"""JSON of Google Benchmark, and programs that write it."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import unittest

from bench_tool import BenchTest
from astrolabe_bench import google_benchmark
from astrolabe_bench.history import Series

CONTENT = {
    "context": {"executable": "build/bench/scan/bench_scan", "host_name": "h", "load_avg": [1, 2, 3]},
    "benchmarks": [
        {"name": "BM_Scan/4", "run_name": "BM_Scan/4", "run_type": "iteration", "real_time": 9.0,
         "cpu_time": 2.5,
         "time_unit": "us", "bytes_per_second": 4e9},
        {"name": "BM_Scan/4", "run_name": "BM_Scan/4", "run_type": "iteration", "real_time": 9.0,
         "cpu_time": 2.0,
         "time_unit": "us", "bytes_per_second": 5e9},
        {"name": "BM_Scan/4_median", "run_name": "BM_Scan/4", "run_type": "aggregate", "real_time": 1.0,
         "cpu_time": 1.0, "time_unit": "us"},
        {"name": "BM_Walk/real_time", "run_type": "iteration", "real_time": 3.0, "cpu_time": 1.0,
         "time_unit": "ms"},
        {"name": "BM_Broken", "run_type": "iteration", "error_occurred": True, "error_message": "no file"}]}
SCAN = Series("bench_scan/BM_Scan/4", "", "astrolabe", "cpu_time", "ns")
RATE = Series("bench_scan/BM_Scan/4", "", "astrolabe", "bytes_per_second", "B/s", "more")
WALK = Series("bench_scan/BM_Walk/real_time", "", "astrolabe", "real_time", "ns")

PROGRAM = """#!/usr/bin/env python3
import json, sys
if "--benchmark_list_tests" in sys.argv:
    print("BM_Scan/4")
else:
    print("a line of the program's own")
    print(json.dumps(%r))
"""


class GoogleBenchmarkTest(BenchTest):
    def test_repetitions_are_samples_and_aggregates_are_not(self):
        samples, context = google_benchmark.read(json.dumps(CONTENT), "x.json")
        self.assertEqual(samples, {SCAN: [2500.0, 2000.0], RATE: [4e9, 5e9], WALK: [3e6]})
        self.assertEqual(context["host_name"], "h")

    def test_what_is_no_such_json_says_so(self):
        for text in ("", "[]", "{}", '{"context": {}, "benchmarks": [{}]}',
                     '{"context": 3, "benchmarks": []}',
                     '{"context": {}, "benchmarks": [{"name": "a", "cpu_time": 1, "time_unit": "weeks"}]}'):
            with self.assertRaisesRegex(google_benchmark.BadJson, "x.json: no JSON of Google Benchmark"):
                google_benchmark.read(text, "x.json")

    def test_one_start_gives_the_best_of_its_repetitions(self):
        program = self.write("build/bench/scan/bench_scan", PROGRAM % CONTENT, executable=True)
        self.write("build/bench/scan/CMakeFiles/bench_x", "", executable=True)
        self.write("build/bench/scan/list_outline", "", executable=True)
        self.assertEqual(google_benchmark.programs(self.path("build")), {"bench_scan": program})
        self.assertEqual(google_benchmark.names(program), ["BM_Scan/4"])
        self.assertEqual(google_benchmark.run(program), {SCAN: 2000.0, RATE: 5e9, WALK: 3e6})

    def test_import(self):
        path = self.write("x.json", json.dumps(CONTENT))
        file = self.path("history.sqlite")
        code, out, _ = self.call("import", path, "--history", file, "--commit", "f" * 40)
        self.assertEqual((code, out), (0, "run 1: 3 series\n"))
        code, out, _ = self.call("history", "bench_scan/BM_Scan*", "--history", file)
        self.assertEqual(code, 0)
        self.assertIn("2.25 us", out)
        self.assertIn("ffffffffffff", out)
        code, _, errors = self.call("import", self.write("bad.json", "{"), "--history", file)
        self.assertEqual(code, 4)
        self.assertIn("bad.json: no JSON of Google Benchmark", errors)

    def test_run_of_micro_benches_and_a_comparison_of_two_runs(self):
        self.write("build/bench/scan/bench_scan", PROGRAM % CONTENT, executable=True)
        file = self.path("history.sqlite")
        for _ in range(2):
            code, out, errors = self.call("run", "bench_scan", "--build", self.path("build"), "--astrolabe",
                                          "/bin/true", "--history", file, "--rounds", "3")
            self.assertEqual(code, 0, out + errors)
        code, out, _ = self.call("compare", "1", "last", "--history", file)
        self.assertEqual(code, 0)
        self.assertIn("unchanged", out)
        self.assertIn("advice", out)

    def test_builds_are_compared_in_turn(self):
        slower = json.loads(json.dumps(CONTENT))
        slower["benchmarks"][0]["cpu_time"] = slower["benchmarks"][1]["cpu_time"] = 2.2
        self.write("old/bench/scan/bench_scan", PROGRAM % CONTENT, executable=True)
        self.write("new/bench/scan/bench_scan", PROGRAM % slower, executable=True)
        code, out, _ = self.call("compare", self.path("old"), self.path("new"), "--rounds", "3", "--json")
        self.assertEqual(code, 1)
        self.assertEqual(json.loads(out)["bench_scan/BM_Scan/4/astrolabe/cpu_time"]["verdict"], "regressed")


if __name__ == "__main__":
    unittest.main()

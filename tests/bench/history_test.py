"""The SQLite file of all figures."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import dataclasses
import sqlite3
import unittest

from bench_tool import MACHINE, PEER, TIME, BenchTest
from astrolabe_bench import history, machine


class HistoryTest(BenchTest):
    def test_keeps_raw_samples_in_order_and_what_made_them(self):
        path = self.path("below", "history.sqlite")
        with history.History(path) as file:
            run = history.Run(commit_id="a" * 40, is_dirty=True, machine=MACHINE, compiler="clang 22",
                              flags="-O2", load=1.5, facts={"note": "first"})
            run.add(TIME, [3.0, 1.0, 2.0])
            run.add(PEER, [9.0])
            file.add(run)
        with history.History(path) as file:
            got = file.runs()[0]
            self.assertEqual(dataclasses.replace(run, samples={}), got)
            self.assertEqual(file.samples(got.id), {TIME: [3.0, 1.0, 2.0], PEER: [9.0]})
            (_, estimate), = file.summaries("index/*/astrolabe/*")[TIME]
            self.assertEqual((estimate.value, estimate.samples), (2.0, 3))

    def test_is_in_wal_mode(self):
        with history.History(self.path("h.sqlite")) as file:
            self.assertEqual(file.database.execute("PRAGMA journal_mode").fetchone(), ("wal",))

    def test_run_is_written_as_a_whole_or_not_at_all(self):
        path = self.history({TIME: [1.0]})
        with history.History(path) as file:
            run = history.Run()
            run.add(PEER, [1.0])
            run.add(dataclasses.replace(TIME, unit="ms"), [1.0])
            with self.assertRaisesRegex(history.HistoryError, "was measured in s so far, not in ms"):
                file.add(run)
            self.assertEqual(len(file.runs()), 1)
            self.assertEqual(list(file.summaries()), [TIME])

    def test_runs_are_found_by_number_commit_and_place(self):
        path = self.history({TIME: [1.0]}, {TIME: [2.0]}, {TIME: [3.0]})
        with history.History(path) as file:
            self.assertEqual([file.find_run(name).id for name in ("last", "last-2", "2", "02cccc", "00ccc")],
                             [3, 1, 2, 3, 1])
            for name in ("7", "last-3", "dddddd", "0"):
                with self.assertRaisesRegex(history.HistoryError, f"no run {name}"):
                    file.find_run(name)

    def test_latest_is_of_the_newest_run_that_has_it(self):
        path = self.history({TIME: [1.0], PEER: [5.0]}, {TIME: [2.0]})
        with history.History(path) as file:
            latest = file.latest()
            self.assertEqual({series: (run.id, samples) for series, (run, samples) in latest.items()},
                             {TIME: (2, [2.0]), PEER: (1, [5.0])})

    def test_machines_are_kept_apart(self):
        self.history({TIME: [1.0]}, machine=MACHINE)
        path = self.history({TIME: [2.0]}, machine={**MACHINE, "cores": 64})
        with history.History(path) as file:
            self.assertEqual(len(file.runs()), 2)
            here = machine.fingerprint(MACHINE)
            self.assertEqual([run.machine["cores"] for run in file.runs(here)], [2])
            self.assertEqual(len(file.summaries("*", here)[TIME]), 1)

    def test_file_of_another_kind_or_version_is_named(self):
        junk = self.write("junk.sqlite", "no database at all, but long enough to look at\n" * 40)
        with self.assertRaisesRegex(history.HistoryError, "junk.sqlite: file is not a database"):
            history.History(junk)
        newer = self.path("newer.sqlite")
        with sqlite3.connect(newer) as database:
            database.execute("PRAGMA user_version = 99")
        database.close()
        with self.assertRaisesRegex(history.HistoryError, "is of format 99, this tool knows 1"):
            history.History(newer)


class MachineTest(BenchTest):
    def test_fingerprint_is_of_what_makes_it_fast(self):
        self.assertEqual(machine.fingerprint(MACHINE), machine.fingerprint(dict(reversed(MACHINE.items()))))
        self.assertNotEqual(machine.fingerprint(MACHINE), machine.fingerprint({**MACHINE, "cores": 4}))
        self.assertIn("cores of", machine.in_words(machine.description()))

    def test_compilers_of_what_is_no_program(self):
        self.assertEqual(machine.compilers(self.write("text", "#!/bin/sh\n")), [])
        self.assertEqual(machine.compilers(self.write("cut", "\x7fELF")), [])
        self.assertEqual(machine.compilers(self.path("nothing")), [])

    def test_flags_of_a_build_folder(self):
        self.write("CMakeCache.txt",
                   "# c\nCMAKE_BUILD_TYPE:STRING=Release\nCMAKE_CXX_FLAGS:STRING=\nX:BOOL=1\n")
        self.assertEqual(machine.build_flags(self.folder), "CMAKE_BUILD_TYPE=Release")
        self.assertEqual(machine.build_flags(self.path("none")), "")


if __name__ == "__main__":
    unittest.main()

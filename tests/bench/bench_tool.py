"""What all tests of the benches' tool share: its modules on the path, a folder of their own, a small
history."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import contextlib
import io
import os
import shutil
import sys
import tempfile
import unittest

REPOSITORY = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(REPOSITORY, "bench"))
from astrolabe_bench import cli, history  # noqa: E402

MACHINE = {"architecture": "x86_64", "processor": "Test", "cores": 2, "memory_gb": 8, "virtual": False,
           "kernel": "6"}
TIME = history.Series("index", "small", "astrolabe", "seconds", "s")
PEER = history.Series("index", "small", "ctags", "seconds", "s")


class BenchTest(unittest.TestCase):
    """`folder` is empty at the start of each test and gone behind it."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="astrolabe-bench-test-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, text, executable=False):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        if executable:
            os.chmod(path, 0o755)
        return path

    def call(self, *arguments):
        """The tool's command line: (exit code, what it printed, what it said on stderr)."""
        out, errors = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
            try:
                code = cli.main(list(arguments))
            except SystemExit as end:
                code = end.code
        return code, out.getvalue(), errors.getvalue()

    def history(self, *runs, machine=None):
        """A history with a run for each {series: samples}, a day apart."""
        path = self.path("history.sqlite")
        with history.History(path) as file:
            for day, samples in enumerate(runs):
                run = history.Run(started=f"2026-11-{day + 1:02}T00:00:00Z", commit_id=f"{day:02}" + "c" * 38)
                run.machine = machine or run.machine
                for series, values in samples.items():
                    run.add(series, values)
                file.add(run)
        return path

"""`./x`: every command that its help names can be given, and the help names all that there are.

    x_test.py X [unittest arguments]

The commands themselves take from seconds to hours, so they are replaced by one that says its name.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import os
import re
import subprocess
import sys
import tempfile
import unittest

X = None
# The line behind which nothing but the choice of the command comes.
CHOICE = "command=${1:-help}\n"
SAY_NAMES = 'for name in $(compgen -A function cmd_); do eval "$name() { echo \\"ran $name \\$*\\"; }"; done\n'


class Commands(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="astrolabe-x-")
        self.addCleanup(folder.cleanup)
        with open(X) as file:
            self.text = file.read()
        self.assertEqual(self.text.count(CHOICE), 1)
        self.x = os.path.join(folder.name, "x")
        with open(self.x, "w") as file:
            file.write(self.text.replace(CHOICE, SAY_NAMES + CHOICE))

    def run_x(self, *arguments):
        return subprocess.run(["bash", self.x, *arguments], capture_output=True, text=True, timeout=60)

    def test_the_help_names_all_and_all_are_known(self):
        help_text = subprocess.run([X, "help"], capture_output=True, text=True, timeout=60).stdout
        named = re.findall(r"^\./x (\S+)", help_text, re.MULTILINE)
        there = re.findall(r"^cmd_(\S+)\(\)", self.text, re.MULTILINE)
        self.assertEqual(sorted(named + ["help"]), sorted(there))
        self.assertGreater(len(named), 10)
        for name in named:
            result = self.run_x(name, "a folder")
            wanted = f"ran cmd_{name} a folder"
            if name == "run":  # takes a folder, and looks whether it is there
                result, wanted = self.run_x(name), "ran cmd_run "
            self.assertEqual((result.returncode, result.stdout), (0, wanted + "\n"), result.stderr)

    def test_without_a_command(self):
        self.assertEqual(self.run_x().stdout, "ran cmd_help \n")

    def test_an_unknown_command(self):
        for name in ("no-such-thing", "build optimize"):
            result = self.run_x(name)
            self.assertEqual(result.returncode, 1)
            self.assertIn(f"x: no command '{name}'", result.stderr)


if __name__ == "__main__":
    X = os.path.abspath(sys.argv.pop(1))
    unittest.main()

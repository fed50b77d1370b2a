"""The tables of docs/coming-from-clangd.md against the program, its sources, and clangd itself.

    flags_test.py ASTROLABE [unittest arguments]
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ASTROLABE = None
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def read(*path):
    with open(os.path.join(ROOT, *path)) as file:
        return file.read()


def run(*arguments):
    return subprocess.run(arguments, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)


def table(text, heading, column=2):
    """The rows of the first table under a heading: names in the first cell, to the cell of another column."""
    rows = {}
    for line in text.split(f"\n## {heading}\n")[1].split("\n## ")[0].splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if line.startswith("| `"):
            rows.update({name: cells[column] for name in re.findall(r"`([^`]+)`", cells[1])})
    return rows


def names_in_help(text):
    return set(re.findall(r"^  --?([\w-]+)", text, re.MULTILINE))


DOCUMENT = read("docs", "coming-from-clangd.md")


class Flags(unittest.TestCase):
    def setUp(self):
        self.said = {flag.lstrip("-"): here for flag, here in table(DOCUMENT, "Flags").items()}
        text, ignored = run(ASTROLABE, "lsp", "--help").stdout.split("Accepted and without effect: ")
        self.used, self.ignored = names_in_help(text), set(ignored.split())

    def test_each_is_what_the_program_says(self):
        for flag, here in self.said.items():
            self.assertIn(here, ("same", "other", "none"), flag)
            self.assertIn(flag, self.ignored if here == "none" else self.used)
        ours = set(re.findall(r"`--([\w-]+)`", DOCUMENT.split("Ours alone are")[1].split(";")[0]))
        self.assertEqual(self.used | self.ignored, set(self.said) | ours)

    def test_no_flag_of_clangd_is_missing(self):
        if not shutil.which("clangd-22"):
            self.skipTest("clangd-22 is not installed")
        theirs = names_in_help(run("clangd-22", "--help-hidden").stdout)
        self.assertGreater(len(theirs), 50)
        shown = {flag.lstrip("-") for flag, why in table(DOCUMENT, "Flags", 3).items()
                 if why != "not in the help of clangd 22"}
        self.assertEqual(theirs, shown)

    def test_each_is_taken(self):
        """A value that it cannot have may be refused; the flag may not."""
        for flag in self.said:
            dash = "-" if len(flag) == 1 else "--"
            said = run(ASTROLABE, "lsp", f"{dash}{flag}=1", "--version")
            self.assertNotIn("unknown flag", said.stderr)
        self.assertIn("unknown flag", run(ASTROLABE, "lsp", "--nonsense=1", "--version").stderr)


class Keys(unittest.TestCase):
    def setUp(self):
        self.said = table(DOCUMENT, "Keys of `.clangd`")

    def test_all_are_there(self):
        keys = re.findall(r'^      \{"([A-Z][\w.]+)"', read("analysis", "config", "config_keys.cc"), re.MULTILINE)
        self.assertGreater(len(keys), 30)
        self.assertEqual(set(keys) - {"Index.External"}, set(self.said))

    def problems(self, key, value):
        with tempfile.TemporaryDirectory(prefix="astrolabe-flags-") as folder:
            *blocks, last = key.split(".")
            text = "".join(f"{'  ' * depth}{block}:\n" for depth, block in enumerate(blocks))
            with open(os.path.join(folder, ".clangd"), "w") as file:
                file.write(f"{text}{'  ' * len(blocks)}{last}: {value}\n")
            return run(ASTROLABE, "config", os.path.join(folder, "a.cc")).stdout

    def test_each_is_read_as_is_said(self):
        self.assertIn("has no key", self.problems("Hover.Nonsense", "1"))
        for key, here in self.said.items():
            for value in ("Yes", "QueryDriver"):
                said = self.problems(key, value)
                self.assertNotIn("has no key", said)
                if here == "same":
                    self.assertNotIn("no effect here", said)
        self.assertIn("no effect here", self.problems("CompileFlags.BuiltinHeaders", "QueryDriver"))
        self.assertIn("no effect here", self.problems("Index.External.Server", "host:1"))


class Settings(unittest.TestCase):
    def test_those_of_the_extension(self):
        said = table(DOCUMENT, "Settings of Visual Studio Code")
        shared = read("editors", "vscode", "src", "settings.ts").split("sharedWithClangd = new Set([")[1].split("]")[0]
        self.assertEqual({f"clangd.{name}" for name in re.findall(r"'([\w.]+)'", shared)},
                         {name for name, here in said.items() if here == "same"})
        for name, here in said.items():
            self.assertTrue(here == "same" or here.startswith("not read"), name)


if __name__ == "__main__":
    ASTROLABE = os.path.abspath(sys.argv.pop(1))
    unittest.main()

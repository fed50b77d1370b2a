"""What our documents type, exists: commands and flags of `astrolabe`, and the messages that they quote.

    commands_test.py ASTROLABE [unittest arguments]
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import functools
import glob
import os
import re
import shlex
import subprocess
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ASTROLABE = None


@functools.cache
def help_of(*command):
    return subprocess.run([ASTROLABE, *command, "--help"], capture_output=True, text=True, timeout=60).stdout


@functools.cache
def subcommands_of(*command):
    listed = help_of(*command).partition("Subcommands:\n")[2]
    # `model` and `generate` are in no help: the one is for the server, the other for packages.
    hidden = ["generate", "model"] if not command else ["man", "bash", "zsh", "fish"] if command == ("generate",) else []
    return set(re.findall(r"^  ([a-z][\w-]*)", listed, re.MULTILINE)) | set(hidden)


def documents():
    for pattern in ("*.md", "docs/*.md", "editors/*/README.md", "analysis/ai/model/README.md"):
        for path in sorted(glob.glob(os.path.join(ROOT, pattern))):
            with open(path, encoding="utf-8") as file:
                yield os.path.relpath(path, ROOT), file.read()


def typed(text):
    """Command lines of `astrolabe`, without the program's name: in blocks of code and between backticks."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    lines += [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", prose)]
    for line in lines:
        found = re.match(r"(?:\$ )?astrolabe (.+)", line)
        if found:
            yield found[1]


def trouble(line):
    """What is wrong with a command line; empty if nothing is."""
    try:
        words = shlex.split(line.replace("<(", "").replace("…", ""), comments=True)
    except ValueError:
        words = line.split()
    command = []
    while words and subcommands_of(*command):
        if words[0] not in subcommands_of(*command):
            known = words[0].startswith("-") or not re.match(r"[a-z]", words[0])
            return "" if known else f"no command {' '.join([*command, words[0]])}"
        command.append(words.pop(0))
    shown = help_of(*command)
    for word in words:
        flag = re.match(r"--?[A-Za-z][\w-]*", word)
        if flag and not re.search(rf"(^|[\s,]){re.escape(flag[0])}\b", shown):
            without = flag[0].lstrip("-")
            if command != ["lsp"] or f" {without} " not in shown:
                return f"{' '.join(command)} has no flag {flag[0]}"
    return ""


class Commands(unittest.TestCase):
    def test_what_is_typed_exists(self):
        lines = 0
        for name, text in documents():
            if name == "CHANGELOG.md":
                continue
            for line in typed(text):
                lines += 1
                self.assertEqual(trouble(line), "", f"{name}: astrolabe {line}")
        self.assertGreater(lines, 60)

    def test_trouble_is_found(self):
        self.assertEqual(trouble("query symbol Name --limit 2"), "")
        self.assertEqual(trouble("lsp --malloc-trim -j 2"), "")
        self.assertEqual(trouble("query symbol Name --nonsense 2"), "query symbol has no flag --nonsense")
        self.assertEqual(trouble("qery symbol"), "no command qery")

    def test_quoted_messages_are_the_programs(self):
        """A block marked `text` holds messages, one a line; … stands for what varies."""
        with open(ASTROLABE, "rb") as program:
            content = program.read()
        pieces = 0
        for name in ("docs/troubleshooting.md", "docs/privacy.md", "docs/coming-from-clangd.md"):
            with open(os.path.join(ROOT, name), encoding="utf-8") as file:
                for block in re.findall(r"^```text\n(.*?)^```", file.read(), re.MULTILINE | re.DOTALL):
                    for piece in re.split(r"…|\n", block):
                        if len(piece.strip()) < 6:
                            continue
                        pieces += 1
                        self.assertTrue(piece.strip().encode() in content, f"{name}: the program does not say '{piece}'")
        self.assertGreater(pieces, 10)


if __name__ == "__main__":
    ASTROLABE = os.path.abspath(sys.argv.pop(1))
    unittest.main()

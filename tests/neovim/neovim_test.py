"""Astrolabe in a real editor: Neovim without a screen, its own language server client, sessions.lua.

    neovim_test.py ASTROLABE [unittest arguments]

Each session runs in a Neovim of its own on a small workspace. Whatever it does, no process may be left behind.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ASTROLABE = None
DEADLINE = 60  # seconds of a session
END_DEADLINE = 10  # seconds that the server may take to be gone after its editor

HEADER = """#pragma once
#include <vector>

/// Something that can be sold.
struct Article {
  const char* name;
  int price = 0;
  /// What so many cost.
  int Total(int count) const { return price * count; }
};

int Cheapest(const std::vector<Article>& articles);
"""

SOURCE = """#include "shop.h"

int Cheapest(const std::vector<Article>& articles) {
  int best = 1 << 30;
  for (const Article& article : articles) {
    if (article.Total(1) < best) best = article.Total(1);
  }
  return best;
}

int main() { return Cheapest({{"pen", 2}, {"ink", 3}}); }
"""

ODD = "// Zürich 😀\nint a = 1;\n\n\nint b = 2;  // →\n\tint c;\nint d;\n"


def processes_of(mark):
    """Those that have this variable in their environment, as all descendants of who was given it do."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/environ", "rb") as environment:
                if mark.encode() in environment.read().split(b"\0"):
                    found.append(int(name))
        except OSError:
            pass  # gone meanwhile, or not ours
    return found


class Neovim(unittest.TestCase):
    def setUp(self):
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix="astrolabe-neovim-"))
        self.root = os.path.join(self.folder, "root")
        os.mkdir(self.root)
        database = [{"directory": self.root, "file": "shop.cc",
                     "arguments": ["clang++", "-std=c++20", "-Wall", "-c", "shop.cc"]}]
        for name, text in (("shop.h", HEADER), ("shop.cc", SOURCE), ("odd.cc", ODD),
                           ("compile_commands.json", json.dumps(database))):
            with open(os.path.join(self.root, name), "w", encoding="utf-8") as file:
                file.write(text)

    def tearDown(self):
        for pid in processes_of(self.mark()):
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def mark(self):
        return f"ASTROLABE_NEOVIM_TEST={self.folder}"

    def start(self, session):
        name, value = self.mark().split("=")
        environment = dict(os.environ, ASTROLABE=ASTROLABE, SESSION=session, XDG_CACHE_HOME=self.folder,
                           XDG_DATA_HOME=self.folder, XDG_CONFIG_HOME=self.folder, LC_ALL="C.UTF-8",
                           EDITOR_LUA=os.path.join(HERE, "editor.lua"), **{name: value})
        return subprocess.Popen(["nvim", "--headless", "--clean", "-n", "-c",
                                 "luafile " + os.path.join(HERE, "sessions.lua")],
                                cwd=self.root, env=environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def assert_none_left(self):
        end = time.monotonic() + END_DEADLINE
        while left := processes_of(self.mark()):
            self.assertLess(time.monotonic(), end, f"left behind: {left}")
            time.sleep(0.02)

    def play(self, session):
        with self.start(session) as process:
            try:
                output = process.communicate(timeout=DEADLINE)[0]
            except subprocess.TimeoutExpired:
                process.kill()
                self.fail(f"not done in {DEADLINE} s\n{process.communicate()[0].decode(errors='replace')}")
        self.assertEqual(process.returncode, 0, output.decode(errors="replace"))
        self.assert_none_left()

    def test_a_killed_editor_leaves_no_process(self):
        with self.start("the_editor_is_killed") as process:
            self.assertEqual(process.stdout.readline().strip(), b"ready")
            self.assertGreater(len(processes_of(self.mark())), 2)
            process.kill()
        self.assert_none_left()


def add_sessions():
    """Every session but the one above is a test by its name."""
    with open(os.path.join(HERE, "sessions.lua"), encoding="utf-8") as file:
        names = re.findall(r"^function sessions\.(\w+)\(", file.read(), re.MULTILINE)
    for name in names:
        if name != "the_editor_is_killed":
            setattr(Neovim, f"test_{name}", lambda self, name=name: self.play(name))


if __name__ == "__main__":
    ASTROLABE = os.path.abspath(sys.argv.pop(1))
    add_sessions()
    unittest.main()

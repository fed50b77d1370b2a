"""The plugin for Neovim (editors/neovim) in a real one, without a screen: plugin_sessions.lua.

    plugin_test.py ASTROLABE [unittest arguments]

As neovim_test.py, with the plugin as a user has it: in 'runtimepath', and require('astrolabe').setup().
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import os
import re
import subprocess
import sys
import unittest

import neovim_test

HERE = os.path.dirname(os.path.abspath(__file__))
PLUGIN = os.path.realpath(os.path.join(HERE, "../../editors/neovim"))
SESSIONS = os.path.join(HERE, "plugin_sessions.lua")


class Plugin(neovim_test.Neovim):
    test_a_killed_editor_leaves_no_process = None

    def start(self, session):
        name, value = self.mark().split("=")
        environment = dict(os.environ, ASTROLABE=neovim_test.ASTROLABE, SESSION=session, LC_ALL="C.UTF-8",
                           XDG_CACHE_HOME=self.folder, XDG_DATA_HOME=self.folder, XDG_CONFIG_HOME=self.folder,
                           XDG_STATE_HOME=self.folder, PLUGIN=PLUGIN, PYTHON=sys.executable,
                           STUB=os.path.join(HERE, "stub_server.py"),
                           EDITOR_LUA=os.path.join(HERE, "editor.lua"), **{name: value})
        return subprocess.Popen(["nvim", "--headless", "--clean", "-n", "--cmd", "set runtimepath^=" + PLUGIN,
                                 "-c", "luafile " + SESSIONS],
                                cwd=self.root, env=environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def add_sessions():
    with open(SESSIONS, encoding="utf-8") as file:
        names = re.findall(r"^function sessions\.(\w+)\(", file.read(), re.MULTILINE)
    for name in names:
        setattr(Plugin, f"test_{name}", lambda self, name=name: self.play(name))


if __name__ == "__main__":
    neovim_test.ASTROLABE = os.path.abspath(sys.argv.pop(1))
    add_sessions()
    unittest.main()

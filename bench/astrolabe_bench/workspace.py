"""The workspaces that benches run on (bench/workspaces.json), and parts of them.

They stand below --corpora; bench/peers/workspace.sh makes them from Debian's source packages. Nothing is ever
written into one: what has to be changed is changed in a tree of hard links, by replacing the link.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import os
import shutil

from astrolabe_bench import machine

ENDINGS = (".c", ".h", ".cc", ".hh", ".cpp", ".hpp", ".cxx", ".hxx")


def defined():
    with open(os.path.join(machine.REPOSITORY, "bench", "workspaces.json"), encoding="utf-8") as file:
        return json.load(file)


class Workspace:
    """name: a key of workspaces.json. `words` has what its entry says, for the commands of races."""

    def __init__(self, name, corpora):
        entry = defined()[name]
        self.name, self.words = name, entry
        self.root = os.path.join(os.path.realpath(corpora), entry["folder"])
        self.commands = os.path.join(self.root, entry["commands"]) if "commands" in entry else None

    def missing(self):
        """What it lacks and how to get it; empty if it is there."""
        need = os.path.join(self.commands, "compile_commands.json") if self.commands else self.root
        if os.path.exists(need):
            return ""
        return f"no {need}: bench/peers/workspace.sh {self.words['folder']} {self.root} makes it"

    def sources(self):
        """Paths of all C and C++ files, relative to the root, sorted."""
        found = []
        for parent, folders, names in os.walk(self.root):
            folders[:] = [folder for folder in folders if not folder.startswith(".")]
            found += [os.path.relpath(os.path.join(parent, name), self.root) for name in names if
                      name.endswith(ENDINGS) and os.path.isfile(os.path.join(parent, name))]
        return sorted(found)

    def link(self, folder, share=1.0):
        """A folder of hard links to that share of the sources, spread evenly; copies where links can't be."""
        for index, name in enumerate(self.sources()):
            if int((index + 1) * share) == int(index * share):
                continue
            target = os.path.join(folder, name)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            try:
                os.link(os.path.join(self.root, name), target)
            except OSError:
                shutil.copy2(os.path.join(self.root, name), target)
        return folder


def replace_with_more(path, text):
    """Appends to a file of a tree of hard links without touching what it is linked to."""
    with open(path, "rb") as file:
        content = file.read()
    with open(path + ".new", "wb") as file:
        file.write(content + text)
    os.replace(path + ".new", path)

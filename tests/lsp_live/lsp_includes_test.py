"""What is said about #include lines, over the wire.

    lsp_includes_test.py ASTROLABE [unittest arguments]
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lsp_server"))
import lsp_server_test  # noqa: E402
from client import uri_of  # noqa: E402
from lsp_changes_test import ChangesTest  # noqa: E402

DIAGNOSTICS = "textDocument/publishDiagnostics"


class UnusedIncludes(ChangesTest):
    TEXT = ('#include <vector>\n#include "cat.h"\n#include "dog.h"\n#include "bird.h"\n\n'
            "Dog dog;\nstd::vector<int> legs;\n")

    def setUp(self):
        super().setUp()
        self.write("cat.h", '#pragma once\n#include "dog.h"\nstruct Cat {};\n')
        self.write("dog.h", "#pragma once\nstruct Dog {};\n")
        self.write("bird.h", "#pragma once\nstruct Bird {};\n")
        self.write("a.cc", self.TEXT)

    def said(self, client, name, count):
        uri = uri_of(client.path(name))
        last = lambda: ([p["diagnostics"] for p in client.notifications(DIAGNOSTICS) if p["uri"] == uri] or [[]])[-1]  # noqa: E731
        return self.eventually(last, lambda said: len(said) == count)

    def actions(self, client, line, only=None):
        at = {"line": line, "character": 3}
        context = {"diagnostics": []} if only is None else {"diagnostics": [], "only": only}
        return {a["title"]: a for a in client.request("textDocument/codeAction", client.document(
            "a.cc", range={"start": at, "end": at}, context=context))}

    def test_they_are_said_in_the_second_stage(self):
        client = self.server("--background-index=0")
        client.open("a.cc")
        cat, bird = self.said(client, "a.cc", 2)
        self.assertEqual(cat["message"], "included header cat.h is not used directly")
        self.assertEqual((cat["code"], cat["source"], cat["severity"], cat["tags"]),
                         ("unused-includes", "clangd", 2, [1]))
        self.assertEqual(cat["codeDescription"]["href"], "https://clangd.llvm.org/guides/include-cleaner")
        self.assertEqual(cat["range"], {"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 16}})
        self.assertEqual(bird["range"]["start"]["line"], 3)
        uri = uri_of(client.path("a.cc"))
        first = next(p for p in client.notifications(DIAGNOSTICS) if p["uri"] == uri)
        self.assertEqual(first["diagnostics"], [])

    def test_without_checks_of_clang_tidy_too(self):
        client = self.server("--background-index=0", "--clang-tidy=0")
        client.open("a.cc")
        self.said(client, "a.cc", 2)

    def test_one_is_removed_and_all_are(self):
        client = self.server("--background-index=0")
        client.open("a.cc")
        self.said(client, "a.cc", 2)
        actions = self.actions(client, 1)
        self.assertEqual(set(actions), {"remove #include directive", "remove all unused includes"})
        self.assertEqual(actions["remove all unused includes"]["kind"], "quickfix")
        self.apply(actions["remove #include directive"]["edit"])
        self.assertEqual(self.text("a.cc"), self.TEXT.replace('#include "cat.h"\n', ""))
        self.write("a.cc", self.TEXT)
        self.apply(actions["remove all unused includes"]["edit"])
        self.assertEqual(self.text("a.cc"), self.TEXT.replace('#include "cat.h"\n', "").replace('#include "bird.h"\n', ""))
        self.assert_compiles("a.cc")

    def test_an_edit_that_uses_one_ends_it(self):
        client = self.server("--background-index=0")
        client.open("a.cc")
        self.said(client, "a.cc", 2)
        client.change("a.cc", self.TEXT + "Bird bird;\n")
        [cat] = self.said(client, "a.cc", 1)
        self.assertIn("cat.h", cat["message"])

    def test_fixing_all_leaves_includes_alone(self):
        client = self.server("--background-index=0")
        client.open("a.cc")
        self.said(client, "a.cc", 2)
        self.assertEqual(self.actions(client, 1, only=["source.fixAll"]), {})

    def test_on_headers_that_files_share(self):
        # The second file's preamble is parsed on a process that has read what the first shares with it.
        for name in ("b.cc", "c.cc", "d.cc"):
            self.write(name, self.TEXT)
        self.compiled("a.cc", "b.cc", "c.cc", "d.cc")
        client = self.server("--background-index=0")
        client.open("a.cc")
        self.said(client, "a.cc", 2)
        for name in ("b.cc", "c.cc"):
            client.open(name)
            self.assertEqual([d["range"]["start"]["line"] for d in self.said(client, name, 2)], [1, 3])


if __name__ == "__main__":
    lsp_server_test.ASTROLABE = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)

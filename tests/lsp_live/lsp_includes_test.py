"""What is said about #include lines, over the wire.

    lsp_includes_test.py ASTROLABE [unittest arguments]
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lsp_server"))
import lsp_server_test  # noqa: E402
from client import ServerError, uri_of  # noqa: E402
from lsp_changes_test import RESOLVES, ChangesTest  # noqa: E402

DIAGNOSTICS = "textDocument/publishDiagnostics"


class IncludesTest(ChangesTest):
    def said(self, client, name, count):
        uri = uri_of(client.path(name))
        last = lambda: ([p["diagnostics"] for p in client.notifications(DIAGNOSTICS) if p["uri"] == uri] or [[]])[-1]  # noqa: E731
        return self.eventually(last, lambda said: len(said) == count)

    def actions(self, client, line, column=3, name="a.cc", only=None):
        at = {"line": line, "character": column}
        context = {"diagnostics": []} if only is None else {"diagnostics": [], "only": only}
        return {a["title"]: a for a in client.request("textDocument/codeAction", client.document(
            name, range={"start": at, "end": at}, context=context))}


class UnusedIncludes(IncludesTest):
    TEXT = ('#include <vector>\n#include "cat.h"\n#include "dog.h"\n#include "bird.h"\n\n'
            "Dog dog;\nstd::vector<int> legs;\n")

    def setUp(self):
        super().setUp()
        self.write("cat.h", '#pragma once\n#include "dog.h"\nstruct Cat {};\n')
        self.write("dog.h", "#pragma once\nstruct Dog {};\n")
        self.write("bird.h", "#pragma once\nstruct Bird {};\n")
        self.write("a.cc", self.TEXT)

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


class MissingIncludes(IncludesTest):
    """Off by default; the header is spelled as the workspace does, so there has to be one."""

    TEXT = ('#include "all.h"\n\nfarm::Dog dog;\nstd::string name(const farm::Dog& dog);\nint legs = farm::Legs();\n')

    def setUp(self):
        super().setUp()
        self.write("farm/dog.h", "#pragma once\nnamespace farm { struct Dog {}; }\n")
        self.write("farm/legs_impl.h", '// IWYU pragma: private, include "farm/legs.h"\n#pragma once\n'
                                       "namespace farm { int Legs(); }\n")
        self.write("farm/legs.h", '#pragma once\n#include "farm/legs_impl.h"\n')
        self.write("all.h", '#pragma once\n#include <string>\n#include "farm/dog.h"\n#include "farm/legs.h"\n')
        self.write("a.cc", self.TEXT)
        self.write("compile_commands.json", json.dumps([
            {"directory": self.root, "file": "a.cc", "arguments": ["clang++", "-std=c++20", "-I.", "-c", "a.cc"]}]))
        self.write(".clangd", "Diagnostics:\n  MissingIncludes: Strict\n  UnusedIncludes: None\n")
        self.index()

    def opened(self, **more):
        client = self.server("--background-index=0", **more)
        client.open("a.cc")
        return client

    def test_every_use_is_said(self):
        said = self.said(self.opened(), "a.cc", 4)
        self.assertEqual([(d["message"], d["range"]["start"]["line"], d["range"]["start"]["character"]) for d in said], [
            ('No header providing "farm::Dog" is directly included', 2, 6),
            ('No header providing "std::string" is directly included', 3, 5),
            ('No header providing "farm::Dog" is directly included', 3, 29),
            ('No header providing "farm::Legs" is directly included', 4, 17)])
        self.assertEqual({(d["code"], d["source"], d["severity"]) for d in said}, {("missing-includes", "clangd", 3)})

    def test_one_is_added_and_all_are(self):
        client = self.opened()
        self.said(client, "a.cc", 4)
        actions = self.actions(client, 2, 6)
        self.assertLessEqual({'#include "farm/dog.h"', "add all missing includes"}, set(actions))
        self.apply(actions['#include "farm/dog.h"']["edit"])
        self.assertIn('#include "farm/dog.h"\n', self.text("a.cc"))
        self.assertEqual(len(self.text("a.cc")), len(self.TEXT) + len('#include "farm/dog.h"\n'))
        self.write("a.cc", self.TEXT)
        self.apply(actions["add all missing includes"]["edit"])
        for include in ("<string>", '"farm/dog.h"', '"farm/legs.h"'):
            self.assertEqual(self.text("a.cc").count(f"#include {include}\n"), 1)
        client.change("a.cc", self.text("a.cc"))
        self.said(client, "a.cc", 0)
        self.assertNotIn("add all missing includes", self.actions(client, 2, 6))

    def test_with_the_unused_ones(self):
        self.write(".clangd", "Diagnostics:\n  MissingIncludes: Strict\n")
        client = self.opened()
        self.said(client, "a.cc", 5)
        self.apply(self.actions(client, 0)["fix all includes"]["edit"])
        self.assertNotIn("all.h", self.text("a.cc"))
        client.change("a.cc", self.text("a.cc"))
        self.said(client, "a.cc", 0)

    def test_a_chosen_one_is_parsed_first(self):
        # Its line would stand ahead of the one that brings what it asks for.
        self.write("farm/dog.h", "#pragma once\n#ifndef FARM\n#error use yard.h\n#endif\nnamespace farm { struct Dog {}; }\n")
        self.write("yard.h", '#pragma once\n#define FARM\n#include "farm/dog.h"\n')
        self.write("a.cc", '#include "yard.h"\n\nfarm::Dog dog;\n')
        client = self.opened(capabilities=RESOLVES)
        self.said(client, "a.cc", 1)
        with self.assertRaises(ServerError) as caught:
            client.request("codeAction/resolve", self.actions(client, 2, 6)['#include "farm/dog.h"'])
        self.assertIn("this would bring an error: In included file: use yard.h", caught.exception.message)


if __name__ == "__main__":
    lsp_server_test.ASTROLABE = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)

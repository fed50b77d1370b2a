"""Completion as an editor sees it: names of headers that are not included, documentation on demand, a word typed on,
and the same answers wherever in a long file the cursor is.

    completion_session_test.py ASTROLABE [unittest arguments]
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import os
import shutil
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lsp_server"))
from client import Client  # noqa: E402

ASTROLABE = None

SHOP = """#ifndef SHOP_H
#define SHOP_H
namespace shop {
/// Something that can be sold.
struct Article {
  int price = 0;
  int pieces = 0;
};
namespace detail {
struct ArticleNode {};
}
}
#endif
"""

USER = """#include <map>

namespace shop {

int Use(int amount) {
  return amount;
}

}
"""

RESOLVING = {"textDocument": {"completion": {"completionItem": {
    "snippetSupport": True, "labelDetailsSupport": True, "resolveSupport": {"properties": ["documentation"]}}}}}


class CompletionSession(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="astrolabe_completion_")
        self.root = os.path.join(self.folder, "w")
        os.makedirs(os.path.join(self.root, "include"))
        self.write("include/shop.h", SHOP)
        self.write("user.cc", USER)
        self.write("maker.cc", '#include "shop.h"\nshop::Article article;\n')
        self.write("compile_commands.json", json.dumps([
            {"directory": self.root, "file": name, "arguments": ["clang++", "-std=c++17", "-Iinclude", "-c", name]}
            for name in ("user.cc", "maker.cc", "long.cc")]))
        self.client = None

    def tearDown(self):
        if self.client:
            self.client.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def write(self, name, text):
        with open(os.path.join(self.root, name), "w") as file:
            file.write(text)

    def start(self, *flags, capabilities=None):
        self.client = Client([ASTROLABE, "lsp", *flags], self.root)
        self.client.initialize(RESOLVING if capabilities is None else capabilities)

    def complete(self, name, text, before):
        """The items behind `before` in the text, which is the document's from now on."""
        if name in self.client.versions:
            self.client.change(name, text)
        else:
            self.client.open(name, text)
        offset = text.index(before) + len(before)
        line = text.count("\n", 0, offset)
        return self.client.request("textDocument/completion", self.client.at(
            name, line, offset - (text.rfind("\n", 0, offset) + 1)))

    def item(self, name, text, before, label):
        """Waits for the item: the index is built in the background."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            for item in self.complete(name, text, before)["items"]:
                if item["label"] == label:
                    return item
            time.sleep(0.2)
        self.fail(f"no {label}")

    @staticmethod
    def applied(text, item):
        """The text with the item's edits, the additional ones too."""
        lines = text.split("\n")
        starts = [0]
        for line in lines:
            starts.append(starts[-1] + len(line) + 1)
        edits = sorted([item["textEdit"], *item.get("additionalTextEdits", [])],
                       key=lambda edit: (edit["range"]["start"]["line"], edit["range"]["start"]["character"]))
        for edit in reversed(edits):
            begin, end = (starts[edit["range"][side]["line"]] + edit["range"][side]["character"]
                          for side in ("start", "end"))
            text = text[:begin] + edit["newText"] + text[end:]
        return text

    def test_a_name_of_another_header_brings_its_include(self):
        self.start()
        text = USER.replace("return amount;", "Arti")
        item = self.item("user.cc", text, "  Arti", "Article")
        self.assertEqual(self.applied(text, item), USER.replace("return amount;", "Article").replace(
            "#include <map>\n", '#include <map>\n\n#include "shop.h"\n'))
        nested = self.item("user.cc", text, "  Arti", "detail::ArticleNode")
        self.assertEqual(nested["filterText"], "ArticleNode")

    def test_a_qualified_name_is_looked_for_in_its_namespace(self):
        self.start()
        text = USER.replace("return amount;", "::shop::Ar")
        self.item("user.cc", text, "::Ar", "Article")
        labels = [item["label"] for item in self.complete("user.cc", text, "::Ar")["items"]]
        self.assertNotIn("detail::ArticleNode", labels)

    def test_a_private_header_is_not_included(self):
        self.write("include/till_impl.h", '// IWYU pragma: private, include "till.h"\nnamespace shop { struct Tilling {}; }\n')
        self.write("include/till.h", '#include "till_impl.h"\n')
        self.write("include/cart_impl.h", "// IWYU pragma: private\nnamespace shop { struct Carting {}; }\n")
        self.write("include/cart.h", '// IWYU pragma: begin_exports\n#include "cart_impl.h"\n// IWYU pragma: end_exports\n')
        self.start()
        for name, header in (("Tilling", "till.h"), ("Carting", "cart.h")):
            text = USER.replace("return amount;", name[:5])
            item = self.item("user.cc", text, "  " + name[:5], name)
            self.assertIn(f'#include <map>\n\n#include "{header}"\n', self.applied(text, item))

    def test_the_standard_library_has_its_own_headers(self):
        self.start()
        text = USER.replace("return amount;", "std::unordered_mu")
        item = self.item("user.cc", text, "std::unordered_mu", "unordered_multimap")
        self.assertIn("#include <map>\n#include <unordered_map>\n", self.applied(text, item))

    def test_nothing_is_included_twice(self):
        self.start()
        text = '#include "shop.h"\n' + USER.replace("return amount;", "Arti")
        self.assertNotIn("additionalTextEdits", self.item("user.cc", text, "  Arti", "Article"))
        nested = self.item("user.cc", text, "  Arti", "detail::ArticleNode")
        self.assertNotIn("additionalTextEdits", nested)

    def test_header_insertion_can_be_turned_off(self):
        self.start("--header-insertion=never")
        item = self.item("user.cc", USER.replace("return amount;", "Arti"), "  Arti", "Article")
        self.assertNotIn("additionalTextEdits", item)

    def test_documentation_comes_when_it_is_asked_for(self):
        self.start()
        text = '#include "shop.h"\n' + USER.replace("return amount;", "Arti")
        item = self.item("user.cc", text, "  Arti", "Article")
        self.assertNotIn("documentation", item)
        resolved = self.client.request("completionItem/resolve", item)
        self.assertIn("can be sold", resolved["documentation"]["value"])
        self.assertEqual(resolved["textEdit"], item["textEdit"])
        # Of an answer that nobody remembers it comes back as it was.
        item["data"] = {"answer": 12345, "option": 0}
        self.assertEqual(self.client.request("completionItem/resolve", item), item)

    def test_without_resolving_it_comes_at_once(self):
        self.start(capabilities={})
        text = '#include "shop.h"\n' + USER.replace("return amount;", "Arti")
        item = self.item("user.cc", text, "  Arti", "Article")
        self.assertIn("can be sold", item["documentation"]["value"])

    def test_a_word_typed_on_narrows_the_list(self):
        self.start()
        text = '#include "shop.h"\n' + USER.replace("return amount;", "Article a; a.;")
        whole = self.complete("user.cc", text, " a.")
        self.assertFalse(whole["isIncomplete"])
        self.assertEqual({"price", "pieces"}, {item["label"] for item in whole["items"]})
        more = self.complete("user.cc", text.replace(" a.;", " a.piec;"), " a.piec")
        self.assertEqual(["pieces"], [item["label"] for item in more["items"]])
        edit = more["items"][0]["textEdit"]["range"]
        self.assertEqual(4, edit["end"]["character"] - edit["start"]["character"])

    def test_placeholders_and_overloads_as_the_flags_say(self):
        text = "int Sum(int a, int b);\nint Sum(int a, int b, int c);\nint One(int a);\nint x = \n;\n"
        self.start("--function-arg-placeholders=0", "--completion-style=detailed")
        items = self.complete("user.cc", text, "int x = ")["items"]
        self.assertEqual(2, sum(item["filterText"] == "Sum" for item in items))
        self.assertEqual({"Sum($0)"}, {item["textEdit"]["newText"] for item in items if item["filterText"] == "Sum"})
        self.client.kill()
        self.start()
        items = self.complete("user.cc", text, "int x = ")["items"]
        self.assertEqual(1, sum(item["filterText"] == "Sum" for item in items))
        one = next(item for item in items if item["filterText"] == "One")
        self.assertEqual("One(${1:int a})", one["textEdit"]["newText"])

    def test_far_down_in_a_long_file_the_answer_is_the_same(self):
        """The second answer there comes from a process that has parsed what is ahead."""
        functions = "".join(f"static int function_{i}(int n) {{\n  int unused_{i} = n;\n  return n + {i};\n}}\n\n"
                            for i in range(800))
        text = f"""#include "shop.h"
#ifdef NEVER
int never;
#else
{functions}int Last(shop::Article& article) {{
  article.
  return function_700(1);
}}
#endif
"""
        self.start()
        answers = []
        for _ in range(4):
            # Another text each time, so that nothing is answered from memory.
            text += "\n"
            answers.append(self.complete("long.cc", text, "  article."))
            time.sleep(0.3)
        for answer in answers:
            self.assertEqual({"price", "pieces"}, {item["label"] for item in answer["items"]})
        changed = text.replace("int function_0(int n)", "int renamed(int n)").replace("  article.\n", "  rena\n")
        for _ in range(3):
            changed += "\n"
            labels = [item["label"] for item in self.complete("long.cc", changed, "  rena")["items"]]
            self.assertIn("renamed", labels)
            time.sleep(0.2)
        wanted = text.replace("  article.\n", "  function_79\n")
        for _ in range(2):
            wanted += "\n"
            labels = [item["filterText"] for item in self.complete("long.cc", wanted, "  function_79")["items"]]
            self.assertIn("function_799", labels)
            time.sleep(0.2)


if __name__ == "__main__":
    ASTROLABE = os.path.abspath(sys.argv.pop(1))
    unittest.main()

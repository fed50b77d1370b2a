"""The live side of the language server, end to end: what an editor sees of an open file while it is typed,
broken, and while its parsing processes are killed.

    lsp_live_test.py ASTROLABE [unittest arguments]
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lsp_server"))
from client import Client, ServerError, uri_of  # noqa: E402

ASTROLABE = None
DIAGNOSTICS = "textDocument/publishDiagnostics"

HEADER = """#pragma once
#include <string>
#include <vector>

/// Something that can be sold.
struct Article {
  std::string name;
  int price = 0;
  int Total(int count) const { return price * count; }
};

int Cheapest(const std::vector<Article>& articles);
"""

SOURCE = """#include "shop.h"

int Cheapest(const std::vector<Article>& articles) {
  int best = 1 << 30;
  for (const Article& article : articles) {
    if (article.price < best) best = article.price;
  }
  return best;
}

template <typename T>
T Sum(const std::vector<T>& values) {
  T sum{};
  for (const T& value : values) sum += value;
  return sum;
}

int main() {
  auto twice = [](int x) { return x * 2; };
  return twice(Cheapest({{"pen", 2}, {"ink", 3}})) + Sum<int>({1, 2});
}
"""


def place(text, mark):
    """The position of `|` in `mark`, which stands once in `text` without it."""
    before, after = mark.split("|")
    offset = text.index(before + after) + len(before)
    return {"line": text.count("\n", 0, offset), "character": offset - (text.rfind("\n", 0, offset) + 1)}


def descendants(root):
    parents = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as f:
                parents[int(name)] = int(f.read().rsplit(")", 1)[1].split()[1])
        except OSError:
            pass  # gone meanwhile
    found = {root}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {root}


class Live(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="astrolabe-live-")
        self.root = os.path.join(self.folder, "root")
        os.makedirs(self.root)
        self.write("shop.h", HEADER)
        self.write("shop.cc", SOURCE)
        self.write("compile_commands.json", json.dumps(
            [{"directory": self.root, "file": os.path.join(self.root, "shop.cc"),
              "arguments": ["clang++", "-std=c++20", "-Wall", "-c", "shop.cc"]}]))
        self.client = Client([ASTROLABE, "lsp", "--background-index=0"], self.root)
        self.client.initialize()

    def tearDown(self):
        self.client.__exit__(None, None, None)
        shutil.rmtree(self.folder, ignore_errors=True)

    def write(self, name, text):
        with open(os.path.join(self.root, name), "w", encoding="utf-8") as f:
            f.write(text)

    def at(self, name, mark, text=SOURCE):
        return {"textDocument": {"uri": uri_of(os.path.join(self.root, name))}, "position": place(text, mark)}

    def replace(self, name, text):
        self.client.change(name, text)

    def diagnostics(self, name, wanted):
        """Waits until the last diagnostics of the file are these messages."""
        uri = uri_of(os.path.join(self.root, name))
        end = time.monotonic() + 30
        while True:
            said = [p["diagnostics"] for p in self.client.notifications(DIAGNOSTICS) if p["uri"] == uri]
            last = [d["message"] for d in said[-1]] if said else None
            if last == wanted:
                return said[-1]
            if time.monotonic() > end:
                self.fail(f"{last} and not {wanted}")
            time.sleep(0.02)

    def test_an_editing_session(self):
        self.client.open("shop.cc", SOURCE)
        self.diagnostics("shop.cc", [])
        hover = self.client.request("textDocument/hover", self.at("shop.cc", "article.pri|ce < best"))
        self.assertIn("price", hover["contents"]["value"])
        self.assertIn("int", hover["contents"]["value"])
        target = self.client.request("textDocument/definition", self.at("shop.cc", "article.pri|ce < best"))
        self.assertEqual([(t["uri"].rsplit("/", 1)[1], t["range"]["start"]["line"]) for t in target], [("shop.h", 7)])
        marks = self.client.request("textDocument/documentHighlight", self.at("shop.cc", "int be|st"))
        self.assertEqual([m["kind"] for m in marks], [3, 2, 3, 2])
        tokens = self.client.request("textDocument/semanticTokens/full", self.at("shop.cc", "|int main"))
        self.assertGreater(len(tokens["data"]), 100)
        broken = SOURCE.replace("return best;", "return bst;")
        self.replace("shop.cc", broken)
        self.diagnostics("shop.cc", ["use of undeclared identifier 'bst'; did you mean 'best'?"])
        typed = SOURCE.replace("return best;", "articles.front().")
        self.replace("shop.cc", typed)
        options = self.client.request("textDocument/completion", self.at("shop.cc", "articles.front().|", typed))
        labels = [item["label"] for item in options["items"]]
        self.assertEqual({"name", "price", "Total"} - set(labels), set(), labels)
        call = SOURCE.replace("return best;", "return articles.front().Total(")
        self.replace("shop.cc", call)
        help_ = self.client.request("textDocument/signatureHelp", self.at("shop.cc", ".Total(|", call))
        self.assertIn("int count", help_["signatures"][0]["label"])
        self.replace("shop.cc", SOURCE)
        self.diagnostics("shop.cc", [])

    def test_unsaved_headers_count(self):
        self.client.open("shop.cc", SOURCE)
        self.diagnostics("shop.cc", [])
        self.client.open("shop.h", HEADER.replace("int price = 0;", "int cost = 0;").replace("price *", "cost *"))
        said = self.diagnostics("shop.cc", ["no member named 'price' in 'Article'"] * 2)
        self.assertEqual(said[0]["range"]["start"]["line"], 5)
        self.client.close("shop.h")
        self.diagnostics("shop.cc", [])

    def test_every_prefix_of_a_file_is_answered_and_the_end_equals_a_fresh_open(self):
        self.client.open("shop.cc", "")
        replies = []
        for end in range(1, len(SOURCE) + 1):
            before = SOURCE[:end - 1]
            position = {"line": before.count("\n"), "character": end - 1 - (before.rfind("\n") + 1)}
            point = (position["line"], position["character"])
            self.client.change("shop.cc", (point, point, SOURCE[end - 1]))
            if end % 7 == 0:
                where = {"textDocument": {"uri": uri_of(os.path.join(self.root, "shop.cc"))}, "position": position}
                replies.append(self.client.send("textDocument/completion", where))
                replies.append(self.client.send("textDocument/hover", where))
        for reply in replies:
            try:
                self.client.result(reply)
            except ServerError as error:  # of a text that is gone
                self.assertIn(error.code, (-32801, -32802, -32803))
        self.assertEqual(self.client.duplicates, [])
        self.diagnostics("shop.cc", [])
        request = ("textDocument/semanticTokens/full", self.at("shop.cc", "|int main"))
        typed = self.client.request(*request)["data"]
        self.client.close("shop.cc")
        self.client.open("shop.cc", SOURCE)
        self.assertEqual(self.client.request(*request)["data"], typed)

    def test_a_crash_is_shown_on_its_file_and_costs_no_other(self):
        self.write("bad.cc", "#pragma clang __debug crash\n")
        self.client.open("bad.cc", "#pragma clang __debug crash\n")
        self.client.open("shop.cc", SOURCE)
        uri = uri_of(os.path.join(self.root, "bad.cc"))
        self.client.wait_notification(
            DIAGNOSTICS, lambda p: p["uri"] == uri and any("cannot be parsed" in d["message"] for d in p["diagnostics"]))
        self.diagnostics("shop.cc", [])
        self.replace("bad.cc", "int fine;\n")
        self.diagnostics("bad.cc", [])

    def test_diagnostics_are_of_the_version_that_they_name(self):
        self.client.open("a.cc", "")
        chance = random.Random(3)
        for version in range(2, 150):
            self.replace("a.cc", f"int x = name{version};\n")
            time.sleep(chance.random() * 0.02)
        self.diagnostics("a.cc", ["use of undeclared identifier 'name149'"])
        for told in self.client.notifications(DIAGNOSTICS):
            if told["version"] > 1 and told["diagnostics"]:
                self.assertEqual(told["diagnostics"][0]["message"], f"use of undeclared identifier 'name{told['version']}'")

    def test_killed_processes_come_back(self):
        self.client.open("shop.cc", SOURCE)
        self.diagnostics("shop.cc", [])
        where = self.at("shop.cc", "article.pri|ce < best")
        for _ in range(3):
            victims = descendants(self.client.process.pid)
            self.assertTrue(victims)
            for pid in victims:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            hover = self.client.request("textDocument/hover", where)
            self.assertIn("price", hover["contents"]["value"])


if __name__ == "__main__":
    ASTROLABE = os.path.abspath(sys.argv.pop(1))
    unittest.main()

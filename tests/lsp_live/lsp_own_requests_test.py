"""Requests of our own (lsp/protocol/own_extensions.h), over the wire: how a file is compiled, why answers are by name
only, the include graph, tests, and a new index.

    lsp_own_requests_test.py ASTROLABE [unittest arguments]
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import fcntl
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lsp_server"))
import lsp_server_test  # noqa: E402
from client import ServerError, path_of  # noqa: E402
from lsp_server_test import ServerTest  # noqa: E402


class Announced(ServerTest):
    def test_in_the_capabilities(self):
        client = self.server("--background-index=0")
        self.assertEqual(sorted(client.capabilities["experimental"]["astrolabe"]), [
            "astrolabe/compileCommand", "astrolabe/explain", "astrolabe/includedBy", "astrolabe/includes",
            "astrolabe/reindex", "astrolabe/tests"])


class Command(ServerTest):
    def ask(self, client, name):
        return client.request("astrolabe/compileCommand", client.document(name))

    def test_of_the_database(self):
        self.zoo()
        client = self.server("--background-index=0")
        command = self.ask(client, "zoo.cc")
        self.assertEqual((command["file"], command["directory"]), (client.path("zoo.cc"), self.root))
        self.assertEqual(command["origin"], "compilation database")
        self.assertIn("compile_commands.json", command["reason"])
        self.assertEqual(command["arguments"][:2], ["clang++", "-std=c++17"])
        self.assertIn("-std=c++17", command["frontEnd"])
        self.assertNotIn("problem", command)

    def test_of_another_file_with_the_users_flags(self):
        self.zoo()
        self.write(".clangd", "CompileFlags: {Add: [-DZOO]}\n")
        client = self.server("--background-index=0")
        command = self.ask(client, "zoo.h")
        self.assertNotEqual(command["origin"], "compilation database")
        self.assertIn("-DZOO", command["arguments"])

    def test_of_what_is_no_file(self):
        client = self.server("--background-index=0")
        self.assertIsNone(client.request("astrolabe/compileCommand", {"textDocument": {"uri": "untitled:1"}}))


class Explanation(ServerTest):
    def ask(self, client, name):
        return client.request("astrolabe/explain", client.document(name))

    def test_exact(self):
        self.zoo()
        self.index()
        client = self.server("--background-index=0")
        client.open("zoo.cc")
        told = self.eventually(lambda: self.ask(client, "zoo.cc"), lambda told: told["isExact"])
        self.assertEqual(told["verdict"], "Answers about this file are exact.")
        self.assertEqual(told["advice"], [])
        self.assertIn("parses it without errors", told["reasons"][1])
        self.assertIn("all 2 translation units", told["reasons"][2])

    def test_each_missing_link_is_named_with_what_helps(self):
        self.zoo()
        self.write("other.cc", "#include \"nowhere.h\"\nint x = ;\n")
        client = self.server("--background-index=0")
        client.open("other.cc")
        told = self.eventually(lambda: self.ask(client, "other.cc"), lambda told: "errors" in str(told["reasons"]))
        self.assertFalse(told["isExact"])
        reasons, advice = "\n".join(told["reasons"]), "\n".join(told["advice"])
        self.assertIn("No compilation database names this file", reasons)
        self.assertIn("has indexed no file", reasons)
        self.assertRegex(reasons, "with [12] errors?")
        self.assertIn("CMAKE_EXPORT_COMPILE_COMMANDS", advice)
        self.assertIn("--background-index=0", advice)

    def test_an_index_in_part(self):
        self.zoo()
        self.index()
        commands = [{"directory": self.root, "file": f, "arguments": ["clang++", "-std=c++17", "-c", f]}
                    for f in ("zoo.cc", "main.cc", "late.cc")]
        self.write("compile_commands.json", json.dumps(commands))
        self.write("late.cc", "int late;\n")
        client = self.server("--background-index=0")
        told = self.ask(client, "zoo.cc")
        self.assertFalse(told["isExact"])
        self.assertIn("not open in the editor", told["reasons"][1])
        self.assertIn("indexed 2 of 3 translation units", told["reasons"][2])


class IncludeGraph(ServerTest):
    def edges(self, client, method, name):
        return [(os.path.relpath(path_of(edge["directive"]["uri"]), self.root),
                 edge["directive"]["range"]["start"]["line"],
                 os.path.relpath(path_of(edge["other"]), self.root) if "other" in edge else None, edge["isExact"])
                for edge in client.request("astrolabe/" + method, client.document(name))]

    def test_both_directions(self):
        self.zoo()
        self.index()
        client = self.server("--background-index=0")
        self.assertEqual(self.edges(client, "includes", "zoo.cc"), [("zoo.cc", 0, "zoo.h", True)])
        self.assertEqual(self.edges(client, "includedBy", "zoo.h"),
                         [("main.cc", 0, "main.cc", True), ("zoo.cc", 0, "zoo.cc", True)])

    def test_an_unsaved_line(self):
        self.zoo()
        client = self.server("--background-index=0")
        client.open("main.cc", "// new\n#include \"zoo.h\"\n#include \"none.h\"\n")
        self.assertEqual(self.edges(client, "includes", "main.cc"),
                         [("main.cc", 1, "zoo.h", True), ("main.cc", 2, None, False)])

    def test_by_name_alone(self):
        self.zoo(database=False)
        self.index("--tier", "0")
        client = self.server("--background-index=0")
        self.assertEqual(self.edges(client, "includedBy", "zoo.h"),
                         [("main.cc", 0, "main.cc", False), ("zoo.cc", 0, "zoo.cc", False)])


class Tests(ServerTest):
    def ask(self, client, *names):
        params = client.document(*names) if names else {}
        return {os.path.relpath(path_of(file["uri"]), self.root):
                [(test["suite"], test["name"], test["range"]["start"]["line"]) for test in file["tests"]]
                for file in client.request("astrolabe/tests", params)}

    def test_of_a_workspace_and_of_a_file(self):
        self.write("a_test.cc", "TEST(Shop, Sells) {}\n// TEST(Shop, Comment) {}\nTEST_F(Shop,\n       Buys) {}\n")
        self.write("sub/b_test.cc", "namespace n {\nTYPED_TEST(List, Grows) {}\nTEST_P(List, Shrinks) {}\n}\n")
        self.write("none.cc", "int TEST;\nvoid TEST_F();\n")
        self.index("--tier", "0")
        client = self.server("--background-index=0")
        self.assertEqual(self.ask(client), {
            "a_test.cc": [("Shop", "Sells", 0), ("Shop", "Buys", 3)],
            "sub/b_test.cc": [("List", "Grows", 1), ("List", "Shrinks", 2)]})
        self.assertEqual(list(self.ask(client, "a_test.cc")), ["a_test.cc"])
        self.assertEqual(self.ask(client, "none.cc"), {})

    def test_as_it_is_in_the_editor(self):
        self.write("a_test.cc", "TEST(Shop, Sells) {}\n")
        self.index("--tier", "0")
        client = self.server("--background-index=0")
        client.open("a_test.cc", "\nTEST(Shop, Closes) {}\n")
        client.open("new_test.cc", "TEST(New, Test) {}\n")
        self.assertEqual(self.ask(client), {"a_test.cc": [("Shop", "Closes", 1)],
                                              "new_test.cc": [("New", "Test", 0)]})


class Reindex(ServerTest):
    def manifest(self, folder=""):
        return os.path.join(self.root, ".cache/astrolabe", folder, "MANIFEST")

    def callers(self, client):
        """Whether the compiler's index answers."""
        told = client.request("astrolabe/explain", client.document("zoo.cc"))
        return "all 2 translation units" in str(told["reasons"])

    def test_from_nothing(self):
        self.zoo()
        client = self.server()
        self.eventually(lambda: self.callers(client), bool)
        before = [os.stat(self.manifest(folder)).st_mtime_ns for folder in ("", "semantic")]
        self.assertIsNone(client.request("astrolabe/reindex", {"anew": True}))

        def is_new():
            try:
                after = [os.stat(self.manifest(folder)).st_mtime_ns for folder in ("", "semantic")]
            except FileNotFoundError:
                return False
            return after[0] > before[0] and after[1] > before[1]
        self.eventually(is_new, bool)
        self.eventually(lambda: self.callers(client), bool)
        self.assertIn("CountLegs", self.symbols(client, "CountLegs"))

    def check_what_has_changed_unseen(self, params):
        self.zoo(database=False)
        client = self.server(capabilities={"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}})
        self.eventually(lambda: self.symbols(client, "CountLegs"), lambda names: "CountLegs" in names)
        self.write("fresh.cc", "int Fresh();\n")  # and the client does not tell
        client.request("astrolabe/reindex", params)
        self.eventually(lambda: self.symbols(client, "Fresh"), lambda names: "Fresh" in names, 20)

    def test_what_has_changed_unseen(self):
        self.check_what_has_changed_unseen({})

    def test_what_has_changed_unseen_and_a_new_index_with_the_number_of_the_old_one(self):
        self.check_what_has_changed_unseen({"anew": True})

    def test_an_index_that_somebody_writes_stays(self):
        self.zoo()
        self.index()
        client = self.server("--background-index=0")
        with open(os.path.join(self.root, ".cache/astrolabe/semantic/lock"), "a") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            with self.assertRaises(ServerError) as caught:
                client.request("astrolabe/reindex", {"anew": True})
        self.assertIn("is locked by", caught.exception.message)
        self.assertTrue(os.path.exists(self.manifest()))
        self.assertTrue(os.path.exists(self.manifest("semantic")))


if __name__ == "__main__":
    lsp_server_test.ASTROLABE = sys.argv.pop(1)
    unittest.main()

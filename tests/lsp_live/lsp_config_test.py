"""Configuration files over the wire: what they do to open files, that changes are seen, and how mistakes are shown.

    lsp_config_test.py ASTROLABE [unittest arguments]
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lsp_server"))
import lsp_server_test  # noqa: E402
from client import Client, uri_of  # noqa: E402
from lsp_server_test import ServerTest, place  # noqa: E402

DIAGNOSTICS = "textDocument/publishDiagnostics"
NEEDS_FLAG = "#ifndef WANTED\n#error not configured\n#endif\nint x;\n"
UNUSED = "void f() { int unused_one; }\n"


class ConfigTest(ServerTest):
    def setUp(self):
        super().setUp()
        self.home = os.path.join(self.root, "home")  # nobody's own configuration counts
        os.makedirs(os.path.join(self.home, "clangd"))

    def start(self, *flags, root=None):
        environment = dict(os.environ, XDG_CONFIG_HOME=self.home)
        client = Client([lsp_server_test.ASTROLABE, "lsp", "--background-index=0", *flags], root or self.root, environment)
        self.clients.append(client)
        return client

    def opened(self, name, text, *flags, **more):
        self.write(name, text)
        client = self.server(*flags, **more)
        client.open(name)
        return client

    def last(self, client, name):
        """What was published last of a file; None if nothing was."""
        said = [p["diagnostics"] for p in client.notifications(DIAGNOSTICS) if p["uri"] == uri_of(client.path(name))]
        return said[-1] if said else None

    def codes(self, client, name, wanted):
        """Waits until the diagnostics of a file have these codes."""
        codes = lambda: sorted(d["code"] for d in self.last(client, name) or [{"code": "nothing yet"}])  # noqa: E731
        if not wanted:
            return self.eventually(lambda: self.last(client, name), lambda said: said == [])
        return self.eventually(codes, lambda said: said == sorted(wanted))

    def told(self, client, *names):
        """The client has seen that files have changed."""
        client.notify("workspace/didChangeWatchedFiles",
                      {"changes": [{"uri": uri_of(client.path(name)), "type": 2} for name in names]})

    def hints(self, client, name, lines=100):
        span = {"start": {"line": 0, "character": 0}, "end": {"line": lines, "character": 0}}
        return [h["label"] for h in client.request("textDocument/inlayHint", client.document(name, range=span))]

    def hover(self, client, name, text, mark):
        client.parsed(name)
        return client.request("textDocument/hover", client.at(name, *place(text, mark)))["contents"]["value"]

    def labels(self, client, name, text, mark):
        return {i["label"]: i for i in client.request("textDocument/completion", client.at(name, *place(text, mark)))["items"]}


class Flags(ConfigTest):
    def test_added_flags_make_a_file_compile(self):
        self.write(".clangd", "CompileFlags:\n  Add: [-DWANTED]\n")
        self.codes(self.opened("a.cc", NEEDS_FLAG), "a.cc", [])

    def test_without_configuration_there_are_none(self):
        self.write(".clangd", "CompileFlags:\n  Add: [-DWANTED]\n")
        client = self.opened("a.cc", NEEDS_FLAG, "--enable-config=0")
        self.codes(client, "a.cc", ["pp_hash_error"])

    def test_the_users_file_counts_last(self):
        self.write(".clangd", "CompileFlags:\n  Add: [-UWANTED]\n")
        self.write("home/clangd/config.yaml", "CompileFlags:\n  Add: [-DWANTED]\n")
        self.codes(self.opened("a.cc", NEEDS_FLAG), "a.cc", [])

    def test_a_change_is_seen_when_the_client_tells(self):
        client = self.opened("a.cc", NEEDS_FLAG)
        self.codes(client, "a.cc", ["pp_hash_error"])
        self.write(".clangd", "CompileFlags:\n  Add: [-DWANTED]\n")
        self.told(client, ".clangd")
        self.codes(client, "a.cc", [])
        os.remove(client.path(".clangd"))
        self.told(client, ".clangd")
        self.codes(client, "a.cc", ["pp_hash_error"])

    def test_also_one_that_neither_its_time_nor_its_size_shows(self):
        self.write(".clangd", "CompileFlags:\n  Add: [-DANOTHER]\n")
        client = self.opened("a.cc", NEEDS_FLAG.replace("WANTED", "CERTAIN"))
        self.codes(client, "a.cc", ["pp_hash_error"])
        before = os.stat(client.path(".clangd")).st_mtime_ns
        self.write(".clangd", "CompileFlags:\n  Add: [-DCERTAIN]\n")
        os.utime(client.path(".clangd"), ns=(before, before))
        self.told(client, ".clangd")
        self.codes(client, "a.cc", [])

    def test_and_with_the_next_question(self):
        client = self.opened("a.cc", NEEDS_FLAG)
        self.codes(client, "a.cc", ["pp_hash_error"])
        self.write("home/clangd/config.yaml", "CompileFlags:\n  Add: [-DWANTED]\n")
        client.request("textDocument/hover", client.at("a.cc", 3, 4))
        self.codes(client, "a.cc", [])

    def test_only_for_those_that_are_meant(self):
        self.write(".clangd", "If:\n  PathMatch: sub/.*\nCompileFlags:\n  Add: [-DWANTED]\n")
        client = self.opened("sub/a.cc", NEEDS_FLAG)
        self.codes(client, "sub/a.cc", [])
        self.write("b.cc", NEEDS_FLAG)
        client.open("b.cc")
        self.codes(client, "b.cc", ["pp_hash_error"])


class Diagnostics(ConfigTest):
    def test_suppressed_ones_are_not_said(self):
        self.write(".clangd", "CompileFlags:\n  Add: -Wall\nDiagnostics:\n  Suppress: [unused-variable]\n")
        client = self.opened("a.cc", UNUSED + "int g() {}\n")
        self.codes(client, "a.cc", ["return-type"])
        self.write(".clangd", "CompileFlags:\n  Add: -Wall\n")
        self.told(client, ".clangd")
        self.codes(client, "a.cc", ["return-type", "unused-variable"])
        self.write(".clangd", "CompileFlags:\n  Add: -Wall\nDiagnostics:\n  Suppress: '*'\n")
        self.told(client, ".clangd")
        self.codes(client, "a.cc", [])

    def test_by_the_compilers_own_name(self):
        self.write(".clangd", "CompileFlags:\n  Add: -Wall\nDiagnostics:\n  Suppress: [warn_unused_variable, "
                              "err_undeclared_var_use]\n")
        client = self.opened("a.cc", UNUSED + "int g() {}\nint h() { return nobody; }\n")
        self.codes(client, "a.cc", ["return-type"])

    def test_checks_of_clang_tidy(self):
        self.write(".clangd", "Diagnostics:\n  ClangTidy:\n    Add: modernize-use-nullptr\n")
        client = self.opened("a.cc", "int* p = 0;\ndouble half(int x) { return x / 2; }\n")
        self.codes(client, "a.cc", ["modernize-use-nullptr"])  # what nobody asks for has other checks
        self.write(".clangd", "Diagnostics:\n  ClangTidy:\n    Add: [modernize-use-nullptr, bugprone-integer-division]\n"
                              "    Remove: modernize-*\n")
        self.told(client, ".clangd")
        self.codes(client, "a.cc", ["bugprone-integer-division"])

    def test_options_of_checks(self):
        self.write(".clangd", "Diagnostics:\n  ClangTidy:\n    Add: readability-identifier-naming\n    CheckOptions:\n"
                              "      readability-identifier-naming.NamespaceCase: lower_case\n")
        client = self.opened("a.cc", "namespace Zoo {\nint Legs = 4;\n}\n")
        self.codes(client, "a.cc", ["readability-identifier-naming"])


class Mistakes(ConfigTest):
    def test_they_are_shown_in_the_file(self):
        self.write(".clangd", "CompileFlags:\n  Ad: -DX\n")
        client = self.opened("a.cc", "int x;\n")
        [mistake] = self.eventually(lambda: self.last(client, ".clangd"), bool)
        self.assertEqual(mistake["range"], {"start": {"line": 1, "character": 2}, "end": {"line": 1, "character": 4}})
        self.assertEqual(mistake["severity"], 2)
        self.assertEqual(mistake["message"], 'CompileFlags has no key "Ad"; did you mean "Add"?')
        self.write(".clangd", "CompileFlags:\n  Add: -DX\n")
        self.told(client, ".clangd")
        self.eventually(lambda: self.last(client, ".clangd"), lambda said: said == [])

    def test_a_broken_file_keeps_its_good_fragments(self):
        self.write(".clangd", "CompileFlags:\n  Add: -DWANTED\n---\nHover: [\n  x\n")
        client = self.opened("a.cc", NEEDS_FLAG)
        self.codes(client, "a.cc", [])
        [mistake] = self.eventually(lambda: self.last(client, ".clangd"), bool)
        self.assertEqual(mistake["severity"], 1)
        self.assertIn("no YAML", mistake["message"])

    def test_in_the_editor_its_text_there_counts(self):
        self.write(".clangd", "Hover:\n  ShowAKA: No\n")
        client = self.opened("a.cc", "int x;\n")
        client.open(".clangd", "Hover:\n  ShowAKA: No\n", language="yaml")
        client.change(".clangd", "Hover:\n  ShowAK: No\n")
        self.eventually(lambda: self.last(client, ".clangd"), lambda said: said and "ShowAKA" in said[0]["message"])
        client.change(".clangd", "Hover:\n  ShowAKA: No\n")
        self.eventually(lambda: self.last(client, ".clangd"), lambda said: said == [])
        # It is no source: whoever asks about it has an answer at once.
        with self.assertRaises(Exception):
            client.request("textDocument/hover", client.at(".clangd", 0, 0), deadline=5)

    def test_who_asks_is_told(self):
        self.write(".clangd", "Hover:\n  ShowAK: No\n")
        client = self.opened("a.cc", "int x;\n", capabilities={"textDocument": {"diagnostic": {}}})
        client.open(".clangd", language="yaml")
        report = client.request("textDocument/diagnostic", client.document(".clangd"))
        self.assertEqual([d["code"] for d in report["items"]], ["config"])

    def test_a_file_that_is_too_large(self):
        self.write(".clangd", "# " + "x" * 1_000_000)
        client = self.opened("a.cc", "int x;\n")
        [mistake] = self.eventually(lambda: self.last(client, ".clangd"), bool)
        self.assertIn("1000000 at most", mistake["message"])


class Answers(ConfigTest):
    HINTED = "int add(int left, int right = 7) {\n  int sum = left + right;\n  return sum;\n}\nauto seven = add(3);\n"

    def test_hints(self):
        client = self.opened("a.cc", self.HINTED)
        self.assertEqual(self.hints(client, "a.cc"), [": int", "left:"])
        for config, expected in (("Enabled: No", []), ("ParameterNames: No", [": int"]), ("DeducedTypes: No", ["left:"]),
                                 ("DefaultArguments: Yes", [": int", "left:", ", right: 7"]),
                                 ("BlockEnd: Yes", ["// add", ": int", "left:"])):
            self.write(".clangd", f"InlayHints:\n  {config}\n")
            self.assertEqual(self.hints(client, "a.cc"), expected, config)

    def test_hints_that_clangd_has_not(self):
        client = self.opened("a.cc", "double wide(int n) { return n; }\nint f(int n) {\n  auto g = [=] { return n; };\n  return g();\n}\n")
        without = self.hints(client, "a.cc")
        for key in ("ImplicitConversions", "LambdaCaptures"):
            self.write(".clangd", f"InlayHints:\n  {key}: Yes\n")
            self.assertGreater(len(self.hints(client, "a.cc")), len(without), key)

    def test_the_length_of_types_in_hints(self):
        text = "struct ALongNameOfAClass {};\nauto x = ALongNameOfAClass();\n"
        self.write(".clangd", "InlayHints:\n  TypeNameLimit: 5\n")
        client = self.opened("a.cc", text)
        self.assertEqual(self.hints(client, "a.cc"), [": ALong…"])
        self.write(".clangd", "InlayHints:\n  TypeNameLimit: 0\n")
        self.assertEqual(self.hints(client, "a.cc"), [": ALongNameOfAClass"])

    def test_hover_has_the_comments_of_system_headers(self):
        text = '#include <lib.h>\nint n = Take(1);\n'
        self.write("system/lib.h", "#pragma once\n/// Takes what it gets.\nint Take(int);\n")
        self.write("compile_commands.json", json.dumps([
            {"directory": self.root, "file": "a.cc", "arguments": ["clang++", "-isystem", "system", "-c", "a.cc"]}]))
        client = self.opened("a.cc", text)
        self.assertIn("Takes what it gets.", self.hover(client, "a.cc", text, "n = Ta|ke"))

    def test_hover(self):
        text = ("using Number = unsigned long;\n/// Takes \\p what, *not* more.\n/// \\param what the thing\n"
                "/// \\return 1\nNumber take(int what);\nNumber n = take(1);\n#define LONG 1234567890\nlong l = LONG;\n")
        client = self.opened("a.cc", text)
        self.assertIn("aka unsigned long", self.hover(client, "a.cc", text, "n = ta|ke"))
        self.write(".clangd", "Hover:\n  ShowAKA: No\n  MacroContentsLimit: 12\n")
        self.assertNotIn("aka", self.hover(client, "a.cc", text, "n = ta|ke"))
        self.assertIn("\\*not", self.hover(client, "a.cc", text, "n = ta|ke"))
        self.assertNotIn("1234567890", self.hover(client, "a.cc", text, "l = LO|NG").split("// Expands")[0])
        self.write(".clangd", "Documentation:\n  CommentFormat: Markdown\n")
        self.assertIn("*not* more", self.hover(client, "a.cc", text, "n = ta|ke"))
        self.write(".clangd", "Documentation:\n  CommentFormat: Doxygen\n")
        said = self.hover(client, "a.cc", text, "n = ta|ke")
        self.assertIn("Takes `what`, *not* more.", said)
        self.assertIn("**Parameters:**\n- `what`: the thing", said)
        self.assertIn("**Returns:** 1", said)

    def test_completion(self):
        snippets = {"textDocument": {"completion": {"completionItem": {"snippetSupport": True}}}}
        text = "int add_two(int left, int right);\n#define MY_ADDITION 1\nint f() {\n  add_\n}\nint g() {\n  wh\n}\n"
        client = self.opened("a.cc", text, capabilities=snippets)
        new_text = lambda: self.labels(client, "a.cc", text, "  add_|")["add_two"]["textEdit"]["newText"]  # noqa: E731
        self.assertEqual(new_text(), "add_two(${1:int left}, ${2:int right})")
        for policy, expected in (("None", "add_two"), ("OpenDelimiter", "add_two("), ("Delimiters", "add_two($0)")):
            self.write(".clangd", f"Completion:\n  ArgumentLists: {policy}\n")
            self.assertEqual(new_text(), expected)
        kinds = lambda: {i["kind"] for i in self.labels(client, "a.cc", text, "  wh|").values()}  # noqa: E731
        self.write(".clangd", "Completion:\n  CodePatterns: All\n")
        self.assertIn(15, kinds())
        self.write(".clangd", "Completion:\n  CodePatterns: None\n")
        self.assertNotIn(15, kinds())

    def test_macros_in_completion(self):
        text = "#define MY_ADDITION 1\nint f() {\n  return ADDIT;\n}\n"
        client = self.opened("a.cc", text)
        names = lambda: set(self.labels(client, "a.cc", text, "return ADDIT|"))  # noqa: E731
        self.write(".clangd", "Completion:\n  MacroFilter: FuzzyMatch\n")
        self.assertIn("MY_ADDITION", names())
        self.write(".clangd", "Completion:\n  MacroFilter: ExactPrefix\n")
        self.assertNotIn("MY_ADDITION", names())

    def test_names_of_the_standard_library(self):
        text = "int f() {\n  std::vect\n}\nint g() { vector }\n"
        client = self.opened("a.cc", text)
        vector = lambda: self.labels(client, "a.cc", text, "vector|").get("std::vector")  # noqa: E731
        self.assertIn("#include <vector>", vector()["additionalTextEdits"][0]["newText"])
        self.write(".clangd", "Completion:\n  HeaderInsertion: Never\n")
        client.change("a.cc", text + "\n")
        self.assertNotIn("additionalTextEdits", vector())
        self.write(".clangd", "Index:\n  StandardLibrary: No\n")
        client.change("a.cc", text + "\n\n")
        self.assertIsNone(vector())

    def test_semantic_tokens(self):
        client = self.opened("a.cc", "static int x = 1;\nint f(int a) { return a + x; }\n")
        kinds = lambda: sorted(set(client.request("textDocument/semanticTokens/full", client.document("a.cc"))["data"][3::5]))  # noqa: E731
        before = kinds()
        self.write(".clangd", "SemanticTokens:\n  DisabledKinds: [Parameter]\n")
        self.assertEqual(kinds(), [kind for kind in before if kind != 1])
        self.write(".clangd", "SemanticTokens:\n  DisabledModifiers: [Declaration, Definition]\n")
        modifiers = client.request("textDocument/semanticTokens/full", client.document("a.cc"))["data"][4::5]
        self.assertTrue(all(bits & 3 == 0 for bits in modifiers))

    def test_namespaces_that_stay_qualified(self):
        text = "namespace a::b { struct Thing {}; }\na::b::Thing thing;\n"
        client = self.opened("a.cc", text)
        line, column = place(text, "a::b::Thi|ng")
        span = {"start": {"line": line, "character": column}, "end": {"line": line, "character": column}}
        titles = lambda: [a["title"] for a in client.request("textDocument/codeAction", client.document(  # noqa: E731
            "a.cc", range=span, context={"diagnostics": []}))]
        self.assertIn("add using a::b::Thing", titles())
        self.write(".clangd", "Style:\n  FullyQualifiedNamespaces: [a]\n")
        self.assertNotIn("add using a::b::Thing", titles())


if __name__ == "__main__":
    lsp_server_test.ASTROLABE = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)

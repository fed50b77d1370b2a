"""Requests about open files, over the wire: pulled diagnostics, references with unsaved edits, clangd's own requests,
headers as their includers see them, and the ways in which the server is started.

    lsp_requests_test.py ASTROLABE [unittest arguments]
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lsp_server"))
import lsp_server_test  # noqa: E402
from client import ServerError, path_of, uri_of  # noqa: E402
from lsp_server_test import MAIN, SOURCE, ServerTest, lines, place  # noqa: E402

DIAGNOSTICS = "textDocument/publishDiagnostics"
PULLS = {"textDocument": {"diagnostic": {"relatedDocumentSupport": True}}}
PULLS_AGAIN = {**PULLS, "workspace": {"diagnostics": {"refreshSupport": True}}}


class WorkspaceSymbols(ServerTest):
    def test_what_macros_declare(self):
        self.write("a.cc", "#define DECLARE(name) int name();\nDECLARE(walk)\nint run();\n"
                           "namespace other { /* ä */ DECLARE(run) }\n")
        self.write("b.cc", "int run() { return 1; }\n")
        self.write("compile_commands.json", json.dumps([
            {"directory": self.root, "file": name, "arguments": ["clang++", "-c", name]} for name in ("a.cc", "b.cc")]))
        self.index()
        client = self.server("--background-index=0")

        def found(query):
            return sorted((os.path.basename(path_of(symbol["location"]["uri"])), symbol.get("containerName", ""),
                           symbol["location"]["range"]["start"]["line"], symbol["location"]["range"]["start"]["character"])
                          for symbol in client.request("workspace/symbol", {"query": query}))
        self.assertEqual(found("walk"), [("a.cc", "", 1, 8)])
        self.assertEqual([one[:3] for one in found("other::run")], [("a.cc", "other", 3)])
        self.assertEqual({one[:1] + one[2:] for one in found("run")},
                         {("a.cc", 2, 4), ("a.cc", 3, 34), ("b.cc", 0, 4)})


class CodeLenses(ServerTest):
    def lenses(self, client, name):
        """[(line, title)], resolved."""
        found = client.request("textDocument/codeLens", client.document(name))
        resolved = [lens if "command" in lens else client.request("codeLens/resolve", lens) for lens in found]
        return [(lens["range"]["start"]["line"], lens["command"]["title"]) for lens in resolved], resolved

    def test_uses_and_relations(self):
        self.zoo()
        self.index()
        client = self.server("--background-index=0")
        client.open("zoo.h")
        titles, lenses = self.lenses(client, "zoo.h")
        self.assertEqual(titles, [
            (4, "4 references"), (4, "1 derived class"), (7, "1 reference"), (7, "overridden 1 time"),
            (10, "2 references"), (10, "0 derived classes"), (12, "1 reference"),
            (12, "overrides zoo::Animal::Legs"), (15, "2 references")])
        command = lenses[-1]["command"]
        self.assertEqual(command["command"], "astrolabe.showReferences")
        uri, position, locations = command["arguments"]
        self.assertEqual((uri, position["line"]), (client.uri("zoo.h"), 15))
        self.assertEqual(lines(locations), [("main.cc", 6), ("main.cc", 6)])

    def test_what_can_be_run(self):
        text = ("#define TEST(a, b) void a##_##b()\nnamespace n {\nTEST(Suite, Name) {}\n}\n"
                "int main() { return 0; }\n")
        client = self.server("--background-index=0")
        client.open("a.cc", text)
        titles, lenses = self.lenses(client, "a.cc")
        self.assertEqual(titles, [(2, "Run"), (2, "Debug"), (4, "Run"), (4, "Debug")])
        self.assertEqual(lenses[0]["command"]["arguments"],
                         [{"uri": client.uri("a.cc"), "kind": "test", "filter": "Suite.Name"}])

    def test_a_lens_of_another_text(self):
        client = self.server("--background-index=0")
        client.open("a.cc", "void f();\n")
        [lens] = client.request("textDocument/codeLens", client.document("a.cc"))
        client.change("a.cc", "int x;\nvoid f();\n")
        with self.assertRaises(ServerError) as caught:
            client.request("codeLens/resolve", lens)
        self.assertEqual(caught.exception.code, -32801)


class AllFeatures(ServerTest):
    """`astrolabe check --all-features`, as a user runs it."""

    def check(self, *files):
        got = subprocess.run([lsp_server_test.ASTROLABE, "check", "--all-features", "--json", "--root", self.root,
                              *files], capture_output=True, text=True, cwd=self.root)
        return got.returncode, json.loads(got.stdout)

    def test_a_workspace_in_order(self):
        self.zoo()
        self.index()
        code, report = self.check()
        self.assertEqual((code, report["problems"]), (0, []))
        self.assertEqual(report["files"], 2)
        asked = {f["method"]: f["asked"] for f in report["features"]}
        self.assertEqual(asked["textDocument/hover"], report["names"])
        self.assertEqual(asked["textDocument/completion"], report["names"])
        self.assertEqual(asked["textDocument/formatting"], 2)
        self.assertEqual(len(report["slowest"]), 10)

    def test_a_file_that_takes_the_compiler_down(self):
        self.write("bad.cc", "int x;\n#pragma clang __debug crash\n")
        code, report = self.check("bad.cc")
        self.assertEqual(code, 3)
        self.assertTrue(any("crash" in problem for problem in report["problems"]), report["problems"])


class Monikers(ServerTest):
    def test_the_names_of_the_scip_export(self):
        self.zoo()
        self.index()
        client = self.server("--background-index=0")
        client.open("zoo.h")
        at = lambda mark: client.at("zoo.h", *place(client.text("zoo.h"), mark))  # noqa: E731
        [moniker] = client.request("textDocument/moniker", at("class |Dog"))
        self.assertEqual(moniker, {"scheme": "scip", "identifier": "cxx . . . zoo/Dog#", "unique": "scheme",
                                   "kind": "export"})
        [method] = client.request("textDocument/moniker", at("|Legs() const override"))
        self.assertTrue(method["identifier"].startswith("cxx . . . zoo/Dog#Legs("))
        self.assertEqual(client.request("textDocument/moniker", at("|pragma")), [])


class PullDiagnostics(ServerTest):
    def pull(self, client, name, previous=None):
        more = {} if previous is None else {"previousResultId": previous}
        return client.request("textDocument/diagnostic", client.document(name, **more))

    def messages(self, report):
        return [d["message"] for d in report["items"]]

    def test_a_client_that_pulls_is_answered_and_not_told(self):
        client = self.server("--background-index=0", capabilities=PULLS)
        self.assertTrue(client.capabilities["diagnosticProvider"]["interFileDependencies"])
        client.open("a.cc", "int f() { return x; }\n")
        first = self.pull(client, "a.cc")
        self.assertEqual((first["kind"], self.messages(first)), ("full", ["use of undeclared identifier 'x'"]))
        again = self.pull(client, "a.cc", first["resultId"])
        self.assertEqual((again["kind"], again["resultId"]), ("unchanged", first["resultId"]))
        client.change("a.cc", "int x; int f() { return x; }\n")
        self.assertEqual(self.pull(client, "a.cc", first["resultId"])["items"], [])
        self.assertEqual(client.notifications(DIAGNOSTICS), [])
        with self.assertRaises(ServerError):
            self.pull(client, "closed.cc")

    def test_a_client_that_listens_is_told(self):
        client = self.server("--background-index=0")
        client.open("a.cc", "int f() { return x; }\n")
        client.wait_notification(DIAGNOSTICS, lambda p: p["diagnostics"])
        client.close("a.cc")
        client.wait_notification(DIAGNOSTICS, lambda p: not p["diagnostics"])

    def test_errors_in_a_header_are_related(self):
        # In a body it would be for those who have the header open: bodies of headers are not parsed for others.
        self.write("bad.h", "int g = y;\n")
        client = self.server("--background-index=0", capabilities=PULLS)
        client.open("a.cc", "#include \"bad.h\"\n")
        related = self.pull(client, "a.cc")["relatedDocuments"]
        self.assertEqual([path_of(uri) for uri in related], [client.path("bad.h")])
        report = related[client.uri("bad.h")]
        self.assertEqual(self.messages(report), ["use of undeclared identifier 'y'"])
        self.assertEqual(report["items"][0]["range"]["start"], {"line": 0, "character": 8})

    def test_a_change_of_a_header_asks_for_another_pull(self):
        self.write("a.h", "inline int one() { return 1; }\n")
        client = self.server("--background-index=0", capabilities=PULLS_AGAIN)
        client.open("a.cc", "#include \"a.h\"\nint f() { return one(); }\n")
        self.assertEqual(self.pull(client, "a.cc")["items"], [])
        client.open("a.h", "inline int two() { return 1; }\n")
        client.wait_notification("workspace/diagnostic/refresh", lambda p: True)
        self.eventually(lambda: self.messages(self.pull(client, "a.cc")),
                        lambda said: any("undeclared identifier 'one'" in message for message in said))

    def test_who_can_not_be_asked_to_pull_again_waits_for_a_changed_header(self):
        header = "inline int one() { return 1; }\n"
        self.write("a.h", header)
        client = self.server("--background-index=0", capabilities=PULLS)
        client.open("a.cc", "#include \"a.h\"\nint f() { return one(); }\n")
        client.open("a.h", header.replace("one", "two"))  # while a.cc's includes are parsed for the first time
        self.assertEqual(len(self.messages(self.pull(client, "a.cc"))), 1)
        client.change("a.h", header)
        self.assertEqual(self.pull(client, "a.h")["items"], [])
        self.assertEqual(self.pull(client, "a.cc")["items"], [])
        # One edit of both files, as moving a definition from one to the other is.
        client.change("a.cc", "#include \"a.h\"\nint one() { return 1; }\nint f() { return one(); }\n")
        client.change("a.h", "int one();\n")
        self.assertEqual(self.pull(client, "a.h")["items"], [])
        self.assertEqual(self.pull(client, "a.cc")["items"], [])

    def test_files_that_are_edited_in_turn(self):
        client = self.server("--background-index=0", capabilities=PULLS)
        names = ("a.cc", "b.cc")
        for name in names:
            client.open(name, "#include <string>\nstd::string f() { return \"\"; }\n")
            self.assertEqual(self.pull(client, name)["items"], [])
        for i in range(10):
            for name in names:
                client.change(name, f"#include <string>\nstd::string f() {{ return std::to_string({i}); }}\n")
            for name in names:
                self.assertEqual(self.pull(client, name)["items"], [])

    def test_warnings_say_where_they_are_explained(self):
        client = self.server("--background-index=0", capabilities=PULLS)
        client.open("a.cc", "int f(int x) { if (x = 1) return 2; return x; }\n")
        warning = self.pull(client, "a.cc")["items"][0]
        self.assertEqual(warning["code"], "parentheses")
        self.assertTrue(warning["codeDescription"]["href"].endswith("#wparentheses"))

    def test_the_workspace_is_what_the_index_has_come_across(self):
        self.zoo()
        self.write("main.cc", MAIN + "int bad = nothing;\n")
        self.write("crash.cc", "#pragma clang __debug crash\n")
        self.write("compile_commands.json", json.dumps([
            {"directory": self.root, "file": f, "arguments": ["clang++", "-std=c++17", "-c", f]}
            for f in ("zoo.cc", "main.cc", "crash.cc")]))
        self.index()
        client = self.server("--background-index=0", capabilities=PULLS)
        report = client.request("workspace/diagnostic", {"previousResultIds": []})
        said = {os.path.basename(path_of(item["uri"])): item for item in report["items"]}
        self.assertEqual(set(said), {"main.cc", "crash.cc"})
        self.assertIn("1 error", said["main.cc"]["items"][0]["message"])
        self.assertIn("not indexed", said["crash.cc"]["items"][0]["message"])
        # What an open file has to say comes from its text.
        client.open("main.cc", MAIN)
        self.pull(client, "main.cc")
        previous = [{"uri": item["uri"], "value": item["resultId"]} for item in report["items"]]
        token = {"partialResultToken": "parts"}
        self.assertEqual(client.request("workspace/diagnostic", {"previousResultIds": previous, **token}),
                         {"items": []})
        parts = [item for p in client.notifications("$/progress") if p["token"] == "parts"
                 for item in p["value"]["items"]]
        kinds = {os.path.basename(path_of(item["uri"])): item["kind"] for item in parts}
        self.assertEqual(kinds, {"main.cc": "full", "crash.cc": "unchanged"})


class Hierarchies(ServerTest):
    """Calls and types of open files: without any index, and with one that does not know the newest text."""

    FLAGS = ("--background-index=0",)

    def prepared(self, client, what, name, text, mark, nth=0):
        return client.request(f"textDocument/prepare{what}Hierarchy", self.at(client, name, text, mark, nth))[0]

    def calls(self, client, item, direction):
        member = {"incoming": "from", "outgoing": "to"}[direction]
        found = client.request(f"callHierarchy/{direction}Calls", {"item": item})
        return [(c[member]["name"], [r["start"]["line"] for r in c["fromRanges"]]) for c in found]

    def types(self, client, item, direction):
        return sorted(t["name"] for t in client.request(f"typeHierarchy/{direction}", {"item": item}))

    def test_calls_without_an_index(self):
        self.zoo()
        client = self.server(*self.FLAGS)
        client.open("main.cc")
        client.open("zoo.cc")
        item = self.prepared(client, "Call", "main.cc", MAIN, "CountL|egs(dog) +")
        self.assertEqual((item["name"], item["detail"], path_of(item["uri"])),
                         ("CountLegs", "zoo", client.path("zoo.h")))
        self.assertEqual(self.calls(client, item, "incoming"), [("main", [6, 6])])
        self.assertEqual(self.calls(client, item, "outgoing"), [("Legs", [7])])
        item = self.prepared(client, "Call", "main.cc", MAIN, "mai|n()")
        self.assertEqual(self.calls(client, item, "outgoing"), [("CountLegs", [6, 6])])
        self.assertEqual(item["selectionRange"]["start"], {"line": 4, "character": 4})
        self.assertEqual(item["range"]["end"], {"line": 7, "character": 1})

    def test_types_without_an_index(self):
        self.zoo()
        client = self.server(*self.FLAGS)
        text = '#include "zoo.h"\nstruct Puppy : zoo::Dog {};\nzoo::Dog dog;\n'
        client.open("main.cc", text)
        client.open("more.cc", '#include "zoo.h"\nnamespace zoo {\nclass Wolf : Dog {};\n}\n')
        dog = self.prepared(client, "Type", "main.cc", text, "D|og dog")
        self.assertEqual((dog["name"], dog["detail"], path_of(dog["uri"])), ("Dog", "zoo", client.path("zoo.h")))
        self.assertEqual(self.types(client, dog, "subtypes"), ["Puppy", "Wolf"])
        animal = client.request("typeHierarchy/supertypes", {"item": dog})
        self.assertEqual([a["name"] for a in animal], ["Animal"])
        # Nobody names Animal but the header.
        self.assertEqual(self.types(client, animal[0], "subtypes"), ["Dog"])
        self.assertEqual(self.types(client, animal[0], "supertypes"), [])

    def test_a_file_outside_of_all_folders(self):
        client = self.start()
        client.request("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
        client.notify("initialized", {})
        text = "void f() {}\nvoid g() { f(); }\n"
        client.open("a.cc", text)
        item = self.prepared(client, "Call", "a.cc", text, "f|()")
        self.assertEqual(self.calls(client, item, "incoming"), [("g", [1])])

    def test_unsaved_edits_beat_the_index(self):
        self.zoo()
        self.index()
        client = self.server(*self.FLAGS)
        client.open("main.cc")
        client.open("zoo.cc")
        item = self.prepared(client, "Call", "main.cc", MAIN, "CountL|egs(dog) +")
        self.assertEqual(self.calls(client, item, "incoming"), [("main", [6, 6])])
        edited = MAIN.replace("zoo::CountLegs(dog) + ", "") + "int More() { return main(); }\n"
        client.change("main.cc", edited)
        client.parsed("main.cc")
        self.assertEqual(self.calls(client, item, "incoming"), [("main", [6])])
        more = self.prepared(client, "Call", "main.cc", edited, "Mor|e")
        self.assertEqual(self.calls(client, more, "outgoing"), [("main", [8])])
        client.change("zoo.cc", SOURCE.replace("}  // namespace", "class Wolf : public Dog {};\n}  // namespace"))
        client.parsed("zoo.cc")
        dog = self.prepared(client, "Type", "main.cc", edited, "D|og dog")
        self.assertEqual(self.types(client, dog, "subtypes"), ["Wolf"])
        self.assertEqual(self.types(client, dog, "supertypes"), ["Animal"])


class References(ServerTest):
    def opened(self, *names, flags=("--background-index=0",), **more):
        self.zoo()
        self.index()
        client = self.server(*flags, **more)
        for name in names:
            client.open(name)
        return client

    def references(self, client, name, text, mark, nth=0, declarations=True, **more):
        params = self.at(client, name, text, mark, nth, context={"includeDeclaration": declarations}, **more)
        return client.request("textDocument/references", params)

    def test_unsaved_edits_are_seen_by_meaning(self):
        client = self.opened("main.cc", "zoo.cc")
        edited = MAIN.replace("return zoo", "int CountLegs = 1; (void)CountLegs;\n  zoo::CountLegs(dog);\n  return zoo")
        client.change("main.cc", edited)
        client.parsed("main.cc", "zoo.cc")
        found = self.references(client, "main.cc", edited, "zoo::CountL|egs")
        # The local variable of the same name is none.
        self.assertEqual(lines(found), [("main.cc", 7), ("main.cc", 8), ("main.cc", 8), ("zoo.cc", 6), ("zoo.h", 15)])
        local = self.references(client, "main.cc", edited, "int CountL|egs = 1")
        self.assertEqual(lines(local), [("main.cc", 6), ("main.cc", 6)])

    def test_another_open_file_tells_of_its_edits(self):
        client = self.opened("main.cc", "zoo.cc")
        client.change("zoo.cc", SOURCE.replace("}  // namespace", "int More(const Animal& a) { return CountLegs(a); }\n"
                                                                 "}  // namespace"))
        client.parsed("main.cc", "zoo.cc")
        found = self.references(client, "main.cc", MAIN, "zoo::CountL|egs")
        self.assertIn(("zoo.cc", 11), lines(found))
        containers = {x["containerName"] for x in found if x["uri"] == client.uri("zoo.cc") and "containerName" in x}
        self.assertIn("zoo::More", containers)

    def test_overrides_belong_together(self):
        client = self.opened("zoo.cc")
        client.parsed("zoo.cc")
        found = self.references(client, "zoo.cc", SOURCE, "Dog::Le|gs")
        self.assertEqual(lines(found), [("zoo.cc", 4), ("zoo.cc", 7), ("zoo.h", 7), ("zoo.h", 12)])
        calls = self.references(client, "zoo.cc", SOURCE, "Dog::Le|gs", declarations=False)
        self.assertEqual(lines(calls), [("zoo.cc", 7)])

    def test_the_limit_and_parts(self):
        client = self.opened("main.cc", flags=("--background-index=0", "--limit-references=2"))
        client.parsed("main.cc")
        self.assertEqual(len(self.references(client, "main.cc", MAIN, "zoo::CountL|egs")), 2)
        self.assertEqual(self.references(client, "main.cc", MAIN, "zoo::CountL|egs", partialResultToken="parts"), [])
        sent = [p["value"] for p in client.notifications("$/progress") if p["token"] == "parts"]
        self.assertEqual(sum(map(len, sent)), 2)

    def test_without_any_index_the_open_file_answers(self):
        client = self.server("--background-index=0")
        client.open("a.cc", MAIN.replace("zoo.h", "none.h") + "int f() { return main(); }\n")
        client.parsed("a.cc")
        found = self.references(client, "a.cc", MAIN, "int ma|in")
        self.assertEqual(lines(found), [("a.cc", 4), ("a.cc", 8)])


class Extensions(ServerTest):
    def opened(self, text, **more):
        client = self.server("--background-index=0", **more)
        client.open("a.cc", text)
        return client

    def test_ast(self):
        text = "namespace n {\nint Twice(int value) { return value * 2; }\nauto* file = __FILE__;\n}\n"
        client = self.opened(text)
        whole = client.request("textDocument/ast", client.document("a.cc"))
        space = whole["children"][0]
        self.assertIn(f"<{client.path('a.cc')}:1:1, line:4:1>", space["arcana"])
        self.assertNotIn(".astrolabe", json.dumps(whole))
        self.assertEqual((whole["role"], whole["kind"]), ("declaration", "TranslationUnit"))
        self.assertEqual([c["detail"] for c in whole["children"]], ["n"])
        line, column = place(text, "value *")
        where = {"start": {"line": line, "character": column}, "end": {"line": line, "character": column + 9}}
        node = client.request("textDocument/ast", client.document("a.cc", range=where))
        self.assertEqual((node["role"], node["kind"], node["detail"]), ("expression", "BinaryOperator", "*"))
        self.assertIn("BinaryOperator", node["arcana"])
        self.assertEqual(node["range"], where)
        self.assertEqual([c["kind"] for c in node["children"]], ["ImplicitCast", "IntegerLiteral"])

    def test_symbol_info(self):
        self.zoo()
        client = self.opened("#include \"zoo.h\"\nint f(zoo::Animal& a) { return a.Legs(); }\n")
        info = client.request("textDocument/symbolInfo", client.at("a.cc", 1, 34))
        self.assertEqual([(i["name"], i["containerName"]) for i in info], [("Legs", "zoo::Animal::")])
        self.assertIn("Legs", info[0]["usr"])
        self.assertEqual(path_of(info[0]["declarationRange"]["uri"]), client.path("zoo.h"))
        self.assertEqual(client.request("textDocument/symbolInfo", client.at("a.cc", 1, 0)), [])

    def test_inactive_regions(self):
        wants = {"textDocument": {"inactiveRegionsCapabilities": {"inactiveRegions": True}}}
        client = self.opened("#if 0\nint a;\nint b;\n#endif\n", capabilities=wants)
        self.assertTrue(client.capabilities["inactiveRegionsProvider"])
        told = client.wait_notification("textDocument/inactiveRegions", lambda p: p["regions"])
        self.assertEqual(told["textDocument"], {"uri": client.uri("a.cc"), "version": 1})
        self.assertEqual([(r["start"]["line"], r["end"]["line"]) for r in told["regions"]], [(1, 2)])
        client.change("a.cc", "#if 1\nint a;\n#endif\n")
        client.wait_notification("textDocument/inactiveRegions",
                                 lambda p: p["textDocument"]["version"] == 2 and not p["regions"])

    def test_file_status(self):
        client = self.opened("#include <vector>\n", options={"clangdFileStatus": True})
        client.wait_notification("textDocument/clangd.fileStatus", lambda p: p["state"] == "idle")
        states = [p["state"] for p in client.notifications("textDocument/clangd.fileStatus")]
        # Includes may be parsed twice: with those of other files, and alone where they do not fit.
        self.assertEqual(list(dict.fromkeys(states))[:2], ["parsing includes", "parsing main file"])

    def test_memory_of_the_parsing_processes_is_counted(self):
        client = self.opened("#include <vector>\n")
        client.parsed("a.cc")

        def parsing():
            tree = client.request("$/memoryUsage", None)
            self.assertEqual(tree["_total"], tree["astrolabe"]["_total"] + tree["parsing_processes"]["_total"])
            return tree["parsing_processes"]["_total"]
        self.eventually(parsing, lambda size: size > 1 << 20)

    def test_trace(self):
        client = self.opened("int a;\n")
        client.notify("$/setTrace", {"value": "verbose"})
        client.request("textDocument/documentSymbol", client.document("a.cc"))
        told = client.wait_notification("$/logTrace")
        self.assertIn("textDocument/documentSymbol answered in", told["message"])
        self.assertIn("bytes", told["verbose"])
        client.notify("$/setTrace", {"value": "off"})
        client.request("textDocument/documentSymbol", client.document("a.cc"))
        client.request("textDocument/documentSymbol", client.document("a.cc"))
        self.assertLess(len(client.notifications("$/logTrace")), 3)

    def test_opening_is_shown_if_it_takes_long(self):
        headers = "".join(f"#include <{h}>\n" for h in ("regex", "iostream", "thread", "filesystem", "random", "ranges"))
        client = self.opened(headers, capabilities={"window": {"workDoneProgress": True}})
        client.parsed("a.cc")
        begun = [p["token"] for p in client.notifications("$/progress")
                 if p["value"]["kind"] == "begin" and p["value"]["title"] == "Opening a.cc"]
        if begun:  # a fast machine shows nothing
            client.wait_notification("$/progress", lambda p: p["token"] == begun[0] and p["value"]["kind"] == "end")


class Headers(ServerTest):
    """A table that means something only where it is included."""

    def project(self):
        self.write("sub/table.inc", "ENTRY(one)\nENTRY(two)\n")
        self.write("sub/part.h", "inline int Sum(Number a, Number b) { return a + b; }\n")
        self.write("sub/all.h", "#pragma once\n#include \"number.h\"\n#include \"part.h\"\n")
        self.write("sub/number.h", "#pragma once\nusing Number = int;\n")
        self.write("use.cc", "#include \"sub/all.h\"\nenum Unused { kNone };\n"
                             "#define ENTRY(name) inline Number name() { return kValue; }\nnamespace table {\n"
                             "#include \"sub/table.inc\"\n}\nint main() { return Sum(table::one(), 1); }\n")
        self.write("compile_commands.json", json.dumps([
            {"directory": self.root, "file": "use.cc",
             "arguments": ["clang++", "-std=c++17", "-DkValue=7", "-c", "use.cc"]}]))

    def strangers(self):
        """Units of the headers' names, beside them, that include neither and know nothing of what these need."""
        names = ["use.cc", "sub/table.cc", "sub/part.cc"]
        for name in names[1:]:
            self.write(name, "int stranger;\n")
        self.write("compile_commands.json", json.dumps([
            {"directory": self.root, "file": name,
             "arguments": ["clang++", "-std=c++17", *(["-DkValue=7"] if name == "use.cc" else []), "-c", name]}
            for name in names]))

    def said(self, client, name):
        report = client.request("textDocument/diagnostic", client.document(name))
        return [d["message"] for d in report["items"]]

    def test_a_header_is_parsed_as_its_includer_has_it(self):
        self.project()
        self.strangers()
        self.index("--tier", "0")
        client = self.server("--background-index=0", capabilities=PULLS)
        client.open("sub/part.h")
        self.assertEqual(self.said(client, "sub/part.h"), [])
        hover = client.request("textDocument/hover", client.at("sub/part.h", 0, 17))
        self.assertIn("Number", hover["contents"]["value"])
        target = client.request("textDocument/definition", client.at("sub/part.h", 0, 17))
        self.assertEqual(lines(target), [("number.h", 1)])
        client.open("sub/table.inc")
        self.assertEqual(self.said(client, "sub/table.inc"), [])

    def test_it_gets_better_once_the_index_knows_who_includes_it(self):
        self.project()
        client = self.server(capabilities=PULLS)
        client.open("sub/part.h")
        self.eventually(lambda: self.said(client, "sub/part.h"), lambda said: said == [])

    def test_files_that_change_on_disk_are_read_again(self):
        self.project()
        watches = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}, **PULLS}
        client = self.server("--background-index=0", capabilities=watches)
        client.open("use.cc")
        self.assertEqual(self.said(client, "use.cc"), [])
        self.write("sub/number.h", "#pragma once\nusing Other = int;\n")
        client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": client.uri("sub/number.h"), "type": 2}]})
        self.eventually(lambda: self.said(client, "use.cc"), lambda said: said)
        self.write("sub/number.h", "#pragma once\nusing Number = int;\n")
        client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": client.uri("sub/number.h"), "type": 2}]})
        self.eventually(lambda: self.said(client, "use.cc"), lambda said: not said)

    def test_another_database_is_another_parse(self):
        self.project()
        watches = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}, **PULLS}
        client = self.server("--background-index=0", capabilities=watches)
        client.open("use.cc")
        self.assertEqual(self.said(client, "use.cc"), [])
        self.write("compile_commands.json", json.dumps([
            {"directory": self.root, "file": "use.cc", "arguments": ["clang++", "-std=c++17", "-c", "use.cc"]}]))
        client.notify("workspace/didChangeWatchedFiles",
                      {"changes": [{"uri": client.uri("compile_commands.json"), "type": 2}]})
        self.eventually(lambda: self.said(client, "use.cc"), lambda said: any("kValue" in message for message in said))


class Options(ServerTest):
    def test_paths_are_mapped_both_ways(self):
        self.zoo()
        client = self.start("--background-index=0", f"--path-mappings=/client={self.root}")
        client.request("initialize", {"processId": None, "rootUri": "file:///client", "capabilities": {}})
        client.notify("initialized", {})
        uri = "file:///client/main.cc"
        client.notify("textDocument/didOpen", {"textDocument": {
            "uri": uri, "languageId": "cpp", "version": 1, "text": MAIN}})
        line, column = place(MAIN, "CountL|egs")
        target = client.request("textDocument/declaration", {
            "textDocument": {"uri": uri}, "position": {"line": line, "character": column}})
        self.assertEqual(target[0]["uri"], "file:///client/zoo.h")
        client.wait_notification(DIAGNOSTICS, lambda p: p["uri"] == uri)

    def test_input_is_mirrored(self):
        mirror = os.path.join(self.folder, "mirror")
        client = self.server("--background-index=0", f"--input-mirror-file={mirror}")
        client.open("a.cc", "int mirrored;\n")
        client.shutdown()
        with open(mirror, "rb") as copy:
            content = copy.read()
        self.assertTrue(content.startswith(b"Content-Length: "))
        self.assertIn(b"int mirrored;", content)

    def test_a_mirror_that_cannot_be_written_is_told(self):
        client = self.server("--background-index=0", "--input-mirror-file=/nowhere/mirror")
        client.wait_notification("window/logMessage", lambda p: "/nowhere/mirror" in p["message"])

    def test_it_ends_with_the_process_of_its_client(self):
        editor = subprocess.Popen(["sleep", "600"])
        client = self.start()
        client.request("initialize", {"processId": editor.pid, "rootUri": uri_of(self.root), "capabilities": {}})
        client.notify("initialized", {})
        client.open("a.cc", "int a;\n")
        editor.kill()
        editor.wait()
        self.assertEqual(client.process.wait(10), 1)

    def check(self, *arguments, environment=None):
        return subprocess.run([lsp_server_test.ASTROLABE, "lsp", *arguments], cwd=self.root, capture_output=True,
                              timeout=120, text=True, env=environment)

    def test_a_file_is_checked(self):
        self.zoo()
        good = self.check("--check=zoo.cc", "--log=error")
        self.assertEqual(good.returncode, 0, good.stdout + good.stderr)
        self.assertIn("-std=c++17", good.stdout)
        self.assertIn("0 errors", good.stdout)
        self.write("bad.cc", "int f() { return y; }\n")
        bad = self.check("--check=bad.cc", "--log=error")
        self.assertEqual(bad.returncode, 3)
        self.assertIn("bad.cc:1:18: error: use of undeclared identifier 'y'", bad.stdout)
        self.assertEqual(self.check("--check=none.cc").returncode, 3)
        self.assertEqual(self.check("--check", "--log=error").returncode, 0)

    def test_a_named_database_counts_without_a_root(self):
        self.write("db/compile_commands.json", json.dumps([
            {"directory": self.root, "file": "src/a.cc", "arguments": ["clang++", "-DFROM_DATABASE=1", "-c", "src/a.cc"]}]))
        text = "int x = FROM_DATABASE;\n"
        self.write("src/a.cc", text)
        good = self.check("--check=src/a.cc", "--compile-commands-dir=db", "--log=error")
        self.assertEqual(good.returncode, 0, good.stdout + good.stderr)
        self.assertIn("-DFROM_DATABASE=1", good.stdout)
        self.assertEqual(self.check("--check=src/a.cc", "--log=error").returncode, 3)
        client = self.start("--compile-commands-dir=" + os.path.join(self.root, "db"), "--background-index=0")
        client.request("initialize", {"processId": None, "rootUri": None, "capabilities": PULLS})
        client.notify("initialized", {})
        client.open("src/a.cc", text)
        report = client.request("textDocument/diagnostic", client.document("src/a.cc"))
        self.assertEqual(report["items"], [])

    def test_a_file_that_is_written_later_has_its_command(self):
        self.write("old.cc", "int old;\n")
        self.write("compile_commands.json", json.dumps([
            {"directory": self.root, "file": name, "arguments": ["clang++", f"-D{name[:3]}_CC=1", "-c", name]}
            for name in ("old.cc", "new.cc")]))
        client = self.server("--background-index=0", capabilities=PULLS)
        client.open("old.cc")
        self.assertEqual(client.request("textDocument/diagnostic", client.document("old.cc"))["items"], [])
        self.write("new.cc", "int made = new_CC;\n")
        client.open("new.cc")
        self.assertEqual(client.request("textDocument/diagnostic", client.document("new.cc"))["items"], [])

    def test_flags_of_the_environment_come_first(self):
        bad = self.check(environment={**os.environ, "CLANGD_FLAGS": "--no-such-flag"})
        self.assertEqual(bad.returncode, 2)
        self.assertIn("--no-such-flag", bad.stderr)

    def test_what_initialization_options_say(self):
        self.write("build/x/compile_commands.json", json.dumps([
            {"directory": self.root, "file": "a.cc", "arguments": ["clang++", "-DFROM_DATABASE=1", "-c", "a.cc"]}]))
        options = {"compilationDatabasePath": os.path.join(self.root, "build/x"),
                   "fallbackFlags": ["-DFALLBACK=1"],
                   "compilationDatabaseChanges": {os.path.join(self.root, "c.cc"): {
                       "workingDirectory": self.root, "compilationCommand": ["clang++", "-DGIVEN=1", "c.cc"]}}}
        client = self.server("--background-index=0", capabilities=PULLS, options=options)
        for name, macro in (("a.cc", "FROM_DATABASE"), ("c.cc", "GIVEN")):
            client.open(name, f"int x = {macro};\n")
            report = client.request("textDocument/diagnostic", client.document(name))
            self.assertEqual(report["items"], [], name)
        other = self.server("--background-index=0", "--compile_args_from=lsp", capabilities=PULLS,
                            options={"fallbackFlags": ["-DFALLBACK=1"]})
        other.open("a.cc", "int x = FALLBACK;\n")
        self.assertEqual(other.request("textDocument/diagnostic", other.document("a.cc"))["items"], [])


if __name__ == "__main__":
    lsp_server_test.ASTROLABE = os.path.abspath(sys.argv.pop(1))
    unittest.main()

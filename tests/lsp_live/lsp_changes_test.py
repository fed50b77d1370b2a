"""Requests that change code, over the wire. What is offered is applied, and what comes of it is compiled.

    lsp_changes_test.py ASTROLABE [unittest arguments]
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import os
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lsp_server"))
import lsp_server_test  # noqa: E402
from client import ServerError, path_of  # noqa: E402
from lsp_server_test import HEADER, MAIN, SOURCE, ServerTest, place  # noqa: E402

ANNOTATES = {"workspace": {"workspaceEdit": {"documentChanges": True, "changeAnnotationSupport": {}}}}


class ChangesTest(ServerTest):
    def opened(self, *names, texts=None, index=True, **more):
        """A server on the zoo with these files open: the zoo's with some of its files replaced or added."""
        self.zoo()
        for name, text in (texts or {}).items():
            self.write(name, text)
        self.compiled(*{"zoo.cc", "main.cc", *(name for name in texts or () if name.endswith(".cc"))})
        if index:
            self.index()
        client = self.server("--background-index=0", **more)
        for name in names:
            client.open(name)
            client.parsed(name)
        return client

    def compiled(self, *names):
        self.write("compile_commands.json", json.dumps([
            {"directory": self.root, "file": f, "arguments": ["clang++", "-std=c++20", "-c", f]} for f in names]))

    def text(self, name):
        with open(os.path.join(self.root, name)) as f:
            return f.read()

    def edits(self, workspace_edit):
        """{name: [(start, end, text, annotation)]} of either form of an edit."""
        if "documentChanges" in workspace_edit:
            by_uri = {c["textDocument"]["uri"]: c["edits"] for c in workspace_edit["documentChanges"] if "edits" in c}
        else:
            by_uri = workspace_edit.get("changes", {})
        at = lambda p: (p["line"], p["character"])  # noqa: E731
        return {os.path.relpath(path_of(uri), self.root): [
            (at(e["range"]["start"]), at(e["range"]["end"]), e["newText"], e.get("annotationId")) for e in edits]
            for uri, edits in by_uri.items()}

    def apply(self, workspace_edit):
        """Writes to disk what the files are after the edit."""
        for change in workspace_edit.get("documentChanges", ()):
            if change.get("kind") == "create":
                self.write(os.path.relpath(path_of(change["uri"]), self.root), "")
        for name, edits in self.edits(workspace_edit).items():
            rows = self.text(name).split("\n")
            offset = lambda p: sum(len(row) + 1 for row in rows[:p[0]]) + p[1]  # noqa: E731
            text = self.text(name)
            for start, end, new, _ in sorted(edits, reverse=True):
                text = text[:offset(start)] + new + text[offset(end):]
            self.write(name, text)

    def assert_compiles(self, *names):
        for name in names:
            got = subprocess.run(["clang++-22", "-std=c++20", "-fsyntax-only", name], cwd=self.root,
                                 capture_output=True, text=True)
            self.assertEqual((got.returncode, got.stderr), (0, ""), name)


class Rename(ChangesTest):
    def rename(self, client, name, mark, new_name, nth=0):
        line, column = place(self.text(name), mark, nth)
        return client.request("textDocument/rename", client.at(name, line, column, newName=new_name))

    def check(self, name, mark, new_name, expected, texts=None, also=()):
        """Renames, and expects so many edits in each file; afterwards all compiles."""
        client = self.opened(name, texts=texts)
        edit = self.rename(client, name, mark, new_name)
        self.assertEqual({n: len(e) for n, e in self.edits(edit).items()}, expected)
        self.apply(edit)
        self.assert_compiles("zoo.cc", "main.cc", *also)

    def refused(self, client, name, mark, new_name, reason):
        with self.assertRaises(ServerError) as caught:
            self.rename(client, name, mark, new_name)
        self.assertIn(reason, caught.exception.message)

    def test_a_function_in_all_files(self):
        self.check("main.cc", "zoo::CountL|egs", "NumberOfLegs", {"zoo.h": 1, "zoo.cc": 1, "main.cc": 2})

    def test_a_class_with_its_constructors(self):
        header = HEADER.replace("  virtual ~Animal() = default;", "  Animal() = default;\n  explicit Animal(int);\n"
                                "  virtual ~Animal();")
        source = SOURCE.replace("int Dog::Legs", "Animal::Animal(int) {}\nAnimal::~Animal() {}\nint Dog::Legs")
        self.check("zoo.cc", "const Ani|mal&", "Beast", {"zoo.h": 6, "zoo.cc": 5},
                   texts={"zoo.h": header, "zoo.cc": source})

    def test_from_a_constructor_it_is_the_class(self):
        texts = {"one.cc": "struct One { One(); ~One(); };\nOne::One() {}\nOne::~One() {}\nOne one;\n"}
        self.check("one.cc", "One::O|ne()", "Two", {"one.cc": 8}, texts=texts, also=["one.cc"])

    def test_a_function_named_like_its_namespace(self):
        self.check("run.cc", "int r|un()", "go", {"run.cc": 2}, also=["run.cc"],
                   texts={"run.cc": "namespace run {\nint run();\n}\nint x = run::run();\n"})

    def test_methods_that_override_each_other(self):
        self.check("zoo.cc", "Dog::Le|gs", "Feet", {"zoo.h": 2, "zoo.cc": 2})

    def test_methods_of_classes_in_functions(self):
        for opened, mark in (("use.cc", "base.|f"), ("local.cc", "int |f(int a")):
            self.check(opened, mark, "renamed", {"base.h": 1, "local.cc": 5, "use.cc": 1}, texts=SeveralFiles.LOCAL,
                       also=["use.cc", "local.cc"])

    def test_methods_that_override_the_same_one(self):
        text = '#include "zoo.h"\nstruct Cat : zoo::Animal { int Legs() const override { return 4; } };\nint n = Cat().Legs();\n'
        self.check("zoo.cc", "Dog::Le|gs", "Feet", {"zoo.h": 2, "zoo.cc": 2, "cat.cc": 2}, texts={"cat.cc": text}, also=["cat.cc"])

    def test_what_names_it_by_a_using_declaration(self):
        text = '#include "zoo.h"\nusing zoo::Dog;\nstruct Pair { Dog a; Dog* b; };\nDog* f(Dog& x) { Dog y = x; y = x; return &x; }\n'
        self.check("zoo.cc", "int Do|g::Legs", "Hound", {"zoo.h": 1, "zoo.cc": 1, "main.cc": 1, "user.cc": 6},
                   texts={"user.cc": text}, also=["user.cc"])

    def test_a_class_template_with_its_constructors(self):
        text = ("template <class T> struct Box {\n  Box(T);\n  ~Box();\n};\ntemplate <class T> Box<T>::Box(T) {}\n"
                "Box<int> b(1);\nBox<int> c = Box<int>(2);\n")
        self.check("box.cc", "struct B|ox {", "Crate", {"box.cc": 8}, texts={"box.cc": text})

    def test_a_type_in_explicit_instantiations(self):
        text = ("namespace n { struct One {}; }\nusing n::One;\ntemplate <class T> void f(T) {}\ntemplate <class T> T* g() { return nullptr; }\n"
                "template void f(One);\ntemplate n::One* g();\ntemplate struct Box<One>;\n")
        box = "template <class T> struct Box {};\n"
        self.check("one.cc", "struct O|ne", "Two", {"one.cc": 5}, texts={"one.cc": box + text}, also=["one.cc"])

    def test_a_name_in_explicit_instantiations_that_is_another_s_too(self):
        text = ("namespace n { struct One {}; }\nnamespace m { struct One {}; }\ntemplate <class T> void f(T) {}\n"
                "template void f(m::One);\n")
        client = self.opened("one.cc", texts={"one.cc": text}, capabilities=ANNOTATES)
        found = self.edits(self.rename(client, "one.cc", "n { struct O|ne", "Two"))["one.cc"]
        self.assertEqual([(start[0], bool(note)) for start, _, _, note in found], [(0, False), (3, True)])

    def test_a_namespace(self):
        self.check("zoo.cc", "namespace z|oo {", "park", {"zoo.h": 1, "zoo.cc": 1, "main.cc": 3})

    def test_a_macro(self):
        self.check("main.cc", "#define DEC|LARE", "DEFINE", {"main.cc": 2})

    def test_unsaved_edits_are_part_of_it(self):
        client = self.opened("main.cc")
        client.change("main.cc", MAIN + "int more() { return zoo::CountLegs(zoo::Dog()); }\n")
        line, column = place(MAIN, "zoo::CountL|egs")
        edit = client.request("textDocument/rename", client.at("main.cc", line, column, newName="Count"))
        self.assertEqual(len(self.edits(edit)["main.cc"]), 3)

    def test_a_local_without_any_index(self):
        client = self.opened("zoo.cc", index=False)
        edit = self.rename(client, "zoo.cc", "int lo|cal", "count")
        self.assertEqual({n: len(e) for n, e in self.edits(edit).items()}, {"zoo.cc": 2})
        self.refused(client, "zoo.cc", "int lo|cal", "animal", "is used in this function already, in line 7")
        self.refused(client, "zoo.cc", "int lo|cal", "int", "is a keyword")
        self.refused(client, "zoo.cc", "int lo|cal", "2nd", "is no name")

    def test_what_can_not_be(self):
        client = self.opened("zoo.cc", texts={"odd.cc": "#include <vector>\nstruct S { S& operator+(S&); };\n"
                                                         "std::vector<int> v;\n"})
        client.open("odd.cc")
        self.refused(client, "zoo.cc", "Cou|ntLegs", "Dog", "zoo::Dog is there already, in zoo.h:11")
        self.refused(client, "odd.cc", "std::vec|tor", "list", "which is no part of the workspace")
        self.refused(client, "odd.cc", "opera|tor", "plus", "")

    def test_prepare_tells_the_name(self):
        client = self.opened("zoo.cc")
        line, column = place(SOURCE, "Dog::Le|gs")
        self.assertEqual(client.request("textDocument/prepareRename", client.at("zoo.cc", line, column)),
                         {"range": {"start": {"line": line, "character": column - 2},
                                    "end": {"line": line, "character": column + 2}}, "placeholder": "Legs"})
        with self.assertRaises(ServerError):
            client.request("textDocument/prepareRename", client.at("zoo.cc", 1, 0))

    def test_what_may_be_another_has_to_be_confirmed(self):
        self.write("a.h", "#pragma once\nstruct A { void go(); };\n")
        self.write("t.cc", "#include \"a.h\"\ntemplate <class T> void call(T t) {\n  t.go();\n  A().go();\n}\n")
        self.zoo()
        self.compiled("a.cc", "t.cc")
        self.write("a.cc", "#include \"a.h\"\nvoid A::go() {}\ntemplate <class T> void more(T t) { t.go(); }\n")
        self.index()
        client = self.server("--background-index=0", capabilities=ANNOTATES)
        client.open("a.cc")
        edit = self.rename(client, "a.cc", "A::g|o", "run")
        found = self.edits(edit)
        self.assertEqual([e[0][0] for e in found["a.h"]], [1])
        self.assertEqual([(e[0][0], bool(e[3])) for e in found["t.cc"] if not e[3]], [(3, False)])
        for annotation in {e[3] for edits in found.values() for e in edits if e[3]}:
            self.assertTrue(edit["changeAnnotations"][annotation]["needsConfirmation"])
        versions = {os.path.basename(path_of(c["textDocument"]["uri"])): c["textDocument"]["version"]
                    for c in edit["documentChanges"]}
        self.assertEqual(versions, {"a.cc": 1, "a.h": None, "t.cc": None})


class LinkedEditing(ChangesTest):
    def linked(self, client, name, mark):
        got = client.request("textDocument/linkedEditingRange", client.at(name, *place(self.text(name), mark)))
        return got and sorted((r["start"]["line"], r["start"]["character"]) for r in got["ranges"])

    def test_locals_only(self):
        client = self.opened("zoo.cc", index=False)
        self.assertEqual(self.linked(client, "zoo.cc", "|local"), [(7, 6), (8, 9)])
        self.assertEqual(self.linked(client, "zoo.cc", "|animal.Legs"), [(6, 28), (7, 14)])
        self.assertIsNone(self.linked(client, "zoo.cc", "|CountLegs"))
        self.assertIsNone(self.linked(client, "zoo.cc", "|return"))


class MovedFiles(ChangesTest):
    """Includes are rewritten, the files are moved, and all of it still compiles."""

    def move(self, client, *moves):
        edit = client.request("workspace/willRenameFiles", {"files": [
            {"oldUri": client.uri(old), "newUri": client.uri(new)} for old, new in moves]})
        edits = {name: [text for _, _, text, _ in found] for name, found in self.edits(edit).items()}
        self.apply(edit)
        for old, new in moves:
            os.makedirs(os.path.dirname(os.path.join(self.root, new)), exist_ok=True)
            os.rename(os.path.join(self.root, old), os.path.join(self.root, new))
        return edits

    def test_a_header_moves_into_a_folder(self):
        client = self.opened("zoo.cc")
        self.assertIn("willRename", client.capabilities["workspace"]["fileOperations"])
        self.assertEqual(self.move(client, ("zoo.h", "sub/zoo.h")),
                         {"zoo.cc": ['"sub/zoo.h"'], "main.cc": ['"sub/zoo.h"']})
        self.assert_compiles("zoo.cc", "main.cc")

    def test_a_folder_moves_with_what_it_includes(self):
        client = self.opened(texts={
            "old/a.h": '#include "b.h"\n#include "../zoo.h"\ninline int A() { return B(); }\n',
            "old/b.h": "inline int B() { return 1; }\n",
            "user.cc": '#include "old/a.h"\nint f() { return A(); }\n'})
        self.assertEqual(self.move(client, ("old", "deep/er/new")),
                         {"old/a.h": ['"../../../zoo.h"'], "user.cc": ['"deep/er/new/a.h"']})
        self.assert_compiles("user.cc")

    def test_unsaved_text_is_what_is_edited(self):
        client = self.opened("main.cc")
        client.change("main.cc", "// one line more\n" + MAIN)
        edit = client.request("workspace/willRenameFiles", {"files": [
            {"oldUri": client.uri("zoo.h"), "newUri": client.uri("animals.h")}]})
        self.assertEqual(self.edits(edit)["main.cc"], [((1, 9), (1, 16), '"animals.h"', None)])

    def test_what_nobody_includes(self):
        client = self.opened("zoo.cc")
        self.assertEqual(self.move(client, ("main.cc", "program.cc")), {})


class CodeActions(ChangesTest):
    def actions(self, client, name, only=None, line=None):
        context = {"diagnostics": []} if only is None else {"diagnostics": [], "only": only}
        span = ({"start": {"line": line, "character": 0}, "end": {"line": line, "character": 1000}} if line is not None
                else {"start": {"line": 0, "character": 0}, "end": {"line": 1000, "character": 0}})
        return client.request("textDocument/codeAction", client.document(name, range=span, context=context))

    def test_a_fix_is_applied_and_helps(self):
        self.write("a.cc", "int f(int x) {\n  return x\n}\n")
        client = self.server("--background-index=0")
        client.open("a.cc")
        [action] = self.actions(client, "a.cc")
        self.assertEqual((action["title"], action["kind"], action["isPreferred"]), ("insert ';'", "quickfix", True))
        self.assertEqual(action["diagnostics"][0]["message"], "expected ';' after return statement")
        self.apply(action["edit"])
        self.assert_compiles("a.cc")

    def test_all_of_a_kind(self):
        self.write("a.cc", "int f(int x) {\n  if (x = 1) return 1;\n  return x\n}\nint g(int x) {\n  return x\n}\n")
        client = self.server("--background-index=0")
        client.open("a.cc")
        titles = [a["title"] for a in self.actions(client, "a.cc", line=2)]
        self.assertEqual(titles, ["insert ';'", "fix all 2 of [expected_semi_after_stmt] in this file"])
        both = self.actions(client, "a.cc", line=2)[1]
        self.apply(both["edit"])
        self.assertEqual(self.text("a.cc").count("return x;"), 2)
        self.assertEqual([a["title"] for a in self.actions(client, "a.cc", only=["source.fixAll"])],
                         ["fix all that the compiler can"])
        self.assertEqual(self.actions(client, "a.cc", only=["refactor"]), [])

    def test_the_header_of_an_unknown_name(self):
        client = self.opened(texts={"new.cc": "int f() {\n  std::vector<int> v;\n  zoo::Dog dog;\n  return 1;\n}\n"})
        client.open("new.cc")
        titles = [a["title"] for a in self.actions(client, "new.cc")]
        self.assertIn("#include <vector> for std::vector", titles)
        self.assertIn('#include "zoo.h" for zoo::Dog', titles)
        for action in self.actions(client, "new.cc"):
            if action["title"].startswith("#include"):
                self.apply(action["edit"])
        self.assert_compiles("new.cc")

    def test_a_private_header_stands_back(self):
        client = self.opened(texts={
            "cage_impl.h": "// IWYU pragma: private, include \"cage.h\"\nnamespace zoo { struct Cage {}; }\n",
            "cage.h": "#include \"cage_impl.h\"\n",
            "den_impl.h": "// IWYU pragma: private\nnamespace zoo { struct Den {}; }\n",
            "den.h": "#include \"den_impl.h\"  // IWYU pragma: export\n",
            "new.cc": "zoo::Cage cage;\nzoo::Den den;\n"})
        client.open("new.cc")
        titles = [a["title"] for a in self.actions(client, "new.cc") if a["title"].startswith("#include")]
        self.assertEqual(titles, ['#include "cage.h" for zoo::Cage', '#include "den.h" for zoo::Den'])

    def test_nothing_is_wrong(self):
        client = self.opened("main.cc")
        self.assertEqual(self.actions(client, "main.cc"), [])


RESOLVES = {"textDocument": {"codeAction": {"dataSupport": True, "resolveSupport": {"properties": ["edit"]}}}}


class CheckedFixes(ChangesTest):
    """Clients that ask for an action's edits when it is chosen get them checked."""

    def offered(self, client, name, title):
        [action] = [a for a in client.request("textDocument/codeAction", client.document(
            name, range={"start": {"line": 0, "character": 0}, "end": {"line": 1000, "character": 0}},
            context={"diagnostics": []})) if a["title"] == title]
        self.assertNotIn("edit", action)
        return action

    def resolved(self, client, name, title):
        return client.request("codeAction/resolve", self.offered(client, name, title))

    def test_a_fix_comes_when_it_is_chosen(self):
        self.write("a.cc", "int f(int x) {\n  return x\n}\nint nothing = none;\n")
        client = self.server("--background-index=0", capabilities=RESOLVES)
        client.open("a.cc")
        action = self.resolved(client, "a.cc", "insert ';'")
        self.assertEqual((action["title"], action["isPreferred"]), ("insert ';'", True))
        self.apply(action["edit"])
        self.assertIn("  return x;\n", self.text("a.cc"))
        old = self.offered(client, "a.cc", "insert ';'")
        client.change("a.cc", self.text("a.cc"))
        with self.assertRaises(ServerError) as caught:
            client.request("codeAction/resolve", old)
        self.assertEqual(caught.exception.code, -32801)  # content modified

    def test_one_that_would_bring_an_error(self):
        self.write("cat.h", '#pragma once\n#include "dog.h"\nstruct Cat {};\n')
        self.write("dog.h", "#pragma once\nstruct Dog {};\n")
        self.write("a.cc", '#include "cat.h"\nDog dog;\n')
        client = self.server("--background-index=0", capabilities=RESOLVES)
        client.open("a.cc")
        with self.assertRaises(ServerError) as caught:
            self.resolved(client, "a.cc", "remove #include directive")
        self.assertIn("this would bring an error: unknown type name 'Dog'", caught.exception.message)

    def test_what_a_cure_brings_to_light(self):
        client = self.opened(texts={"new.cc": "zoo::Dog dog;\nint n = dog.Bark();\n"}, capabilities=RESOLVES)
        client.open("new.cc")
        title = '#include "zoo.h" for zoo::Dog'
        action = self.resolved(client, "new.cc", title)
        self.assertEqual(action["title"], title)
        self.apply(action["edit"])
        self.assertIn('#include "zoo.h"\n', self.text("new.cc"))

    def test_what_takes_too_long_is_not_checked(self):
        # Each of them is over a million steps of the compiler's interpreter.
        slow = "constexpr int f(int n) { for (int i = 0; i < 300000; ++i) n ^= i; return n; }\n"
        self.write("a.cc", slow + "".join(f"static_assert(f({i}) != -1);\n" for i in range(8)) + "int x = 1\nint y;\n")
        client = self.server("--background-index=0", capabilities={**RESOLVES, **ANNOTATES})
        client.DEADLINE = 200.0
        client.open("a.cc")
        action = self.resolved(client, "a.cc", "insert ';'")
        self.assertEqual(action["title"], "insert ';' (not checked)")
        self.assertEqual([a["label"] for a in action["edit"]["changeAnnotations"].values()],
                         ["Not checked: the check takes too long"])


class Refactorings(ChangesTest):
    TEXT = "int g(int);\nint f(int a) {\n  return a * g(a + 1);\n}\n"

    def actions(self, client, name, start, end, only=("refactor",)):
        at = lambda p: {"line": p[0], "character": p[1]}  # noqa: E731
        return client.request("textDocument/codeAction", client.document(
            name, range={"start": at(start), "end": at(end)}, context={"diagnostics": [], "only": list(only)}))

    def one(self, client, name, title, start, end=None):
        [action] = [a for a in self.actions(client, name, start, end or start) if a["title"] == title]
        return action

    def test_an_action_is_resolved_and_applied(self):
        self.write("a.cc", self.TEXT)
        client = self.server("--background-index=0", capabilities=RESOLVES)
        self.assertTrue(client.capabilities["codeActionProvider"]["resolveProvider"])
        client.open("a.cc")
        action = self.one(client, "a.cc", "extract to a variable", (2, 13), (2, 21))
        self.assertEqual(action["kind"], "refactor.extract")
        self.assertNotIn("edit", action)
        resolved = client.request("codeAction/resolve", action)
        self.assertEqual(resolved["title"], action["title"])
        self.apply(resolved["edit"])
        self.assertEqual(self.text("a.cc"),
                         "int g(int);\nint f(int a) {\n  int result = g(a + 1);\n  return a * result;\n}\n")
        client.change("a.cc", self.TEXT + "\n")
        with self.assertRaises(ServerError) as caught:
            client.request("codeAction/resolve", action)
        self.assertEqual(caught.exception.code, -32801)  # content modified

    def test_the_kind_decides(self):
        client = self.server("--background-index=0", capabilities=RESOLVES)
        client.open("a.cc", self.TEXT)
        kinds = lambda *only: {a["kind"] for a in self.actions(client, "a.cc", (2, 11), (2, 11), only)}  # noqa: E731
        self.assertEqual(kinds("refactor.rewrite"), {"refactor.rewrite"})
        self.assertEqual(kinds("refactor.inline"), set())
        self.assertEqual(kinds("quickfix"), set())

    def test_what_would_bring_an_error_is_refused(self):
        client = self.server("--background-index=0", capabilities=RESOLVES)
        client.open("a.cc", "enum E { a };\nint x = a;\n")
        with self.assertRaises(ServerError) as caught:
            client.request("codeAction/resolve", self.one(client, "a.cc", "make E an enum class", (0, 5)))
        self.assertIn("this would bring an error: cannot initialize", caught.exception.message)

    def test_errors_that_are_there_may_stay(self):
        client = self.server("--background-index=0", capabilities=RESOLVES)
        client.open("a.cc", self.TEXT + "int y = nothing;\n")
        action = self.one(client, "a.cc", "extract to a variable", (2, 13), (2, 21))
        self.assertIn("edit", client.request("codeAction/resolve", action))

    def test_what_changes_the_includes_is_checked(self):
        for name in ("a.h", "b.h"):
            self.write(name, "#pragma once\n")
        self.write("a.cc", '#include "b.h"\n#include "a.h"\nint x;\n')
        client = self.server("--background-index=0", capabilities={**RESOLVES, **ANNOTATES})
        client.open("a.cc")
        [action] = self.actions(client, "a.cc", (2, 0), (2, 0), ["source.organizeImports"])
        resolved = client.request("codeAction/resolve", action)
        self.assertEqual(resolved["title"], "organize includes")
        self.apply(resolved["edit"])
        self.assertEqual(self.text("a.cc"), '#include "a.h"\n#include "b.h"\nint x;\n')

    def test_includes_whose_order_matters(self):
        self.write("a.h", "#pragma once\nB b();\n")
        self.write("b.h", "#pragma once\nstruct B {};\n")
        self.write("a.cc", '#include "b.h"\n#include "a.h"\nint x;\n')
        client = self.server("--background-index=0", capabilities=RESOLVES)
        client.open("a.cc")
        [action] = self.actions(client, "a.cc", (2, 0), (2, 0), ["source.organizeImports"])
        with self.assertRaises(ServerError) as caught:
            client.request("codeAction/resolve", action)
        self.assertIn("this would bring an error: ", caught.exception.message)

    def test_the_project_s_style(self):
        self.write(".clang-format", "BasedOnStyle: Google\nIndentWidth: 8\n")
        self.write("a.cc", "int g(int);\nint f(int a) { return a * g(a + 1); }\n")
        client = self.server("--background-index=0", capabilities=RESOLVES)
        client.open("a.cc")
        action = self.one(client, "a.cc", "extract to a variable", (1, 26), (1, 34))
        self.apply(client.request("codeAction/resolve", action)["edit"])
        self.assertEqual(self.text("a.cc"),
                         "int g(int);\nint f(int a) {\n        int result = g(a + 1);\n        return a * result;\n}\n")

    def test_a_macro_behind_includes(self):
        self.write("m.h", "#pragma once\n#define MAX(a, b) ((a) < (b) ? (b) : (a))\n")
        self.write("a.cc", '#include "m.h"\n\nint f(int one, int two) { return MAX(one, two); }\n')
        client = self.server("--background-index=0", capabilities=RESOLVES)
        client.open("a.cc")
        action = self.one(client, "a.cc", "expand macro MAX", (2, 36))
        self.apply(client.request("codeAction/resolve", action)["edit"])
        self.assertIn("return ((one) < (two) ? (two) : (one));", self.text("a.cc"))

    def test_commands(self):
        self.write("a.cc", self.TEXT)
        client = self.server("--background-index=0")
        client.answers["workspace/applyEdit"] = {"applied": True}
        client.open("a.cc")
        commands = client.capabilities["executeCommandProvider"]["commands"]
        self.assertTrue({"clangd.applyFix", "clangd.applyTweak", "clangd.applyRename"} <= set(commands))
        action = self.one(client, "a.cc", "extract to a variable", (2, 13), (2, 21))
        self.assertEqual(action["command"]["command"], "clangd.applyTweak")
        self.assertIsNone(client.request("workspace/executeCommand", action["command"]))
        [sent] = [m["params"] for m in client.messages if m.get("method") == "workspace/applyEdit"]
        self.apply(sent["edit"])
        self.assertIn("  int result = g(a + 1);\n  return a * result;\n", self.text("a.cc"))
        client.request("workspace/executeCommand", {"command": "clangd.applyRename", "arguments": [
            client.at("a.cc", 1, 4, newName="other")]})
        client.request("workspace/executeCommand", {"command": "clangd.applyFix", "arguments": [sent["edit"]]})
        sent = [m["params"]["edit"] for m in client.messages if m.get("method") == "workspace/applyEdit"]
        self.assertEqual(len(sent), 3)
        self.assertEqual(self.edits(sent[1]), {"a.cc": [((1, 4), (1, 5), "other", None)]})
        self.assertEqual(sent[2], sent[0])
        for command, message in (("clangd.applyTweak", "takes one argument"), ("nobody.knows", "there is no command")):
            with self.assertRaises(ServerError) as caught:
                client.request("workspace/executeCommand", {"command": command})
            self.assertIn(message, caught.exception.message)


CREATES = {"workspace": {"workspaceEdit": {"documentChanges": True, "resourceOperations": ["create"]}}}


class SeveralFiles(ChangesTest):
    """Edits that reach beyond the open document; afterwards all compiles."""

    def resolve(self, client, name, mark, title):
        line, column = place(self.text(name), mark)
        at = {"line": line, "character": column}
        actions = client.request("textDocument/codeAction", client.document(
            name, range={"start": at, "end": at}, context={"diagnostics": []}))
        [action] = [a for a in actions if a["title"] == title]
        return client.request("codeAction/resolve", action)

    def changed(self, client, name, mark, title):
        """The names of the files that change; they are written."""
        resolved = self.resolve(client, name, mark, title)
        self.assertEqual(resolved["title"], title)  # it was checked
        self.apply(resolved["edit"])
        return sorted(self.edits(resolved["edit"]))

    def test_a_member_is_defined_in_the_source(self):
        header = HEADER.replace("  int Legs() const override;\n", "  int Legs() const override;\n  Dog* Mate(int age = 3);\n")
        client = self.opened("zoo.h", texts={"zoo.h": header}, capabilities=RESOLVES)
        self.assertEqual(self.changed(client, "zoo.h", "Dog* Ma|te", "define Mate in zoo.cc"), ["zoo.cc"])
        self.assertIn("int Dog::Legs() const { return 4; }\n\nDog *Dog::Mate(int age) {\n  return {};\n}\n", self.text("zoo.cc"))
        self.assert_compiles("zoo.cc", "main.cc")

    def test_what_the_source_defines_by_now(self):
        header = HEADER.replace("  int Legs() const override;\n", "  int Legs() const override;\n  Dog* Mate();\n")
        client = self.opened("zoo.h", texts={"zoo.h": header}, capabilities=RESOLVES)
        line, column = place(header, "Dog* Ma|te")
        at = {"line": line, "character": column}

        def is_offered():
            actions = client.request("textDocument/codeAction", client.document(
                "zoo.h", range={"start": at, "end": at}, context={"diagnostics": []}))
            return "define Mate in zoo.cc" in [a["title"] for a in actions]
        defined = SOURCE.replace("int CountLegs", "Dog* Dog::Mate() { return nullptr; }\n\nint CountLegs")
        self.assertTrue(is_offered())
        self.write("zoo.cc", defined)
        self.assertFalse(is_offered())
        # What is asked of one document does not wait for changes of another.
        client.open("zoo.cc", SOURCE)
        self.eventually(is_offered, bool)
        client.change("zoo.cc", defined)
        self.eventually(is_offered, lambda offered: not offered)

    def test_what_instantiates_with_a_type_that_the_header_does_not_know(self):
        header = ("#pragma once\n#include <memory>\nstruct Reader;\nclass Tracer {\n public:\n  explicit Tracer(std::unique_ptr<Reader> reader);\n"
                  "  ~Tracer() = default;\n\n private:\n  std::unique_ptr<Reader> reader_;\n};\n")
        source = ('#include "tracer.h"\n#include <utility>\nstruct Reader {};\n'
                  "Tracer::Tracer(std::unique_ptr<Reader> reader) : reader_(std::move(reader)) {}\n")
        client = self.opened("tracer.h", texts={"tracer.h": header, "tracer.cc": source}, capabilities=RESOLVES)
        with self.assertRaises(ServerError) as caught:
            self.resolve(client, "tracer.h", "explicit Tra|cer", "define Tracer in its class")
        self.assertIn("incomplete type 'Reader'", caught.exception.message)

    def test_a_member_is_declared_in_the_header(self):
        source = SOURCE.replace("int CountLegs", "int Dog::Tails(int n) const { return n; }\n\nint CountLegs")
        client = self.opened("zoo.cc", texts={"zoo.cc": source}, capabilities=RESOLVES)
        self.assertEqual(self.changed(client, "zoo.cc", "Dog::Ta|ils", "declare Tails in zoo::Dog"), ["zoo.h"])
        self.assertIn("  int Legs() const override;\n  int Tails(int n) const;\n", self.text("zoo.h"))
        self.assert_compiles("zoo.cc", "main.cc")

    def test_unsaved_text_of_the_other_file(self):
        source = SOURCE.replace("int CountLegs", "int Dog::Tails() { return 1; }\n\nint CountLegs")
        client = self.opened("zoo.h", "zoo.cc", texts={"zoo.cc": source}, capabilities=RESOLVES)
        text = HEADER.replace("/// Moves about.", "/// Moves.\n/// About.")
        client.change("zoo.h", text)
        while True:  # zoo.cc is parsed anew when the user has paused
            try:
                resolved = self.resolve(client, "zoo.cc", "Dog::Ta|ils", "declare Tails in zoo::Dog")
                break
            except ServerError as refused:
                self.assertIn("zoo.h has changed", refused.message)
                time.sleep(0.1)
        self.write("zoo.h", text)
        self.apply(resolved["edit"])
        self.assert_compiles("zoo.cc", "main.cc")

    def test_what_the_header_does_not_know_stays(self):
        source = SOURCE.replace("int Dog::Legs() const { return 4; }",
                                "static int four() { return 4; }\nint Dog::Legs() const { return four(); }")
        client = self.opened("zoo.cc", texts={"zoo.cc": source}, capabilities=RESOLVES)
        with self.assertRaises(ServerError) as caught:
            self.resolve(client, "zoo.cc", "int Dog::Le|gs", "define Legs in its class")
        self.assertIn("this would bring an error: ", caught.exception.message)

    def test_a_class_moves_to_a_file_of_its_own(self):
        client = self.opened("zoo.h", capabilities={**RESOLVES, **CREATES})
        self.assertEqual(self.changed(client, "zoo.h", "class An|imal", "move to a new file animal.h"),
                         ["animal.h", "zoo.h"])
        self.assertIn('#pragma once\n\n#include "animal.h"\n', self.text("zoo.h"))
        self.assert_compiles("zoo.cc", "main.cc")

    # ---- With a source.

    FARM = {"farm.h": ("#pragma once\nnamespace farm {\nclass Pen {\n public:\n  Pen(int size);\n  int Size() const;\n\n private:\n"
                       "  int size_;\n};\n\nint Count(const Pen& pen);\n}  // namespace farm\n"),
            "farm.cc": ('#include "farm.h"\n\nnamespace farm {\nnamespace {\nint Twice(int n) { return 2 * n; }\n}\n\n'
                        "Pen::Pen(int size) : size_(size) {}\n\nint Count(const Pen& pen) { return Twice(pen.Size()); }\n\n"
                        "int Pen::Size() const { return size_; }\n}  // namespace farm\n")}

    def test_a_class_moves_with_its_definitions(self):
        client = self.opened("farm.h", texts=self.FARM, capabilities={**RESOLVES, **CREATES})
        self.assertEqual(self.changed(client, "farm.h", "class P|en", "move to new files pen.h and pen.cc"),
                         ["farm.cc", "farm.h", "pen.cc", "pen.h"])
        self.assertEqual(self.text("farm.cc"), '#include "farm.h"\n\nnamespace farm {\nnamespace {\n'
                         "int Twice(int n) { return 2 * n; }\n}\n\nint Count(const Pen& pen) { return Twice(pen.Size()); }\n\n"
                         "}  // namespace farm\n")
        self.assertIn('#include "pen.h"\n\n#include "farm.h"\n\nnamespace farm {\n', self.text("pen.cc"))
        self.assert_compiles("farm.cc", "pen.cc")

    def test_definitions_that_use_what_stays(self):
        source = self.FARM["farm.cc"].replace("return size_;", "return Twice(size_);")
        client = self.opened("farm.h", texts={**self.FARM, "farm.cc": source}, capabilities={**RESOLVES, **CREATES})
        with self.assertRaises(ServerError) as caught:
            self.resolve(client, "farm.h", "class P|en", "move to new files pen.h and pen.cc")
        self.assertIn("this would bring an error: in pen.cc: use of undeclared identifier 'Twice'", caught.exception.message)

    def test_a_client_that_creates_no_files(self):
        client = self.opened("zoo.h", capabilities=RESOLVES)
        with self.assertRaises(ServerError) as caught:
            self.resolve(client, "zoo.h", "class An|imal", "move to a new file animal.h")
        self.assertIn("the editor can't create files", caught.exception.message)

    # ---- Signatures.

    TEXTS = {"zoo.h": HEADER.replace("  virtual int Legs() const = 0;", "  virtual int Legs(int a, int b = 2) const = 0;")
                            .replace("  int Legs() const override;", "  int Legs(int a, int b = 2) const override;"),
             "zoo.cc": SOURCE.replace("int Dog::Legs() const { return 4; }", "int Dog::Legs(int a, int) const { return a; }")
                             .replace("animal.Legs()", "animal.Legs(1)"),
             "more.cc": '#include "zoo.h"\nint more(zoo::Dog& d) { return d.Legs(1, 2) + d.Legs(\n    (void(3), 4),  // four\n    5); }\n'}

    def signature(self, client, name, mark, parameters, texts=None):
        client.answers["workspace/applyEdit"] = {"applied": True}
        line, column = place(self.text(name), mark)
        client.request("workspace/executeCommand", {"command": "astrolabe.changeSignature", "arguments": [
            client.at(name, line, column, parameters=parameters)]})
        [sent] = [m["params"] for m in client.messages if m.get("method") == "workspace/applyEdit"]
        self.apply(sent["edit"])
        return sorted(self.edits(sent["edit"]))

    def test_a_parameter_is_added_everywhere(self):
        client = self.opened("zoo.cc", texts=self.TEXTS)
        new = {"declaration": "bool deep", "value": "true"}
        self.assertEqual(self.signature(client, "zoo.cc", "Dog::Le|gs", [new, {"old": 0}, {"old": 1}]),
                         ["more.cc", "zoo.cc", "zoo.h"])
        self.assertIn("virtual int Legs(bool deep, int a, int b = 2) const = 0;", self.text("zoo.h"))
        self.assertIn("int Dog::Legs(bool deep, int a, int) const", self.text("zoo.cc"))
        self.assertIn("animal.Legs(true, 1)", self.text("zoo.cc"))
        self.assertIn("d.Legs(true, 1, 2) + d.Legs(\n    true,  // four\n    (void(3), 4), 5); }", self.text("more.cc"))
        self.assert_compiles("zoo.cc", "main.cc", "more.cc")

    def test_overrides_beside_the_one_that_was_asked_about(self):
        texts = {"base.h": "struct Base {\n  virtual int f(int a, char /*b*/) = 0;\n};\n"
                           "struct One : Base {\n  int f(int a, char b) override;\n};\n",
                 "one.cc": '#include "base.h"\nint One::f(int, char b) { return b; }\n',
                 "two.cc": ('#include "base.h"\nstruct Two : Base {\n  int f(int a, char) override { return a; }\n};\n'
                            "int call(Two& two) { return two.f(1, 'c'); }\n")}
        client = self.opened("one.cc", texts=texts)
        self.assertEqual(self.signature(client, "one.cc", "One::|f", [{"old": 1}, {"old": 0}]), ["base.h", "one.cc", "two.cc"])
        self.assertIn("virtual int f(char /*b*/, int a) = 0;", self.text("base.h"))
        self.assertIn("int f(char, int a) override { return a; }", self.text("two.cc"))
        self.assertIn("two.f('c', 1)", self.text("two.cc"))
        self.assert_compiles("one.cc", "two.cc")

    LOCAL = {"base.h": "struct Base {\n  virtual int f(int a, char b) = 0;\n};\nint use(Base& base);\n",
             "use.cc": '#include "base.h"\nint use(Base& base) { return base.f(1, \'c\'); }\n',
             "local.cc": ('#include "base.h"\nint call() {\n  struct Local : Base {\n    int f(int a, char) override { return a; }\n'
                          "  } local;\n  struct Nested : Local {\n    int f(int n, char c) override { return n + c; }\n"
                          "    int g(int n) { return f(n, 'n'); }\n  } nested;\n"
                          "  return use(local) + local.f(2, 'd') + nested.f(3, 'e') + nested.g(4);\n}\n")}

    def test_overrides_in_classes_of_functions(self):
        for opened, mark in (("use.cc", "base.|f"), ("local.cc", "int |f(int a"), ("local.cc", "nested.|f")):
            client = self.opened(opened, texts=self.LOCAL)
            self.assertEqual(self.signature(client, opened, mark, [{"old": 1}, {"declaration": "bool d", "value": "true"}, {"old": 0}]),
                             ["base.h", "local.cc", "use.cc"])
            self.assertEqual(self.text("local.cc"), (
                '#include "base.h"\nint call() {\n  struct Local : Base {\n    int f(char, bool d, int a) override { return a; }\n'
                "  } local;\n  struct Nested : Local {\n    int f(char c, bool d, int n) override { return n + c; }\n"
                "    int g(int n) { return f('n', true, n); }\n  } nested;\n"
                "  return use(local) + local.f('d', true, 2) + nested.f('e', true, 3) + nested.g(4);\n}\n"))
            self.assert_compiles("use.cc", "local.cc")
            client.kill()

    def test_a_new_parameter_is_not_used_yet(self):
        text = '#pragma GCC diagnostic error "-Wunused-parameter"\nint f(int a) { return a; }\n'
        client = self.opened("a.cc", texts={"a.cc": text})
        self.signature(client, "a.cc", "int |f", [{"old": 0}, {"declaration": "int b", "value": "0"}])
        self.assertIn("int f(int a, int b) { return a; }", self.text("a.cc"))

    def test_a_parameter_goes(self):
        client = self.opened("zoo.cc", texts=self.TEXTS)
        self.assertEqual(self.signature(client, "zoo.cc", "Dog::Le|gs", [{"old": 0}]), ["more.cc", "zoo.cc", "zoo.h"])
        self.assertIn("int Dog::Legs(int a) const", self.text("zoo.cc"))
        self.assert_compiles("zoo.cc", "main.cc", "more.cc")

    def test_signatures_that_can_not_change(self):
        texts = {**self.TEXTS, "take.cc": '#include "zoo.h"\nauto f = &zoo::CountLegs;\n'}
        client = self.opened("zoo.cc", texts=texts)
        for mark, parameters, reason in (
                ("Dog::Le|gs", [{"old": 1}], '"a" is used in the body of the function in zoo.cc:5'),
                ("Dog::Le|gs", [{"old": 1}, {"old": 0}], "a call leaves an argument to its default that would be in the midst in zoo.cc:8"),
                ("Dog::Le|gs", [{"old": 2}], "it has 2 parameters"),
                ("Dog::Le|gs", [{"old": 0}, {"old": 0}], "a parameter is named twice"),
                ("Dog::Le|gs", [{"declaration": "int x"}], "needs a declaration, and a value"),
                ("int Count|Legs", [], "it is used other than by a call in take.cc:2"),
                ("int lo|cal", [], "is no function")):
            with self.assertRaises(ServerError) as caught:
                self.signature(client, "zoo.cc", mark, parameters)
            self.assertIn(reason, caught.exception.message)

    def test_calls_among_the_arguments_of_calls(self):
        text = ("int f(int a, int b) { return a; }\nint g(int x) { return x; }\n"
                "int x = f(f(1, 2), g(f(3, f(4, 5))));\nint y = g(f(6,\n          f(7, 8)));\n")
        client = self.opened("a.cc", texts={"a.cc": text})
        self.signature(client, "a.cc", "int |f", [{"old": 1}, {"declaration": "int c", "value": "0"}, {"old": 0}])
        self.assertEqual(self.text("a.cc"), (
            "int f(int b, int c, int a) { return a; }\nint g(int x) { return x; }\n"
            "int x = f(g(f(f(5, 0, 4), 0, 3)), 0, f(2, 0, 1));\nint y = g(f(f(8, 0, 7),\n          0, 6));\n"))
        self.assert_compiles("a.cc")

    def test_a_call_in_an_argument_that_goes(self):
        text = "int f(int a, int) { return a; }\nint x = f(f(1, 2), f(3, f(4, 5)));\n"
        client = self.opened("a.cc", texts={"a.cc": text})
        self.signature(client, "a.cc", "int |f", [{"old": 0}])
        self.assertEqual(self.text("a.cc"), "int f(int a) { return a; }\nint x = f(f(1));\n")

    # Constructors.

    PEN = ("#pragma once\nnamespace zoo {\nstruct Pen {\n  Pen(int size, char kind = 'a');\n  Pen();\n  int size_;\n};\n"
           "struct Stall : Pen {\n  using Pen::Pen;\n};\n}  // namespace zoo\n")
    PENS = {"pen.h": PEN,
            "pen.cc": '#include "pen.h"\nnamespace zoo {\nPen::Pen(int size, char) : size_(size) {}\nPen::Pen() : Pen(1) {}\n}\n',
            "use.cc": ('#include "pen.h"\nstruct Barn : zoo::Pen {\n'
                       "  Barn(int n) : Pen(n, 'b'), a_{n}, b_(n, 'c') {}\n  Pen a_;\n  Pen b_;\n};\n"
                       "zoo::Pen f() {\n  zoo::Pen one(1), two{2, 'd'};\n  auto* three = new zoo::Pen(3);\n  delete three;\n"
                       "  (void)zoo::Pen{4};\n  zoo::Stall stall(zoo::Pen(5).size_);\n  return {6};\n}\n")}

    def test_a_constructor_gets_a_parameter(self):
        for opened in (["pen.h"], ["pen.h", "pen.cc", "use.cc"]):
            client = self.opened(*opened, texts=self.PENS)
            changed = self.signature(client, "pen.h", "  P|en(int",
                                     [{"old": 0}, {"declaration": "bool roof", "value": "true"}, {"old": 1}])
            self.assertEqual(changed, ["pen.cc", "pen.h", "use.cc"])
            self.assertEqual(self.text("pen.h"), self.PEN.replace("int size, char", "int size, bool roof, char"))
            self.assertIn("Pen::Pen(int size, bool roof, char) : size_(size) {}\nPen::Pen() : Pen(1, true) {}", self.text("pen.cc"))
            self.assertEqual(self.text("use.cc"), self.PENS["use.cc"]
                             .replace("Pen(n, 'b'), a_{n}, b_(n, 'c')", "Pen(n, true, 'b'), a_{n, true}, b_(n, true, 'c')")
                             .replace("one(1), two{2, 'd'}", "one(1, true), two{2, true, 'd'}")
                             .replace("Pen(3)", "Pen(3, true)").replace("Pen{4}", "Pen{4, true}")
                             .replace("stall(zoo::Pen(5).size_)", "stall(zoo::Pen(5, true).size_, true)")
                             .replace("{6}", "{6, true}"))
            self.assert_compiles("pen.cc", "use.cc")
            client.kill()

    def test_a_constructor_that_is_called_without_a_list(self):
        texts = {"a.cc": "struct A {\n  A();\n};\nA::A() {}\nA a;\nA b{}, c = {};\nA* d = new A;\nA f() { return {}; }\n"}
        client = self.opened("a.cc", texts=texts)
        self.signature(client, "a.cc", "A::|A", [{"declaration": "int n", "value": "1"}])
        self.assertEqual(self.text("a.cc"),
                         "struct A {\n  A(int n);\n};\nA::A(int n) {}\nA a(1);\nA b{1}, c = {1};\nA* d = new A(1);\nA f() { return {1}; }\n")
        self.assert_compiles("a.cc")

    def test_a_constructor_of_a_template(self):
        texts = {"box.h": "template <class T> struct Box {\n  Box(T a, int n);\n  T a_;\n};\n",
                 "box.cc": '#include "box.h"\ntemplate <class T> Box<T>::Box(T a, int) : a_(a) {}\nBox<int> a(1, 2);\n'
                           "auto b = Box<int>(3, 4);\nBox c{5, 6};\nBox<Box<int>> d(Box<int>(7, 8), 9);\n"}
        for opened in ("box.h", "box.cc"):
            client = self.opened(opened, texts=texts)
            self.assertEqual(self.signature(client, opened, "Bo|x(T", [{"old": 1}, {"old": 0}]), ["box.cc", "box.h"])
            self.assertIn("  Box(int n, T a);\n", self.text("box.h"))
            self.assertEqual(self.text("box.cc"), (
                '#include "box.h"\ntemplate <class T> Box<T>::Box(int, T a) : a_(a) {}\nBox<int> a(2, 1);\n'
                "auto b = Box<int>(4, 3);\nBox c{6, 5};\nBox<Box<int>> d(9, Box<int>(8, 7));\n"))
            self.assert_compiles("box.cc")
            client.kill()

    def test_a_parameter_of_a_constructor_goes(self):
        texts = {"a.cc": "struct A {\n  A(int a, int b) : a_(a) {}\n  int a_;\n};\nA x(1, 2);\nA y = {3, 4};\n"}
        client = self.opened("a.cc", texts=texts, capabilities=RESOLVES)
        self.assertEqual(self.changed(client, "a.cc", "int |b", "remove the unused parameter b"), ["a.cc"])
        self.assertEqual(self.text("a.cc"), "struct A {\n  A(int a) : a_(a) {}\n  int a_;\n};\nA x(1);\nA y = {3};\n")
        self.assert_compiles("a.cc")

    def test_constructors_that_can_not_change(self):
        start = "struct A {\n  A(int n);\n  A(const A&);\n  A& operator=(int);\n  ~A();\n};\nA::A(int) {}\n"
        new = {"declaration": "int more", "value": "0"}
        for more, mark, reason in (
                ("#include <memory>\nauto p = std::make_unique<A>(1);\n", "A::|A", "it may be called by make_unique, whose arguments are not changed, in a.cc:10"),
                ("void f(A);\nvoid g() { f(1); }\n", "A::|A", "it is called without a list of arguments, or by an alias, in a.cc:10"),
                ("A a = 1;\n", "A::|A", "it is called without a list of arguments, or by an alias, in a.cc:9"),
                ("", "opera|tor", "operators, conversions and destructors are called without their names"),
                ("struct B {\n  B(int n, ...);\n};\n", "  |B", "it takes any number of arguments, see a.cc:10"),
                ("struct B {\n  B();\n};\nstruct C : B {\n  C() {}\n};\n", "  |B", "it is called without a list of arguments, or by an alias, in a.cc:13")):
            client = self.opened("a.cc", texts={"a.cc": start + "\n" + more})
            with self.assertRaises(ServerError) as caught:
                self.signature(client, "a.cc", mark, [{"old": 0}, new] if "B();" not in more else [new])
            self.assertIn(reason, caught.exception.message)
            client.kill()

    def test_what_nobody_has_parsed_has_to_be_confirmed(self):
        texts = {"a.cc": "struct A {\n  A(int n);\n};\nA::A(int) {}\nA a(1);\nint f(int n) { return n; }\n",
                 "late.h": "struct A;\nA late(1);\nint g() { return f(2); }\n"}
        for mark, name, labels in (("A::|A", "a.cc", {"Files that are not indexed may call it"}),
                                   ("int |f", "late.h", {'In files that are not indexed, where "f" may mean something else as well'})):
            client = self.opened("a.cc", texts=texts, capabilities=ANNOTATES)
            client.answers["workspace/applyEdit"] = {"applied": True}
            line, column = place(texts["a.cc"], mark)
            client.request("workspace/executeCommand", {"command": "astrolabe.changeSignature", "arguments": [
                client.at("a.cc", line, column, parameters=[{"old": 0}, {"declaration": "int m", "value": "0"}])]})
            [edit] = [m["params"]["edit"] for m in client.messages if m.get("method") == "workspace/applyEdit"]
            found = self.edits(edit)
            self.assertEqual({edit["changeAnnotations"][e[3]]["label"] for e in found[name]}, labels)
            self.assertEqual([n for n in found if n == "late.h"], ["late.h"] if name == "late.h" else [])
            client.kill()

    def test_what_has_the_name_in_a_file_that_is_not_indexed(self):
        late = "int f(int a, int b, int c, int d);\nint g(bool x) { return x ? f(1, 2, 3) : f(1); }\n"
        source = "int f(int a, int b = 2, int c = 3) { return a; }\nint x = f(1, 2);\n"
        for more, annotated in (("", []), ("auto taken = f;\n", ["it is used other than by a call in late.h:3"])):
            client = self.opened("a.cc", texts={"a.cc": source, "late.h": late + more}, capabilities=ANNOTATES)
            client.answers["workspace/applyEdit"] = {"applied": True}
            client.request("workspace/executeCommand", {"command": "astrolabe.changeSignature", "arguments": [
                client.at("a.cc", 0, 4, parameters=[{"old": 0}, {"declaration": "int m", "value": "0"}, {"old": 1}, {"old": 2}])]})
            [edit] = [m["params"]["edit"] for m in client.messages if m.get("method") == "workspace/applyEdit"]
            labels = {edit["changeAnnotations"][e[3]]["label"] for e in self.edits(edit)["a.cc"] if e[3]}
            self.assertEqual(labels, {f"A file that is not indexed has the name, and stays: {why}" for why in annotated})
            self.apply(edit)
            self.assertEqual(self.text("late.h"), late.replace("f(1, 2, 3)", "f(1, 0, 2, 3)").replace("f(1)", "f(1, 0)") + more)
            client.kill()

    def test_what_containers_make_has_to_be_confirmed(self):
        texts = {"a.h": "struct A {\n  A(int n);\n};\n", "a.cc": '#include "a.h"\nA::A(int) {}\nA a(1);\n',
                 "b.cc": '#include <vector>\n#include "a.h"\nstd::vector<A> all;\n'}
        for more, annotated in (("", 0), ("void f() { all.emplace_back(1); }\n", 2)):
            client = self.opened("a.cc", texts={**texts, "b.cc": texts["b.cc"] + more}, capabilities=ANNOTATES)
            client.answers["workspace/applyEdit"] = {"applied": True}
            line, column = place(texts["a.cc"], "A::|A")
            client.request("workspace/executeCommand", {"command": "astrolabe.changeSignature", "arguments": [
                client.at("a.cc", line, column, parameters=[{"old": 0}, {"declaration": "int m", "value": "0"}])]})
            [edit] = [m["params"]["edit"] for m in client.messages if m.get("method") == "workspace/applyEdit"]
            self.assertEqual(len([e for e in self.edits(edit)["a.cc"] if e[3]]), annotated)
            client.kill()

    def test_parameters_change_places(self):
        client = self.opened("a.cc", texts={"a.cc": "int f(int a, char* b) { return a; }\nint x = f(1, nullptr);\n"},
                             capabilities=RESOLVES)
        self.assertEqual(self.changed(client, "a.cc", "int |a", "swap with the next parameter"), ["a.cc"])
        self.assertEqual(self.text("a.cc"), "int f(char* b, int a) { return a; }\nint x = f(nullptr, 1);\n")


class Formatting(ChangesTest):
    OPTIONS = {"options": {"tabSize": 2, "insertSpaces": True}}

    def test_document_range_and_typing(self):
        self.write("a.cc", "int  f( ) {\nreturn 1;}\nint  g;\n")
        client = self.server("--background-index=0")
        self.assertEqual(client.capabilities["documentOnTypeFormattingProvider"]["firstTriggerCharacter"], "\n")
        client.open("a.cc")
        edits = client.request("textDocument/rangeFormatting", client.document(
            "a.cc", range={"start": {"line": 2, "character": 0}, "end": {"line": 2, "character": 3}}, **self.OPTIONS))
        self.assertEqual([e["range"]["start"]["line"] for e in edits], [2])
        typed = client.request("textDocument/onTypeFormatting", client.at("a.cc", 2, 7, ch=";", **self.OPTIONS))
        self.assertEqual(typed, edits)
        edits = client.request("textDocument/formatting", client.document("a.cc", **self.OPTIONS))
        self.apply({"changes": {client.uri("a.cc"): edits}})
        self.assertEqual(self.text("a.cc"), "int f() { return 1; }\nint g;\n")

    def test_a_file_that_does_not_parse_and_a_style_that_is_none(self):
        self.write("a.cc", "#pragma clang __debug crash\nint  x ;\n")
        client = self.server("--background-index=0")
        client.open("a.cc")
        self.assertTrue(client.request("textDocument/formatting", client.document("a.cc", **self.OPTIONS)))
        self.write(".clang-format", "BasedOnStyle: Nobody\n")
        with self.assertRaises(ServerError) as caught:
            client.request("textDocument/formatting", client.document("a.cc", **self.OPTIONS))
        self.assertIn(".clang-format of this file", caught.exception.message)


class InlayHints(ChangesTest):
    def test_hints_of_a_range(self):
        client = self.server("--background-index=0")
        client.open("a.cc", "void f(int count);\nvoid g() {\n  f(1);\n  auto größe = 2;\n}\n")
        hints = client.request("textDocument/inlayHint", client.document(
            "a.cc", range={"start": {"line": 0, "character": 0}, "end": {"line": 5, "character": 0}}))
        self.assertEqual([(h["position"]["line"], h["position"]["character"], h["label"], h["kind"]) for h in hints],
                         [(2, 4, "count:", 2), (3, 12, ": int", 1)])
        self.assertEqual(client.request("textDocument/inlayHint", client.document(
            "a.cc", range={"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 0}})), [])

    def test_where_a_hint_leads(self):
        client = self.server("--background-index=0", capabilities={"textDocument": {"inlayHint": {
            "resolveSupport": {"properties": ["label.location"]}}}})
        client.open("a.cc", "void f(int count);\nvoid g() {\n  f(1);\n}\n")
        [hint] = client.request("textDocument/inlayHint", client.document(
            "a.cc", range={"start": {"line": 0, "character": 0}, "end": {"line": 5, "character": 0}}))
        [part] = client.request("inlayHint/resolve", hint)["label"]
        self.assertEqual((part["value"], part["location"]["range"]),
                         ("count:", {"start": {"line": 0, "character": 11}, "end": {"line": 0, "character": 16}}))
        client.change("a.cc", "\nvoid f(int count);\nvoid g() {\n  f(1);\n}\n")
        self.assertEqual(client.request("inlayHint/resolve", hint)["label"], "count:")


if __name__ == "__main__":
    lsp_server_test.ASTROLABE = os.path.abspath(sys.argv.pop(1))
    unittest.main()

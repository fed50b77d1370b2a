"""What language models write and say when a person asks for it: bodies, comments, explanations.

    model_action_test.py ASTROLABE [unittest arguments]

The models are tiny_model.py's, which always write the same.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import os
import signal
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "..", "lsp_server"))
import lsp_server_test  # noqa: E402
from client import ServerError  # noqa: E402
from model_test import ModelTest  # noqa: E402

INVOKED, AUTOMATIC = 1, 2
RESOLVES = {"textDocument": {"codeAction": {"dataSupport": True, "resolveSupport": {"properties": ["edit"]}}},
            "window": {"workDoneProgress": True}}
BODY, COMMENT, TEST = "Write the body of", "Write a documentation comment for", "Write a test of"
CREATES = {**RESOLVES, "workspace": {"workspaceEdit": {"documentChanges": True, "resourceOperations": ["create"]}}}


class ModelActionTest(ModelTest):
    def opened(self, text, says=None, answers=None, flags=(), capabilities=None):
        """A client with a.cc open, whose cursor is at the mark."""
        before, after = text.split("^")
        self.source = before + after
        self.write("a.cc", self.source)
        flags = [*flags]
        if says is not None:
            flags.append("--ai-model=" + self.model("--says", says))
        if answers is not None:
            flags.append("--ai-chat-model=" + self.model("--answers", answers, "--context", "4096"))
        client = self.server("--background-index=0", "--ai=1", *flags, capabilities=RESOLVES if capabilities is None else capabilities)
        client.open("a.cc")
        at = {"line": before.count("\n"), "character": len(before) - before.rfind("\n") - 1}
        self.place = {"start": at, "end": at}
        return client

    def model(self, *arguments):
        """One beside another."""
        path = super().model(*arguments)
        own = path + str(len(os.listdir(self.folder)))
        os.rename(path, own)
        return own

    def actions(self, client, trigger=INVOKED, only=None):
        diagnostics = client.request("textDocument/diagnostic", client.document("a.cc"))["items"]
        context = {"diagnostics": diagnostics, "triggerKind": trigger, **({"only": only} if only else {})}
        found = client.request("textDocument/codeAction", client.document("a.cc", range=self.place, context=context))
        return [action for action in found if "language model" in action["title"]]

    def one(self, client, title):
        [action] = [a for a in self.actions(client) if a["title"].startswith(title)]
        return action

    def after(self, edit):
        """The text with an edit of a.cc."""
        [edits] = edit["changes"].values() if "changes" in edit else [c["edits"] for c in edit["documentChanges"]]
        [edit] = edits
        lines = self.source.split("\n")
        at = [sum(len(line) + 1 for line in lines[:p["line"]]) + p["character"]
              for p in (edit["range"]["start"], edit["range"]["end"])]
        return self.source[:at[0]] + edit["newText"] + self.source[at[1]:]

    def written(self, title, text, **models):
        """The text after the action of this title."""
        client = self.opened(text, **models)
        return self.after(client.request("codeAction/resolve", self.one(client, title))["edit"])

    def refused(self, title, text, **models):
        """Why the action of this title does nothing."""
        client = self.opened(text, **models)
        with self.assertRaises(ServerError) as caught:
            client.request("codeAction/resolve", self.one(client, title))
        self.assertEqual(caught.exception.code, -32803)
        return caught.exception.message


class Offers(ModelActionTest):
    TEXT = "/// One.\nint one() { return 1; }\n\nint two^() {}\n"

    def titles(self, text, trigger=INVOKED, only=None, **more):
        return [a["title"] for a in self.actions(self.opened(text, **more), trigger, only)]

    def test_where_they_make_sense(self):
        ending = " (language model)"
        self.assertEqual(self.titles(self.TEXT), [f"{BODY} two{ending}", f"{COMMENT} two{ending}", f"{TEST} two{ending}",
                                                  f"Explain two{ending}"])
        self.assertEqual(self.titles("/// One.\nint one^() { return 1; }\n"), [f"{TEST} one{ending}", f"Explain one{ending}"])
        self.assertEqual(self.titles("int one() { return 1^; }\n"), [])
        self.assertEqual(self.titles("namespace a {\nclass B^ {\n};\n}\n"),
                         [f"{COMMENT} a::B{ending}", f"Explain B{ending}"])
        self.assertIn(f"Explain: use of undeclared identifier 'nowhere'{ending}",
                      self.titles("int one() {\n  return nowhere^;\n}\n"))

    def test_only_for_a_person_who_asks(self):
        self.assertEqual(self.titles(self.TEXT, AUTOMATIC), [])

    def test_not_where_models_are_off(self):
        self.assertEqual(self.titles(self.TEXT, flags=["--ai=0"]), [])
        self.write(".clangd", "Completion:\n  LanguageModel: No\n")
        self.assertEqual(self.titles(self.TEXT), [])

    def test_kinds(self):
        self.assertEqual(len(self.titles(self.TEXT, only=["refactor.rewrite"])), 3)
        self.assertEqual(len(self.titles(self.TEXT, only=["explain"])), 1)
        self.assertEqual(self.titles(self.TEXT, only=["quickfix"]), [])

    def test_nothing_is_started_before_one_is_chosen(self):
        client = self.opened(self.TEXT, says="return 2;", answers="Two.")
        self.assertEqual(len(self.actions(client)), 4)
        self.assertFalse(os.path.exists(os.path.join(self.state, "astrolabe", "ai")))

    def test_of_an_older_text_nothing_is_written(self):
        client = self.opened(self.TEXT, says="return 2;")
        action = self.one(client, BODY)
        client.change("a.cc", ((0, 0), (0, 0), "\n"))
        with self.assertRaises(ServerError) as caught:
            client.request("codeAction/resolve", action)
        self.assertEqual(caught.exception.code, -32801)


class Body(ModelActionTest):
    TEXT = "int begin = 1;\nint two^() {}\n"

    def test_what_compiles_is_written(self):
        self.assertEqual(self.written(BODY, self.TEXT, says="return begin;"),
                         "int begin = 1;\nint two() {\n  return begin;\n}\n")

    def test_several_lines_in_the_files_own_indentation(self):
        text = "struct A {\n    int begin;\n    int two() {^\n    }\n};\n"
        says = "int size = begin;\n        return size + size;\n    }\n"
        self.assertEqual(self.written(BODY, text, says=says), "struct A {\n    int begin;\n    int two() {\n"
                         "        int size = begin;\n        return size + size;\n    }\n};\n")

    def test_comments_stay(self):
        self.assertEqual(self.written(BODY, "int two^() {\n  // The first one.\n\n}\n", says="return 1;"),
                         "int two() {\n  // The first one.\n  return 1;\n}\n")

    def test_what_does_not_compile_is_refused_with_the_reason(self):
        said = self.refused(BODY, self.TEXT, says="return end;")
        self.assertEqual(said, "what the language model writes is refused: use of undeclared identifier 'end'")

    def test_so_is_what_breaks_something_else(self):
        text = "struct A {};\ntemplate <class T> auto two^() {}\ninline int three() { two<A>(); return 1; }\n"
        self.assertIn("is refused: ", self.refused(BODY, text, says="return T().size();"))

    def test_errors_that_are_there_already_may_stay(self):
        self.assertIn("{\n  return begin;\n}", self.written(BODY, "int x = nowhere;\n" + self.TEXT, says="return begin;"))

    def test_comments_alone_are_no_body(self):
        self.assertEqual(self.refused(BODY, self.TEXT, says="// end"), "the language model wrote nothing")

    def test_a_client_that_does_not_resolve_gets_it_by_a_command(self):
        client = self.opened(self.TEXT, says="return begin;", capabilities={})
        client.answers["workspace/applyEdit"] = {"applied": True}
        action = self.one(client, BODY)
        self.assertNotIn("edit", action)
        client.request("workspace/executeCommand", action["command"])
        [sent] = client.notifications("workspace/applyEdit")
        self.assertEqual(self.after(sent["edit"]), "int begin = 1;\nint two() {\n  return begin;\n}\n")

    def test_progress_is_shown(self):
        client = self.opened(self.TEXT, says="return begin;")
        client.request("codeAction/resolve", self.one(client, BODY))
        client.wait_notification("$/progress", lambda p: p["value"].get("title") == "Writing two")


class Comment(ModelActionTest):
    TEXT = "struct A {\n  int two^() { return 2; }\n};\n"

    def test_it_is_written_in_the_files_form(self):
        self.assertEqual(self.written(COMMENT, self.TEXT, answers="```cpp\n/// The larger\n/// one.\nint two();\n```"),
                         "struct A {\n  /// The larger\n  /// one.\n  int two() { return 2; }\n};\n")
        self.assertEqual(self.written(COMMENT, "// A file.\n\n" + self.TEXT, answers="The larger one."),
                         "// A file.\n\nstruct A {\n  // The larger one.\n  int two() { return 2; }\n};\n")

    def test_of_a_class_and_of_a_template(self):
        self.assertEqual(self.written(COMMENT, "class A^ {\n};\n", answers="/** Nothing. */"), "/// Nothing.\nclass A {\n};\n")
        self.assertEqual(self.written(COMMENT, "template <class T>\nT two^();\n", answers="Two of them."),
                         "/// Two of them.\ntemplate <class T>\nT two();\n")

    def test_nothing_but_comments_is_written(self):
        for answer in ("// One.\\", "int x;", "*/ int x; /*"):
            with self.subTest(answer):
                text = self.written(COMMENT, self.TEXT, answers=answer)
                code = [line for line in text.split("\n") if not line.strip().startswith("//")]
                self.assertEqual("\n".join(code), self.TEXT.replace("^", ""))

    def test_an_answer_without_text(self):
        self.assertEqual(self.refused(COMMENT, self.TEXT, answers="```\n```"), "the language model wrote no comment")

    def test_without_a_model_that_chats_it_says_what_to_do(self):
        os.environ["XDG_DATA_HOME"] = self.folder
        self.addCleanup(os.environ.pop, "XDG_DATA_HOME")
        said = self.refused(COMMENT, self.TEXT)
        self.assertIn("this needs a model that chats: put an instruct model", said)
        self.assertIn("--ai-chat-model", said)
        fim = self.model("--says", "begin")
        self.assertEqual(self.refused(COMMENT, self.TEXT, flags=[f"--ai-chat-model={fim}"]),
                         f"{fim} has no chat template: name an instruct model by --ai-chat-model")

    def test_a_model_is_found_while_the_server_runs(self):
        os.environ["XDG_DATA_HOME"] = self.folder
        self.addCleanup(os.environ.pop, "XDG_DATA_HOME")
        client = self.opened(self.TEXT)
        action = self.one(client, COMMENT)
        with self.assertRaises(ServerError):
            client.request("codeAction/resolve", action)
        folder = os.path.join(self.folder, "astrolabe", "models")
        os.makedirs(folder)
        os.rename(self.model("--answers", "Two.", "--context", "4096"), os.path.join(folder, "chat.gguf"))
        self.assertIn("  /// Two.\n", self.after(client.request("codeAction/resolve", action)["edit"]))


class Test(ModelActionTest):
    TEXT = '#include "a.h"\n\nint two^() { return 2; }\n'
    GTEST = """#pragma once
#define TEST(suite, name) static void suite##_##name()
#define EXPECT_EQ(a, b) (void)((a) == (b))
"""
    ANSWER = "TEST(Two, IsTwo) {\n  EXPECT_EQ(two(), IS_TWO);\n}\n"

    def setUp(self):
        super().setUp()
        self.write("include/gtest/gtest.h", self.GTEST)
        self.write("a.h", "#pragma once\nint two();\n")
        self.database("-Iinclude")

    def database(self, flag):
        self.write("compile_commands.json", json.dumps([{"directory": self.root, "file": "a.cc", "arguments": [
            "clang++", "-std=c++17", flag, "-DIS_TWO=2", "-c", "a.cc"]}]))

    def changes(self, text=TEXT, answers=ANSWER, capabilities=CREATES):
        client = self.opened(text, answers=answers, capabilities=capabilities)
        return client.request("codeAction/resolve", self.one(client, TEST))["edit"]["documentChanges"]

    def new_file(self, **more):
        """The name and the text of the file that is created."""
        create, edit = self.changes(**more)
        self.assertEqual(create["kind"], "create")
        return os.path.basename(create["uri"]), edit["edits"][0]["newText"]

    def test_in_a_new_file_by_the_flags_of_the_one_beside(self):
        name, text = self.new_file(answers=f"Here:\n```cpp\n#include <gtest/gtest.h>\n{self.ANSWER}```\n")
        self.assertEqual((name, text), ("a_test.cc", '#include "a.h"\n\n#include <gtest/gtest.h>\n\n' + self.ANSWER))

    def test_in_the_one_that_is_there(self):
        before = '#include "a.h"\n#include "gtest/gtest.h"\nnamespace {\n\nTEST(A, B) {\n}\n\n}  // namespace\n'
        self.write("a_test.cc", before)
        [change] = self.changes()
        self.assertTrue(change["textDocument"]["uri"].endswith("/a_test.cc"))
        [edit] = change["edits"]
        self.assertEqual((edit["range"]["start"], edit["newText"]), ({"line": 6, "character": 0}, "\n" + self.ANSWER))

    def test_of_a_header_that_is_not_saved(self):
        self.write("a.cc", self.TEXT.replace("^", ""))
        client = self.opened(self.TEXT, answers=self.ANSWER.replace("two()", "three()"), capabilities=CREATES)
        client.open("a.h", "#pragma once\ninline int three() { return 3; }\n")
        place = {"line": 1, "character": 13}
        actions = client.request("textDocument/codeAction", client.document(
            "a.h", range={"start": place, "end": place}, context={"diagnostics": [], "triggerKind": INVOKED}))
        [action] = [a for a in actions if a["title"].startswith(TEST)]
        create, edit = client.request("codeAction/resolve", action)["edit"]["documentChanges"]
        self.assertIn("three()", edit["edits"][0]["newText"])

    def test_what_does_not_compile_is_refused_with_the_reason(self):
        said = self.refused(TEST, self.TEXT, answers=self.ANSWER.replace("IS_TWO", "is_two"), capabilities=CREATES)
        self.assertEqual(said, "what the language model writes is refused: in a_test.cc: use of undeclared identifier "
                               "'is_two'")

    def test_without_googletest_too(self):
        self.database("-nostdinc")
        self.assertIn("gtest.h' file not found", self.refused(TEST, self.TEXT, answers=self.ANSWER, capabilities=CREATES))

    def test_what_is_no_test_of_it(self):
        for answer in ("int one();", "TEST(A, B) {}"):
            self.assertEqual(self.refused(TEST, self.TEXT, answers=answer, capabilities=CREATES),
                             "the language model wrote no test of two")

    def test_a_client_that_creates_no_files(self):
        self.assertIn("the editor can't create files", self.refused(TEST, self.TEXT, answers=self.ANSWER))

    def test_a_function_that_no_header_declares(self):
        os.remove(os.path.join(self.root, "a.h"))
        self.assertEqual(self.refused(TEST, "int two^() { return 2; }\n", answers=self.ANSWER, capabilities=CREATES),
                         "a.cc has no header that a test could include")


class Explanation(ModelActionTest):
    TEXT = "int one() { return 1; }\nint two() { return one^(); }\n"

    def test_it_is_shown_and_answered(self):
        for capabilities in (RESOLVES, {}):
            client = self.opened(self.TEXT, answers="It is **one**.\n\nNo more.\n", capabilities=capabilities)
            action = self.one(client, "Explain one")
            self.assertEqual(action["command"]["command"], "astrolabe.explain")
            self.assertEqual(client.request("workspace/executeCommand", action["command"]), "It is **one**.\n\nNo more.")
            shown = client.wait_notification("window/showMessage")
            self.assertEqual((shown["type"], shown["message"]), (3, "It is **one**.\n\nNo more."))

    def test_a_diagnostic(self):
        client = self.opened("int two() {\n  return nowhere^;\n}\n", answers="There is none.")
        action = self.one(client, "Explain: ")
        self.assertEqual((action["kind"], len(action["diagnostics"])), ("quickfix", 1))
        self.assertEqual(client.request("workspace/executeCommand", action["command"]), "There is none.")

    def test_what_it_cost_is_counted_apart(self):
        client = self.opened(self.TEXT, answers="One.")
        client.request("workspace/executeCommand", self.one(client, "Explain one")["command"])
        folder = os.path.join(self.state, "astrolabe", "ai")
        [name] = os.listdir(folder)
        self.assertRegex(name, r"^\d+-\d+-chat\.json$")
        status = self.status()
        self.assertEqual((status["processes"]["requests"], status["processes"]["failures"]), (1, 0))

    def test_nobody_waits_for_a_model_that_hangs_who_does_not_want_to(self):
        client = self.opened(self.TEXT, answers="One.")
        command = self.one(client, "Explain one")["command"]
        client.request("workspace/executeCommand", command)
        model = self.status()["servers"][0]["models"][0]["pid"]
        os.kill(model, signal.SIGSTOP)
        self.addCleanup(os.kill, model, signal.SIGCONT)
        asked = client.send("workspace/executeCommand", command)
        time.sleep(0.5)
        client.notify("$/cancelRequest", {"id": asked})
        self.assertEqual(client.reply(asked)["error"]["code"], -32800)

    def test_a_model_that_is_killed_is_an_error(self):
        client = self.opened(self.TEXT, answers="One.")
        command = self.one(client, "Explain one")["command"]
        client.request("workspace/executeCommand", command)
        model = self.status()["servers"][0]["models"][0]["pid"]
        os.kill(model, signal.SIGSTOP)
        asked = client.send("workspace/executeCommand", command)
        time.sleep(0.5)
        os.kill(model, signal.SIGKILL)
        self.assertIn("the model's process died", client.reply(asked)["error"]["message"])
        self.assertEqual(client.request("workspace/executeCommand", command), "One.")


if __name__ == "__main__":
    lsp_server_test.ASTROLABE = sys.argv.pop(1)
    unittest.main()

"""What editors show as ghost text: proposals of a model that the compiler has checked.

    inline_completion_test.py ASTROLABE [unittest arguments]

The models are tiny_model.py's, which write always the same or noise.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import os
import signal
import subprocess
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "..", "lsp_server"))
import lsp_server_test  # noqa: E402
from client import ServerError  # noqa: E402
from model_test import ModelTest  # noqa: E402

AUTOMATIC, INVOKED = 2, 1
TEXT = """struct Box { int size(); int value; void push(int); };
int use(Box& box) {
  int begin = 1;
  return ^;
}
"""


class InlineCompletion(ModelTest):
    def opened(self, model, text=TEXT, *flags, **more):
        """A client with a.cc open, whose cursor is at the mark."""
        before, after = text.split("^")
        self.write("a.cc", before + after)
        client = self.server("--background-index=0", "--ai=1", *([f"--ai-model={model}"] if model else []), *flags, **more)
        client.open("a.cc")
        self.cursor = {"line": before.count("\n"), "character": len(before) - before.rfind("\n") - 1}
        return client

    def items(self, client, trigger=AUTOMATIC):
        answer = client.request("textDocument/inlineCompletion", client.document(
            "a.cc", position=self.cursor, context={"triggerKind": trigger}))
        return answer["items"] if isinstance(answer, dict) else answer or []

    def shown(self, client, trigger=AUTOMATIC):
        return [item["insertText"] for item in self.items(client, trigger)]

    def type(self, client, text):
        at = (self.cursor["line"], self.cursor["character"])
        client.change("a.cc", (at, at, text))
        self.cursor = {**self.cursor, "character": self.cursor["character"] + len(text)}

    def test_what_compiles_is_shown(self):
        client = self.opened(self.model("--says", "begin"))
        self.assertEqual(self.shown(client), ["begin"])

    def test_what_does_not_compile_is_not(self):
        client = self.opened(self.model("--says", "end"))
        self.assertEqual(self.shown(client), [])

    def test_noise_is_not_shown(self):
        client = self.opened(self.model())
        for text in self.shown(client):
            self.assertEqual(text, "begin")

    def test_errors_that_are_there_already_do_not_count(self):
        client = self.opened(self.model("--says", "begin"), "int broken = nowhere;\n" + TEXT)
        self.assertEqual(self.shown(client), ["begin"])

    def test_what_leaves_the_line_broken_is_not_shown(self):
        client = self.opened(self.model("--says", "value"), TEXT.replace("return ^;", "return begin + ^;"))
        self.assertEqual(self.shown(client), [])
        client = self.opened(self.model("--says", "+begin;"), TEXT.replace("return ^;", "return begin^"))
        self.assertEqual(self.shown(client), ["+begin;"])
        client = self.opened(self.model("--says", "+"), TEXT.replace("return ^;", "return begin + ^"))
        self.assertEqual(self.shown(client), [])

    FUNCTION = "int use(int value) {\n  int <begin> = value;\n  int twice = 2;\n  return begin * twice;\n}\n"

    def without_name(self, says, text=FUNCTION):
        """A client that has just removed the name in <>, of which other lines speak."""
        name = text[text.index("<") + 1:text.index(">")]
        client = self.opened(self.model("--says", says), text.replace("<", "").replace(">", "^"),
                             capabilities={"textDocument": {"inlineCompletion": {}}})
        client.request("textDocument/diagnostic", client.document("a.cc"))
        line, end = self.cursor["line"], self.cursor["character"]
        self.cursor["character"] -= len(name)
        client.change("a.cc", ((line, end - len(name)), (line, end), ""))
        return client

    def test_it_leaves_no_error_in_other_lines(self):
        self.assertEqual(self.shown(self.without_name("begin")), ["begin"])
        self.assertEqual(self.shown(self.without_name("end")), [])

    def test_nor_while_a_statement_of_several_lines_is_written(self):
        client = self.without_name("end")
        client.change("a.cc", ((1, 6), (1, 6), "\n    "))
        self.cursor = {"line": 2, "character": 4}
        self.assertEqual(self.shown(client), [])

    def test_an_error_that_was_left_behind_does_not_count(self):
        client = self.without_name("end", self.FUNCTION + "int end = 1;\nint last = 1;\n")
        self.assertEqual(self.shown(client), [])
        self.type(client, "other")
        # The user goes on elsewhere: what uses `begin` is broken, and was before.
        client.change("a.cc", ((6, 11), (6, 12), "2 * "))
        self.cursor = {"line": 6, "character": 15}
        self.assertEqual(self.shown(client), ["end"])

    def test_nor_in_a_template_that_it_instantiates(self):
        text = ("template <int kWide> struct Box { static_assert(kWide > 1); };\n"
                "template <int kWide> int size() { Box<kWide> box; return sizeof(box); }\n"
                "const int begin = 2;\nconst int end = 1;\nint use() {\n  return size<^>();\n}\n")
        self.assertEqual(self.shown(self.opened(self.model("--says", "begin"), text)), ["begin"])
        self.assertEqual(self.shown(self.opened(self.model("--says", "end"), text)), [])

    def test_only_members_behind_a_dot(self):
        text = TEXT.replace("return ^", "return box.^")
        client = self.opened(self.model("--says", "size()"), text)
        self.assertEqual(self.shown(client), ["size()"])
        # It wants `end`, which is no member: whatever is shown is one.
        client = self.opened(self.model("--says", "end"), text)
        for shown in self.shown(client):
            self.assertRegex(shown, "^(size|value|push)")

    def test_what_was_written_before_comes_first(self):
        text = "int use(int, int);\nint first_value = use(1, 2) + 3;\nnamespace n { int first_value = use(1^; }\n"
        client = self.opened(self.model("--says", ")"), text)
        self.assertEqual(self.shown(client), [", 2) + 3"])

    def test_typing_it_goes_on_with_it(self):
        client = self.opened(self.model("--says", "begin"))
        self.assertEqual(self.shown(client), ["begin"])
        self.type(client, "be")
        self.assertEqual(self.shown(client), ["gin"])
        self.type(client, "x")
        self.assertEqual(self.shown(client), [])

    def test_lines_when_asked_for_them(self):
        text = "int use(int value, int begin) {\n  ^\n}\n"
        client = self.opened(self.model("--says", "return value\n-begin;"), text)
        self.assertEqual(self.shown(client), [])  # its first line alone is no statement
        self.assertEqual(self.shown(client, INVOKED), ["return value\n-begin;"])

    def test_it_is_off_by_a_flag(self):
        client = self.opened(self.model("--says", "begin"), TEXT, "--ai=0")
        self.assertEqual(self.shown(client), [])

    def test_it_is_off_where_a_folder_says_so(self):
        self.write(".clangd", "Completion:\n  LanguageModel: No\n")
        client = self.opened(self.model("--says", "begin"))
        self.assertEqual(self.shown(client), [])
        self.write(".clangd", "Completion:\n  LanguageModel: Yes\n")
        self.assertEqual(self.shown(client), ["begin"])

    def test_a_model_that_is_none_is_said_once(self):
        path = self.model("--says", "begin")
        with open(path, "wb") as file:
            file.write(b"GGUF nonsense")
        client = self.opened(path)
        self.assertEqual(self.shown(client), [])
        self.assertEqual(self.shown(client), [])
        told = [m["message"] for m in client.notifications("window/logMessage") if "language model" in m["message"]]
        self.assertEqual(len(told), 1, told)

    def test_a_killed_model_comes_back(self):
        client = self.opened(self.model("--says", "begin"))
        self.assertEqual(self.shown(client), ["begin"])
        models = [int(pid) for pid in subprocess.run(["pgrep", "-P", str(client.process.pid), "-f", " model$"],
                                                     capture_output=True, text=True).stdout.split()]
        self.assertEqual(len(models), 1)
        os.kill(models[0], signal.SIGKILL)
        self.type(client, "1 + ")
        self.eventually(lambda: self.shown(client), lambda shown: shown == ["begin"])

    def models(self, *says):
        """The flag's value for models that write that, in this order."""
        return ",".join(self.model("--says", text, "--name", f"m{number}", file=f"m{number}.gguf")
                        for number, text in enumerate(says, 1))

    def records(self):
        """How often each model was asked, by its name; those that were never started have none."""
        return {name: record["asked"] for name, record in self.status()["models"].items()}

    def test_a_second_model_is_asked_where_the_first_finds_nothing(self):
        client = self.opened(self.models("end", "begin"))
        self.assertEqual(self.shown(client), ["begin"])
        self.assertEqual(self.records(), {"m1": 1, "m2": 1})
        item, = self.items(client)
        client.request("workspace/executeCommand", {"command": item["command"]["command"],
                                                    "arguments": item["command"]["arguments"]})
        taken = {name: record["taken"] for name, record in self.status()["models"].items()}
        self.assertEqual(taken, {"m1": 0, "m2": 1})

    def test_it_is_left_alone_where_the_first_is_sure(self):
        client = self.opened(self.models("begin", "begin + 1"))
        self.assertEqual(self.shown(client), ["begin"])
        self.assertEqual(self.records(), {"m1": 1})
        self.type(client, "1 + ")
        self.assertEqual(sorted(self.shown(client, INVOKED)), ["begin", "begin + 1"])  # all that there is
        self.assertEqual(self.records(), {"m1": 2, "m2": 1})

    def test_a_model_that_fails_is_passed_over_for_a_while(self):
        models = self.models("begin", "begin")
        with open(models.split(",")[0], "wb") as file:
            file.write(b"GGUF nonsense")
        client = self.opened(models)
        self.assertEqual(self.shown(client), ["begin"])
        asked = time.monotonic()
        self.type(client, "1 + ")
        self.assertEqual(self.shown(client), ["begin"])
        if time.monotonic() - asked > 0.8:
            self.skipTest("the machine is too busy for what is over in a second")
        told = [m["message"] for m in client.notifications("window/logMessage") if "language model" in m["message"]]
        self.assertEqual(len(told), 1, told)
        server, = self.status()["servers"]
        self.assertEqual([model["record"]["passed_over"] for model in server["models"]], [1, 0])
        self.assertEqual([model["record"]["failed"] for model in server["models"]], [1, 0])

    def test_what_another_file_has_at_a_place_like_this(self):
        self.write("b.cc", "int combine(int, int);\nint other_sum(int value) {\n  return combine(value, 2) * 3;\n}\n")
        text = "int combine(int, int);\nint sum(int value) {\n  return combine(^;\n}\n"
        client = self.opened(self.model("--says", ")"), text, "--background-index=1")
        self.eventually(lambda: self.again(client), lambda shown: shown == ["value, 2) * 3"])

    def again(self, client):
        """What is shown once the place is not remembered any more."""
        end = (self.cursor["line"] + 1, 0)
        client.change("a.cc", (end, end, " "))
        return self.shown(client)

    def test_a_large_prompt_has_what_other_files_declare(self):
        read = []
        for header in (None, "struct Box { int size(); int value; void push(int); };\n" * 20):
            if header is not None:
                self.write("a.h", header)
            client = self.opened(self.model("--says", "begin", "--context", "2048"))
            before = self.status(check=None)["processes"].get("prompt_tokens", 0)
            self.assertEqual(self.shown(client), ["begin"])
            read.append(self.status()["processes"]["prompt_tokens"] - before)
            client.shutdown()
        self.assertGreater(read[1], read[0] + 100)

    def test_where_the_cursor_rests_the_model_reads_ahead(self):
        text = TEXT + "".join(f"int number_{n}(int value) {{ return value * {n}; }}\n" for n in range(40))
        client = self.opened(self.model("--says", "begin"), text)
        rest = client.document("a.cc", position={"line": 40, "character": 30})
        client.request("textDocument/documentHighlight", rest)
        self.status(check=1)  # no model is started for that
        self.assertEqual(self.shown(client), ["begin"])
        read = self.status()["processes"]["prompt_tokens"]
        client.request("textDocument/documentHighlight", rest)
        self.eventually(lambda: self.status()["processes"]["prompt_tokens"], lambda now: now > read)
        before = self.status()["processes"]
        self.cursor = rest["position"]
        self.shown(client)
        after = self.status()["processes"]
        asked, reused = (after[name] - before[name] for name in ("prompt_tokens", "reused_tokens"))
        self.assertEqual(reused + 1, asked)

    def test_status_says_what_ran(self):
        self.assertEqual(self.status(check=1)["servers"], [])
        client = self.opened(self.model("--says", "begin"))
        self.assertEqual(self.status(check=1)["servers"], [])  # nobody has asked the model
        self.assertEqual(self.shown(client), ["begin"])
        self.type(client, "be")
        self.assertEqual(self.shown(client), ["gin"])
        status = self.status()
        self.assertTrue(status["offline"])
        asked = status["suggestions"]
        self.assertEqual((asked["asked"], asked["remembered"], asked["answered"], asked["refused"]), (2, 1, 2, 0))
        self.assertGreater(asked["model_seconds"], 0)
        self.assertGreater(asked["check_seconds"], 0)
        server = status["servers"][0]
        self.assertEqual((server["pid"], server["root"], server["running"]), (client.process.pid, self.root, True))
        model, = server["models"]
        self.assertEqual(model["name"], "tiny")
        self.assertGreater(model["resident_bytes"], 1_000_000)
        self.assertEqual((status["processes"]["starts"], status["processes"]["deaths"]), (1, 0))
        self.assertGreater(status["processes"]["cpu_seconds"], 0)
        client.shutdown()
        after = self.status()
        self.assertEqual((after["servers"][0]["running"], after["suggestions"]["asked"]), (False, 2))
        self.assertEqual(after["servers"][0]["models"][0]["resident_bytes"], 0)

    def test_status_adds_up_and_skips_what_is_no_status(self):
        client = self.opened(self.model("--says", "begin"))
        self.assertEqual(self.shown(client), ["begin"])
        folder = os.path.join(self.state, "astrolabe", "ai")
        name, = os.listdir(folder)
        with open(os.path.join(folder, name)) as file:
            first = file.read()
        self.assertNotIn("Box", first)  # of the code it says nothing
        for other, content in (("1-1.json", first.replace('"asked":1', '"asked":41')), ("2-2.json", first[:-9]),
                               ("3-3.json", "[]"), ("4-4.json", first.replace('"version":2', '"version":9'))):
            with open(os.path.join(folder, other), "w") as file:
                file.write(content)
        self.assertEqual(self.status()["suggestions"]["asked"], 42)
        said = subprocess.run([lsp_server_test.ASTROLABE, "ai", "status"], capture_output=True, text=True).stdout
        self.assertIn("asked        42 times; 2 answered", said)
        self.assertIn("network      none: the kernel refuses", said)

    def outcomes(self):
        counts = self.status()["suggestions"]
        return {name: counts[name] for name in ("taken", "passed", "unseen", "hidden") if counts[name]}

    def test_what_is_taken_is_counted(self):
        client = self.opened(self.model("--says", "begin"))
        item, = self.items(client)
        self.assertEqual(item["command"]["command"], "astrolabe.suggestionTaken")
        run = {"command": item["command"]["command"], "arguments": item["command"]["arguments"]}
        client.request("workspace/executeCommand", run)
        self.assertEqual(self.outcomes(), {"taken": 1})
        client.request("workspace/executeCommand", run)  # not twice
        self.type(client, "begin")
        self.shown(client)
        self.assertEqual(self.outcomes(), {"taken": 1})
        for arguments in ([], ["x"], [1, 2]):
            with self.assertRaises(ServerError):
                client.request("workspace/executeCommand", {**run, "arguments": arguments})

    def test_so_is_what_is_typed_to_its_end_or_passed_over(self):
        client = self.opened(self.model("--says", "begin"))
        self.assertEqual(self.shown(client), ["begin"])
        self.type(client, "begin")
        self.shown(client)
        self.assertEqual(self.outcomes(), {"taken": 1})
        self.type(client, " - ")
        self.assertEqual(self.shown(client), ["begin"])
        at_once = time.monotonic()
        self.type(client, "1")
        self.shown(client)
        if time.monotonic() - at_once > 0.4:
            self.skipTest("the machine is too busy for what is over in half a second")
        self.assertEqual(self.outcomes(), {"taken": 1, "unseen": 1})
        self.type(client, " - ")
        self.assertEqual(self.shown(client), ["begin"])
        time.sleep(0.6)
        self.type(client, "2")
        self.shown(client)
        self.assertEqual(self.outcomes(), {"taken": 1, "unseen": 1, "passed": 1})

    def test_what_nobody_takes_is_not_shown_any_more(self):
        client = self.opened(self.model("--says", "begin"))
        self.assertEqual(self.shown(client), ["begin"])
        client.shutdown()
        folder = os.path.join(self.state, "astrolabe", "ai")
        name, = os.listdir(folder)
        path = os.path.join(folder, name)
        with open(path) as file:
            kept = json.load(file)
        kept["outcomes"] = {"very_high/elsewhere/passed": 30}
        with open(path, "w") as file:
            json.dump(kept, file)
        client = self.opened(self.model("--says", "begin"))
        self.assertEqual(self.shown(client), [])
        self.assertEqual(self.outcomes(), {"hidden": 1})
        self.type(client, "1 + ")
        self.assertEqual(self.shown(client, INVOKED), ["begin"])  # the user asks for it

    def completed(self, client):
        """The items of a completion list that are a model's, and how many there are of others."""
        items = client.request("textDocument/completion", client.document("a.cc", position=self.cursor))["items"]
        mine = [item for item in items if item.get("detail") == "by the language model"]
        return mine, len(items) - len(mine)

    def test_without_ghost_text_it_is_the_last_item_of_a_completion_list(self):
        client = self.opened(self.model("--says", "gin+1"), TEXT.replace("^", "be^"))
        mine, others = self.eventually(lambda: self.completed(client), lambda found: found[0])
        self.assertGreater(others, 0)
        item, = mine
        line, end = self.cursor["line"], self.cursor["character"]
        self.assertEqual((item["label"], item["filterText"]), ("begin+1", "begin+1"))
        self.assertEqual(item["textEdit"], {"newText": "begin+1", "range": {
            "start": {"line": line, "character": end - 2}, "end": {"line": line, "character": end}}})
        items = client.request("textDocument/completion", client.document("a.cc", position=self.cursor))["items"]
        self.assertEqual(max(items, key=lambda other: other["sortText"]), item)
        self.type(client, "g")
        (item,), _ = self.completed(client)  # known at once
        self.assertEqual(item["textEdit"]["newText"], "begin+1")
        self.assertEqual(client.request("completionItem/resolve", item), item)
        client.request("workspace/executeCommand", {"command": item["command"]["command"],
                                                    "arguments": item["command"]["arguments"]})
        self.assertEqual(self.outcomes(), {"taken": 1})

    def test_with_ghost_text_it_is_not(self):
        client = self.opened(self.model("--says", "gin+1"), TEXT.replace("^", "be^"),
                             capabilities={"textDocument": {"inlineCompletion": {}}})
        self.assertEqual(self.shown(client), ["gin+1"])
        self.assertEqual(self.completed(client)[0], [])

    def test_nor_where_it_is_off(self):
        client = self.opened(self.model("--says", "gin+1"), TEXT.replace("^", "be^"), "--ai=0")
        self.completed(client)
        time.sleep(0.5)
        self.assertEqual(self.completed(client)[0], [])
        self.status(check=1)


if __name__ == "__main__":
    lsp_server_test.ASTROLABE = sys.argv.pop(1)
    unittest.main()

"""`astrolabe ai commit-message`, and how a model that chats is chosen.

    commit_message_test.py ASTROLABE [unittest arguments]

The models are tiny_model.py's, which always answer the same.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import os
import subprocess
import sys
import tempfile
import unittest

ASTROLABE = None
HERE = os.path.dirname(os.path.abspath(__file__))
MESSAGE = "Count boxes twice\n\nThe first count misses those that are open."


class CommitMessage(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="astrolabe-chat-")
        self.addCleanup(self.folder.cleanup)
        self.root = os.path.join(self.folder.name, "root")
        os.mkdir(self.root)
        self.environment = {**os.environ, "XDG_DATA_HOME": self.folder.name, "HOME": self.folder.name,
                            "GIT_CEILING_DIRECTORIES": self.folder.name}

    def write(self, name, content):
        path = os.path.join(self.root, name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def model(self, *arguments, name="astrolabe/models/chat.gguf", context=2048):
        path = os.path.join(self.folder.name, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        subprocess.run([sys.executable, os.path.join(HERE, "tiny_model.py"), path, "--layers", "1", "--context",
                        str(context), *arguments], check=True)
        return path

    def git(self, *arguments):
        subprocess.run(["git", "-c", "user.name=A", "-c", "user.email=a@b", *arguments], cwd=self.root, check=True,
                       env=self.environment, capture_output=True)

    def ai(self, *arguments, check=0, **more):
        result = subprocess.run([ASTROLABE, "ai", *arguments], capture_output=True, timeout=120, cwd=self.root,
                                env=self.environment, **more)
        said = result.stdout.decode(), result.stderr.decode()
        self.assertEqual(result.returncode, check, said)
        return said

    def message(self, *arguments, **more):
        return self.ai("commit-message", *arguments, **more)

    def staged(self, content=b"int boxes = 2;\n"):
        self.git("init")
        self.write("boxes.cc", content)
        self.git("add", "boxes.cc")

    def test_for_what_is_staged(self):
        self.model("--answers", MESSAGE)
        self.staged()
        self.assertEqual(self.message(), (MESSAGE + "\n", ""))

    def test_for_a_file_and_for_standard_input(self):
        self.model("--answers", MESSAGE)
        diff = self.write("change.diff", b"--- a\n+++ b\n")
        self.assertEqual(self.message("--diff", diff), (MESSAGE + "\n", ""))
        self.assertEqual(self.message("--diff", "-", input=b"--- a\n+++ \xff\x00\xfe b\n"), (MESSAGE + "\n", ""))

    def test_what_stands_around_the_message_is_left_out(self):
        self.model("--answers", f"Sure:\n```text\n{MESSAGE}\n```\nI hope this helps.")
        self.staged()
        self.assertEqual(self.message(), (MESSAGE + "\n", ""))

    def test_without_changes_it_says_so(self):
        self.model("--answers", MESSAGE)
        self.git("init")
        self.assertEqual(self.message(check=1), ("", "astrolabe: nothing is staged: choose what to commit by `git add`, "
                                                     "or give a diff by --diff\n"))
        self.assertEqual(self.message("--diff", "-", input=b"\n", check=1), ("", "astrolabe: the diff is empty\n"))

    def test_where_there_is_nothing_to_read(self):
        self.model("--answers", MESSAGE)
        said = self.message(check=4)[1]
        self.assertRegex(said, r"^astrolabe: git has no repository here \(fatal: .*\): .* --diff\n$")
        self.assertNotIn("cached", said)
        self.assertIn("nowhere.diff", self.message("--diff", "nowhere.diff", check=4)[1])
        self.environment["PATH"] = "/nowhere"
        self.assertIn("git", self.message(check=4)[1])

    def test_a_long_diff_is_cut_and_it_says_so(self):
        self.model("--answers", MESSAGE, context=4096)
        self.staged(b"".join(b"int box%d = %d;\n" % (i, i) for i in range(2000)))
        out, said = self.message()
        self.assertEqual(out, MESSAGE + "\n")
        self.assertRegex(said, r"^astrolabe: the model could not read the last \d+ of the diff's \d+ bytes; --context ")
        self.assertIn("--context", said)

    def test_a_context_without_room_for_the_task_is_an_error(self):
        self.model("--answers", MESSAGE, context=256)
        self.staged()
        self.assertRegex(self.message(check=4)[1], r"the prompt has \d+ tokens; there is room for \d+")

    def test_an_answer_without_text_is_none(self):
        self.model("--answers", "```\n```")
        self.staged()
        self.assertEqual(self.message(check=1), ("", "astrolabe: the model wrote nothing\n"))

    def test_without_a_model_that_chats_it_says_what_to_do(self):
        self.staged()
        said = self.message(check=4)[1]
        self.assertIn("this needs a model that chats: put an instruct model", said)
        self.assertIn(os.path.join(self.folder.name, "astrolabe/models"), said)
        self.assertIn("--chat-model", said)
        said = self.message("--chat-model", self.model("--says", "begin", name="fim.gguf"), check=4)[1]
        self.assertIn("fim.gguf has no chat template: name an instruct model by --chat-model", said)
        self.assertIn("nowhere.gguf", self.message("--chat-model", "nowhere.gguf", check=4)[1])

    def test_models_say_whether_they_chat(self):
        chats = self.model("--answers", MESSAGE)
        other = self.model("--says", "begin", name="astrolabe/models/other.gguf")
        self.assertIn(f"{chats}  (chats)\n{other}\n", self.ai("models")[0])
        models = json.loads(self.ai("models", "--json")[0])
        self.assertEqual((models["models"][:2], models["chat"]), ([chats, other], [chats]))
        self.assertTrue(json.loads(self.ai("info", "--json", "--model", chats)[0])["chat"])
        self.assertFalse(json.loads(self.ai("info", "--json", "--model", other)[0])["chat"])
        self.assertRegex(self.ai("info", "--model", other)[0], r"chat +no: explaining, documenting and writing tests "
                                                               r"need an instruct model")
        strange = self.model("--answers", MESSAGE, "--chat-template", "{{ unheard_of }}", name="strange.gguf")
        self.assertIn("llama.cpp does not know its chat template", self.ai("info", "--model", strange)[0])
        self.assertIn("does not know its chat template",
                      self.message("--chat-model", strange, "--diff", "-", input=b"x", check=4)[1])

    def test_instruct_models_chat_and_the_others_fill_in(self):
        base = self.model("--answers", "base", name="astrolabe/models/a.gguf")
        instruct = self.model("--answers", "instruct", "--finetune", "Instruct", name="astrolabe/models/b.gguf")
        self.staged()
        self.assertEqual(self.message()[0], "instruct\n")
        self.assertEqual(self.message("--chat-model", base)[0], "base\n")
        self.assertEqual(json.loads(self.ai("info", "--json")[0])["path"], base)
        os.remove(base)
        self.assertNotEqual(json.loads(self.ai("info", "--json")[0])["path"], instruct)  # but the one that is ours
        self.assertEqual(self.message("--chat-model", os.path.dirname(instruct))[0], "instruct\n")

    def test_damaged_files_are_passed_over(self):
        good = self.model("--answers", MESSAGE, name="astrolabe/models/z.gguf")
        with open(good, "rb") as file:
            raw = file.read()
        folder = os.path.dirname(good)
        # Lengths that are too large, and ends at every place of the head.
        for name, content in (("a", b""), ("b", raw[:24]), ("c", raw[:16] + b"\xff" * 8 + raw[24:]),
                              ("d", raw[:24] + b"\xff" * 8 + raw[32:]), ("e", raw[:2000])):
            with open(os.path.join(folder, name + ".gguf"), "wb") as file:
                file.write(content)
        self.assertEqual(json.loads(self.ai("models", "--json")[0])["chat"], [good])
        for end in range(24, 2000, 37):
            with open(os.path.join(folder, "a.gguf"), "wb") as file:
                file.write(raw[:end])
            self.ai("models")


if __name__ == "__main__":
    ASTROLABE = sys.argv.pop(1)
    unittest.main()

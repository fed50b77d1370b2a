"""Quick fixes that a language model writes and the compiler has checked.

    line_repair_test.py ASTROLABE [unittest arguments]
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "..", "lsp_server"))
import lsp_server_test  # noqa: E402
from model_test import ModelTest  # noqa: E402

INVOKED, AUTOMATIC = 1, 2
TEXT = "struct Box { int size(); int height(); };\nint begin = 1;\nint use(Box& box) {\n  return ^;\n}\n"


class LineRepair(ModelTest):
    def repairs(self, says, line, *flags, trigger=INVOKED, text=TEXT):
        """The lines that are offered for the error of this line, from a model that says so."""
        path = self.model("--says", says)
        text = text.replace("return ^;", line)
        self.write("a.cc", text)
        client = self.server("--background-index=0", "--ai=1", f"--ai-model={path}", *flags)
        client.open("a.cc")
        [error] = [d for d in client.request("textDocument/diagnostic", client.document("a.cc"))["items"]
                   if d["range"]["start"]["line"] == 3]
        actions = client.request("textDocument/codeAction", client.document(
            "a.cc", range=error["range"], context={"diagnostics": [error], "only": ["quickfix"], "triggerKind": trigger}))
        found = [a for a in actions if "language model; compiles" in a["title"]]
        lines = []
        for action in found:
            [edit] = action["edit"]["changes"][client.document("a.cc")["textDocument"]["uri"]]
            start, end = (edit["range"][at]["character"] for at in ("start", "end"))
            before = text.split("\n")[3]
            lines.append((before[:start] + edit["newText"] + before[end:]).strip())
            self.assertEqual(action["title"], f"Write `{lines[-1]}` (language model; compiles)")
        client.kill()
        return lines

    def test_a_name_that_is_meant(self):
        self.assertEqual(self.repairs("begin", "return wanted + 1;"), ["return begin + 1;"])

    def test_a_member(self):
        self.assertEqual(self.repairs("size", "return box.length();"), ["return box.size();"])

    def test_the_rest_of_the_line(self):
        self.assertEqual(self.repairs("1;", "return begin +;"), ["return begin +1;"])

    def test_the_whole_line(self):
        self.assertEqual(self.repairs("return 1;", "return begin(1) ? 2 : 3;"), ["return 1;"])

    def test_what_does_not_compile_is_not_offered(self):
        self.assertEqual(self.repairs("end", "return wanted + 1;"), [])

    def test_what_brings_another_error_is_not_offered(self):
        self.assertEqual(self.repairs("int begin", "int wanted = unknown;", text=TEXT.replace("}\n", "return wanted;\n}\n")), [])

    def test_other_errors_may_stay(self):
        self.assertEqual(self.repairs("begin", "return wanted + 1;", text=TEXT + "int other = nowhere;\n"),
                         ["return begin + 1;"])

    def test_nobody_waits_for_it_who_has_not_asked(self):
        self.assertEqual(self.repairs("begin", "return wanted + 1;", trigger=AUTOMATIC), [])
        self.assertFalse(os.path.exists(os.path.join(self.state, "astrolabe", "ai")))  # no model was started

    def test_it_is_off_with_the_model(self):
        self.assertEqual(self.repairs("begin", "return wanted + 1;", "--ai=0"), [])

    def test_a_compilers_own_fix_is_enough(self):
        self.assertEqual(self.repairs("begin", "return begim + 1;"), [])


if __name__ == "__main__":
    lsp_server_test.ASTROLABE = sys.argv.pop(1)
    unittest.main()

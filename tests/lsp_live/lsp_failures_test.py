"""What an editor sees of `astrolabe lsp` when what it stands on fails: parses that never end.

    lsp_failures_test.py ASTROLABE [unittest arguments]
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lsp_server"))
import lsp_server_test  # noqa: E402
from lsp_server_test import SOURCE, ServerTest  # noqa: E402

DIAGNOSTICS = "textDocument/publishDiagnostics"
PULLS = {"textDocument": {"diagnostic": {}}}
# The compiler is at it for longer than any test.
ENDLESS = "constexpr int Spin() { for (;;) {} return 0; }\nconstexpr int kEnd = Spin();\nint after;\n"


class FailuresTest(ServerTest):
    def endless(self, *names):
        """Files whose parse does not end, beside the zoo."""
        self.zoo()
        self.write("compile_commands.json", json.dumps(
            [{"directory": self.root, "file": f, "arguments": ["clang++", "-std=c++20", "-c", f]}
             for f in ("zoo.cc", "main.cc")] +
            [{"directory": self.root, "file": f,
              "arguments": ["clang++", "-std=c++20", "-fconstexpr-steps=4294967295", "-c", f]} for f in names]))
        for name in names:
            self.write(name, ENDLESS)

    def said(self, client, name):
        """The messages of the last diagnostics of a file; None before the first."""
        of_file = [p["diagnostics"] for p in client.notifications(DIAGNOSTICS) if p["uri"] == client.uri(name)]
        return [d["message"] for d in of_file[-1]] if of_file else None


class EndlessParses(FailuresTest):
    """Files that the compiler does not come to an end with cost nobody else anything."""

    def test_other_files_notice_nothing(self):
        names = ["a.cc", "b.cc", "c.cc"]
        self.endless(*names)
        self.index("--tier", "0")
        client = self.server("--background-index=0")
        # As editors do with each file that they show.
        for name in names:
            client.open(name)
            for method in ("semanticTokens/full", "codeLens", "inlayHint", "hover", "documentHighlight", "codeAction",
                           "linkedEditingRange", "prepareRename"):
                span = {"start": {"line": 0, "character": 0}, "end": {"line": 2, "character": 0}}
                client.send("textDocument/" + method,
                            client.at(name, 2, 5, range=span, context={"diagnostics": []}))
        client.open("zoo.cc")
        start = time.monotonic()
        hover = client.request("textDocument/hover", self.at(client, "zoo.cc", SOURCE, "int lo|cal"))
        self.assertIn("local", hover["contents"]["value"])
        self.assertIn("CountLegs", self.symbols(client, "CountLegs"))
        self.assertLess(time.monotonic() - start, 15)

    def test_what_is_cancelled_is_done_with(self):
        self.endless("a.cc")
        client = self.server("--background-index=0", capabilities=PULLS)
        client.open("a.cc")
        for method in ("hover", "diagnostic"):
            # More than there are threads.
            asked = [client.send("textDocument/" + method, client.at("a.cc", 2, 5)) for _ in range(200)]
            time.sleep(0.3)  # some are at work by now
            for request in asked:
                client.notify("$/cancelRequest", {"id": request})
            for request in asked:
                self.assertEqual(client.reply(request)["error"]["code"], -32800)
            self.assertEqual(client.request("workspace/symbol", {"query": "nothing"}, 15), [])
        self.assertEqual(client.shutdown(), 0)

    def test_a_closed_file_is_not_waited_for(self):
        self.endless("a.cc")
        client = self.server("--background-index=0", capabilities=PULLS)
        client.open("a.cc")
        asked = [client.send("textDocument/" + method, client.at("a.cc", 2, 5)) for method in ("hover", "diagnostic")]
        time.sleep(0.3)
        client.close("a.cc")
        for request in asked:
            reply = client.reply(request, 10)
            self.assertTrue(reply.get("error") or not reply["result"], reply)

    def test_it_can_be_edited_away(self):
        self.endless("a.cc")
        client = self.server("--background-index=0")
        client.open("a.cc")
        time.sleep(0.3)
        client.change("a.cc", "int fine = unknown;\n")
        self.eventually(lambda: self.said(client, "a.cc"), lambda said: said == ["use of undeclared identifier 'unknown'"],
                        deadline=15)


if __name__ == "__main__":
    lsp_server_test.ASTROLABE = os.path.abspath(sys.argv.pop(1))
    unittest.main()

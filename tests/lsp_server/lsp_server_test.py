"""The language server end to end: what an editor sees of `astrolabe lsp`, in good days and bad.

    lsp_server_test.py ASTROLABE [unittest arguments]
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import fcntl
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from client import Client, ServerError, path_of, uri_of  # noqa: E402

ASTROLABE = None

HEADER = """#pragma once
namespace zoo {

/// Moves about.
class Animal {
 public:
  virtual ~Animal() = default;
  virtual int Legs() const = 0;
};

class Dog : public Animal {
 public:
  int Legs() const override;
};

int CountLegs(const Animal& animal);

}  // namespace zoo
"""

SOURCE = """#include "zoo.h"

namespace zoo {

int Dog::Legs() const { return 4; }

int CountLegs(const Animal& animal) {
  int local = animal.Legs();
  return local;
}

}  // namespace zoo
"""

MAIN = """#include "zoo.h"
#define DECLARE(name) int name##Hidden()
DECLARE(Macro) { return 1; }

int main() {
  zoo::Dog dog;
  return zoo::CountLegs(dog) + zoo::CountLegs(dog);
}
"""


def place(text, mark, nth=0):
    """(line, column) of the nth occurrence of `mark`; a | in it is where in it."""
    inside = max(mark.find("|"), 0)
    mark = mark.replace("|", "")
    offset = -1
    for _ in range(nth + 1):
        offset = text.index(mark, offset + 1)
    offset += inside
    return text.count("\n", 0, offset), offset - (text.rfind("\n", 0, offset) + 1)


def lines(locations):
    return sorted((os.path.basename(path_of(x["uri"])), x["range"]["start"]["line"]) for x in locations)


class ServerTest(unittest.TestCase):
    """A temporary workspace and servers on it."""

    def setUp(self):
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix="astrolabe-lsp-"))
        self.root = os.path.join(self.folder, "root")
        os.mkdir(self.root)
        self.clients = []

    def tearDown(self):
        for client in self.clients:
            client.kill()
        subprocess.run(["chmod", "-R", "u+rwx", self.folder])
        shutil.rmtree(self.folder)

    def write(self, path, text, root=None):
        path = os.path.join(root or self.root, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", newline="") as file:
            file.write(text)

    def zoo(self, database=True):
        self.write("zoo.h", HEADER)
        self.write("zoo.cc", SOURCE)
        self.write("main.cc", MAIN)
        if database:
            self.write("compile_commands.json", json.dumps([
                {"directory": self.root, "file": f, "arguments": ["clang++", "-std=c++17", "-c", f]}
                for f in ("zoo.cc", "main.cc")]))

    def start(self, *flags, root=None):
        client = Client([ASTROLABE, "lsp", *flags], root or self.root)
        self.clients.append(client)
        return client

    def server(self, *flags, root=None, **more):
        client = self.start(*flags, root=root)
        client.initialize(**more)
        return client

    def index(self, *flags):
        subprocess.run([ASTROLABE, "index", "--root", self.root, *flags], check=True, capture_output=True,
                       timeout=120)

    def eventually(self, ask, good, deadline=60):
        """Asks until the answer is good: the index is built in the background."""
        end = time.monotonic() + deadline
        while True:
            answer = ask()
            if good(answer):
                return answer
            if time.monotonic() > end:
                self.fail(f"still {answer!r}\n{self.clients[-1].stderr()}")
            time.sleep(0.05)

    def symbols(self, client, query):
        return {s["name"] for s in client.request("workspace/symbol", {"query": query})}

    def at(self, client, name, text, mark, nth=0, **more):
        return client.at(name, *place(text, mark, nth), **more)


class Lifecycle(ServerTest):
    def test_initialize_names_what_is_bound(self):
        client = self.start()
        result = client.initialize()
        self.assertEqual(result["serverInfo"]["name"], "astrolabe")
        for provider in ("workspaceSymbolProvider", "documentSymbolProvider", "definitionProvider",
                         "referencesProvider", "foldingRangeProvider", "selectionRangeProvider",
                         "callHierarchyProvider", "typeHierarchyProvider", "documentLinkProvider"):
            self.assertTrue(result["capabilities"].get(provider) is not None, provider)
        self.assertEqual(client.shutdown(), 0)

    def test_requests_before_initialize_and_after_shutdown_are_refused(self):
        client = self.start()
        with self.assertRaises(ServerError) as error:
            client.request("workspace/symbol", {"query": "x"})
        self.assertEqual(error.exception.code, -32002)
        client.initialize()
        client.request("shutdown", None)
        with self.assertRaises(ServerError) as error:
            client.request("workspace/symbol", {"query": "x"})
        self.assertEqual(error.exception.code, -32600)
        client.notify("exit", None)
        self.assertEqual(client.process.wait(10), 0)

    def test_exit_without_shutdown_and_a_closed_pipe_end_it(self):
        client = self.server()
        client.notify("exit", None)
        self.assertEqual(client.process.wait(10), 1)
        client = self.server()
        client.process.stdin.close()
        self.assertEqual(client.process.wait(10), 1)

    def test_sigterm_ends_it(self):
        client = self.server()
        client.process.send_signal(signal.SIGTERM)
        self.assertEqual(client.process.wait(10), -signal.SIGTERM)

    def test_encodings_are_negotiated(self):
        for offered, chosen in ((None, "utf-16"), (["utf-16", "utf-8"], "utf-8"), (["utf-32"], "utf-32"),
                                (["utf-16", "utf-32"], "utf-16"), (["latin-1"], "utf-16")):
            capabilities = {"general": {"positionEncodings": offered}} if offered else {}
            client = self.start()
            result = client.initialize(capabilities=capabilities)
            self.assertEqual(result["capabilities"]["positionEncoding"], chosen)
        client = self.start()
        result = client.initialize(capabilities={"offsetEncoding": ["utf-8", "utf-16"]})
        self.assertEqual(result["offsetEncoding"], "utf-8")
        client = self.start("--offset-encoding=utf-32")
        self.assertEqual(client.initialize()["capabilities"]["positionEncoding"], "utf-32")

    def test_flags_of_clangd_are_accepted(self):
        client = self.server("--background-index=0", "-j=2", "-log=verbose", "--clang-tidy", "--pretty",
                             "--header-insertion=never", "--completion-style", "detailed", "--ranking-model=heuristics",
                             "--path-mappings=/a=/b", "--limit-results=5")
        warning = client.wait_notification("window/logMessage", lambda p: "ranking-model" in p["message"])
        self.assertIn("without effect", warning["message"])
        # The others do what they say.
        client.shutdown()
        said = [p["message"] for p in client.notifications("window/logMessage")]
        self.assertEqual([m for m in said if "without effect" in m], [warning["message"]])

    def test_a_flag_that_nobody_knows_is_an_error(self):
        result = subprocess.run([ASTROLABE, "lsp", "--bakground-index"], capture_output=True, timeout=10)
        self.assertEqual(result.returncode, 2)
        self.assertIn(b"--bakground-index", result.stderr)
        result = subprocess.run([ASTROLABE, "lsp", "--help"], capture_output=True, timeout=10)
        self.assertEqual(result.returncode, 0)
        self.assertIn(b"--query-driver", result.stdout)

    def test_broken_input_is_answered_and_survived(self):
        client = self.server()
        client.write_bytes(b"Content-Length: 5\r\n\r\n{oops")
        client.write_bytes(b"Nonsense\r\n\r\n")
        client.write({"jsonrpc": "2.0", "id": 900, "method": "no/such/method"})
        client.write({"jsonrpc": "2.0", "id": 901, "method": "textDocument/definition", "params": {"position": 7}})
        client.notify("textDocument/didChange", {"textDocument": {"uri": client.uri("closed.cc"), "version": 3},
                                                 "contentChanges": []})
        client.notify("textDocument/didOpen", {"textDocument": "no object"})
        self.assertEqual(client.reply(900)["error"]["code"], -32601)
        self.assertEqual(client.reply(901)["error"]["code"], -32602)
        self.assertTrue(client.wait(lambda: [m for m in client.messages
                                             if m.get("id") is None and m.get("error", {}).get("code") == -32700]))
        with self.assertRaises(ServerError) as error:
            client.request("textDocument/foldingRange", client.document("closed.cc"))
        self.assertIn("closed.cc", error.exception.message)
        with self.assertRaises(ServerError):
            client.request("textDocument/foldingRange", {"textDocument": {"uri": "no uri"}})
        client.open("a.cc", "int a;\n")
        self.assertEqual(client.text("a.cc"), "int a;\n")


class Documents(ServerTest):
    def test_hundred_pipelined_requests_are_answered_once_each(self):
        client = self.server("--background-index=0")
        client.open("a.cc", SOURCE)
        methods = ["documentSymbol", "foldingRange", "documentLink"]
        ids = [client.send("textDocument/" + methods[i % 3], client.document("a.cc")) for i in range(100)]
        for request in ids:
            client.result(request)
        self.assertEqual(client.shutdown(), 0)
        self.assertEqual(client.duplicates, [])
        self.assertEqual(sorted(i for i in client.replies if i in ids), ids)

    def test_a_request_sees_the_edits_before_it_and_none_after(self):
        client = self.server("--background-index=0")
        client.open("a.cc", "")
        ids = []
        for i in range(50):
            client.change("a.cc", f"int name{i};\n")
            ids.append(client.send("textDocument/documentSymbol", client.document("a.cc")))
        for i, request in enumerate(ids):
            self.assertEqual([s["name"] for s in client.result(request)], [f"name{i}"])

    def test_a_request_about_all_documents_sees_the_edits_before_it(self):
        self.zoo(database=False)
        client = self.server("--background-index=0")
        client.open("main.cc")
        for i in range(5):
            # Each of these edits takes longer than it takes to read the next message.
            for j in range(20):
                lines_of_it = "".join(f"// {(k * (j + 7)) % 9973} {i}\n" for k in range(9973))
                client.change("main.cc", f"{lines_of_it}int Name{i}of{j};\n")
            self.assertEqual(self.symbols(client, f"Name{i}of19"), {f"Name{i}of19"})

    def test_thousand_random_edits_leave_both_sides_with_one_text(self):
        for encoding in ("utf-8", "utf-16", "utf-32"):
            with self.subTest(encoding):
                self.random_edits(encoding)

    def random_edits(self, encoding):
        client = self.server("--background-index=0", f"--offset-encoding={encoding}")
        chance = random.Random(7)
        pieces = ["x", "\n", "\r\n", "int f();", "ä", "→", "😀", "{", "}\n", "// note\n", ""]
        text = "int a;\n" * 20
        client.open("a.cc", text)

        def units(piece):
            if encoding == "utf-8":
                return len(piece.encode())
            return len(piece.encode("utf-16-le")) // 2 if encoding == "utf-16" else len(piece)

        def position(offset):
            before = text[:offset].replace("\r\n", " \n")
            start = before.rfind("\n") + 1
            return before.count("\n"), units(text[start:offset])

        for _ in range(1000):
            begin = chance.randrange(len(text) + 1)
            end = min(len(text), begin + chance.choice((0, 0, 1, 3, 20)))
            # Not between CR and LF, where no position is.
            begin -= text[begin - 1:begin + 1] == "\r\n"
            end += text[end - 1:end + 1] == "\r\n"
            new = "".join(chance.choice(pieces) for _ in range(chance.randrange(4)))
            client.change("a.cc", (position(begin), position(end), new))
            text = text[:begin] + new + text[end:]
        self.assertEqual(client.text("a.cc"), text)
        client.shutdown()

    def test_close_and_open_again(self):
        client = self.server("--background-index=0")
        client.open("a.cc", "int one;\n")
        client.close("a.cc")
        client.open("a.cc", "int two;\n")
        self.assertEqual(client.text("a.cc"), "int two;\n")
        client.close("a.cc")
        with self.assertRaises(ServerError):
            client.text("a.cc")

    def test_a_document_that_is_no_file(self):
        client = self.server("--background-index=0")
        uri = "untitled:Untitled-1"
        client.notify("textDocument/didOpen", {"textDocument": {
            "uri": uri, "languageId": "cpp", "version": 1, "text": "int f() {\n  return 1;\n}\nint g = f();\n"}})
        document = {"textDocument": {"uri": uri}}
        self.assertEqual([s["name"] for s in client.request("textDocument/documentSymbol", document)], ["f", "g"])
        at = {**document, "position": {"line": 3, "character": 8}}
        self.assertEqual(len(client.request("textDocument/documentHighlight", at)), 2)
        client.request("textDocument/definition", at)
        client.request("textDocument/references", {**at, "context": {"includeDeclaration": True}})

    def test_cancelled_requests_are_answered_as_cancelled(self):
        self.zoo()
        client = self.server()
        client.open("zoo.cc")
        ids = []
        for _ in range(30):
            ids.append(client.send("workspace/symbol", {"query": "CountLegs"}))
            client.notify("$/cancelRequest", {"id": ids[-1]})
        for request in ids:
            reply = client.reply(request)
            self.assertTrue("result" in reply or reply["error"]["code"] == -32800, reply)
        self.assertEqual(client.text("zoo.cc"), SOURCE)


class Text(ServerTest):
    """What the text alone answers."""

    def opened(self, text, **more):
        client = self.server("--background-index=0", **more)
        client.open("a.cc", text)
        return client

    def test_outline_as_a_tree_and_flat(self):
        tree = {"textDocument": {"documentSymbol": {"hierarchicalDocumentSymbolSupport": True}}}
        client = self.opened(HEADER + "int zoo::Dog::Legs() const { return 4; }\n", capabilities=tree)
        symbols = client.request("textDocument/documentSymbol", client.document("a.cc"))
        self.assertEqual([s["name"] for s in symbols], ["zoo", "zoo::Dog::Legs"])
        self.assertEqual([s["name"] for s in symbols[0]["children"]], ["Animal", "Dog", "CountLegs"])
        self.assertEqual([s["name"] for s in symbols[0]["children"][1]["children"]], ["Legs"])
        client = self.opened(HEADER)
        flat = client.request("textDocument/documentSymbol", client.document("a.cc"))
        self.assertIn(("Legs", "zoo::Dog"), [(s["name"], s.get("containerName")) for s in flat])

    def folds(self, client):
        return {(f["startLine"], f["endLine"], f.get("kind"))
                for f in client.request("textDocument/foldingRange", client.document("a.cc"))}

    def test_folding(self):
        text = ("#include <a>\n#include <b>\n\n// One.\n// Two.\nint f() {\n  return 1;\n}\n/* Long\n   words. */\n"
                "#if A\nint a {\n#else\nint b {\n#endif\n};\n")
        client = self.opened(text)
        self.assertEqual(self.folds(client),
                         {(0, 1, "imports"), (3, 4, "comment"), (5, 7, None), (8, 9, "comment"), (10, 11, "region"),
                          (12, 13, "region"), (13, 15, None)})
        client = self.opened(text, capabilities={"textDocument": {"foldingRange": {"lineFoldingOnly": True}}})
        self.assertIn((5, 6, None), self.folds(client))

    def test_selection_grows_from_word_to_file(self):
        text = "int f() {\n  return g(alpha + 1);\n}\n"
        client = self.opened(text)
        line, column = place(text, "al|pha")
        chain = client.request("textDocument/selectionRange",
                               client.document("a.cc", positions=[{"line": line, "character": column}]))[0]
        texts = []
        split = text.split("\n")
        while chain:
            start, end = chain["range"]["start"], chain["range"]["end"]
            if start["line"] == end["line"]:
                texts.append(split[start["line"]][start["character"]:end["character"]])
            chain = chain.get("parent")
        self.assertEqual(texts[:4], ["alpha", "alpha + 1", "(alpha + 1)", "return g(alpha + 1);"])

    def test_highlights(self):
        text = "int value = 1; // value\nint twice = value + value;\n"
        client = self.opened(text)
        found = client.request("textDocument/documentHighlight", client.at("a.cc", 1, 13))
        self.assertEqual(lines([{"uri": client.uri("a.cc"), **h} for h in found]),
                         [("a.cc", 0), ("a.cc", 1), ("a.cc", 1)])

    def test_include_links(self):
        self.zoo(database=False)
        self.write("include/deep/far.h", "")
        self.write("compile_flags.txt", "-Iinclude\n")
        client = self.opened('#include "zoo.h"\n#include <deep/far.h>\n#include <nowhere.h>\n#include <vector>\n')
        links = client.request("textDocument/documentLink", client.document("a.cc"))
        self.assertEqual([(l["range"]["start"], path_of(l["target"])) for l in links],
                         [({"line": 0, "character": 9}, os.path.join(self.root, "zoo.h")),
                          ({"line": 1, "character": 9}, os.path.join(self.root, "include/deep/far.h")),
                          ({"line": 3, "character": 9}, links[-1] and path_of(links[-1]["target"]))])
        self.assertTrue(path_of(links[-1]["target"]).endswith("/vector"), "of the compiler's own folders")
        target = client.request("textDocument/definition", client.at("a.cc", 1, 3))
        self.assertEqual(path_of(target[0]["uri"]), os.path.join(self.root, "include/deep/far.h"))

    def test_switch_between_source_and_header(self):
        self.zoo(database=False)
        self.write("src/a/b.cc", "")
        self.write("include/c/b.h", "")
        self.write("include/a/b.h", "")
        client = self.server()

        def other(name):
            return client.request("textDocument/switchSourceHeader", {"uri": client.uri(name)})
        self.assertEqual(other("zoo.cc"), client.uri("zoo.h"))
        self.assertEqual(other("zoo.h"), client.uri("zoo.cc"))
        self.eventually(lambda: other("src/a/b.cc"), lambda uri: uri == client.uri("include/a/b.h"))
        self.assertEqual(other("main.cc"), "")
        self.write("src/part.cpp", "")
        self.write("src/part.tpp", "")
        self.assertEqual(other("src/part.cpp"), client.uri("src/part.tpp"))
        self.assertEqual(other("src/part.tpp"), client.uri("src/part.cpp"))

    def test_memory_usage(self):
        client = self.opened("int a;\n")
        tree = client.request("$/memoryUsage", None)
        self.assertGreater(tree["_total"], 1 << 20)
        self.assertGreaterEqual(tree["astrolabe"]["documents"]["_self"], 7)

    def test_columns_of_indexed_symbols_count_in_the_clients_units(self):
        texts = {"wide": "/* äöü😀 */ int wide;\n", "narrow": "/* a line */ int narrow;\n"}
        for name, text in texts.items():
            self.write(name + ".cc", text)
        self.index("--tier", "0")
        for encoding, units in (("utf-8", lambda t: len(t.encode())),
                                ("utf-16", lambda t: len(t.encode("utf-16-le")) // 2), ("utf-32", len)):
            client = self.server("--background-index=0", f"--offset-encoding={encoding}")
            for name, text in texts.items():
                found, = client.request("workspace/symbol", {"query": name})
                self.assertEqual(found["location"]["range"]["start"]["character"], units(text[:text.index(name)]))

    def test_columns_count_in_the_clients_units(self):
        text = 'const char* s = "äöü😀"; int wide = 1;\nint use = wide;\n'
        for encoding, units in (("utf-8", lambda t: len(t.encode())),
                                ("utf-16", lambda t: len(t.encode("utf-16-le")) // 2), ("utf-32", len)):
            client = self.server("--background-index=0", f"--offset-encoding={encoding}")
            client.open("a.cc", text)
            found = client.request("textDocument/documentHighlight", client.at("a.cc", 1, 11))
            self.assertEqual(found[0]["range"]["start"]["character"], units(text[:text.index("wide")]))


class Index(ServerTest):
    """What the index answers: first tier 0 alone, then with the compiler's knowledge."""

    def indexed(self, *flags, database=True, **more):
        """A server on the zoo, its index complete."""
        self.zoo(database)
        self.index()
        return self.server("--background-index=0", *flags, **more)

    def test_everything_by_name_without_a_database(self):
        self.zoo(database=False)
        client = self.server()
        self.eventually(lambda: self.symbols(client, "CountLegs"), lambda names: "CountLegs" in names)
        client.open("main.cc")
        at = self.at(client, "main.cc", MAIN, "CountLegs|(dog) +")
        self.assertEqual(lines(client.request("textDocument/definition", at)), [("zoo.cc", 6)])
        self.assertEqual(lines(client.request("textDocument/declaration", at)), [("zoo.h", 15)])
        found = client.request("textDocument/references", {**at, "context": {"includeDeclaration": True}})
        self.assertEqual({x[0] for x in lines(found)}, {"zoo.h", "zoo.cc", "main.cc"})
        item = client.request("textDocument/prepareCallHierarchy", at)[0]
        self.assertEqual(item["name"], "CountLegs")
        calls = client.request("callHierarchy/incomingCalls", {"item": item})
        self.assertEqual([c["from"]["name"] for c in calls], ["main"])
        # No open file defines it.
        self.assertEqual(client.request("callHierarchy/outgoingCalls", {"item": item}), [])

    def test_the_index_is_built_in_the_background_and_shown(self):
        self.zoo()
        client = self.server(capabilities={"window": {"workDoneProgress": True}})
        # Only the compiler knows what a macro declares.
        self.eventually(lambda: self.symbols(client, "MacroHidden"), lambda names: "MacroHidden" in names)
        self.assertTrue(os.path.isdir(os.path.join(self.root, ".cache/astrolabe/semantic")))

    def test_definition_and_declaration_go_to_and_fro(self):
        client = self.indexed()
        client.open("main.cc")
        client.open("zoo.cc")
        client.open("zoo.h")
        use = self.at(client, "main.cc", MAIN, "CountL|egs")
        self.assertEqual(lines(client.request("textDocument/definition", use)), [("zoo.cc", 6)])
        self.assertEqual(lines(client.request("textDocument/declaration", use)), [("zoo.h", 15)])
        definition = self.at(client, "zoo.cc", SOURCE, "CountL|egs")
        self.assertEqual(lines(client.request("textDocument/definition", definition)), [("zoo.h", 15)])
        declaration = self.at(client, "zoo.h", HEADER, "CountL|egs")
        self.assertEqual(lines(client.request("textDocument/definition", declaration)), [("zoo.cc", 6)])

    def test_implementations(self):
        client = self.indexed()
        client.open("zoo.h")
        pure = self.at(client, "zoo.h", HEADER, "Le|gs() const = 0")
        self.assertIn(("zoo.cc", 4), lines(client.request("textDocument/implementation", pure)))
        base = self.at(client, "zoo.h", HEADER, "Ani|mal {")
        self.assertEqual(lines(client.request("textDocument/implementation", base)), [("zoo.h", 10)])

    def test_references_with_containers_and_in_parts(self):
        client = self.indexed()
        client.open("main.cc")
        at = self.at(client, "main.cc", MAIN, "CountL|egs")
        found = client.request("textDocument/references", {**at, "context": {"includeDeclaration": False}})
        self.assertEqual(lines(found), [("main.cc", 6), ("main.cc", 6)])
        self.assertEqual(found[0]["containerName"], "main")
        found = client.request("textDocument/references", {**at, "context": {"includeDeclaration": True}})
        self.assertEqual(lines(found), [("main.cc", 6), ("main.cc", 6), ("zoo.cc", 6), ("zoo.h", 15)])
        parts = client.request("textDocument/references", {**at, "context": {"includeDeclaration": True},
                                                           "partialResultToken": "parts"})
        self.assertEqual(parts, [])
        sent = [p["value"] for p in client.notifications("$/progress") if p["token"] == "parts"]
        self.assertEqual(sum(map(len, sent)), 4)

    def test_a_local_name_stays_in_its_function(self):
        client = self.indexed()
        client.open("zoo.cc")
        at = self.at(client, "zoo.cc", SOURCE, "lo|cal", nth=1)
        self.assertEqual(lines(client.request("textDocument/definition", at)), [("zoo.cc", 7)])
        found = client.request("textDocument/references", {**at, "context": {"includeDeclaration": True}})
        self.assertEqual(lines(found), [("zoo.cc", 7), ("zoo.cc", 8)])

    def test_unsaved_edits_move_places(self):
        client = self.indexed()
        client.open("zoo.cc")
        client.open("main.cc")
        client.change("zoo.cc", ((0, 0), (0, 0), "// One.\n// Two.\n"))
        client.change("main.cc", ((6, 0), (6, 0), "  zoo::CountLegs(dog);\n"))
        edited = MAIN.replace("  return", "  zoo::CountLegs(dog);\n  return")
        at = self.at(client, "main.cc", edited, "CountL|egs", nth=1)
        self.assertEqual(lines(client.request("textDocument/definition", at)), [("zoo.cc", 8)])
        found = client.request("textDocument/references", {**at, "context": {"includeDeclaration": True}})
        self.assertEqual(lines(found), [("main.cc", 6), ("main.cc", 7), ("main.cc", 7), ("zoo.cc", 8), ("zoo.h", 15)])
        # The new text itself is asked about, and has what the index has not.
        typed = self.at(client, "main.cc", edited, "CountL|egs")
        self.assertEqual(lines(client.request("textDocument/definition", typed)), [("zoo.cc", 8)])
        client.change("main.cc", MAIN + "int Unsaved();\n")
        self.assertIn("Unsaved", self.symbols(client, "Unsaved"))

    def test_call_hierarchy(self):
        client = self.indexed()
        client.open("zoo.cc")
        item = client.request("textDocument/prepareCallHierarchy", self.at(client, "zoo.cc", SOURCE, "CountL|egs"))[0]
        self.assertEqual((item["name"], item["detail"]), ("CountLegs", "zoo"))
        calls = client.request("callHierarchy/incomingCalls", {"item": item})
        self.assertEqual([(c["from"]["name"], len(c["fromRanges"])) for c in calls], [("main", 2)])
        calls = client.request("callHierarchy/outgoingCalls", {"item": item})
        self.assertEqual([c["to"]["name"] for c in calls], ["Legs"])
        with self.assertRaises(ServerError) as error:
            client.request("callHierarchy/incomingCalls", {"item": {**item, "data": 7}})
        self.assertEqual(error.exception.code, -32602)

    def test_type_hierarchy(self):
        client = self.indexed()
        client.open("zoo.h")
        dog = client.request("textDocument/prepareTypeHierarchy", self.at(client, "zoo.h", HEADER, "D|og :"))[0]
        bases = client.request("typeHierarchy/supertypes", {"item": dog})
        self.assertEqual([b["name"] for b in bases], ["Animal"])
        derived = client.request("typeHierarchy/subtypes", {"item": bases[0]})
        self.assertEqual([d["name"] for d in derived], ["Dog"])

    def test_symbols_are_found_by_parts_limited_and_resolved(self):
        client = self.indexed("--limit-results=2")
        self.assertIn("CountLegs", self.symbols(client, "coleg"))
        self.assertIn("Legs", self.symbols(client, "Dog::Legs"))
        self.assertEqual(len(client.request("workspace/symbol", {"query": "Legs"})), 2)
        symbol = client.request("workspace/symbol", {"query": "CountLegs"})[0]
        self.assertEqual(client.request("workspaceSymbol/resolve", symbol), symbol)
        self.assertEqual(client.request("workspace/symbol", {"query": "Dog", "partialResultToken": 5}), [])
        self.assertTrue([p for p in client.notifications("$/progress") if p["token"] == 5])

    def test_changes_on_disk_are_followed(self):
        self.zoo(database=False)
        for watches in (True, False):
            capabilities = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": watches}}}
            client = self.server(capabilities=capabilities)
            self.eventually(lambda: self.symbols(client, "CountLegs"), lambda names: "CountLegs" in names)
            if watches:
                client.wait_notification("client/registerCapability")
            # The first may still be found by the look at all files when the server starts.
            for name in (f"First{watches}", f"Second{watches}"):
                self.write("fresh.cc", f"int {name}() {{ return 1; }}\n")
                if watches:
                    client.notify("workspace/didChangeWatchedFiles",
                                  {"changes": [{"uri": client.uri("fresh.cc"), "type": 1}]})
                self.eventually(lambda: self.symbols(client, name), lambda names: name in names)  # noqa: B023
            client.shutdown()

    def test_a_save_is_indexed(self):
        self.zoo()
        capabilities = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}
        client = self.server(capabilities=capabilities)
        self.eventually(lambda: self.symbols(client, "MacroHidden"), lambda names: "MacroHidden" in names)
        client.open("main.cc")
        text = MAIN.replace("DECLARE(Macro)", "DECLARE(Other)")
        client.change("main.cc", text)
        self.write("main.cc", text)
        client.save("main.cc")
        self.eventually(lambda: self.symbols(client, "OtherHidden"), lambda names: "OtherHidden" in names)


class Workspaces(ServerTest):
    def test_two_roots(self):
        one, two = os.path.join(self.folder, "one"), os.path.join(self.folder, "two")
        self.write("a.cc", "int FromOne() { return 1; }\n", one)
        self.write("b.cc", "int FromTwo() { return 2; }\n", two)
        client = self.server(folders=[one])
        self.eventually(lambda: self.symbols(client, "FromOne"), lambda names: "FromOne" in names)
        self.assertNotIn("FromTwo", self.symbols(client, "FromTwo"))
        folder = {"uri": uri_of(two), "name": "two"}
        client.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": [folder], "removed": []}})
        self.eventually(lambda: self.symbols(client, "From"), lambda names: {"FromOne", "FromTwo"} <= names)
        client.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": [], "removed": [folder]}})
        self.assertNotIn("FromTwo", self.symbols(client, "FromTwo"))
        self.assertEqual(client.shutdown(), 0)

    def test_no_root_at_all_takes_the_project_of_the_first_file(self):
        self.zoo()
        client = self.start()
        client.request("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
        client.notify("initialized", {})
        self.assertEqual(client.request("workspace/symbol", {"query": "CountLegs"}), [])
        client.open("main.cc")
        self.eventually(lambda: self.symbols(client, "CountLegs"), lambda names: "CountLegs" in names)

    @unittest.skipIf(os.geteuid() == 0, "root reads everything")
    def test_an_unreadable_root(self):
        self.check_poor_root(lambda: os.chmod(self.root, 0))

    def test_a_root_that_is_not_there(self):
        self.check_poor_root(lambda: shutil.rmtree(self.root))

    def check_poor_root(self, spoil):
        client = self.start()
        spoil()
        client.initialize()
        client.open("a.cc", "int f();\nint g() { return f(); }\n")
        self.assertEqual(client.request("workspace/symbol", {"query": "f"}), [])
        self.assertEqual(len(client.request("textDocument/documentSymbol", client.document("a.cc"))), 2)
        client.request("textDocument/definition", client.at("a.cc", 1, 18))
        client.wait_notification("window/logMessage", lambda p: self.root in p["message"])
        self.assertEqual(client.shutdown(), 0)

    def test_a_broken_database_is_told_and_lived_with(self):
        self.zoo()
        self.write("compile_commands.json", "[{]")
        client = self.server()
        self.eventually(lambda: self.symbols(client, "CountLegs"), lambda names: "CountLegs" in names)
        client.wait_notification("window/logMessage", lambda p: "compile_commands.json" in p["message"])

    def test_another_process_writes_the_index(self):
        self.zoo(database=False)
        other = subprocess.Popen([ASTROLABE, "index", "--root", self.root, "--watch"], stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        try:
            client = self.server()
            self.eventually(lambda: self.symbols(client, "CountLegs"), lambda names: "CountLegs" in names)
            self.write("fresh.cc", "int Fresh();\n")
            self.eventually(lambda: self.symbols(client, "Fresh"), lambda names: "Fresh" in names)
        finally:
            other.kill()
            other.wait()

    def test_a_locked_index_is_read_and_answers_go_on(self):
        self.zoo(database=False)
        self.index("--tier", "0")
        lock = os.path.join(self.root, ".cache/astrolabe/lock")
        with open(lock, "a") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            client = self.server()
            self.assertIn("CountLegs", self.symbols(client, "CountLegs"))
            client.wait_notification("window/logMessage", lambda p: "reading along" in p["message"])
            self.assertIn("CountLegs", self.symbols(client, "CountLegs"))

    def test_killed_and_started_again(self):
        self.zoo()
        client = self.server()
        self.eventually(lambda: self.symbols(client, "CountLegs"), lambda names: "CountLegs" in names)
        client.process.kill()
        client.process.wait()
        client = self.server()
        self.assertIn("CountLegs", self.symbols(client, "CountLegs"))
        self.eventually(lambda: self.symbols(client, "MacroHidden"), lambda names: "MacroHidden" in names)
        self.assertEqual(client.shutdown(), 0)

    def forty_slow_units(self):
        """An index of seconds, on a fast machine too."""
        spin = ("constexpr int Spin() { int n = 0; for (int i = 0; i < 250000; ++i) n ^= i; return n; }\n"
                "static_assert(Spin() >= 0);\n")
        for i in range(40):
            self.write(f"u{i}.cc", f"#include <string>\n#include <vector>\n{spin}std::string f{i}();\n")
        self.write("compile_commands.json", json.dumps([
            {"directory": self.root, "file": f"u{i}.cc", "arguments": ["clang++", "-std=c++17", "-c", f"u{i}.cc"]}
            for i in range(40)]))

    def test_shutdown_while_indexing_is_quick_and_loses_nothing(self):
        self.forty_slow_units()
        client = self.server(capabilities={"window": {"workDoneProgress": True}})
        client.wait_notification("$/progress", lambda p: "units" in p["value"].get("message", ""))
        self.assertEqual(client.shutdown(deadline=10), 0)

    def test_the_user_cancels_indexing(self):
        self.forty_slow_units()
        client = self.server("-j", "1", capabilities={"window": {"workDoneProgress": True}})
        begun = client.wait_notification("$/progress", lambda p: p["value"].get("cancellable"))
        client.notify("window/workDoneProgress/cancel", {"token": begun["token"]})
        client.wait_notification("$/progress",
                                 lambda p: p["token"] == begun["token"] and p["value"]["kind"] == "end")
        self.assertIn("f7", self.symbols(client, "f7"))


if __name__ == "__main__":
    ASTROLABE = os.path.abspath(sys.argv.pop(1))
    unittest.main()

"""What an editor sees of `astrolabe lsp` when what it stands on fails: parses that never end, a client that is gone, an
index that is damaged or can't be written.

    lsp_failures_test.py ASTROLABE [unittest arguments]
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lsp_server"))
import lsp_server_test  # noqa: E402
from client import Client  # noqa: E402
from lsp_live_test import descendants  # noqa: E402
from lsp_server_test import MAIN, SOURCE, ServerTest, lines, place  # noqa: E402

DIAGNOSTICS = "textDocument/publishDiagnostics"
PULLS = {"textDocument": {"diagnostic": {}}}
# The compiler is at it for longer than any test.
ENDLESS = "constexpr int Spin() { for (;;) {} return 0; }\nconstexpr int kEnd = Spin();\nint after;\n"


def is_alive(pid):
    """Whether it is there, and no corpse that nobody has asked for yet."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


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
        client = self.server("--background-index=0", capabilities=PULLS)
        # As editors do with each file that they show.
        for name in names:
            client.open(name)
            for method in ("semanticTokens/full", "codeLens", "inlayHint", "symbolInfo", "documentHighlight", "codeAction",
                           "linkedEditingRange", "prepareRename", *["diagnostic"] * 5):
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
        for method in ("symbolInfo", "diagnostic"):
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
        asked = [client.send("textDocument/" + method, client.at("a.cc", 2, 5)) for method in ("symbolInfo", "diagnostic")]
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


class NobodyIsLeft(FailuresTest):
    """Whatever becomes of the client and of the server, no process stays behind."""

    def check(self, end):
        self.endless("a.cc")
        client = self.server("--background-index=0")
        client.open("a.cc")  # at work, for ever
        client.open("zoo.cc")  # waits for work
        self.eventually(lambda: self.said(client, "zoo.cc"), lambda said: said == [])
        family = descendants(client.process.pid)
        self.assertGreater(len(family), 3)
        end(client)
        client.process.wait(10)
        latest = time.monotonic() + 10
        while left := [pid for pid in family if is_alive(pid)]:
            self.assertLess(time.monotonic(), latest, f"{left} of {family} are still there")
            time.sleep(0.05)

    def test_after_an_orderly_end(self):
        self.check(lambda client: client.shutdown())

    def test_after_the_client_has_closed_its_end(self):
        self.check(lambda client: client.process.stdin.close())

    def test_after_the_server_was_killed(self):
        self.check(lambda client: client.process.kill())

    def test_after_the_server_was_asked_to_end(self):
        self.check(lambda client: client.process.terminate())

    def test_after_the_root_of_the_parsing_processes_was_killed(self):
        """The server stays, and starts anew; what hung on the old root goes."""
        self.endless("a.cc")
        client = self.server("--background-index=0")
        client.open("a.cc")
        client.open("zoo.cc")
        self.eventually(lambda: self.said(client, "zoo.cc"), lambda said: said == [])
        family = descendants(client.process.pid)
        [root] = [pid for pid in family if os.path.exists(f"/proc/{pid}/stat") and self.parent(pid) == client.process.pid]
        os.kill(root, signal.SIGKILL)
        self.eventually(lambda: [pid for pid in family if is_alive(pid)], lambda left: not left, deadline=10)
        client.change("zoo.cc", SOURCE + "int more = unknown;\n")
        self.eventually(lambda: self.said(client, "zoo.cc"), lambda said: said == ["use of undeclared identifier 'unknown'"])

    def parent(self, pid):
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
            return int(stat.read().rsplit(")", 1)[1].split()[1])


class TheEnd(FailuresTest):
    """It comes soon, whatever is at work: an editor waits for it."""

    def check(self, *flags, name=None, limit):
        """Somebody reads a header, for ever, as from a disk that is gone."""
        names = ["a.cc", *(f"b{i}.cc" for i in range(8))]
        for file in names:
            self.write(file, '#include "pipe.h"\n' if file != "a.cc" else "")
        self.write("compile_commands.json", json.dumps(
            [{"directory": self.root, "file": f, "arguments": ["clang++", "-c", f]} for f in names]))
        pipe = os.path.join(self.root, "pipe.h")
        os.mkfifo(pipe)
        client = self.server(*flags)
        if name:
            client.open(name)
        writer = self.eventually(lambda: self.writer_of(pipe), lambda writer: writer is not None, deadline=30)
        start = time.monotonic()
        self.assertEqual(client.shutdown(), 0)
        self.assertLess(time.monotonic() - start, limit)
        os.close(writer)

    def writer_of(self, pipe):
        """None while nobody reads."""
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            return None

    def test_background_work_is_cut_off(self):
        self.check(limit=4)

    def test_what_does_not_end_is_left(self):
        self.check("--background-index=0", name="a.cc", limit=15)


class Configuration(FailuresTest):
    """What the client sets, or changes on disk, while the server runs."""

    def test_another_database_by_its_settings(self):
        self.write("a.cc", "int x = NAME;\n")
        for folder, name in (("one", "one"), ("two", "1")):
            self.write(f"{folder}/compile_commands.json", json.dumps([
                {"directory": self.root, "file": "a.cc", "arguments": ["clang++", f"-DNAME={name}", "-c", "a.cc"]}]))
        client = self.server("--background-index=0", f"--compile-commands-dir={self.root}/one")
        client.open("a.cc")
        self.eventually(lambda: self.said(client, "a.cc"), lambda said: said == ["use of undeclared identifier 'one'"])
        client.notify("workspace/didChangeConfiguration",
                      {"settings": {"compilationDatabasePath": os.path.join(self.root, "two")}})
        self.eventually(lambda: self.said(client, "a.cc"), lambda said: said == [], deadline=15)

    def test_without_a_database_include_folders_are_guessed(self):
        self.write("app/a.cc", '#include "net/socket.h"\nint port = kPort;\n')
        self.write("libs/base/net/socket.h", '#include "net/port.h"\n')
        self.write("libs/base/net/port.h", "const int kPort = 1;\n")
        client = self.server()
        client.open("app/a.cc")
        self.eventually(lambda: self.said(client, "app/a.cc"), lambda said: said == [], deadline=15)

    def test_other_flags_by_its_settings(self):
        client = self.server("--background-index=0")
        client.open("a.cc", "int x = NAME;\n")
        self.eventually(lambda: self.said(client, "a.cc"), lambda said: said == ["use of undeclared identifier 'NAME'"])
        for strange in (None, [], {"fallbackFlags": "-DNAME=1"}, {"other": {"fallbackFlags": 1}}):
            client.notify("workspace/didChangeConfiguration", {"settings": strange})
        client.notify("workspace/didChangeConfiguration", {"settings": {"fallbackFlags": ["-DNAME=1"]}})
        self.eventually(lambda: self.said(client, "a.cc"), lambda said: said == [], deadline=15)
        path = os.path.join(self.root, "a.cc")
        client.notify("workspace/didChangeConfiguration", {"settings": {"compilationDatabaseChanges": {
            path: {"workingDirectory": self.root, "compilationCommand": ["clang++", "-DNAME=other", path]}}}})
        self.eventually(lambda: self.said(client, "a.cc"), lambda said: said == ["use of undeclared identifier 'other'"],
                        deadline=15)

    def test_a_broken_database_is_told_and_done_without(self):
        self.write("compile_commands.json", "[{")
        client = self.server("--background-index=0")
        client.open("a.cc", "int x = y;\n")
        self.eventually(lambda: self.said(client, "a.cc"), lambda said: said == ["use of undeclared identifier 'y'"])
        client.wait_notification("window/logMessage",
                                 lambda p: p["type"] == 2 and "compile_commands.json" in p["message"], deadline=10)

    def test_files_that_change_where_the_client_watches_none(self):
        self.zoo()
        client = self.server()
        client.open("zoo.cc")
        self.eventually(lambda: self.said(client, "zoo.cc"), lambda said: said == [])
        self.eventually(lambda: self.symbols(client, "MacroHidden"), lambda names: "MacroHidden" in names)
        self.write("zoo.h", lsp_server_test.HEADER.replace("CountLegs", "SumOfLegs"))
        with open(os.path.join(self.root, "zoo.h"), "a", encoding="utf-8") as header:
            header.write("#error from disk\n")
        self.eventually(lambda: self.said(client, "zoo.cc"), lambda said: said and "from disk" in said[0], deadline=15)

    def test_what_is_closed_is_no_longer_spoken_of(self):
        client = self.server("--background-index=0")
        client.open("a.cc", "int x = y;\n")
        self.eventually(lambda: self.said(client, "a.cc"), lambda said: said)
        client.close("a.cc")
        self.eventually(lambda: self.said(client, "a.cc"), lambda said: said == [], deadline=10)


class WithoutAnAst(FailuresTest):
    """What the index knows is answered of a file that the compiler does not come through."""

    def test_a_file_that_takes_the_compiler_down(self):
        self.zoo()
        self.index("--tier", "0")
        client = self.server("--background-index=0")
        text = '#include "zoo.h"\n#pragma clang __debug crash\nint legs = zoo::CountLegs(dog);\n'
        self.check(client, "bad.cc", text)

    def test_a_file_that_is_not_done_with(self):
        self.endless("bad.cc")
        self.index("--tier", "0")
        client = self.server("--background-index=0")
        self.check(client, "bad.cc", ENDLESS + "int legs = zoo::CountLegs(dog);\n")

    def check(self, client, name, text):
        client.open(name, text)
        use = self.at(client, name, text, "CountL|egs")
        start = time.monotonic()
        self.assertEqual(lines(client.request("textDocument/definition", use)), [("zoo.cc", 6)])
        self.assertEqual(lines(client.request("textDocument/declaration", use)), [("zoo.h", 15)])
        found = client.request("textDocument/references", {**use, "context": {"includeDeclaration": False}})
        self.assertIn("main.cc", {file for file, _ in lines(found)})
        self.assertLess(time.monotonic() - start, 15)


def mounting():
    """How to run a program with mounts of its own; None where that is not allowed."""
    for prefix in (["unshare", "-m"], ["unshare", "-rm"]):
        with tempfile.TemporaryDirectory() as folder:
            probe = subprocess.run([*prefix, "mount", "-t", "tmpfs", "none", folder], capture_output=True)
        if probe.returncode == 0:
            return prefix
    return None


class TheIndex(FailuresTest):
    """Whatever its folder is like, the server starts and answers, says what is wrong, and mends what it can."""

    def check_it_is_mended(self, damaged=None):
        client = self.server()
        client.open("main.cc")
        use = self.at(client, "main.cc", MAIN, "CountL|egs")
        self.assertEqual(lines(client.request("textDocument/declaration", use)), [("zoo.h", 15)])
        for name in ("CountLegs", "MacroHidden"):  # the scanner's and the compiler's
            self.eventually(lambda: self.symbols(client, name), lambda names: name in names)  # noqa: B023
        self.assertEqual(lines(client.request("textDocument/definition", use)), [("zoo.cc", 6)])
        if damaged:
            client.wait_notification("window/logMessage", lambda p: p["type"] == 2 and damaged in p["message"])
        self.assertEqual(client.shutdown(), 0)

    def test_each_of_its_files_damaged(self):
        self.zoo()
        self.index()
        folder = os.path.join(self.root, ".cache/astrolabe")
        spoilt = self.folder + "/good"
        shutil.copytree(folder, spoilt)
        files = [os.path.relpath(os.path.join(at, name), folder) for at, _, names in os.walk(folder) for name in names]
        self.assertGreater(len(files), 3)
        for name in sorted(files):
            for spoil in (self.flip, self.cut, os.unlink, self.fill):
                with self.subTest(name, how=spoil.__name__):
                    shutil.rmtree(folder)
                    shutil.copytree(spoilt, folder)
                    spoil(os.path.join(folder, name))
                    # Without a manifest there is no index; a lock holds nothing.
                    is_told = name.endswith(".seg") or (name.endswith("MANIFEST") and spoil != os.unlink)
                    self.check_it_is_mended(damaged=os.path.join(folder, name) if is_told else None)

    def flip(self, path):
        with open(path, "r+b") as file:
            content = bytearray(file.read())
            for at in range(0, len(content), 97):
                content[at] ^= 4
            file.seek(0)
            file.write(content)

    def cut(self, path):
        os.truncate(path, os.path.getsize(path) // 2)

    def fill(self, path):
        with open(path, "wb") as file:
            file.write(b"nonsense\n" * 1000)

    def check_it_is_done_without(self, client):
        """There is no index; what does not need one is there, and the reason is told."""
        client.initialize()
        client.open("zoo.cc")
        hover = client.request("textDocument/hover", self.at(client, "zoo.cc", SOURCE, "int lo|cal"))
        self.assertIn("local", hover["contents"]["value"])
        self.assertEqual(lines(client.request("textDocument/declaration", self.at(client, "zoo.cc", SOURCE, "CountL|egs"))),
                         [("zoo.h", 15)])
        client.wait_notification("window/logMessage", lambda p: p["type"] == 2 and ".cache" in p["message"]
                                 and p["message"].startswith("index of"))
        self.symbols(client, "CountLegs")
        self.assertEqual(client.shutdown(), 0)

    def test_a_file_where_its_folder_should_be(self):
        self.zoo()
        self.write(".cache", "")
        self.check_it_is_done_without(self.start())

    def mounted(self, options, then="true"):
        """A server whose index is on a disk of its own."""
        prefix = mounting()
        if prefix is None:
            self.skipTest("nothing can be mounted here")
        folder = os.path.join(self.root, ".cache/astrolabe")
        os.makedirs(folder, exist_ok=True)
        client = Client([*prefix, "sh", "-c", f'mount -t tmpfs -o {options} none "$0" && {then} && exec "$@"', folder,
                         lsp_server_test.ASTROLABE, "lsp"], self.root)
        self.clients.append(client)
        return client

    def test_a_disk_that_is_read_only(self):
        self.zoo()
        self.check_it_is_done_without(self.mounted("size=1m", 'mount -o remount,ro "$0"'))

    def test_a_disk_that_is_full(self):
        self.zoo()
        for size in ("4k", "12k"):
            self.check_it_is_done_without(self.mounted("size=" + size))

    def test_a_read_only_disk_that_has_an_index(self):
        self.zoo()
        self.index()
        folder = os.path.join(self.root, ".cache/astrolabe")
        shutil.copytree(folder, folder + "-copy")
        client = self.mounted("size=8m", 'cp -a "$0-copy/." "$0" && mount -o remount,ro "$0"')
        client.initialize()
        for name in ("CountLegs", "MacroHidden"):
            self.assertIn(name, self.symbols(client, name))
        client.wait_notification("window/logMessage", lambda p: ".cache" in p["message"])
        self.assertIn("MacroHidden", self.symbols(client, "MacroHidden"))
        self.assertEqual(client.shutdown(), 0)


if __name__ == "__main__":
    lsp_server_test.ASTROLABE = os.path.abspath(sys.argv.pop(1))
    unittest.main()

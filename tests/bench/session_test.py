"""Sessions recorded between an editor and a server, and said again."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import os
import subprocess
import sys
import threading
import time
import unittest

from bench_tool import REPOSITORY, BenchTest
from astrolabe_bench import session_file, session_recorder
from astrolabe_bench.lsp_client import LspClient, ServerError
from astrolabe_bench.macro import replay

SERVER = [sys.executable, "-B", os.path.join(os.path.dirname(os.path.abspath(__file__)), "fake_server.py")]
TOOL = os.path.join(REPOSITORY, "bench", "astrolabe-bench")


class FramesTest(unittest.TestCase):
    def test_messages_come_whole_however_the_bytes_are_cut(self):
        content = [json.dumps({"id": number, "text": "ä" * number}).encode() for number in range(5)]
        stream = b"".join(b"Content-Length: %d\r\nX: y\r\n\r\n" % len(each) + each for each in content)
        for size in (1, 7, 1000):
            frames = session_recorder.Frames()
            got = [message for at in range(0, len(stream), size) for message
                   in frames.feed(stream[at:at + size])]
            self.assertEqual([message["id"] for message in got], list(range(5)))

    def test_what_is_no_message_is_skipped(self):
        frames = session_recorder.Frames()
        self.assertEqual(frames.feed(b"X: y\r\n\r\nContent-Length: 1\r\n\r\n{Content-Length: 2\r\n\r\n{}"),
                         [{}])


class SessionTest(BenchTest):
    def setUp(self):
        super().setUp()
        self.root = os.path.join(os.path.realpath(self.folder), "work space")
        os.makedirs(self.root)
        self.write("work space/a.cc", "int ä;\r\n")
        self.file = self.path("session.jsonl")

    def record(self):
        """A client that talks to the recorder as to a server."""
        with LspClient([sys.executable, "-B", TOOL, "record", self.file, "--root", self.root, "--", *SERVER],
                       self.root) as client:
            client.initialize()
            client.open("a.cc")
            time.sleep(0.5)
            client.request("textDocument/hover", client.at("a.cc", 0, 4))
            client.change("a.cc", ((0, 0), (0, 0), "x"))
            with self.assertRaises(ServerError):
                client.request("textDocument/completion", client.at("a.cc", 0, 4))
            client.request("textDocument/semanticTokens/full/delta",
                           client.document("a.cc", previousResultId="9"))
            client.request("completionItem/resolve", {"label": "x"})
            client.open("new.cc", "not on disk")

    def test_record_is_of_the_workspace_and_not_of_its_place(self):
        self.record()
        with open(self.file, encoding="utf-8") as file:
            text = file.read()
        self.assertNotIn(self.root, text)
        self.assertNotIn("work%20space", text)
        head, *lines = [json.loads(line) for line in text.splitlines()]
        self.assertEqual((head["format"], list(head["files"])), (1, ["a.cc"]))
        methods = [line["message"]["method"] for line in lines]
        self.assertEqual(methods, ["initialize", "initialized", "textDocument/didOpen", "textDocument/hover",
                                   "textDocument/didChange", "textDocument/completion",
                                   "textDocument/semanticTokens/full", "textDocument/didOpen", "shutdown",
                                   "exit"])
        self.assertEqual(lines[2]["message"]["params"]["textDocument"]["text"], {"$file": "a.cc"})
        self.assertEqual(lines[7]["message"]["params"]["textDocument"]["text"], "not on disk")
        self.assertGreater(lines[3]["at"] - lines[2]["at"], 0.2)

    def test_replay_says_the_same_elsewhere_and_measures(self):
        self.record()
        other = self.path("other")
        os.rename(self.root, other)
        taken = replay.replay(SERVER, other, self.file)
        self.assertEqual({name: len(values) for name, values in taken.items() if isinstance(values, list)},
                         {"initialize": 1, "textDocument/hover": 1, "textDocument/semanticTokens/full": 1,
                          replay.OPEN: 2, replay.EDIT: 1})
        self.assertEqual((taken["overtaken"], taken["failed"], taken["empty"]), (1, 0, 1))
        self.assertGreater(taken["mb"], 1)

    def test_pauses_are_those_of_the_person(self):
        self.record()
        start = time.monotonic()
        replay.replay(SERVER, self.root, self.file)
        whole = time.monotonic() - start
        self.assertGreater(whole, 0.2)

    def test_slow_server_is_slow_and_failures_are_counted(self):
        self.record()
        taken = replay.replay([*SERVER, "--slow", "0.1", "--fail", "textDocument/hover"], self.root,
                              self.file)
        self.assertEqual(taken["failed"], 1)
        self.assertGreater(taken["textDocument/semanticTokens/full"][0], 99)

    def test_recorder_ends_as_the_server_does(self):
        process = subprocess.Popen([sys.executable, "-B", TOOL, "record", self.file, "--root", self.root,
                                    "--",
                                    sys.executable, "-c", "import sys; sys.exit(7)"], stdin=subprocess.PIPE)
        threading.Timer(1, process.stdin.close).start()
        self.assertEqual(process.wait(20), 7)

    def test_file_that_has_changed_since_is_named(self):
        self.record()
        self.write("work space/a.cc", "int b;\n")
        with self.assertRaisesRegex(session_file.BadSession, "recorded with another a.cc"):
            session_file.load(self.file, self.root)
        os.remove(os.path.join(self.root, "a.cc"))
        with self.assertRaisesRegex(session_file.BadSession, "No such file"):
            session_file.load(self.file, self.root)

    def test_what_is_no_recording_is_refused(self):
        for text in ("", "nonsense\n", '{"format": 2}\n', '{"format": 1, "files": {}}\n{"at": "x"}\n'):
            with self.assertRaises(session_file.BadSession):
                session_file.load(self.write("bad.jsonl", text), self.root)

    def test_committed_recordings_are_whole(self):
        folder = os.path.join(REPOSITORY, "bench", "sessions")
        for name in os.listdir(folder):
            if name.endswith(".jsonl"):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    head, *lines = [json.loads(line) for line in file]
                self.assertEqual(head["format"], session_file.FORMAT)
                self.assertEqual(lines[0]["message"]["method"], "initialize")
                self.assertEqual([line["at"] for line in lines], sorted(line["at"] for line in lines))
                self.assertNotIn("/home", json.dumps(lines))


if __name__ == "__main__":
    unittest.main()

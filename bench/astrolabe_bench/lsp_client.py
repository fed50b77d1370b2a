"""The client of the language server protocol that the tests have, with times, for benches: any server.

    with LspClient(shlex.split("clangd-22 --log=error"), root) as client:
        client.initialize()
        client.open("db/db_impl/db_impl.cc")
        seconds, items = client.timed("textDocument/completion", client.at("db/db_impl/db_impl.cc", 10, 4))

Times are monotonic seconds, taken when the last byte of a message has come and before it is decoded. A reply
is forgotten once it is given, since there are thousands. What fails raises ServerError, so that a bench can
leave out what one server can't do.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import os
import subprocess
import sys
import time

from astrolabe_bench import process

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests",
                                "lsp_server"))
from client import Client, ServerError  # noqa: E402

CAPABILITIES = {
    "general": {"positionEncodings": ["utf-16"]},
    "window": {"workDoneProgress": True},
    "workspace": {"configuration": True, "workspaceEdit": {"documentChanges": True}},
    "textDocument": {
        "completion": {"completionItem": {"snippetSupport": True, "labelDetailsSupport": True,
                                          "documentationFormat": ["markdown", "plaintext"]},
                       "editsNearCursor": True},
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "publishDiagnostics": {"relatedInformation": True},
        "semanticTokens": {"requests": {"full": {"delta": True}}, "formats": ["relative"],
                           "tokenTypes": [], "tokenModifiers": []}}}


class LspClient(Client):
    """`root` is the workspace; names of documents are relative to it. Any thread may call."""

    DEADLINE = 300.0

    def __init__(self, command, root, environment=None):
        self.started = time.monotonic()
        self.arrived = {}  # when, by id of the reply
        self.timed_notifications = []  # (time, method, params), in order
        super().__init__(command, os.path.abspath(root), environment)
        self.answers["workspace/configuration"] = lambda params: [None] * len(params["items"])

    def __exit__(self, *unused):
        self.close_server()

    def _remember(self, now, message):
        if "method" not in message:
            self.replies[message["id"]] = message
            self.arrived[message["id"]] = now
        elif "id" not in message:
            self.timed_notifications.append((now, message["method"], message.get("params")))

    def write(self, message):
        try:
            super().write(message)
        except OSError as error:
            raise ServerError({"message": "the server is gone"}) from error

    def wait(self, condition, what="a message", deadline=None):
        try:
            return super().wait(condition, what, deadline)
        except AssertionError as error:
            raise ServerError({"message": str(error)}) from error

    def result(self, request, deadline=None):
        return self.answer(request, deadline)[1]

    def answer(self, request, deadline=None):
        """(time, result) of the request with this id."""
        self.reply(request, deadline)
        reply = self.replies.pop(request)
        moment = self.arrived.pop(request)
        if "error" in reply:
            raise ServerError(reply["error"])
        return moment, reply.get("result")

    def timed(self, method, params, deadline=None):
        """(seconds, result)."""
        start = time.monotonic()
        moment, result = self.answer(self.send(method, params), deadline)
        return moment - start, result

    def mark(self):
        """A moment for wait_for(since=…)."""
        return len(self.timed_notifications)

    def wait_for(self, method, matches=lambda params: True, since=0, deadline=None):
        """(time, params) of the first notification of the kind that came after `since`."""
        def found():
            for moment, name, params in self.timed_notifications[since:]:
                if name == method and matches(params):
                    return moment, params
            return None
        return self.wait(found, method, deadline)

    def diagnostics(self, name, since=0, deadline=None):
        """Waits for the next diagnostics of a document: (time, params)."""
        uri = self.uri(name)
        return self.wait_for("textDocument/publishDiagnostics", lambda p: p["uri"] == uri, since, deadline)

    def initialize(self, options=None, capabilities=None):
        """The server's capabilities."""
        super().initialize(capabilities or CAPABILITIES, folders=[self.root], options=options or {},
                           rootPath=self.root)
        return self.capabilities

    def memory_mb(self):
        return process.memory_mb(self.process.pid)

    def close_server(self):
        """The orderly end; a server that does not follow is killed."""
        try:
            self.shutdown(10)
        except (ServerError, subprocess.TimeoutExpired):
            pass
        self.kill()

"""A client of the language server protocol for benches: any server, over its standard input and output.

    with Client(shlex.split("clangd-22 --log=error"), root) as client:
        client.initialize()
        client.open("db/db_impl/db_impl.cc")
        seconds, items = client.timed("textDocument/completion", client.at("db/db_impl/db_impl.cc", 10, 4))

Unlike the client of the tests it reads in large pieces and gives times: monotonic seconds, taken when the last
byte of a message has come and before it is decoded. Requests of the server's are answered with null (a list of
nulls for workspace/configuration), so that none waits for us. Standard library only.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import os
import subprocess
import threading
import time
import urllib.parse

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


class ServerError(Exception):
    """An error response, or a server that is gone."""


def uri_of(path):
    return "file://" + urllib.parse.quote(os.path.abspath(path))


def memory_mb(pid):
    """Proportional set size of a process and all its descendants, in MB."""
    total = 0
    pids = [pid]
    while pids:
        pid = pids.pop()
        try:
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/children") as children:
                    pids += [int(child) for child in children.read().split()]
            with open(f"/proc/{pid}/smaps_rollup") as rollup:
                total += sum(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
        except OSError:
            pass  # it has just ended
    return total / 1024


class Client:
    """`root` is the workspace; names of documents are relative to it. Any thread may call."""

    def __init__(self, command, root, environment=None, stderr=subprocess.DEVNULL):
        self.root = os.path.abspath(root)
        self.started = time.monotonic()
        self.process = subprocess.Popen(command, cwd=self.root, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=stderr, env=environment, bufsize=0)
        self.changed = threading.Condition()
        self.replies = {}  # id to (time, message)
        self.notifications = []  # (time, method, params), in order
        self.ended = False
        self.last_id = 0
        self.versions = {}
        self.texts = {}
        self.write_lock = threading.Lock()
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close_server()

    # ---- The wire.

    def _read(self):
        stream = self.process.stdout.fileno()
        held = b""
        try:
            while True:
                while (end := held.find(b"\r\n\r\n")) < 0:
                    held += self._part(stream)
                length = next(int(line.split(b":")[1]) for line in held[:end].split(b"\r\n")
                              if line.lower().startswith(b"content-length:"))
                parts, have = [held[end + 4:]], len(held) - end - 4
                while have < length:
                    parts.append(self._part(stream))
                    have += len(parts[-1])
                content = b"".join(parts)
                held = content[length:]
                self._take(time.monotonic(), json.loads(content[:length]))
        except (EOFError, OSError, ValueError, StopIteration):
            with self.changed:
                self.ended = True
                self.changed.notify_all()

    @staticmethod
    def _part(stream):
        part = os.read(stream, 1 << 20)
        if not part:
            raise EOFError
        return part

    def _take(self, now, message):
        if "method" in message and "id" in message:
            items = message.get("params", {}).get("items", []) if message.get("params") else []
            answer = [None] * len(items) if message["method"] == "workspace/configuration" else None
            self._write({"jsonrpc": "2.0", "id": message["id"], "result": answer})
            return
        with self.changed:
            if "method" in message:
                self.notifications.append((now, message["method"], message.get("params")))
            else:
                self.replies[message["id"]] = (now, message)
            self.changed.notify_all()

    def _write(self, message):
        content = json.dumps(message).encode()
        with self.write_lock:
            try:
                self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(content) + content)
            except OSError as error:
                raise ServerError("the server is gone") from error

    # ---- Messages.

    def notify(self, method, params):
        self._write({"jsonrpc": "2.0", "method": method, "params": params})

    def send(self, method, params):
        """Sends a request: its id, for reply()."""
        self.last_id += 1
        self._write({"jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params})
        return self.last_id

    def _wait(self, found, what, patience):
        end = time.monotonic() + patience
        with self.changed:
            while (value := found()) is None:
                left = end - time.monotonic()
                if self.ended or left <= 0:
                    raise ServerError(f"{what}: " + ("the server is gone" if self.ended else "no answer"))
                self.changed.wait(left)
            return value

    def reply(self, request, patience=120.0):
        """(time, result) of the request with this id."""
        now, message = self._wait(lambda: self.replies.pop(request, None), f"request {request}", patience)
        if "error" in message:
            raise ServerError(json.dumps(message["error"]))
        return now, message.get("result")

    def request(self, method, params, patience=120.0):
        return self.reply(self.send(method, params), patience)[1]

    def timed(self, method, params, patience=120.0):
        """(seconds, result)."""
        start = time.monotonic()
        now, result = self.reply(self.send(method, params), patience)
        return now - start, result

    def mark(self):
        """A moment for wait_for(since=…)."""
        return len(self.notifications)

    def wait_for(self, method, matches=lambda params: True, since=0, patience=120.0):
        """(time, params) of the first notification of the kind that came after `since`."""
        def found():
            for now, name, params in self.notifications[since:]:
                if name == method and matches(params):
                    return now, params
            return None
        return self._wait(found, method, patience)

    # ---- The session.

    def initialize(self, options=None, capabilities=None):
        """The server's capabilities."""
        result = self.request("initialize", {
            "processId": os.getpid(), "rootUri": uri_of(self.root), "rootPath": self.root,
            "workspaceFolders": [{"uri": uri_of(self.root), "name": os.path.basename(self.root)}],
            "capabilities": capabilities or CAPABILITIES, "initializationOptions": options or {}})
        self.notify("initialized", {})
        return result["capabilities"]

    def uri(self, name):
        return uri_of(os.path.join(self.root, name))

    def open(self, name, text=None, language="cpp"):
        """Opens a document with this text, or that of the file. The text."""
        if text is None:
            with open(os.path.join(self.root, name), newline="", errors="replace") as file:
                text = file.read()
        self.versions[name], self.texts[name] = 1, text
        self.notify("textDocument/didOpen", {"textDocument": {
            "uri": self.uri(name), "languageId": language, "version": 1, "text": text}})
        return text

    def change(self, name, start, end, text):
        """Replaces what is between two (line, column) pairs; `texts` is not brought up to date."""
        self.versions[name] += 1
        span = {"start": {"line": start[0], "character": start[1]}, "end": {"line": end[0], "character": end[1]}}
        self.notify("textDocument/didChange", {
            "textDocument": {"uri": self.uri(name), "version": self.versions[name]},
            "contentChanges": [{"range": span, "text": text}]})

    def close(self, name):
        self.notify("textDocument/didClose", {"textDocument": {"uri": self.uri(name)}})

    def document(self, name, **more):
        return {"textDocument": {"uri": self.uri(name)}, **more}

    def at(self, name, line, column, **more):
        return self.document(name, position={"line": line, "character": column}, **more)

    def diagnostics(self, name, since=0, patience=120.0):
        """Waits for the next diagnostics of a document: (time, params)."""
        uri = self.uri(name)
        return self.wait_for("textDocument/publishDiagnostics", lambda p: p["uri"] == uri, since, patience)

    def memory_mb(self):
        return memory_mb(self.process.pid)

    def close_server(self):
        """The orderly end; a server that does not follow is killed."""
        try:
            self.request("shutdown", None, 10)
            self.notify("exit", None)
            self.process.wait(10)
        except (ServerError, subprocess.TimeoutExpired):
            self.process.kill()
        self.process.wait()

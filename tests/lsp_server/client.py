"""A client of the language server protocol for tests: starts a server, talks to it, remembers everything.

    with Client([astrolabe, "lsp"], root) as client:
        client.initialize()
        client.open("a.cc", "int main() {}\\n")
        symbols = client.request("textDocument/documentSymbol", client.document("a.cc"))

Every wait has a deadline, so that a server that says nothing fails a test and does not hang it. Requests of the
server's are answered by `answers` (method to result), else with null. Thread-safe; standard library only.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import os
import subprocess
import threading
import time
import urllib.parse

DEADLINE = 30.0  # seconds


class ServerError(Exception):
    """An error response."""

    def __init__(self, error):
        super().__init__(f"{error.get('code')}: {error.get('message')}")
        self.code = error.get("code")
        self.message = error.get("message")


def uri_of(path):
    return "file://" + urllib.parse.quote(os.path.abspath(path))


def path_of(uri):
    return urllib.parse.unquote(uri[len("file://"):])


class Client:
    def __init__(self, command, root, environment=None):
        self.root = root
        self.errors = open(os.path.join(root, "..", f"stderr-{time.monotonic_ns()}"), "w+b")
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
                                        cwd=root, env=environment, bufsize=0)
        self.changed = threading.Condition()
        self.messages = []  # all that came, in order
        self.replies = {}  # by id
        self.duplicates = []  # replies to what had one
        self.answers = {}
        self.ended = False
        self.last_id = 0
        self.versions = {}
        self.texts = {}
        self.capabilities = None
        self.write_lock = threading.Lock()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.kill()

    # ---- The wire.

    def _read(self):
        stream = self.process.stdout
        try:
            while True:
                length = None
                while True:
                    line = self._line(stream)
                    if line == b"":
                        break
                    name, _, value = line.partition(b":")
                    if name.lower() == b"content-length":
                        length = int(value)
                content = b""
                while len(content) < length:
                    part = os.read(stream.fileno(), length - len(content))
                    if not part:
                        raise EOFError
                    content += part
                self._take(json.loads(content))
        except (EOFError, OSError, ValueError):
            pass
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    @staticmethod
    def _line(stream):
        line = b""
        while not line.endswith(b"\r\n"):
            byte = os.read(stream.fileno(), 1)
            if not byte:
                raise EOFError
            line += byte
        return line[:-2]

    def _take(self, message):
        if "method" in message and "id" in message:
            result = self.answers.get(message["method"])
            self.write({"jsonrpc": "2.0", "id": message["id"], "result": result})
        with self.changed:
            self.messages.append(message)
            if "method" not in message:
                if message["id"] in self.replies:
                    self.duplicates.append(message)
                self.replies[message["id"]] = message
            self.changed.notify_all()

    def write_bytes(self, content):
        with self.write_lock:
            self.process.stdin.write(content)

    def write(self, message):
        content = json.dumps(message).encode()
        self.write_bytes(b"Content-Length: %d\r\n\r\n" % len(content) + content)

    # ---- Messages.

    def notify(self, method, params):
        self.write({"jsonrpc": "2.0", "method": method, "params": params})

    def send(self, method, params):
        """Sends a request; its id."""
        self.last_id += 1
        self.write({"jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params})
        return self.last_id

    def wait(self, condition, what="a message", deadline=DEADLINE):
        """Waits until condition() gives something true, and gives that."""
        end = time.monotonic() + deadline
        with self.changed:
            while True:
                value = condition()
                if value:
                    return value
                left = end - time.monotonic()
                if self.ended or left <= 0:
                    why = "the server has ended" if self.ended else f"nothing in {deadline} s"
                    raise AssertionError(f"waiting for {what}: {why}\n{self.stderr()}")
                self.changed.wait(left)

    def reply(self, request, deadline=DEADLINE):
        """The whole reply to the request with this id."""
        return self.wait(lambda: self.replies.get(request), f"the reply to {request}", deadline)

    def result(self, request, deadline=DEADLINE):
        reply = self.reply(request, deadline)
        if "error" in reply:
            raise ServerError(reply["error"])
        return reply["result"]

    def request(self, method, params, deadline=DEADLINE):
        return self.result(self.send(method, params), deadline)

    def notifications(self, method):
        with self.changed:
            return [m.get("params") for m in self.messages if m.get("method") == method]

    def wait_notification(self, method, condition=lambda params: True, deadline=DEADLINE):
        def found():
            for message in self.messages:
                if message.get("method") == method and condition(message.get("params")):
                    return message.get("params") or True
            return None
        return self.wait(found, method, deadline)

    def stderr(self):
        self.errors.flush()
        self.errors.seek(0)
        return self.errors.read().decode(errors="replace")

    # ---- The session.

    def initialize(self, capabilities=None, folders=None, options=None, initialized=True, **more):
        params = {"processId": os.getpid(), "capabilities": capabilities or {},
                  "rootUri": uri_of(self.root), **more}
        if folders is not None:
            params["workspaceFolders"] = [{"uri": uri_of(f), "name": os.path.basename(f)} for f in folders]
        if options is not None:
            params["initializationOptions"] = options
        result = self.request("initialize", params)
        self.capabilities = result["capabilities"]
        if initialized:
            self.notify("initialized", {})
        return result

    def path(self, name):
        return os.path.join(self.root, name)

    def uri(self, name):
        return uri_of(self.path(name))

    def open(self, name, text=None, language="cpp"):
        if text is None:
            with open(self.path(name), newline="") as file:
                text = file.read()
        self.versions[name] = 1
        self.texts[name] = text
        self.notify("textDocument/didOpen", {"textDocument": {
            "uri": self.uri(name), "languageId": language, "version": 1, "text": text}})

    def change(self, name, *changes):
        """Each change is a new text, or (start, end, text) with (line, column) pairs."""
        self.versions[name] += 1
        content = []
        for change in changes:
            if isinstance(change, str):
                content.append({"text": change})
            else:
                start, end, text = change
                content.append({"range": {"start": {"line": start[0], "character": start[1]},
                                          "end": {"line": end[0], "character": end[1]}}, "text": text})
        self.notify("textDocument/didChange", {
            "textDocument": {"uri": self.uri(name), "version": self.versions[name]}, "contentChanges": content})

    def save(self, name, text=None):
        params = {"textDocument": {"uri": self.uri(name)}}
        if text is not None:
            params["text"] = text
        self.notify("textDocument/didSave", params)

    def close(self, name):
        self.notify("textDocument/didClose", {"textDocument": {"uri": self.uri(name)}})

    def document(self, name, **more):
        return {"textDocument": {"uri": self.uri(name)}, **more}

    def at(self, name, line, column, **more):
        return self.document(name, position={"line": line, "character": column}, **more)

    def text(self, name):
        """The server's text of an open document."""
        return self.request("astrolabe/documentText", {"uri": self.uri(name)})

    def shutdown(self, deadline=DEADLINE):
        """The orderly end; the exit code."""
        self.request("shutdown", None, deadline)
        self.notify("exit", None)
        return self.process.wait(deadline)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.reader.join(5)
        self.process.stdin.close()
        self.process.stdout.close()
        self.errors.close()

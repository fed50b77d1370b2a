"""A client of the language server protocol for tests and benches: starts a server, talks to it, remembers everything.

    with Client([astrolabe, "lsp"], root) as client:
        client.initialize()
        client.open("a.cc", "int main() {}\\n")
        symbols = client.request("textDocument/documentSymbol", client.document("a.cc"))

Every wait has a deadline, so that a server that says nothing fails a test and does not hang it. Requests of the
server's are answered by `answers` (method to result, or to a function from parameters to it), else with null.
Thread-safe; standard library only. bench/astrolabe_bench/lsp_client.py adds times to it.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import os
import subprocess
import tempfile
import threading
import time
import urllib.parse


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
    DEADLINE = 30.0  # seconds of every wait that has no other

    def __init__(self, command, root, environment=None):
        environment = dict(os.environ if environment is None else environment)
        # No language model, unless the command line says --ai=1: what one writes is no other test's business. The benches
        # start clangd by this class too, which does not know the flag.
        if "lsp" in command:
            environment.setdefault("CLANGD_FLAGS", "--ai=0")
        self.root = root
        self.errors = tempfile.TemporaryFile()
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
        stream = self.process.stdout.fileno()
        held = b""
        try:
            while True:
                while (end := held.find(b"\r\n\r\n")) < 0:
                    held += self._part(stream)
                length = next(int(line.partition(b":")[2]) for line in held[:end].split(b"\r\n")
                              if line.lower().startswith(b"content-length:"))
                parts, have = [held[end + 4:]], len(held) - end - 4
                while have < length:
                    parts.append(self._part(stream))
                    have += len(parts[-1])
                content = b"".join(parts)
                held = content[length:]
                self._take(time.monotonic(), json.loads(content[:length]))
        except (EOFError, OSError, ValueError, StopIteration):
            pass
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
            result = self.answers.get(message["method"])
            if callable(result):
                result = result(message.get("params"))
            self.write({"jsonrpc": "2.0", "id": message["id"], "result": result})
        with self.changed:
            self._remember(now, message)
            self.changed.notify_all()

    def _remember(self, now, message):
        """`now`: when the last byte had come, before it was decoded; monotonic seconds."""
        self.messages.append(message)
        if "method" not in message:
            if message["id"] in self.replies:
                self.duplicates.append(message)
            self.replies[message["id"]] = message

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

    def wait(self, condition, what="a message", deadline=None):
        """Waits until condition() gives something true, and gives that."""
        deadline = deadline or self.DEADLINE
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

    def reply(self, request, deadline=None):
        """The whole reply to the request with this id."""
        return self.wait(lambda: self.replies.get(request), f"the reply to {request}", deadline)

    def result(self, request, deadline=None):
        reply = self.reply(request, deadline)
        if "error" in reply:
            raise ServerError(reply["error"])
        return reply["result"]

    def request(self, method, params, deadline=None):
        return self.result(self.send(method, params), deadline)

    def notifications(self, method):
        with self.changed:
            return [m.get("params") for m in self.messages if m.get("method") == method]

    def wait_notification(self, method, condition=lambda params: True, deadline=None):
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
        """Opens a document with this text, or that of the file. The text."""
        if text is None:
            with open(self.path(name), newline="", errors="replace") as file:
                text = file.read()
        self.versions[name] = 1
        self.texts[name] = text
        self.notify("textDocument/didOpen", {"textDocument": {
            "uri": self.uri(name), "languageId": language, "version": 1, "text": text}})
        return text

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

    def parsed(self, *names):
        """Waits until the compiler has read these open files as they are."""
        for name in names:
            self.request("textDocument/symbolInfo", self.at(name, 0, 0))

    def text(self, name):
        """The server's text of an open document."""
        return self.request("astrolabe/documentText", {"uri": self.uri(name)})

    def shutdown(self, deadline=None):
        """The orderly end; the exit code."""
        self.request("shutdown", None, deadline)
        self.notify("exit", None)
        return self.process.wait(deadline or self.DEADLINE)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.reader.join(5)
        self.process.stdin.close()
        self.process.stdout.close()
        self.errors.close()

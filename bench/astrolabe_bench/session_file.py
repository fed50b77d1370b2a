"""Recorded LSP sessions: what an editor really said to its server, and when. Format of
bench/sessions/*.jsonl.

One JSON object a line. The first describes the recording:

    {"format": 1, "seconds": 41.2, "files": {"db/db_impl/db_impl.cc": "SHA-256 of its text"}}

Each other line is one message from the editor, `at` so many seconds after the first one:

    {"at": 3.104, "message": {"jsonrpc": "2.0", "id": 4, "method": "textDocument/hover", "params": …}}

A recording belongs to a workspace, not to a place: wherever the workspace's folder stood in a string, as a
path or in a URI, there is ${root}. The text of a file that was opened as it is on disk is not there either
but named, {"$file": "db/db_impl/db_impl.cc"}, so that no source is copied; the digest tells whether it is
still the same.

What depends on the one server's answers is left out, since another one is to be asked the same: replies to
the server's requests (a replay gives its own), requests that resolve or execute what the server had handed
out, and cancellations. A request for a delta of tokens is one for all of them.

Format versions:
    1  2026-11: first
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import hashlib
import json
import os
import urllib.parse

FORMAT = 1
ROOT = "${root}"
DEPENDENT = ("completionItem/resolve", "codeAction/resolve", "codeLens/resolve", "documentLink/resolve",
             "inlayHint/resolve", "workspaceSymbol/resolve", "workspace/executeCommand", "$/cancelRequest",
             "callHierarchy/incomingCalls", "callHierarchy/outgoingCalls", "typeHierarchy/supertypes",
             "typeHierarchy/subtypes")


class BadSession(Exception):
    """A recording can't be read or does not fit the workspace; says where and why."""


def _everywhere(value, change):
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_everywhere(each, change) for each in value]
    if isinstance(value, dict):
        return {key: _everywhere(each, change) for key, each in value.items()}
    return value


def without_place(message, root):
    quoted = urllib.parse.quote(root)
    return _everywhere(message, lambda text: text.replace(quoted, ROOT).replace(root, ROOT))


def at_place(message, root):
    quoted = urllib.parse.quote(root)
    return _everywhere(message, lambda text: text.replace("file://" + ROOT, "file://" + quoted).replace(ROOT,
                                                                                                        root))


def _digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def _read(path):
    with open(path, encoding="utf-8", errors="replace", newline="") as file:
        return file.read()


class Recording:
    """Takes an editor's messages and writes them down. Not thread-safe."""

    def __init__(self, root):
        self.root = os.path.realpath(root)
        self.first, self.last = None, 0.0
        self.files, self.lines = {}, []

    def take(self, moment, message):
        """moment: monotonic seconds at which the last byte had come."""
        self.first = moment if self.first is None else self.first
        method = message.get("method")
        if method is None or method in DEPENDENT:
            return
        if method == "textDocument/semanticTokens/full/delta":
            params = {key: value for key, value in message["params"].items() if key != "previousResultId"}
            message = {**message, "method": "textDocument/semanticTokens/full", "params": params}
        message = without_place(message, self.root)
        if method == "textDocument/didOpen":
            self._name_file(message["params"]["textDocument"])
        if method == "initialize":
            message["params"]["processId"] = None
        self.last = moment - self.first
        self.lines.append({"at": round(self.last, 4), "message": message})

    def _name_file(self, document):
        name = urllib.parse.unquote(document["uri"].removeprefix("file://")).removeprefix(ROOT + "/")
        path = os.path.join(self.root, name)
        if os.path.isfile(path) and _read(path) == document["text"]:
            self.files[name] = _digest(document["text"])
            document["text"] = {"$file": name}

    def write(self, path):
        head = {"format": FORMAT, "seconds": round(self.last, 1), "files": self.files}
        with open(path, "w", encoding="utf-8") as file:
            for line in [head, *self.lines]:
                file.write(json.dumps(line, ensure_ascii=False, separators=(", ", ": ")) + "\n")


def load(path, root):
    """[(seconds, message)], the messages as they are to be sent in a workspace at `root`."""
    root = os.path.realpath(root)
    try:
        with open(path, encoding="utf-8") as file:
            head, *lines = [json.loads(line) for line in file]
        if head.get("format") != FORMAT:
            raise BadSession(f"{path} is of format {head.get('format')}, this tool reads {FORMAT}")
        texts = {}
        for name, digest in head["files"].items():
            texts[name] = _read(os.path.join(root, name))
            if _digest(texts[name]) != digest:
                raise BadSession(f"{path} was recorded with another {name} than that of {root}")
        found = []
        for line in lines:
            message = at_place(line["message"], root)
            if message["method"] == "textDocument/didOpen":
                document = message["params"]["textDocument"]
                if isinstance(document["text"], dict):
                    document["text"] = texts[document["text"]["$file"]]
            found.append((float(line["at"]), message))
        return found
    except OSError as error:
        raise BadSession(f"{path}: {error.strerror}: {error.filename}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadSession(f"{path} is no recorded session ({type(error).__name__}: {error})") from error

"""A language server that proposes what the test says, for what depends on a language model in the real one.

Its proposals are the parts of $PROPOSALS between "|", with "\\n" for a line's end; it writes the commands that it
is given to the file $TAKEN, and says twice how far indexing is.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import os
import sys


def read():
    length = 0
    while line := sys.stdin.buffer.readline().strip():
        name, value = line.split(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return json.loads(sys.stdin.buffer.read(length)) if length else None


def write(**message):
    text = json.dumps(dict(message, jsonrpc="2.0")).encode()
    sys.stdout.buffer.write(b"Content-Length: %d\r\n\r\n%s" % (len(text), text))
    sys.stdout.buffer.flush()


def report(**value):
    write(method="$/progress", params={"token": "i", "value": value})


def proposals(position):
    texts = os.environ["PROPOSALS"].replace("\\n", "\n").split("|")
    place = {"start": position, "end": position}
    return {"items": [{"insertText": text, "range": place,
                       "command": {"title": "", "command": "astrolabe.suggestionTaken",
                                   "arguments": [number]}}
                      for number, text in enumerate(texts)]}


def main():
    while message := read():
        method, params, result = message.get("method"), message.get("params"), None
        if method == "exit":
            return
        if method == "initialize":
            result = {"capabilities": {"textDocumentSync": 1, "inlineCompletionProvider": True,
                                       "executeCommandProvider": {"commands": ["astrolabe.suggestionTaken"]}}}
        elif method == "initialized":
            report(kind="begin", title="Indexing", percentage=0)
            report(kind="report", message="120/3000 units, 4.5/s", percentage=4)
        elif method == "textDocument/inlineCompletion":
            result = proposals(params["position"])
        elif method == "workspace/executeCommand":
            with open(os.environ["TAKEN"], "a", encoding="utf-8") as file:
                file.write(json.dumps(params) + "\n")
        if "id" in message and method:
            write(id=message["id"], result=result)


main()

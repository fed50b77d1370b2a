"""A language server that answers at once, for tests of the recorder and the replay; logs what it is told to
stderr.

    fake_server.py [--slow SECONDS] [--fail METHOD]
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import sys
import time


def read():
    length = 0
    while (line := sys.stdin.buffer.readline().strip()):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    return json.loads(sys.stdin.buffer.read(length)) if length else None


def write(message):
    content = json.dumps({"jsonrpc": "2.0", **message}).encode()
    sys.stdout.buffer.write(b"Content-Length: %d\r\n\r\n" % len(content) + content)
    sys.stdout.buffer.flush()


def main():
    slow = float(sys.argv[sys.argv.index("--slow") + 1]) if "--slow" in sys.argv else 0.0
    failing = sys.argv[sys.argv.index("--fail") + 1] if "--fail" in sys.argv else None
    while (message := read()) is not None:
        method = message.get("method")
        print(json.dumps(message), file=sys.stderr, flush=True)
        if method in ("textDocument/didOpen", "textDocument/didChange"):
            document = message["params"]["textDocument"]
            write({"method": "textDocument/publishDiagnostics",
                   "params": {"uri": document["uri"], "version": document["version"], "diagnostics": []}})
            for kind in ("begin", "end"):
                write({"method": "$/progress", "params": {"token": "index", "value": {"kind": kind}}})
        elif method == "exit":
            break
        elif "id" in message and method:
            time.sleep(slow)
            if method == failing:
                write({"id": message["id"], "error": {"code": -32603, "message": "it failed"}})
            elif method == "textDocument/completion":
                write({"id": message["id"], "error": {"code": -32801, "message": "content modified"}})
            elif method == "workspace/symbol":
                write({"id": message["id"], "result": [{"name": message["params"]["query"]}]})
            elif method == "textDocument/hover":
                write({"id": message["id"], "result": {"contents": "class {line}:{character}".format_map(
                    message["params"]["position"])}})
            else:
                write({"id": message["id"], "result": {"capabilities": {}} if method == "initialize" else []})


if __name__ == "__main__":
    main()

"""Ghost text where real lines stood: the end of a line is taken away, asked for, and compared with what was there.

    inline_completion.py FILE... --root DIR [--cdb DIR] [--astrolabe BIN] [--model GGUF] [--points 100] [--seed 1]
                         [--json OUT]

In each file, at places drawn from its lines of code, the rest of the line (up to its last character but a `;`, `)` or `{`
at its end) is removed from the open document, and `textDocument/inlineCompletion` is asked there. Printed are how often
something was shown, how often its first proposal is what stood there, how alike the two are (2 M / T of difflib, 1 being
equal), how long the answer took as the client sees it, and how many of the files' first proposals bring an error when
they are applied: there must be none. The model's own figures (`astrolabe ai bench`) are not among these.

Copy the program first and build nothing beside it: times are wall-clock.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import argparse
import difflib
import json
import os
import random
import re
import statistics
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
REPOSITORY = os.path.normpath(os.path.join(HERE, "..", ".."))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(REPOSITORY, "tests", "lsp_server"))
from client import Client, ServerError  # noqa: E402

AUTOMATIC = 2
CODE = re.compile(r"^\s+[A-Za-z_].{12,}[;{)]$")


def places(text, count, draw):
    """(line, begin, end) of what is taken away: from between two words to the end of the line, less its closing mark."""
    lines = text.split("\n")
    candidates = [i for i, line in enumerate(lines) if CODE.match(line) and "//" not in line]
    chosen = []
    for line in sorted(draw.sample(candidates, min(count, len(candidates)))):
        words = [m.start() for m in re.finditer(r"\b\w", lines[line])]
        middle = [w for w in words if w > len(lines[line]) * 0.4] or words[-1:]
        chosen.append((line, draw.choice(middle), len(lines[line]) - 1))
    return chosen


def errors(client, name):
    report = client.request("textDocument/diagnostic", client.document(name))
    return sorted(str(item["message"]) for item in report.get("items", ()) if item.get("severity") == 1)


def measure(client, name, count, draw):
    """One record for each place of a file."""
    text = client.open(name)
    before = errors(client, name)
    records = []
    for line, begin, end in places(text, count, draw):
        stood = text.split("\n")[line][begin:end]
        if not stood.strip():
            continue
        errors(client, name)  # the text's are known by the time somebody has read it
        client.change(name, ((line, begin), (line, end), ""))
        start = time.monotonic()
        try:
            answer = client.request("textDocument/inlineCompletion", client.document(
                name, position={"line": line, "character": begin}, context={"triggerKind": AUTOMATIC}))
        except ServerError as error:
            answer = {"items": []}
            print(f"{name}:{line + 1}: {error}", file=sys.stderr)
        milliseconds = (time.monotonic() - start) * 1000
        shown = [item["insertText"] for item in answer["items"]]
        record = {"file": name, "line": line + 1, "stood": stood, "shown": shown, "ms": milliseconds, "new_errors": []}
        left = ""
        if shown:
            client.change(name, ((line, begin), (line, begin), shown[0]))
            left = shown[0]
            if before == []:
                record["new_errors"] = errors(client, name)
        client.change(name, ((line, begin), (line, begin + len(left)), stood))
        records.append(record)
    client.close(name)
    return records


def quantile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] if values else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="+")
    parser.add_argument("--root", required=True)
    parser.add_argument("--cdb")
    parser.add_argument("--astrolabe", default=os.path.join(REPOSITORY, "build/optimized/astrolabe"))
    parser.add_argument("--model")
    parser.add_argument("--points", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json")
    options = parser.parse_args()
    draw = random.Random(options.seed)
    flags = ["--background-index=0", "--clang-tidy=0", "--ai=1"]
    if options.cdb:
        flags.append(f"--compile-commands-dir={options.cdb}")
    if options.model:
        flags.append(f"--ai-model={options.model}")
    records = []
    with tempfile.TemporaryDirectory() as state:
        os.environ["XDG_STATE_HOME"] = state  # these are no counts of the user's
        with Client([options.astrolabe, "lsp", *flags], os.path.realpath(options.root)) as client:
            client.initialize(capabilities={"textDocument": {"inlineCompletion": {}}})
            for name in options.files:
                records += measure(client, name, options.points // len(options.files), draw)
    shown = [r for r in records if r["shown"]]
    alike = [difflib.SequenceMatcher(None, r["stood"], r["shown"][0]).ratio() for r in shown]
    times = [r["ms"] for r in records]
    summary = {
        "places": len(records),
        "shown": len(shown),
        "first proposal is what stood there": sum(r["shown"][0] == r["stood"] for r in shown),
        "similarity of what is shown, mean": round(statistics.mean(alike), 3) if alike else None,
        "ms, p50": round(quantile(times, 0.5), 1),
        "ms, p95": round(quantile(times, 0.95), 1),
        "shown and brings an error": sum(bool(r["new_errors"]) for r in records),
    }
    for name, value in summary.items():
        print(f"{name:38} {value}")
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"summary": summary, "records": records}, file, indent=1)


if __name__ == "__main__":
    main()

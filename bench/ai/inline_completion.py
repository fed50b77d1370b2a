"""Ghost text where real lines stood: the end of a line is taken away, asked for, and compared with what was there.

    inline_completion.py FILE... --root DIR [--cdb DIR] [--astrolabe BIN] [--model GGUF] [--points 100] [--seed 1]
                         [--unchecked] [--index-dir DIR] [--json OUT]

In each file, at places drawn from its lines of code, the rest of the line (up to its last character but a `;`, `)` or `{`
at its end) is removed from the open document, and `textDocument/inlineCompletion` is asked there. Printed are how often
something was shown, how often its first proposal is what stood there, how alike the two are (2 M / T of difflib, 1 being
equal), how long the answer took as the client sees it, and how many of the files' first proposals bring an error when
they are applied: there must be none. With --unchecked the same is asked of the model alone (`astrolabe ai complete`: no
check by the compiler, no names that it knows, no other text), and how often that was right where ghost text showed nothing
or something else. --index-dir: an index to find like places in other files by; it is not brought up to date. The model's own
figures (`astrolabe ai bench`) are not among these.

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
import subprocess
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


def unchecked(options, text, position):
    """The model's own first candidate there."""
    line, character = position
    with tempfile.NamedTemporaryFile("w", suffix=".cc") as file:
        file.write(text)
        file.flush()
        command = [options.astrolabe, "ai", "complete", f"{file.name}:{line + 1}:{character + 1}", "--json"]
        command += ["--model", options.model] if options.model else []
        answer = subprocess.run(command, capture_output=True, text=True)
    candidates = json.loads(answer.stdout)["candidates"] if answer.stdout else []
    return candidates[0]["text"] if candidates else ""


def measure(client, name, options, draw):
    """One record for each place of a file."""
    count = options.points // len(options.files)
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
        record = {"file": name, "line": line + 1, "stood": stood, "shown": shown, "ms": milliseconds,
                  "compiles": before == []}
        tried = {"new_errors": shown[0] if shown else ""}
        if options.unchecked:
            lines = text.split("\n")
            lines[line] = lines[line][:begin] + lines[line][end:]
            tried["unchecked_errors"] = record["unchecked"] = unchecked(options, "\n".join(lines), (line, begin))
        for what, inserted in tried.items():
            record[what] = []
            if inserted and before == []:
                client.change(name, ((line, begin), (line, begin), inserted))
                record[what] = errors(client, name)
                client.change(name, ((line, begin), (line, begin + len(inserted)), ""))
        client.change(name, ((line, begin), (line, begin), stood))
        records.append(record)
    client.close(name)
    return records


def likeness(a, b):
    return difflib.SequenceMatcher(None, a, b).ratio()


def of_unchecked(records):
    wrote = [r for r in records if r["unchecked"]]
    right = [r for r in wrote if r["unchecked"] == r["stood"]]
    return {
        "unchecked: something written": len(wrote),
        "unchecked: it is what stood there": len(right),
        "unchecked: similarity, mean": round(statistics.mean(likeness(r["stood"], r["unchecked"]) for r in wrote), 3),
        "unchecked: brings an error": sum(bool(r["unchecked_errors"]) for r in wrote),
        "unchecked right, and not what is shown first": sum(r["shown"][:1] != [r["stood"]] for r in right),
        "unchecked right, and nothing shown": sum(not r["shown"] for r in right),
    }


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
    parser.add_argument("--unchecked", action="store_true", help="also the model alone")
    parser.add_argument("--index-dir")
    parser.add_argument("--json")
    options = parser.parse_args()
    draw = random.Random(options.seed)
    flags = ["--background-index=0", "--clang-tidy=0", "--ai=1"]
    if options.cdb:
        flags.append(f"--compile-commands-dir={options.cdb}")
    if options.index_dir:
        flags.append(f"--index-dir={options.index_dir}")
    if options.model:
        flags.append(f"--ai-model={options.model}")
    records = []
    with tempfile.TemporaryDirectory() as state:
        os.environ["XDG_STATE_HOME"] = state  # these are no counts of the user's
        with Client([options.astrolabe, "lsp", *flags], os.path.realpath(options.root)) as client:
            client.initialize(capabilities={"textDocument": {"inlineCompletion": {}}})
            for name in options.files:
                records += measure(client, name, options, draw)
    shown = [r for r in records if r["shown"]]
    alike = [likeness(r["stood"], r["shown"][0]) for r in shown]
    times = [r["ms"] for r in records]
    summary = {
        "places": len(records),
        "of these in files that compile": sum(r["compiles"] for r in records),
        "shown": len(shown),
        "first proposal is what stood there": sum(r["shown"][0] == r["stood"] for r in shown),
        "similarity of what is shown, mean": round(statistics.mean(alike), 3) if alike else None,
        "ms, p50": round(quantile(times, 0.5), 1),
        "ms, p95": round(quantile(times, 0.95), 1),
        "shown and brings an error": sum(bool(r["new_errors"]) for r in records),
    }
    if options.unchecked:
        summary.update(of_unchecked(records))
    for name, value in summary.items():
        print(f"{name:46} {value}")
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"summary": summary, "records": records}, file, indent=1)


if __name__ == "__main__":
    main()

"""How often completion offers what really stands there: two servers, the same places.

    completion_quality.py --root DIR --files 'db/*.cc' 'table/**/*.cc' --b 'astrolabe lsp' [--a clangd-22]
                          [--points 200] [--seed 1] [--json FILE] [--reuse FILE]

At a place in a file of the workspace the identifier is taken out; of it 0, 1 and 3 characters are written again and
completion is asked for there. Counted is how often the identifier is the first, among the first 5, among the first 10
items (in the order of their sort texts, which is what a client shows). The places are of four kinds, equally many of
each: members (behind . and ->), names behind ::, called names, other names. They are chosen by a seed from the
occurrences that clangd's semantic tokens give and that declare nothing; keywords are not among them. Everything else of
the file stays as it is, the rest of the expression behind the place too.

Both servers get the index of the workspace if they have built it before: start them once and let them finish, or the
figures are those of a first session. Standard library only; clangd is needed for choosing even if --reuse gives A's
answers of an earlier run on the same points.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import argparse
import glob
import json
import os
import random
import re
import shlex
import statistics
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from astrolabe_bench.lsp_client import LspClient, ServerError  # noqa: E402

PREFIXES = (0, 1, 3)
FIRST = (1, 5, 10)
KINDS = ("member", "scope", "call", "plain")
WORD = re.compile(r"[A-Za-z_]\w*$")


def semantic_tokens(client, name, legend):
    """(line, column, length, kind, modifiers) of each token."""
    data = client.request("textDocument/semanticTokens/full", client.document(name))["data"]
    line = column = 0
    for i in range(0, len(data), 5):
        delta_line, delta_column, length, kind, bits = data[i:i + 5]
        line, column = line + delta_line, delta_column + (column if delta_line == 0 else 0)
        modifiers = {m for bit, m in enumerate(legend["tokenModifiers"]) if bits >> bit & 1}
        yield line, column, length, legend["tokenTypes"][kind], modifiers


def kind_of(before, after):
    before, after = before.rstrip(), after.lstrip()
    if before.endswith((".", "->")):
        return "member"
    if before.endswith("::"):
        return "scope"
    return "call" if after.startswith("(") else "plain"


def choose(root, patterns, count, seed, command):
    """Points as [file, line, column, word, kind], by file."""
    files = sorted({os.path.relpath(path, root) for pattern in patterns
                    for path in glob.glob(os.path.join(root, pattern), recursive=True) if "_test" not in path})
    source = random.Random(seed)
    source.shuffle(files)
    files = files[:max(8, count // 10)]
    found = {kind: [] for kind in KINDS}
    with LspClient(command, root) as client:
        legend = client.initialize()["semanticTokensProvider"]["legend"]
        for name in files:
            lines = client.open(name).split("\n")
            of_file = {kind: [] for kind in KINDS}
            for line, column, length, token, modifiers in semantic_tokens(client, name, legend):
                text = lines[line]
                word = text[column:column + length]
                if token in ("comment", "operator", "modifier", "bracket", "label"):
                    continue
                if modifiers & {"declaration", "definition"} or not WORD.match(word) or text.lstrip().startswith("#"):
                    continue
                kind = kind_of(text[:column], text[column + length:])
                of_file[kind].append([name, line, column, word, kind])
            client.close(name)
            for kind in KINDS:
                take = min(len(of_file[kind]), max(2, count // len(KINDS) // 10))
                found[kind] += source.sample(of_file[kind], take)
    points = []
    for kind in KINDS:
        points += source.sample(found[kind], min(len(found[kind]), count // len(KINDS)))
    return sorted(points)


def rank_of(word, result):
    """Place of the word in the answer, 1 is the first; 0 if it is not there."""
    items = result["items"] if isinstance(result, dict) else result or []
    items = sorted(items, key=lambda item: item.get("sortText") or item["label"])
    for place, item in enumerate(items):
        if (item.get("filterText") or item["label"]).strip() == word:
            return place + 1
    return 0


def ask(command, root, points):
    """Ranks [point][prefix], and the seconds of all answers."""
    ranks, seconds = [], []
    with LspClient(command, root) as client:
        client.initialize()
        current = None
        for name, line, column, word, _ in points:
            if name != current:
                if current:
                    client.close(current)
                since = client.mark()
                client.open(name)
                client.diagnostics(name, since)
                current = name
            of_point = []
            for length in PREFIXES:
                prefix = word[:length]
                client.change(name, ((line, column), (line, column + len(word)), prefix))
                try:
                    took, result = client.timed("textDocument/completion",
                                                client.at(name, line, column + len(prefix)))
                    of_point.append(rank_of(word, result))
                    seconds.append(took)
                except ServerError as error:
                    print(f"{name}:{line + 1}:{column + 1}: {error}", file=sys.stderr)
                    of_point.append(0)
                client.change(name, ((line, column), (line, column + len(prefix)), word))
            ranks.append(of_point)
    return ranks, seconds


def shares(ranks, prefix):
    return [100 * sum(1 for of_point in ranks if 0 < of_point[prefix] <= first) / max(1, len(ranks))
            for first in FIRST]


def table(points, sides):
    print(f"{'':22}" + "".join(f"{label:>26}" for label, _, _ in sides))
    print(f"{'':22}" + "".join(f"{'in the first ' + '/'.join(map(str, FIRST)):>26}" for _ in sides))
    for kind in (None, *KINDS):
        chosen = [i for i, point in enumerate(points) if kind in (None, point[4])]
        for prefix, length in enumerate(PREFIXES):
            row = f"{kind or 'all':>8} {length} characters "
            for _, ranks, _ in sides:
                figures = shares([ranks[i] for i in chosen], prefix)
                row += f"{'  '.join(f'{figure:5.1f}' for figure in figures):>26}"
            print(row + (f"   of {len(chosen)}" if prefix == 0 else ""))
    for label, ranks, seconds in sides:
        everywhere = [statistics.mean(1 / r if r else 0 for r in column) for column in zip(*ranks)]
        print(f"{label}: mean reciprocal rank {' '.join(f'{m:.3f}' for m in everywhere)}"
              + (f", median answer {1000 * statistics.median(seconds):.0f} ms" if seconds else ""))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--root", required=True)
    parser.add_argument("--files", nargs="+", required=True, help="globs below the root")
    parser.add_argument("--a", default="clangd-22 --log=error", help="a server's command line")
    parser.add_argument("--b", required=True, help="the other's")
    parser.add_argument("--points", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", help="write points and ranks here")
    parser.add_argument("--reuse", help="take points and A's ranks from a file written by --json")
    options = parser.parse_args()
    if options.reuse:
        with open(options.reuse) as file:
            earlier = json.load(file)
        points, a = earlier["points"], (earlier["a"], earlier["a_seconds"])
    else:
        points = choose(options.root, options.files, options.points, options.seed,
                        ["clangd-22", "--background-index=0", "--log=error"])
        a = ask(shlex.split(options.a), options.root, points)
    b = ask(shlex.split(options.b), options.root, points)
    table(points, [("A", *a), ("B", *b)])
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"points": points, "a": a[0], "a_seconds": a[1], "b": b[0], "b_seconds": b[1]}, file)


if __name__ == "__main__":
    main()

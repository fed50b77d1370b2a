"""Are our references all there, and only true ones? Compares them with clangd's, symbol by symbol.

    completeness.py --root DIR --cdb DIR [--index-dir DIR] [--clangd-cache FILE] [-n 200] [...]

Samples symbols (seed fixed) over the files that the workspace's TUs reach, evenly over the kinds: functions,
methods, classes, fields, enumerators, macros, aliases ... Asks clangd, after its background index is done, for
`textDocument/references` at each, asks `astrolabe query refs FILE:LINE:COL` the same, and prints for each symbol
where the two differ, with the line of source and what speaks for or against it:

    -  only clangd has it        +  only we have it

A difference that somebody looked into is listed in --explained FILE, one a line, tab-separated:
`-` or `+`, FILE:LINE:COLUMN of the occurrence (or FILE, or `*`), the symbol's qualified name (or `*`), who is
right (`ours`, `clangd` or `both`), why. Exit code 1 if fewer than --threshold of clangd's positions are found or
explained in our favour.

clangd's answers take minutes; --clangd-cache FILE keeps them, and with them the sample. clangd's own index is
removed afterwards unless it was there before. Lines and columns are 1-based, columns in bytes.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import argparse
import collections
import json
import os
import random
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
REPOSITORY = os.path.normpath(os.path.join(HERE, "..", ".."))
# What is sampled, by the names of `astrolabe dump outline`. Namespaces are left out: clangd indexes none.
KINDS = ("function", "method", "constructor", "destructor", "operator", "class", "struct", "union", "enum",
         "enumerator", "field", "variable", "macro", "alias", "typedef", "concept")


def source_lines(path, cache={}):
    if path not in cache:
        try:
            with open(path, "rb") as f:
                cache[path] = f.read().split(b"\n")
        except OSError:
            cache[path] = []
    return cache[path]


def text_at(path, line, column):
    """The rest of a line from a 1-based byte column on."""
    lines = source_lines(path)
    return lines[line - 1][column - 1:].decode(errors="replace") if 0 < line <= len(lines) else ""


def reached_files(root, cdb):
    """The TUs of a compilation database and the files below root that they include, by their -I folders."""
    with open(os.path.join(cdb, "compile_commands.json")) as f:
        entries = json.load(f)
    root = os.path.realpath(root) + os.sep
    found = set()
    for entry in entries:
        arguments = entry.get("arguments") or shlex.split(entry["command"])
        folders = []
        for i, argument in enumerate(arguments):
            for flag in ("-I", "-isystem", "-iquote"):
                if argument == flag and i + 1 < len(arguments):
                    folders.append(arguments[i + 1])
                elif argument.startswith(flag) and argument != flag:
                    folders.append(argument[len(flag):])
        folders = [os.path.join(entry["directory"], folder) for folder in folders]
        todo = [os.path.join(entry["directory"], entry["file"])]
        while todo:
            path = os.path.realpath(todo.pop())
            if path in found or not path.startswith(root) or not os.path.isfile(path):
                continue
            found.add(path)
            for line in source_lines(path):
                match = re.match(rb'\s*#\s*include\s*["<]([^">]+)[">]', line)
                if match:
                    name = match.group(1).decode(errors="replace")
                    todo += [os.path.join(folder, name) for folder in [os.path.dirname(path), *folders]]
    return sorted(os.path.relpath(path, root) for path in found)


def outline(astrolabe, path):
    """[(line, column, kind, qualified name)] of a file's symbols."""
    result = subprocess.run([astrolabe, "dump", "outline", path], capture_output=True, text=True,
                            errors="replace")
    found = []
    for line in result.stdout.splitlines():
        match = re.match(r"(\d+):(\d+) (\S+) (.*?)(?: \(declared\))? \[\d+:\d+-\d+:\d+\]", line)
        if match and match.group(3) in KINDS and "(anonymous" not in match.group(4):
            found.append((int(match.group(1)), int(match.group(2)), match.group(3), match.group(4)))
    return found


def sample(options):
    """Symbols of every kind in turn as far as there are any; some more than wanted, for those in inactive code."""
    count = options.count * 5 // 4
    files = reached_files(options.root, options.cdb)
    rng = random.Random(options.seed)
    rng.shuffle(files)
    pool = collections.defaultdict(list)
    for file in files[:max(40, count // 2)]:
        symbols = outline(options.astrolabe, os.path.join(options.root, file))
        rng.shuffle(symbols)
        taken = collections.Counter()
        for line, column, kind, name in symbols:
            taken[kind] += 1
            if taken[kind] <= 3:
                pool[kind].append({"file": file, "line": line, "column": column, "kind": kind, "name": name})
    chosen = []
    while len(chosen) < count and any(pool.values()):
        for kind in KINDS:
            if pool[kind] and len(chosen) < count:
                chosen.append(pool[kind].pop())
    # By file, so that clangd has to open each only once; the files in an order of no meaning.
    order = {file: i for i, file in enumerate(files)}
    return sorted(chosen, key=lambda s: (order[s["file"]], s["line"], s["column"]))


class Clangd:
    """clangd with its background index done."""

    def __init__(self, options, first_file):
        sys.dont_write_bytecode = True
        sys.path.insert(0, options.peers)
        from lspclient import Server, uri
        self.uri = uri
        self.root = os.path.realpath(options.root)
        self.caches = [os.path.join(d, ".cache", "clangd") for d in {options.cdb, options.root}]
        self.caches = [c for c in self.caches if not os.path.exists(c)]
        started = time.monotonic()
        self.server = Server([options.clangd, "--background-index", "--background-index-priority=normal", "-j=2",
                              "--log=error", "--limit-references=0", f"--compile-commands-dir={options.cdb}"],
                             options.root)
        self.server.initialize(options.root, caps={"general": {"positionEncodings": ["utf-8"]},
                                                   "offsetEncoding": ["utf-8"]})
        self.server.open(os.path.join(options.root, first_file))
        self.server.wait_note(lambda method, p: method == "$/progress" and p["value"].get("kind") == "end",
                              timeout=options.timeout)
        self.seconds = time.monotonic() - started
        self.opened = first_file

    def references(self, symbol):
        path = os.path.join(self.root, symbol["file"])
        if symbol["file"] != self.opened:
            self.server.notify("textDocument/didClose",
                               {"textDocument": {"uri": self.uri(os.path.join(self.root, self.opened))}})
            self.server.open(path)
            self.opened = symbol["file"]
        parameters = self.server.doc(path, symbol["line"] - 1, symbol["column"] - 1,
                                     context={"includeDeclaration": True})
        _, answer = self.server.request("textDocument/references", parameters, timeout=300)
        found = []
        for location in answer or []:
            file = urllib.parse.unquote(urllib.parse.urlparse(location["uri"]).path)
            if file.startswith(self.root + os.sep):
                file = os.path.relpath(file, self.root)
            start = location["range"]["start"]
            found.append([file, start["line"] + 1, start["character"] + 1])
        return sorted(found)

    def close(self):
        self.server.close()
        for cache in self.caches:
            shutil.rmtree(cache, ignore_errors=True)
            try:
                os.rmdir(os.path.dirname(cache))
            except OSError:
                pass


def ask_clangd(options):
    """The sample with clangd's answers, {"seconds": of indexing, "symbols": [{..., "clangd": places}]}."""
    if options.clangd_cache and os.path.exists(options.clangd_cache):
        with open(options.clangd_cache) as f:
            kept = json.load(f)
        if kept["root"] == options.root and kept["cdb"] == options.cdb:
            return kept
        print(f"{options.clangd_cache} is of another workspace ({kept['root']}); asking clangd anew",
              file=sys.stderr)
    symbols = sample(options)
    clangd = Clangd(options, symbols[0]["file"])
    asked = []
    try:
        for symbol in symbols:
            if sum(bool(s["clangd"]) for s in asked) == options.count:
                break
            asked.append(symbol)
            try:
                symbol["clangd"] = clangd.references(symbol)
            except (RuntimeError, TimeoutError) as error:
                symbol["clangd"] = None
                print(f"clangd at {symbol['file']}:{symbol['line']}: {error}", file=sys.stderr)
            if sys.stderr.isatty():
                print(f"\rclangd: {len(asked)} of {len(symbols)}", end="", file=sys.stderr)
    finally:
        clangd.close()
    answers = {"root": options.root, "cdb": options.cdb, "seed": options.seed, "seconds": clangd.seconds,
               "symbols": asked}
    if options.clangd_cache:
        with open(options.clangd_cache, "w") as f:
            json.dump(answers, f, indent=0)
    return answers


def ask_astrolabe(options, symbol):
    """{(file, line, column): (roles, tier)} of our answer, or None with the message printed."""
    at = f"{symbol['file']}:{symbol['line']}:{symbol['column']}"
    result = subprocess.run([options.astrolabe, "query", "refs", at, "--json", "--root", options.root,
                             "--index-dir", options.index_dir], cwd=options.root, capture_output=True, text=True,
                            errors="replace")
    if result.returncode not in (0, 1):
        print(f"query refs {at}: exit {result.returncode}: {result.stderr.strip()}", file=sys.stderr)
        return None
    hits = []
    for line in result.stdout.splitlines():
        got = json.loads(line) if line.strip() else []
        hits += got if isinstance(got, list) else [got]
    found = {}
    for hit in hits:
        roles = hit.get("roles", [])
        roles = [roles] if isinstance(roles, str) else roles
        key = (hit["file"], hit["line"], hit["column"])
        before = found.get(key, ([], hit.get("tier")))
        found[key] = (sorted({*before[0], *roles}), hit.get("tier"))
    return found


class Explained:
    """The differences that somebody has looked into."""

    def __init__(self, path):
        self.rows = []
        if path:
            with open(path) as f:
                for number, line in enumerate(f, 1):
                    if line.strip() and not line.startswith("#"):
                        row = line.rstrip("\n").split("\t")
                        if len(row) != 5 or row[0] not in "+-" or row[3] not in ("ours", "clangd", "both"):
                            sys.exit(f"{path}:{number}: wants + or -, place, symbol, ours|clangd|both, why")
                        self.rows.append(row)

    def find(self, side, place, name):
        file, line, column = place
        for row in self.rows:
            if row[0] == side and row[1] in ("*", file, f"{file}:{line}:{column}") and row[2] in ("*", name):
                return row[3], row[4]
        return None


def last_name(symbol):
    return symbol["name"].rsplit("::", 1)[-1]


def hint(options, symbol, place, roles):
    """What a reader wants to know first of a place that only one of the two has."""
    text = text_at(os.path.join(options.root, place[0]), place[1], place[2])
    notes = [] if re.match(re.escape(last_name(symbol)) + r"(?!\w)", text) else ["not spelled there"]
    notes += [role for role in roles if role in ("implicit", "candidate", "macro", "using")]
    return ", ".join(notes) or "spelled"


def compare(options, answers):
    explained = Explained(options.explained)
    totals = collections.Counter()
    hints = {"-": collections.Counter(), "+": collections.Counter()}
    by_kind = collections.defaultdict(collections.Counter)
    rows = []
    for symbol in answers["symbols"]:
        ours = ask_astrolabe(options, symbol) if symbol["clangd"] is not None else None
        if ours is None:
            totals["not answered"] += 1
            continue
        theirs = set(map(tuple, symbol["clangd"]))
        differences = [("-", place) for place in sorted(theirs - set(ours))]
        differences += [("+", place) for place in sorted(set(ours) - theirs)]
        totals["symbols"] += 1
        totals["clangd"] += len(theirs)
        totals["ours"] += len(ours)
        totals["both"] += len(theirs & set(ours))
        totals["of tier 0"] += sum(tier == 0 for _, tier in ours.values())
        totals["equal"] += not differences
        totals["without any"] += not theirs and not ours
        by_kind[symbol["kind"]]["symbols"] += 1
        by_kind[symbol["kind"]]["equal"] += not differences
        row = {**{k: symbol[k] for k in ("file", "line", "column", "kind", "name")}, "differences": []}
        rows.append(row)
        verdict = "equal" if not differences else (
            f"{sum(s == '-' for s, _ in differences)} only clangd's, "
            f"{sum(s == '+' for s, _ in differences)} only ours")
        if differences or options.verbose:
            print(f"{symbol['file']}:{symbol['line']}:{symbol['column']}: {symbol['kind']} {symbol['name']}: "
                  f"{len(theirs & set(ours))} equal, {verdict}")
        for shown, (side, place) in enumerate(differences):
            note = hint(options, symbol, place, ours.get(place, ((), 0))[0])
            why = explained.find(side, place, symbol["name"])
            totals["explained " + side] += why is not None
            totals["in our favour " + side] += why is not None and why[0] != "clangd"
            hints[side][note if why is None else f"{why[0]} right: {why[1]}"] += 1
            line = text_at(os.path.join(options.root, place[0]), place[1], 1).strip()
            row["differences"].append([side, *place, note, why, line])
            if options.all or shown < 12:
                print(f"  {side} {place[0]}:{place[1]}:{place[2]} [{note}] {line[:100]}"
                      + (f"  <- {why[0]} right: {why[1]}" if why else ""))
            elif shown == 12:
                print(f"  ... {len(differences) - 12} more (--all)")
    recall = (totals["both"] + totals["in our favour -"]) / max(1, totals["clangd"])
    summary = {**totals, "recall": round(recall, 5), "by kind": by_kind, "only clangd's": hints["-"],
               "only ours": hints["+"]}
    print(f"\n{totals['symbols']} symbols: {totals['equal']} with equal references ({totals['without any']} of them "
          f"with none: inactive code); {totals['not answered']} not answered\n"
          f"{totals['clangd']} positions of clangd, {totals['ours']} of ours, {totals['both']} of both; found"
          f" or explained in our favour: {100 * recall:.2f} % of clangd's")
    if totals["of tier 0"]:
        print(f"{totals['of tier 0']} of ours are lexical (tier 0)")
    print("kinds: " + ", ".join(f"{kind} {c['equal']}/{c['symbols']}" for kind, c in sorted(by_kind.items())))
    for side, title in (("-", "only clangd's"), ("+", "only ours")):
        for note, count in hints[side].most_common():
            print(f"{title}: {count:6} {note}")
    if options.json:
        with open(options.json, "w") as f:
            json.dump({"summary": summary, "symbols": rows}, f, indent=1)
    return recall if totals["symbols"] else 0.0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", required=True, help="the workspace")
    parser.add_argument("--cdb", required=True, help="folder of its compile_commands.json")
    parser.add_argument("--astrolabe", default=os.path.join(REPOSITORY, "build", "release", "lsp", "astrolabe"))
    parser.add_argument("--index-dir", help="a finished index; default: makes one in a temporary folder")
    parser.add_argument("--clangd", default="clangd-22")
    parser.add_argument("--clangd-cache", help="JSON file with clangd's answers: read if it is there, else written")
    parser.add_argument("--clangd-only", action="store_true", help="only fill the cache")
    parser.add_argument("--peers", default=os.path.join(REPOSITORY, "..", "shared", "peers"),
                        help="folder of lspclient.py")
    parser.add_argument("-n", "--count", type=int, default=200, help="symbols to sample")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--explained", help="file of differences that were looked into")
    parser.add_argument("--threshold", type=float, default=0.99,
                        help="share of clangd's positions that must be found (default: 0.99)")
    parser.add_argument("--timeout", type=float, default=3000, help="seconds for clangd's background index")
    parser.add_argument("--all", action="store_true", help="print every difference, not 12 a symbol")
    parser.add_argument("-v", "--verbose", action="store_true", help="also print the symbols that are equal")
    parser.add_argument("--json", help="write all of it there")
    options = parser.parse_args()
    for name in ("root", "cdb", "astrolabe", "peers"):
        setattr(options, name, os.path.realpath(getattr(options, name)))
    answers = ask_clangd(options)
    if options.clangd_only:
        references = [len(s["clangd"] or []) for s in answers["symbols"]]
        print(f"clangd: {len(references)} symbols, {sum(references)} references, {references.count(0)} symbols "
              f"without any; index in {answers['seconds']:.1f} s")
        return 0
    with tempfile.TemporaryDirectory(prefix="astrolabe-completeness-") as temporary:
        if not options.index_dir:
            options.index_dir = temporary
            subprocess.run([options.astrolabe, "index", "--root", options.root, "--compile-commands-dir",
                            options.cdb, "--index-dir", temporary, "--json"], check=True,
                           stdout=subprocess.DEVNULL)
        return 0 if compare(options, answers) >= options.threshold else 1


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""How good the tier-0 outline is: precision and recall of Astrolabe and of Universal Ctags.

    outline_quality.py clang  --tus 80      both against Clang's AST on RocksDB
    outline_quality.py ctags  LIST          the two against each other, over a list of files
    outline_quality.py draw   LIST OUT.tsv  150 random disagreements to judge by hand
    outline_quality.py judged LIST IN.tsv   precision and recall that the judged ones give

A symbol is (kind, file, line, name); kinds are grouped as in KINDS. The tables are Markdown, for
docs/OUTLINE.md, which also says how the judging was done. Needs the programs of bench/outline in
--bin and the corpora in --corpora. Standard library only.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import argparse
import collections
import concurrent.futures
import json
import os
import random
import subprocess
import sys
import tempfile

KINDS = ["function", "type", "macro", "enumerator", "variable", "field", "namespace"]
# Kinds of Astrolabe and of ctags by group. What is in no group is not compared.
ASTROLABE = {
    "function": "function", "method": "function", "constructor": "function",
    "destructor": "function", "operator": "function", "conversion": "function",
    "macro": "macro", "class": "type", "struct": "type", "union": "type", "enum": "type",
    "typedef": "type", "alias": "type", "concept": "type", "enumerator": "enumerator",
    "variable": "variable", "field": "field", "namespace": "namespace",
}
CTAGS = {
    "function": "function", "prototype": "function", "macro": "macro", "class": "type",
    "struct": "type", "union": "type", "enum": "type", "typedef": "type",
    "enumerator": "enumerator", "variable": "variable", "externvar": "variable",
    "member": "field", "namespace": "namespace",
}
CTAGS_OPTIONS = ["--languages=C,C++", "--kinds-C=+px", "--kinds-C++=+px"]
JUDGED_KINDS = ("function", "type", "macro")
VERDICTS = ("right", "wrong", "local")  # local: declared inside a function body


def plain(name):
    """Names as all three spell them: operators without blanks, conversions without their type."""
    if not name.startswith("operator") or name[8:9].isalnum() or name[8:9] == "_":
        return name.replace(" ", "").replace("\\\n", "")
    rest = name[8:].strip()
    if rest[:1].isalpha() and not rest.startswith(("new", "delete", "co_await")):
        return "operator conversion"
    return "operator" + rest.replace(" ", "")


def run_astrolabe(args, list_path):
    """{kind: {(path, line, name)}}; forward declarations of types under "forward"."""
    found = collections.defaultdict(set)
    command = [os.path.join(args.bin, "list_outline"), os.path.abspath(list_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=args.corpora, text=True,
                          errors="surrogateescape") as process:
        for text in process.stdout:
            kind, path, line, name = text.rstrip("\n").split("\t", 3)
            word, _, form = kind.partition(" ")
            group = ASTROLABE.get(word)
            if group == "type" and form:
                group = "forward"
            if group:
                found[group].add((path, int(line), plain(name)))
    return found


def run_ctags(args, list_path):
    found = collections.defaultdict(set)
    command = ["ctags", *CTAGS_OPTIONS, "--fields=+Kn", "--output-format=json", "-L",
               os.path.abspath(list_path), "-f", "-"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          cwd=args.corpora, text=True, errors="surrogateescape") as process:
        for text in process.stdout:
            tag = json.loads(text)
            group = CTAGS.get(tag.get("kind"))
            if group and not tag["name"].startswith("__anon"):
                found[group].add((tag["path"], tag["line"], plain(tag["name"])))
    return found


def run_clang(args):
    """({kind: symbols}, {path: lines seen}) of evenly spread translation units of RocksDB."""
    database = os.path.join(args.corpora, "rocksdb", "build-lib")
    with open(os.path.join(database, "compile_commands.json")) as f:
        sources = sorted({entry["file"] for entry in json.load(f)})
    count = min(args.tus, len(sources))
    chosen = [sources[i * len(sources) // count] for i in range(count)]
    jobs = os.cpu_count() or 1
    command = [os.path.join(args.bin, "clang_outline"), database, os.path.realpath(args.corpora)]
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        outputs = list(pool.map(
            lambda job: subprocess.run(command + chosen[job::jobs], stdout=subprocess.PIPE,
                                       text=True, check=True).stdout, range(jobs)))
    truth = collections.defaultdict(set)
    seen = collections.defaultdict(set)
    for text in "".join(outputs).splitlines():
        fields = text.split("\t")
        if fields[0] == "S":
            seen[fields[1]].update(range(int(fields[2]), int(fields[3]) + 1))
        else:
            truth[fields[1]].add((fields[2], int(fields[3]), plain(fields[4])))
            # A file read twice may skip what another reading saw; a declaration proves it was seen.
            seen[fields[2]].add(int(fields[3]))
    print(f"{count} translation units, {len(seen)} files, "
          f"{sum(map(len, seen.values()))} lines that Clang saw\n")
    return truth, seen


def percent(part, whole):
    return f"{100 * part / whole:.2f} %" if whole else "–"


def show(title, symbols, args, limit):
    """A random sample of symbols with their lines, to read what went wrong."""
    for path, line, name in random.Random(args.seed).sample(sorted(symbols),
                                                           min(limit, len(symbols))):
        print(f"  {title} {path}:{line} {name} | {source_line(args, path, line)}")


def source_line(args, path, line):
    with open(os.path.join(args.corpora, path), errors="replace") as f:
        lines = f.read().split("\n")
    return " ".join(lines[line - 1].split())[:120] if line <= len(lines) else ""


def against_clang(args):
    truth, seen = run_clang(args)
    with tempfile.NamedTemporaryFile("w", suffix=".list") as paths:
        paths.writelines(path + "\n" for path in sorted(seen))
        paths.flush()
        tools = {"astrolabe": run_astrolabe(args, paths.name), "ctags": run_ctags(args, paths.name)}
    visible = {name: {kind: {s for s in symbols if s[1] in seen[s[0]]}
                      for kind, symbols in found.items()} for name, found in tools.items()}
    print("| kind | in Clang's AST | astrolabe recall | precision | ctags recall | precision |")
    print("|---|---|---|---|---|---|")
    for kind in KINDS + ["forward"]:
        row = [kind, str(len(truth[kind]))]
        for tool, found in visible.items():
            named = found.get(kind, set())
            # `static int x;` of a class is a field to some and a variable to others, an enum's
            # forward declaration a type: what counts is that it is there.
            alike = {"variable": ["field"], "field": ["variable"], "type": ["forward"],
                     "forward": ["type"]}.get(kind, [])
            known = truth[kind].union(truth["optional"], *(truth[k] for k in alike))
            wide = named.union(*(found.get(k, set()) for k in alike))
            judged = named - truth["optional"]
            row.append(percent(len(truth[kind] & wide), len(truth[kind])))
            row.append(percent(len(judged & known), len(judged)))
            if args.show and tool == args.tool and kind in args.kinds:
                show(f"MISSED {kind}", truth[kind] - wide, args, args.show)
                show(f"WRONG {kind}", judged - known, args, args.show)
        print("| " + " | ".join(row) + " |")


def compare(args):
    """{kind: (both, astrolabe only, ctags only)}; what the other has under another kind is not a
    disagreement about what is there."""
    ours = run_astrolabe(args, args.list)
    theirs = run_ctags(args, args.list)
    all_ours = set().union(*ours.values())
    all_theirs = set().union(*theirs.values())
    return {kind: (ours[kind] & theirs[kind], ours[kind] - all_theirs, theirs[kind] - all_ours)
            for kind in KINDS}


def against_ctags(args):
    print("| kind | both | astrolabe only | ctags only |")
    print("|---|---|---|---|")
    for kind, (both, ours, theirs) in compare(args).items():
        print(f"| {kind} | {len(both)} | {len(ours)} | {len(theirs)} |")
        if args.show and kind in args.kinds:
            show(f"astrolabe {kind}", ours, args, args.show)
            show(f"ctags {kind}", theirs, args, args.show)


def draw(args):
    """25 of each side of each of the three kinds; where there are fewer, more of the largest."""
    sides = {(kind, side): sorted(symbols)
             for kind, (_, ours, theirs) in compare(args).items() if kind in JUDGED_KINDS
             for side, symbols in (("astrolabe", ours), ("ctags", theirs))}
    sizes = {key: min(25, len(symbols)) for key, symbols in sides.items()}
    largest = max(sides, key=lambda key: len(sides[key]))
    sizes[largest] = min(len(sides[largest]), sizes[largest] + 150 - sum(sizes.values()))
    with open(args.sample, "w") as out:
        out.write("# verdict\tkind\tonly\tpath:line\tname\ttext\n")
        for (kind, side), symbols in sides.items():
            drawn = random.Random(args.seed).sample(symbols, sizes[kind, side])
            for path, line, name in sorted(drawn):
                out.write(f"?\t{kind}\t{side}\t{path}:{line}\t{name}\t"
                          f"{source_line(args, path, line)}\n")


def judged(args):
    """What both tools have counts as right, of the rest the judged share does. Locals count for
    neither: the outline leaves them out on purpose."""
    verdicts = collections.Counter()
    with open(args.sample) as f:
        for text in f:
            if text.startswith("#") or not text.strip():
                continue
            verdict, kind, side = text.split("\t")[:3]
            if verdict not in VERDICTS:
                sys.exit(f"{args.sample}: no verdict in: {text.strip()}")
            verdicts[kind, side, verdict] += 1
    print("| kind | both | astrolabe only (judged) | ctags only (judged) | astrolabe recall |"
          " precision | ctags recall | precision |")
    print("|---|---|---|---|---|---|---|---|")
    for kind, (both, ours, theirs) in compare(args).items():
        if kind not in JUDGED_KINDS:
            continue
        row = [kind, str(len(both))]
        right = {}
        in_scope = {}
        for side, symbols in (("astrolabe", ours), ("ctags", theirs)):
            counts = [verdicts[kind, side, verdict] for verdict in VERDICTS]
            total = max(1, sum(counts))
            right[side] = len(symbols) * counts[0] / total
            in_scope[side] = len(symbols) * (counts[0] + counts[1]) / total
            named = ", ".join(f"{n} {v}" for n, v in zip(counts, VERDICTS) if n)
            row.append(f"{len(symbols)} ({named})" if named else str(len(symbols)))
        there = len(both) + sum(right.values())
        for side in ("astrolabe", "ctags"):
            row.append(percent(len(both) + right[side], there))
            row.append(percent(len(both) + right[side], len(both) + in_scope[side]))
        print("| " + " | ".join(row) + " |")


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", default=os.path.join(here, "../../build/release/bench/outline"))
    parser.add_argument("--corpora", default="/work/corpora")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=0, help="disagreements to print of each kind")
    parser.add_argument("--kinds", type=lambda s: s.split(","), default=KINDS)
    commands = parser.add_subparsers(dest="command", required=True)
    clang = commands.add_parser("clang")
    clang.add_argument("--tus", type=int, default=80)
    clang.add_argument("--tool", default="astrolabe", help="whose disagreements --show prints")
    clang.set_defaults(run=against_clang)
    for name, run in (("ctags", against_ctags), ("draw", draw), ("judged", judged)):
        command = commands.add_parser(name)
        command.add_argument("list", help="paths relative to --corpora, one a line")
        if name != "ctags":
            command.add_argument("sample")
        command.set_defaults(run=run)
    args = parser.parse_args()
    args.bin = os.path.abspath(args.bin)
    args.run(args)


if __name__ == "__main__":
    main()

"""What two language servers answer about the same files, side by side: where ours differs from clangd.

    feature_compare.py --ours "build/release/lsp/astrolabe lsp --background-index=0" --root ROOT FILE...
    feature_compare.py --ours … --theirs "clangd-22 --log=error" --root ROOT --show 20 --only semanticTokens FILE...

For each feature and file: how many answers both have, how many only one has. --show prints so many of the
differences, < for ours and > for theirs, for a person to say who is right. Hierarchies are asked for with what the
servers know at that time: with --wait-index SECONDS they may index the workspace first.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import argparse
import os
import random
import re
import shlex
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from astrolabe_bench.lsp_client import CAPABILITIES, LspClient, ServerError  # noqa: E402

QUIET = 4  # seconds without news after which none are expected
SAMPLES = 40  # places a file, for features about a place
DEFAULT_FILES = ["db/db_impl/db_impl.cc", "db/version_set.cc", "table/block_based/block_based_table_reader.cc",
                 "util/slice.cc", "db/memtable.h"]


def span(r):
    return (r["start"]["line"], r["start"]["character"], r["end"]["line"], r["end"]["character"])


def name_of(root, uri):
    path = uri.removeprefix("file://")
    return os.path.relpath(path, root) if path.startswith(root) else path


class Side:
    """One server with its answers as sets that can be compared."""

    def __init__(self, command, root, wait_index, environment):
        self.client = LspClient(shlex.split(command), root, environment)
        capabilities = dict(CAPABILITIES)
        capabilities["textDocument"] = {**CAPABILITIES["textDocument"], "foldingRange": {"lineFoldingOnly": False}}
        self.capabilities = self.client.initialize(capabilities=capabilities)
        legend = (self.capabilities.get("semanticTokensProvider") or {}).get("legend", {})
        self.types = legend.get("tokenTypes", [])
        self.modifiers = legend.get("tokenModifiers", [])
        self.root = self.client.root
        time.sleep(wait_index)

    def ask(self, method, params):
        try:
            return self.client.request("textDocument/" + method if "/" not in method or method.startswith("semantic")
                                       else method, params)
        except ServerError as error:
            return {"error": str(error)}

    def listed(self, method, params):
        answer = self.ask(method, params)
        return answer if isinstance(answer, list) else []

    # ---- Features of a whole file.

    def documentLink(self, name, _places):
        return {(span(link["range"]), name_of(self.root, link.get("target", "")))
                for link in self.listed("documentLink", self.client.document(name))}

    def foldingRange(self, name, _places):
        return {(fold["startLine"], fold["endLine"], fold.get("kind", ""))
                for fold in self.listed("foldingRange", self.client.document(name))}

    def documentSymbol(self, name, _places):
        found = set()

        def add(symbols, around):
            for symbol in symbols:
                found.add((around, symbol["name"], symbol["kind"], symbol["selectionRange"]["start"]["line"]))
                add(symbol.get("children") or [], symbol["name"])
        add(self.listed("documentSymbol", self.client.document(name)), "")
        return found

    def tokens(self, data):
        found, line, column = {}, 0, 0
        for i in range(0, len(data), 5):
            line, column = (line + data[i], data[i + 1]) if data[i] else (line, column + data[i + 1])
            modifiers = {m for bit, m in enumerate(self.modifiers) if data[i + 4] >> bit & 1}
            found[(line, column, data[i + 2])] = (self.types[data[i + 3]], modifiers)
        return found

    def semanticTokens(self, name, _places):
        answer = self.ask("semanticTokens/full", self.client.document(name))
        return {(*place, kind) for place, (kind, _) in self.tokens(answer.get("data", [])).items()}

    def semanticTokenModifiers(self, name, _places):
        answer = self.ask("semanticTokens/full", self.client.document(name))
        return {(*place, m) for place, (_, modifiers) in self.tokens(answer.get("data", [])).items() for m in modifiers}

    # ---- Features about a place.

    def selectionRange(self, name, places):
        found = set()
        for place in places:
            params = self.client.document(name, positions=[{"line": place[0], "character": place[1]}])
            chain = (self.listed("selectionRange", params) or [None])[0]
            while chain:
                found.add((place, span(chain["range"])))
                chain = chain.get("parent")
        return found

    def documentHighlight(self, name, places):
        return {(place, span(mark["range"]), mark.get("kind", 1)) for place in places
                for mark in self.listed("documentHighlight", self.client.at(name, *place))}

    # ---- What is said about a file, once no more comes.

    def said(self, name, code):
        uri = self.client.uri(name)
        of_file = lambda: [params for _, method, params in list(self.client.timed_notifications)  # noqa: E731
                           if method == "textDocument/publishDiagnostics" and params["uri"] == uri]
        count = -1
        while count != len(of_file()) or count == 0:
            count = len(of_file())
            time.sleep(QUIET)
        return {(d["range"]["start"]["line"], re.sub(r" \(fix(es)? available\)$", "", d["message"]).lower())
                for d in of_file()[-1]["diagnostics"] if d.get("code") == code}

    def unusedIncludes(self, name, _places):
        return {((line, 0), message) for line, message in self.said(name, "unused-includes")}

    def missingIncludes(self, name, _places):
        return {((line, 0), message) for line, message in self.said(name, "missing-includes")}

    def definition(self, name, places):
        found = set()
        for place in places:
            for target in self.listed("definition", self.client.at(name, *place)):
                found.add((place, name_of(self.root, target["uri"]), target["range"]["start"]["line"]))
        return found

    def callHierarchy(self, name, places):
        found = set()
        for place in places:
            for item in self.listed("prepareCallHierarchy", self.client.at(name, *place))[:1]:
                found.add((place, "is", item["name"]))
                for direction, member in (("incomingCalls", "from"), ("outgoingCalls", "to")):
                    for call in self.listed("callHierarchy/" + direction, {"item": item}):
                        found.add((place, direction, call[member]["name"], len(call["fromRanges"])))
        return found

    def typeHierarchy(self, name, places):
        found = set()
        for place in places:
            for item in self.listed("prepareTypeHierarchy", self.client.at(name, *place))[:1]:
                found.add((place, "is", item["name"]))
                for direction in ("supertypes", "subtypes"):
                    for other in self.listed("typeHierarchy/" + direction, {"item": item}):
                        found.add((place, direction, other["name"]))
        return found


FEATURES = ["documentLink", "foldingRange", "documentSymbol", "semanticTokens", "semanticTokenModifiers",
            "selectionRange", "documentHighlight", "definition", "callHierarchy", "typeHierarchy"]
# Only when they are named: they take their time, and what is said depends on the user's configuration (--config).
OF_DIAGNOSTICS = ["unusedIncludes", "missingIncludes"]


def sample(text, seed):
    """Places of identifiers outside of directives and comments, as (line, column)."""
    places = []
    for number, line in enumerate(text.split("\n")):
        code = line.split("//")[0]
        if code.lstrip().startswith(("#", "*")) or not code.isascii():
            continue
        places += [(number, word.start() + 1) for word in re.finditer(r"\b[A-Za-z_]\w{2,}\b", code)]
    return sorted(random.Random(seed).sample(places, min(SAMPLES, len(places))))


def check_tokens(side, name, text):
    """Range and delta agree with the whole: what is wrong, if anything is."""
    full = side.ask("semanticTokens/full", side.client.document(name))
    everything = side.tokens(full["data"])
    last = text.count("\n") // 2
    part = side.ask("semanticTokens/range", side.client.document(
        name, range={"start": {"line": 0, "character": 0}, "end": {"line": last, "character": 0}}))
    if "data" in part and side.tokens(part["data"]) != {k: v for k, v in everything.items() if k[0] < last}:
        return "range differs from the whole"
    side.client.change(name, ((0, 0), (0, 0), "// One more line.\n"))
    delta = side.ask("semanticTokens/full/delta", side.client.document(name, previousResultId=full["resultId"]))
    data = list(full["data"])
    for edit in sorted(delta.get("edits", []), key=lambda e: -e["start"]):
        data[edit["start"]:edit["start"] + edit["deleteCount"]] = edit.get("data", [])
    again = side.ask("semanticTokens/full", side.client.document(name))["data"]
    side.client.change(name, ((0, 0), (1, 0), ""))
    return None if delta.get("data", data) == again else "delta does not give the new whole"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", default=DEFAULT_FILES)
    parser.add_argument("--ours", required=True)
    parser.add_argument("--theirs", default="clangd-22 --log=error --background-index=0")
    parser.add_argument("--root", required=True)
    parser.add_argument("--only", action="append", choices=FEATURES + OF_DIAGNOSTICS)
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--wait-index", type=float, default=0)
    parser.add_argument("--config", help="a folder that has clangd/config.yaml, for both")
    arguments = parser.parse_args()
    environment = {**os.environ, "XDG_CONFIG_HOME": os.path.abspath(arguments.config)} if arguments.config else None
    sides = [Side(command, arguments.root, arguments.wait_index, environment)
             for command in (arguments.ours, arguments.theirs)]
    print(f"{'feature':24}{'file':48}{'both':>8}{'ours only':>11}{'theirs only':>13}")
    try:
        for name in arguments.files:
            for side in sides:
                text = side.client.open(name)
                side.ask("hover", side.client.at(name, 0, 0))  # once this is answered the file is parsed
            places = sample(text, name)
            for feature in arguments.only or FEATURES:
                ours, theirs = (getattr(side, feature)(name, places) for side in sides)
                print(f"{feature:24}{name:48}{len(ours & theirs):8}{len(ours - theirs):11}{len(theirs - ours):13}",
                      flush=True)
                lines = text.split("\n")
                marked = sorted([(x, "<") for x in ours - theirs] + [(x, ">") for x in theirs - ours], key=str)
                for answer, mark in random.Random(1).sample(marked, min(arguments.show, len(marked))):
                    place = answer[0] if isinstance(answer[0], tuple) else answer
                    line = lines[place[0]].strip()[:90] if isinstance(place[0], int) and place[0] < len(lines) else ""
                    print(f"  {mark} {answer}    | {line}")
            if not arguments.only or "semanticTokens" in arguments.only:
                problem = check_tokens(sides[0], name, text)
                if problem:
                    print(f"  ours, {name}: {problem}")
            for side in sides:
                side.client.close(name)
    finally:
        for side in sides:
            side.client.close_server()


if __name__ == "__main__":
    main()

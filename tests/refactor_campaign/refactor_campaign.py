"""Random refactorings of real files: each is resolved, applied, and what comes of it is parsed by the server itself.

    refactor_campaign.py ASTROLABE [N] [--root DIR] [--database DIR] [--seed SEED] [--only ID] [--show]

Opens files of a workspace (default: RocksDB), sources and the headers beside them, asks at random places for code actions,
resolves one of the refactorings that are offered, tells the server the edited text, and compares its errors with those from
before; then the text goes back to what it was. Other files that an edit changes are opened with what they are to be, and of
the sources among them the first few looked at as well. Prints per refactoring how often it was applied, refused and not
checked, why it was refused, and every new error, with its file and place. The exit status is 1 if there was one in an edit
that the server was sure of. On a busy machine it does not come to check all in its three seconds, and says so to the user;
so it does of constructors that containers may call. Errors of those are counted apart.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import argparse
import collections
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lsp_server"))
from client import Client, ServerError, path_of  # noqa: E402

CAPABILITIES = {"textDocument": {
    "codeAction": {"dataSupport": True, "resolveSupport": {"properties": ["edit"]},
                   "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["refactor"]}}},
    "diagnostic": {}},
    "workspace": {"workspaceEdit": {"documentChanges": True, "resourceOperations": ["create"],
                                    "changeAnnotationSupport": {}}},
    "general": {"positionEncodings": ["utf-8"]}}
# Where most refactorings have something to say: the rest of the places is drawn from all words.
LIKELY = re.compile(rb"\b(auto|if|switch|using namespace|enum|class|struct|for)\b|\\n|&&|\|\||==|\w+\(")


# Sources beside the open file in which an edit's errors are looked for.
MAX_SOURCES = 5


def is_source(name):
    return name.endswith((".cc", ".cpp", ".c"))


class Campaign:
    def __init__(self, astrolabe, root, database, seed, only, show):
        self.random = random.Random(seed)
        self.only, self.show = only, show
        self.applied = collections.Counter()
        self.refused = collections.Counter()
        self.unchecked = collections.Counter()
        self.reasons = collections.Counter()
        self.broken = []
        self.broken_unchecked = 0
        self.times = []
        self.root = root
        self.index = tempfile.mkdtemp()
        # Changed signatures reach as far as it does.
        subprocess.run([astrolabe, "index", "--root", root, "--compile-commands-dir", database, "--index-dir", self.index],
                       check=True, stdout=subprocess.DEVNULL)
        self.client = Client([astrolabe, "lsp", "--background-index=0", f"--index-dir={self.index}",
                              f"--compile-commands-dir={database}"], root)
        self.client.initialize(CAPABILITIES)
        self.version = 0

    def close(self):
        self.client.kill()
        shutil.rmtree(self.index, ignore_errors=True)

    # ---- One file.

    def errors(self, name):
        """The errors of the text that was told last, once the compiler is through with it."""
        report = self.client.request("textDocument/diagnostic", self.client.document(name), deadline=600)
        return collections.Counter(d["message"] for d in report["items"] if d["severity"] == 1)

    def tell(self, name, text):
        self.client.change(name, text)

    def place(self, data, offset):
        begin = data.rfind(b"\n", 0, offset) + 1
        return {"line": data.count(b"\n", 0, offset), "character": offset - begin}

    def selection(self, data, places):
        """A place, and in one of three cases the words up to a place not far behind."""
        begin = self.random.choice(places)
        end = begin
        if self.random.random() < 0.35:
            match = re.compile(rb"[^;{}\n]{1,60}").match(data, begin)
            end = match.end() if match and self.random.random() < 0.5 else begin + self.balanced(data, begin)
        return begin, end

    @staticmethod
    def balanced(data, begin):
        """The length of a name with what is called or indexed behind it."""
        at, depth = begin, 0
        while at < len(data) and at - begin < 200:
            byte = data[at:at + 1]
            if byte in b"([":
                depth += 1
            elif byte in b")]":
                if depth == 0:
                    break
                depth -= 1
                if depth == 0:
                    return at + 1 - begin
            elif depth == 0 and not re.match(rb"[\w.:>\-]", byte):
                break
            at += 1
        return at - begin

    def run_file(self, path, times):
        name = os.path.relpath(path, self.root)
        with open(path, "rb") as f:
            data = f.read()
        text = data.decode("utf-8", "replace")
        if text.encode() != data:
            return 0
        self.client.open(name, text)
        before = self.errors(name)
        words = [m.start() for m in re.finditer(rb"[A-Za-z_]\w*|\"", data)]
        likely = [m.start() for m in LIKELY.finditer(data)]
        # What is about the whole file.
        done = int(self.one(name, data, text, 0, 0, before, "source.organizeImports"))
        for _ in range(times * 12):
            if done >= times or not words:
                break
            begin, end = self.selection(data, likely if likely and self.random.random() < 0.6 else words)
            if self.one(name, data, text, begin, end, before, "refactor"):
                done += 1
        self.client.notify("textDocument/didClose", self.client.document(name))
        return done

    def one(self, name, data, text, begin, end, before, kind):
        span = {"start": self.place(data, begin), "end": self.place(data, end)}
        actions = self.client.request("textDocument/codeAction", self.client.document(
            name, range=span, context={"diagnostics": [], "only": [kind]}), deadline=600)
        actions = [a for a in actions if a.get("data") and self.only in (None, a["data"]["tweakID"])]
        if not actions:
            return False
        # One that was seldom drawn is drawn first.
        self.random.shuffle(actions)
        action = min(actions, key=lambda a: self.applied[a["data"]["tweakID"]] + self.refused[a["data"]["tweakID"]])
        kind = action["data"]["tweakID"]
        start = time.monotonic()
        try:
            resolved = self.client.request("codeAction/resolve", action, deadline=600)
        except ServerError as error:
            self.refused[kind] += 1
            self.reasons[f"{kind}: {error.message}"] += 1
            if self.show:
                print(f"{name}:{span['start']['line'] + 1}:{span['start']['character'] + 1}: {kind}: refused: {error.message}")
            return True
        self.times.append(time.monotonic() - start)
        # What the user has to confirm has a note.
        is_checked = not resolved["title"].endswith("(not checked)") and not any(
            "annotationId" in e for change in resolved["edit"]["documentChanges"] for e in change.get("edits", ()))
        self.unchecked[kind] += not is_checked
        documents = self.documents(resolved["edit"])
        here = self.edited(data, documents.pop(name, []))
        # Sources first: what is wrong in them ahead of the edit is so with the headers as they are.
        sources = [other for other in documents if is_source(other)][:MAX_SOURCES]
        headers = [other for other in documents if not is_source(other)]
        others = {other: self.open_other(other, documents[other]) for other in sources + headers}
        self.tell(name, here.decode())
        new = [f"{name}: {error}" for error in self.errors(name) - before]
        self.applied[kind] += 1
        for other, before_other in others.items():
            if before_other is not None:
                new += [f"{other}: {error}" for error in self.errors(other) - before_other]
            self.client.notify("textDocument/didClose", self.client.document(other))
        if new:
            if is_checked:
                self.broken.append((kind, name, span, new))
            self.broken_unchecked += not is_checked
            print(f"NEW ERROR {'' if is_checked else '(to be confirmed) '}{kind} {name}:{span['start']['line'] + 1}:{span['start']['character'] + 1}"
                  f"-{span['end']['line'] + 1}:{span['end']['character'] + 1}: {'; '.join(new[:2])}", flush=True)
        if self.show or new:
            self.print_difference(name, data, here)
            for other, edits in documents.items():
                self.print_difference(other, self.content(other), self.edited(self.content(other), edits))
        self.tell(name, text)
        return True

    def documents(self, edit):
        return {os.path.relpath(path_of(change["textDocument"]["uri"]), self.root): change["edits"]
                for change in edit["documentChanges"] if "edits" in change}

    def open_other(self, name, edits):
        """Opens another file with its edits; its errors without them, or nothing for one that no unit is."""
        data = self.content(name)
        self.client.open(name, data.decode() if is_source(name) else self.edited(data, edits).decode())
        if not is_source(name):
            return None
        before = self.errors(name)
        self.tell(name, self.edited(data, edits).decode())
        return before

    def content(self, name):
        """What is on disk: nothing for a file that the edit creates."""
        path = os.path.join(self.root, name)
        if not os.path.exists(path):
            return b""
        with open(path, "rb") as f:
            return f.read()

    @staticmethod
    def edited(data, edits):
        starts = [0]
        for i, byte in enumerate(data):
            if byte == 10:
                starts.append(i + 1)
        offset = lambda p: starts[p["line"]] + p["character"]  # noqa: E731
        for change in sorted(edits, key=lambda e: offset(e["range"]["start"]), reverse=True):
            data = data[:offset(change["range"]["start"])] + change["newText"].encode() + data[offset(change["range"]["end"]):]
        return data

    @staticmethod
    def print_difference(name, before, after):
        import difflib
        for line in difflib.unified_diff(before.decode().splitlines(), after.decode().splitlines(), name, name,
                                         lineterm="", n=1):
            print("   ", line)
        sys.stdout.flush()

    # ---- All.

    def report(self):
        print(f"\n{'refactoring':24} applied refused not-checked")
        for kind in sorted(set(self.applied) | set(self.refused)):
            print(f"{kind:24} {self.applied[kind]:7} {self.refused[kind]:7} {self.unchecked[kind]:11}")
        print(f"{'all':24} {sum(self.applied.values()):7} {sum(self.refused.values()):7} {sum(self.unchecked.values()):11}")
        print("refused because:")
        for reason, count in self.reasons.most_common():
            print(f"{count:5}  {reason}")
        if self.times:
            times = sorted(self.times)
            print(f"resolve: median {times[len(times) // 2] * 1000:.0f} ms, slowest {times[-1] * 1000:.0f} ms")
        print(f"{len(self.broken)} brought a new error, and {self.broken_unchecked} of those that had to be confirmed")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("astrolabe")
    parser.add_argument("count", type=int, nargs="?", default=500)
    parser.add_argument("--root", default=os.path.join(os.environ.get("ASTROLABE_CORPORA", "/work/corpora"), "rocksdb"))
    parser.add_argument("--database")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--per-file", type=int, default=20)
    parser.add_argument("--only", help="this refactoring alone")
    parser.add_argument("--match", default="", help="files whose path has this")
    parser.add_argument("--show", action="store_true", help="print every change")
    arguments = parser.parse_args()
    database = arguments.database or os.path.join(arguments.root, "build-lib")
    with open(os.path.join(database, "compile_commands.json")) as f:
        files = sorted({os.path.join(c["directory"], c["file"]) for c in json.load(f)})
    files += [h for h in (os.path.splitext(f)[0] + ".h" for f in files) if os.path.exists(h)]
    files = [f for f in files if arguments.match in f and os.path.getsize(f) < 300_000]
    campaign = Campaign(os.path.abspath(arguments.astrolabe), os.path.abspath(arguments.root), database,
                        arguments.seed, arguments.only, arguments.show)
    campaign.random.shuffle(files)
    done = 0
    try:
        for path in files:
            if done >= arguments.count:
                break
            done += campaign.run_file(path, min(arguments.per_file, arguments.count - done))
            print(f"{done} of {arguments.count}, {os.path.relpath(path, arguments.root)}", file=sys.stderr, flush=True)
    except KeyboardInterrupt:
        print(f"stopped after {sum(campaign.applied.values()) + sum(campaign.refused.values())}")
    finally:
        campaign.report()
        campaign.close()
    return 1 if campaign.broken else 0


if __name__ == "__main__":
    sys.exit(main())

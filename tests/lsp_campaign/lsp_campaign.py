"""An editor under strain: the real `astrolabe lsp`, thousands of edits and requests, and accounts that must balance.

    lsp_campaign.py ASTROLABE [--long [EDITS]] [--only PART,...] [--seed N] [--file FILE ...] [--root DIR] [--cdb DIR]

    pipelined   requests about several documents, edits between them, all written before any reply is read: exactly one
                reply each, and each from the text that its document had when the request was written
    edits       random edits of a text with characters of all lengths and all three line ends, in each encoding, between
                requests of every kind: the server's text equals the client's, byte by byte
    typing      a real file is typed character by character into an empty document, with requests between the keys and
                parsing processes killed now and then: every request is answered, and in the end diagnostics, tokens,
                outline, folding, links and hovers equal those of a server that has just opened the file

The short form makes 1,000 edits in each encoding, types one of our own files, and takes less than a minute. --long
makes EDITS (default 100,000) and types --file of --root (default: two files of RocksDB, of 200 and of 1,400 lines), in
tens of minutes. Prints what was done; exits with 1 at the first account that does not balance.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import argparse
import collections
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
REPOSITORY = os.path.normpath(os.path.join(HERE, "..", ".."))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "lsp_server"))
from client import Client, ServerError  # noqa: E402

PARTS = ("pipelined", "edits", "typing")
OWN_FILE = "base/text/code_units.cc"
ROCKSDB_FILES = ("util/crc32c_arm64.cc", "db/version_builder.cc")
DIAGNOSTICS = "textDocument/publishDiagnostics"
# Answers to a request whose text is gone before it could be answered.
OVERTAKEN = (-32800, -32801, -32802, -32803)
PATIENCE = 120  # seconds for one reply
PIECES = ("x", "\n", "\r\n", "\r", "int f();", "ä", "→", "😀", "{", "}\n", "// note\n", "", " ", "é" * 30, "#if 0\n",
          "\t")
START = "int a;\r\nint ä = 1; // 😀 →\n\n" * 20


class Unbalanced(Exception):
    """The server did what it must not, or left undone what it must do."""


def require(is_right, what):
    if not is_right:
        raise Unbalanced(what)


def units(text, encoding):
    if encoding == "utf-8":
        return len(text.encode())
    return len(text.encode("utf-16-le")) // 2 if encoding == "utf-16" else len(text)


def position(text, offset, encoding):
    """(line, column), by arithmetic of our own; `offset` is none between CR and LF."""
    before = text[:offset].replace("\r\n", "\n").replace("\r", "\n")
    start = before.rfind("\n") + 1
    return before.count("\n"), units(before[start:], encoding)


def cursor(text, offset):
    """The nearest place before `offset` that a cursor can be at."""
    return offset - (text[offset - 1:offset + 1] == "\r\n")


def descendants(pid):
    found = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as children:
                for child in children.read().split():
                    found += [int(child), *descendants(int(child))]
    except OSError:
        pass  # gone meanwhile
    return found


class Account:
    """The requests of a client: what became of each, and how long it took."""

    def __init__(self, client):
        self.client = client
        self.sent = {}  # id: (method, when)
        self.outcomes = collections.Counter()
        self.slowest = 0.0  # seconds until a reply was read

    def send(self, method, params):
        request = self.client.send(method, params)
        self.sent[request] = (method, time.monotonic())
        return request

    def settle(self, at_most=0):
        """Waits until no more than `at_most` requests are open."""
        for request in list(self.sent):
            if len(self.sent) <= at_most:
                return
            method, start = self.sent.pop(request)
            reply = self.client.reply(request, PATIENCE)
            self.slowest = max(self.slowest, time.monotonic() - start)
            error = reply.get("error")
            require(error is None or error["code"] in OVERTAKEN, f"{method}: {error}")
            self.outcomes["answered" if error is None else f"{error['code']}: {error['message']}"] += 1

    def close(self):
        self.settle()
        require(not self.client.duplicates, f"answered twice: {self.client.duplicates[:3]}")

    def describe(self):
        outcomes = ", ".join(f"{count} {what}" for what, count in self.outcomes.items())
        return f"{sum(self.outcomes.values())} requests ({outcomes}), none open for more than {self.slowest:.1f} s"


def about(client, name, where, chance):
    """A request of a kind chosen at random about a place in a document."""
    at = client.at(name, *where)
    whole = client.document(name)
    return chance.choice((
        ("textDocument/completion", at), ("textDocument/hover", at), ("textDocument/signatureHelp", at),
        ("textDocument/definition", at), ("textDocument/references", {**at, "context": {"includeDeclaration": True}}),
        ("textDocument/documentHighlight", at), ("textDocument/semanticTokens/full", whole),
        ("textDocument/documentSymbol", whole), ("textDocument/foldingRange", whole),
        ("textDocument/selectionRange", client.document(name, positions=[at["position"]])),
        ("textDocument/documentLink", whole), ("workspace/symbol", {"query": "a"})))


class Campaign:
    def __init__(self, options):
        self.options = options
        self.chance = random.Random(options.seed)
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix="astrolabe-campaign-"))

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def server(self, root, *flags):
        client = Client([self.options.astrolabe, "lsp", "--background-index=0", "--log=error", *flags], root)
        client.initialize()
        return client

    def empty_root(self, name):
        root = os.path.join(self.folder, name, "root")
        os.makedirs(root)
        return root

    # ---- pipelined

    def pipelined(self):
        documents = [f"file{i}.cc" for i in range(5)]
        count = self.options.edits // 10
        with self.server(self.empty_root("pipelined")) as client:
            account = Account(client)
            states = {}
            for name in documents:
                states[name] = 0
                client.open(name, "int name0;\n")
            wanted = {}
            for i in range(count):
                name = self.chance.choice(documents)
                if self.chance.random() < 0.5:
                    states[name] += 1
                    client.change(name, f"int name{states[name]};\n")
                if i % 2 == 0:
                    wanted[account.send("textDocument/documentSymbol", client.document(name))] = f"name{states[name]}"
                else:
                    account.send(*about(client, name, (0, 5), self.chance))
            account.close()
            for request, symbol in wanted.items():
                found = [s["name"] for s in client.replies[request]["result"]]
                require(found == [symbol], f"a request saw {found}, and {symbol} was there when it was written")
            for name in documents:
                require(client.text(name) == f"int name{states[name]};\n", f"text of {name}")
            require(client.shutdown() == 0, "exit code")
            return f"{len(documents)} documents, {account.describe()}"

    # ---- edits

    def edits(self):
        count = self.options.edits
        said = []
        for encoding in ("utf-8", "utf-16", "utf-32"):
            with self.server(self.empty_root(encoding), f"--offset-encoding={encoding}") as client:
                account = Account(client)
                client.open("a.cc", START)
                text, compared = START, 0
                for number in range(1, count + 1):
                    changes = []
                    for _ in range(self.chance.choice((1, 1, 1, 3))):
                        begin = cursor(text, self.chance.randrange(len(text) + 1))
                        end = max(begin, cursor(text, min(len(text), begin + self.chance.choice((0, 0, 1, 3, 20)))))
                        new = "".join(self.chance.choice(PIECES) for _ in range(self.chance.randrange(4)))
                        if len(text) > 20000:
                            end, new = cursor(text, min(len(text), begin + 3000)), ""
                            end = max(begin, end)
                        changes.append((position(text, begin, encoding), position(text, end, encoding), new))
                        text = text[:begin] + new + text[end:]
                    client.change("a.cc", *changes)
                    if number % 10 == 0:
                        where = position(text, cursor(text, self.chance.randrange(len(text) + 1)), encoding)
                        account.send(*about(client, "a.cc", where, self.chance))
                        account.settle(at_most=20)
                    if number % 100 == 0:
                        require(client.text("a.cc") == text, f"{encoding}: another text after {number} edits")
                        compared += 1
                account.close()
                said.append(f"{encoding}: {count} edits, text compared {compared} times, {account.describe()}")
        return "\n            ".join(said)

    # ---- typing

    def typing(self):
        if not self.options.long:
            return self.type_file(REPOSITORY, self.own_database(), OWN_FILE, every=5)
        return "\n            ".join(
            self.type_file(self.options.root, self.options.cdb, name, every=3) for name in self.options.file)

    def own_database(self):
        with open(os.path.join(self.folder, "compile_commands.json"), "w", encoding="utf-8") as file:
            json.dump([{"directory": REPOSITORY, "file": OWN_FILE,
                        "arguments": ["clang++", "-std=c++20", "-I.", "-Wall", "-c", OWN_FILE]}], file)
        return self.folder

    def type_file(self, root, cdb, name, every):
        """Requests behind every few characters; a parsing process is killed every ten seconds or so."""
        with open(os.path.join(root, name), encoding="utf-8", newline="") as file:
            text = file.read()
        flags = (f"--compile-commands-dir={cdb}", f"--index-dir={os.path.join(self.folder, 'index')}")
        start = time.monotonic()
        killed, next_kill = 0, start + 5
        with self.client_of(root, flags) as client:
            account = Account(client)
            client.open(name, "")
            line = column = 0
            for number, character in enumerate(text, 1):
                client.change(name, ((line, column), (line, column), character))
                column += units(character, "utf-16")
                if character == "\n":
                    line, column = line + 1, 0
                if number % every == 0:
                    account.send(*about(client, name, (line, column), self.chance))
                    account.settle(at_most=30)
                if time.monotonic() > next_kill:
                    next_kill = time.monotonic() + 10
                    killed += self.kill_one(client)
            account.close()
            require(client.text(name) == text, f"{name}: another text than was typed")
            typed = self.view(client, name, text)
        seconds = time.monotonic() - start
        with self.client_of(root, flags) as client:
            client.open(name, text)
            fresh = self.view(client, name, text)
        for what, answer in fresh.items():
            require(typed[what] == answer, f"{name}: {what} of the typed file are others than of the opened one:\n"
                    f"{json.dumps(typed[what])[:2000]}\n{json.dumps(answer)[:2000]}")
        return (f"{name}: {len(text)} characters in {seconds:.0f} s, {killed} processes killed, {account.describe()}; "
                f"as opened: {len(fresh['tokens']['data']) // 5} tokens, {len(fresh['diagnostics'])} diagnostics")

    def client_of(self, root, flags):
        # The client keeps what the server says on stderr beside its root; that may be read-only.
        os.makedirs(os.path.join(self.folder, "run"), exist_ok=True)
        client = Client([self.options.astrolabe, "lsp", "--background-index=0", "--log=error", *flags],
                        os.path.join(self.folder, "run"))
        client.root = root
        client.initialize()
        return client

    def kill_one(self, client):
        victims = descendants(client.process.pid)
        if not victims:
            return 0
        try:
            os.kill(self.chance.choice(victims), signal.SIGKILL)
            return 1
        except ProcessLookupError:
            return 0

    @staticmethod
    def view(client, name, text):
        """All that the user sees of a document at rest."""
        whole = client.document(name)
        view = {what: client.request(method, whole, PATIENCE) for what, method in (
            ("tokens", "textDocument/semanticTokens/full"), ("outlines", "textDocument/documentSymbol"),
            ("folds", "textDocument/foldingRange"), ("links", "textDocument/documentLink"))}
        view["tokens"].pop("resultId", None)
        hovers = [i for i in range(0, len(text), max(1, len(text) // 20)) if text[i].isalpha()]
        view["hovers"] = [client.request("textDocument/hover", client.at(name, *position(text, i, "utf-16")), PATIENCE)
                          for i in hovers]
        # Those of the parse come before tokens are answered, the rest within seconds; then nothing more is said.
        uri, last = client.uri(name), None
        for _ in range(60):
            said = [p["diagnostics"] for p in client.notifications(DIAGNOSTICS) if p["uri"] == uri]
            if said and len(said) == last:
                break
            last = len(said)
            time.sleep(2.5)
        require(bool(said), f"{name}: no diagnostics")
        view["diagnostics"] = said[-1]
        return view


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("astrolabe")
    parser.add_argument("--long", nargs="?", type=int, const=100000, metavar="EDITS")
    parser.add_argument("--only", default=",".join(PARTS), help="default: " + ",".join(PARTS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--file", action="append", help="for --long: typed, relative to --root; may be repeated")
    parser.add_argument("--root", default=os.path.join(os.environ.get("ASTROLABE_CORPORA", "/work/corpora"), "rocksdb"))
    parser.add_argument("--cdb", help="folder of compile_commands.json (default: ROOT/build-lib)")
    options = parser.parse_args()
    options.astrolabe = os.path.abspath(options.astrolabe)
    options.root = os.path.realpath(options.root)
    options.cdb = os.path.realpath(options.cdb or os.path.join(options.root, "build-lib"))
    options.file = options.file or ROCKSDB_FILES
    options.edits = options.long or 1000
    if unknown := set(options.only.split(",")) - set(PARTS):
        parser.error(f"no part {', '.join(unknown)}")
    campaign = Campaign(options)
    try:
        for part in options.only.split(","):
            start = time.monotonic()
            said = getattr(campaign, part)()
            print(f"{part:10}  {said}\n{'':12}in {time.monotonic() - start:.0f} s", flush=True)
    except (Unbalanced, ServerError, AssertionError, BrokenPipeError) as problem:
        print(f"seed {options.seed}: {problem}", file=sys.stderr)
        return 1
    finally:
        campaign.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())

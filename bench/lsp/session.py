"""One editing session, replayed against clangd and Astrolabe in turn: times and memory, as ratios.

    session.py [--astrolabe BIN] [--root DIR] [--cdb DIR] [--rounds 3] [--only PART,...] [--json FILE] [--markdown FILE]

Parts:
    session    a large file is opened, asked about and edited (FILE below): start, outline, hover, diagnostics,
               completion, definition, tokens, 100 requests at once, edits; memory with one file and with ten open
    restart    the workspace has been indexed before: from the process's start to the answer of `workspace/symbol`

The rounds of both go A B, B A, A B, …, so that a noisy machine is noisy for both; medians are printed and what A's is
of B's. Times are wall-clock milliseconds as the client sees them; memory is the proportional set size of all processes of
a server, in MB, once it has been quiet for a while, and again a minute later (--idle), since clangd trims its heap once
a minute. The size of clangd's shared libraries counts less while others use them: run no compiler meanwhile. CPU time
is that of all processes from `initialize` on, as `perf stat` counts it. `complete` diagnostics are the last ones after
an edit. Every answer is looked at: one without what it must have makes the run fail, since a quick empty answer is no
feat.

The workspace is RocksDB as ../shared/peers/corpora.sh leaves it; the indexes of `restart` are built in a temporary
folder.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
REPOSITORY = os.path.normpath(os.path.join(HERE, "..", ".."))
sys.dont_write_bytecode = True
sys.path.insert(0, HERE)
from measuring_client import MeasuringClient, ServerError  # noqa: E402

FILE = "db/db_impl/db_impl.cc"
POINT = "versions_->"  # in FILE; members are asked for behind it, the name before it is asked about
MEMBER = "LastSequence"  # one of them
SYMBOL = "DBImpl"  # what `restart` asks for
MORE_FILES = ("db/memtable.cc", "db/version_set.cc", "db/column_family.cc", "db/compaction/compaction_job.cc",
              "db/db_iter.cc", "db/flush_job.cc", "db/table_cache.cc", "db/write_batch.cc", "db/version_builder.cc")
EDITS = 5
REPEATS = 9  # of requests whose median is taken
QUIET = 2.5  # seconds without diagnostics after which no more are expected
PARTS = ("session", "restart")
DIAGNOSTICS = "textDocument/publishDiagnostics"

# Each row's unit and bar, if it has one: a figure in that unit, or a share of the peer's.
ROWS = {
    "start to the initialize reply": ("ms", 10, None),
    "idle memory": ("MB", 20, None),
    "open to outline": ("ms", 20, None),
    "open to hover": ("ms", 500, None),
    "open to diagnostics": ("ms", 2000, None),
    "completion, first": ("ms", 60, None),
    "completion, repeated": ("ms", 30, None),
    "signature help": ("ms", None, None),
    "hover": ("ms", None, 1),
    "definition": ("ms", None, 1),
    "highlights": ("ms", None, 1),
    "semantic tokens": ("ms", None, 1),
    "code actions": ("ms", None, 1),
    "inlay hints of the file": ("ms", None, 1),
    "formatting the file": ("ms", None, 1),
    "100 requests at once": ("ms", None, None),
    "edit to first diagnostics": ("ms", 300, None),
    "edit to complete diagnostics": ("ms", 600, None),
    "memory, one file open": ("MB", None, 0.5),
    "memory, ten files open": ("MB", None, 0.5),
    "… a minute later": ("MB", None, 0.5),
    "CPU time of the session": ("s", None, None),
    "restart to workspace/symbol": ("ms", 50, None),
    "memory then": ("MB", None, None),
}


def require(is_good, what):
    if not is_good:
        raise ServerError(f"no use: {what}")


def settle(client):
    """Waits until the server has been quiet for a while: nothing said, memory as it was."""
    last = None
    for _ in range(60):
        seen = client.mark(), round(client.memory_mb() / 4)
        if seen == last:
            return
        last = seen
        time.sleep(QUIET)


class CpuTime:
    """Counts a process's CPU seconds, and those of the children it starts from now on: also of those that nobody waits
    for, whose time getrusage() never gets."""

    def __init__(self, pid):
        self.perf = None
        if shutil.which("perf"):
            self.perf = subprocess.Popen(["perf", "stat", "-x,", "-e", "task-clock", "-p", str(pid)], text=True,
                                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def seconds(self):
        """To be called once the process has ended; None if perf is not there."""
        if self.perf is None:
            return None
        lines = self.perf.communicate(timeout=30)[1].splitlines()
        return next((float(line.split(",")[0]) / 1e3 for line in lines if "task-clock" in line), None)


class Session:
    """One server, one session; `figures` has what was measured."""

    def __init__(self, command, root, cdb, idle):
        self.figures = {}
        with MeasuringClient([*command, f"--compile-commands-dir={cdb}"], root) as self.client:
            self.client.initialize()
            self.note("start to the initialize reply", time.monotonic() - self.client.started)
            cpu_time = CpuTime(self.client.process.pid)
            time.sleep(1)
            self.figures["idle memory"] = self.client.memory_mb()
            self.open()
            self.ask()
            self.edit()
            settle(self.client)
            self.figures["memory, one file open"] = self.client.memory_mb()
            self.open_more()
            self.figures["memory, ten files open"] = self.client.memory_mb()
            time.sleep(idle)
            self.figures["… a minute later"] = self.client.memory_mb()
        if seconds := cpu_time.seconds():
            self.figures["CPU time of the session"] = seconds

    def note(self, what, seconds):
        self.figures[what] = 1e3 * seconds

    def median(self, what, method, params, is_good):
        times = []
        for _ in range(REPEATS):
            seconds, answer = self.client.timed(method, params)
            require(is_good(answer), f"{what}: {json.dumps(answer)[:200]}")
            times.append(seconds)
        self.note(what, statistics.median(times))

    def open(self):
        client = self.client
        start = time.monotonic()
        lines = client.open(FILE).split("\n")
        self.line = next(i for i, text in enumerate(lines) if POINT in text)
        self.column = lines[self.line].index(POINT)
        self.here = client.at(FILE, self.line, self.column + 1)
        outline = client.send("textDocument/documentSymbol", client.document(FILE))
        hover = client.send("textDocument/hover", self.here)
        moment, answer = client.answer(outline)
        self.note("open to outline", moment - start)
        require(len(answer) > 0, "outline")
        moment, answer = client.answer(hover)
        self.note("open to hover", moment - start)
        require("versions_" in json.dumps(answer), "hover")
        moment, _ = client.diagnostics(FILE)
        self.note("open to diagnostics", moment - start)

    def ask(self):
        client = self.client
        behind = client.at(FILE, self.line, self.column + len(POINT))
        times = []
        for _ in range(1 + REPEATS):
            seconds, answer = client.timed("textDocument/completion", behind)
            require(MEMBER in json.dumps(answer), "completion")
            times.append(seconds)
        self.note("completion, first", times[0])
        self.note("completion, repeated", statistics.median(times[1:]))
        settle(client)
        self.median("hover", "textDocument/hover", self.here, lambda answer: "versions_" in json.dumps(answer))
        self.median("definition", "textDocument/definition", self.here,
                    lambda answer: "db_impl.h" in json.dumps(answer))
        self.median("highlights", "textDocument/documentHighlight", self.here, lambda answer: len(answer) > 10)
        self.median("semantic tokens", "textDocument/semanticTokens/full", client.document(FILE),
                    lambda answer: len(answer["data"]) > 50000)
        self.ask_for_changes()
        call = self.line_with("GetBGJobLimits(")
        self.median("signature help", "textDocument/signatureHelp", client.at(FILE, *call),
                    lambda answer: answer and answer["signatures"])
        self.at_once()

    def ask_for_changes(self):
        document = self.client.document
        here = {"line": self.line, "character": self.column + 1}
        self.median("code actions", "textDocument/codeAction",
                    document(FILE, range={"start": here, "end": here}, context={"diagnostics": []}),
                    lambda answer: isinstance(answer, list))
        whole = {"start": {"line": 0, "character": 0}, "end": {"line": self.client.texts[FILE].count("\n"), "character": 0}}
        self.median("inlay hints of the file", "textDocument/inlayHint", document(FILE, range=whole),
                    lambda answer: len(answer) > 1000)
        self.median("formatting the file", "textDocument/formatting",
                    document(FILE, options={"tabSize": 2, "insertSpaces": True}), lambda answer: isinstance(answer, list))

    def line_with(self, text):
        """The place behind the first `text`."""
        for number, line in enumerate(self.client.texts[FILE].split("\n")):
            if text in line:
                return number, line.index(text) + len(text)
        raise ServerError(f"{FILE} has no {text}")

    def at_once(self):
        """A hundred requests of five kinds, written before any answer is read."""
        client = self.client
        kinds = [("textDocument/hover", self.here), ("textDocument/definition", self.here),
                 ("textDocument/documentHighlight", self.here), ("textDocument/documentSymbol", client.document(FILE)),
                 ("textDocument/foldingRange", client.document(FILE))]
        start = time.monotonic()
        requests = [client.send(*kinds[i % len(kinds)]) for i in range(100)]
        moments = []
        for request in requests:
            moment, answer = client.answer(request)
            require(answer, "one of a hundred")
            moments.append(moment)
        self.note("100 requests at once", max(moments) - start)

    def edit(self):
        """A blank more in a line of code, several times: nothing changes but all has to be looked at again."""
        client = self.client
        first, complete = [], []
        for _ in range(EDITS):
            mark = client.mark()
            start = time.monotonic()
            client.change(FILE, ((self.line, 0), (self.line, 0), " "))
            last, _ = client.diagnostics(FILE, mark)
            first.append(last - start)
            while True:
                mark = client.mark()
                try:
                    last, _ = client.diagnostics(FILE, mark, deadline=QUIET)
                except ServerError:
                    break
            complete.append(last - start)
        self.note("edit to first diagnostics", statistics.median(first))
        self.note("edit to complete diagnostics", statistics.median(complete))

    def open_more(self):
        client = self.client
        for name in MORE_FILES:
            client.open(name)
            client.diagnostics(name)
            require(client.request("textDocument/semanticTokens/full", client.document(name)), f"tokens of {name}")
        settle(client)


def symbols(client):
    return client.request("workspace/symbol", {"query": SYMBOL}) or []


class Restart:
    """Indexes of both in folders of their own, then how long a new process takes to answer from them.

    clangd reads its index when the first file is opened and puts it beside the compilation database, so it gets a copy
    of that; a small file is opened in both.
    """

    def __init__(self, commands, root, cdb):
        self.root, self.folder = root, tempfile.mkdtemp(prefix="astrolabe-session-")
        self.commands = {}
        for name, command in commands.items():
            self.commands[name] = [*command, "--background-index", f"--compile-commands-dir={self.folder}"]
        shutil.copy(os.path.join(cdb, "compile_commands.json"), self.folder)
        index = os.path.join(self.folder, "index")
        self.commands["astrolabe"].append(f"--index-dir={index}")
        subprocess.run([commands["astrolabe"][0], "index", "--root", root, "--index-dir", index,
                        "--compile-commands-dir", self.folder], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        if "clangd" in commands:
            self.index_by_clangd()

    def index_by_clangd(self):
        with MeasuringClient(self.commands["clangd"], self.root) as client:
            client.initialize()
            client.open("util/slice.cc")
            mark = 0
            while True:  # it says `end` whenever its queue is empty for a moment
                client.wait_for("$/progress", lambda p: p["value"]["kind"] == "end", mark, deadline=3600)
                mark = client.mark()
                try:
                    client.wait_for("$/progress", since=mark, deadline=10)
                except ServerError:
                    return

    def measure(self, name):
        with MeasuringClient(self.commands[name], self.root) as client:
            client.initialize()
            client.open("util/slice.cc")
            while not any(found["name"] == SYMBOL for found in symbols(client)):
                time.sleep(0.001)
            elapsed = time.monotonic() - client.started
            return {"restart to workspace/symbol": 1e3 * elapsed, "memory then": client.memory_mb()}

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def interleaved(names, rounds, measure):
    """Rounds of A B, B A, …: {name: list of figures}."""
    figures = {name: [] for name in names}
    for number in range(rounds):
        for name in names if number % 2 == 0 else reversed(names):
            figures[name].append(measure(name))
            print(f"  {name}, round {number + 1}", file=sys.stderr, flush=True)
    return figures


def medians(figures):
    return {name: {what: statistics.median(each[what] for each in rounds) for what in rounds[0]}
            for name, rounds in figures.items() if rounds}


def table(results):
    """Lines of Markdown: our figure, the peer's, their ratio, the bar and whether it is met."""
    ours, peer = results["astrolabe"], results.get("clangd", {})
    lines = ["| what | Astrolabe | clangd-22 | of clangd's | bar |", "|---|---|---|---|---|"]
    for what, (unit, bar, share) in ROWS.items():
        if what not in ours:
            continue
        value, other = ours[what], peer.get(what)
        limit = bar if bar is not None else share * other if share is not None and other else None
        text = "" if bar is None and share is None else f"{bar} {unit}" if bar is not None else f"{share:g} of clangd's"
        if limit is not None and value > limit:
            text = f"**{text}**"
        peers = [f"{other:,.1f} {unit}", f"{value / other:.2f}"] if other else ["", ""]
        lines.append("| " + " | ".join([what, f"{value:,.1f} {unit}", *peers, text]) + " |")
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--astrolabe", default=os.path.join(REPOSITORY, "build", "release", "lsp", "astrolabe"))
    parser.add_argument("--clangd", default="clangd-22")
    parser.add_argument("--root", default=os.path.join(os.environ.get("ASTROLABE_CORPORA", "/work/corpora"), "rocksdb"))
    parser.add_argument("--cdb", help="folder of compile_commands.json (default: ROOT/build-lib)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--idle", type=float, default=65, help="seconds before memory is looked at again (default: 65)")
    parser.add_argument("--only", default=",".join(PARTS), help="default: " + ",".join(PARTS))
    parser.add_argument("--json", help="write all figures there")
    parser.add_argument("--markdown", help="write the table there")
    options = parser.parse_args()
    root = os.path.realpath(options.root)
    cdb = os.path.realpath(options.cdb or os.path.join(root, "build-lib"))
    if not os.path.exists(os.path.join(cdb, "compile_commands.json")):
        print(f"no {cdb}/compile_commands.json: --root and --cdb name a workspace", file=sys.stderr)
        return 0
    commands = {"astrolabe": [os.path.realpath(options.astrolabe), "lsp", "--log=error"]}
    if shutil.which(options.clangd):
        commands["clangd"] = [options.clangd, "--log=error"]
    else:
        print(f"no {options.clangd}: nothing to compare with", file=sys.stderr)
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    names, results = list(commands), {name: {} for name in commands}
    figures = {}
    for part in options.only.split(","):
        if part == "session":
            figures[part] = interleaved(names, options.rounds, lambda name: Session(
                [*commands[name], "--background-index=0"], root, cdb, options.idle).figures)
        elif part == "restart":
            restart = Restart(commands, root, cdb)
            try:
                figures[part] = interleaved(names, 2 * options.rounds, restart.measure)
            finally:
                restart.close()
        else:
            parser.error(f"no part {part}")
        for name, values in medians(figures[part]).items():
            results[name].update(values)
    lines = table(results)
    print("\n".join(lines))
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"medians": results, "rounds": figures}, file, indent=1)
    if options.markdown:
        with open(options.markdown, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

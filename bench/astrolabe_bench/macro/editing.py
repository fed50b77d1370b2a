"""A large file in a language server: opened, asked about and edited, with the memory before, then and a
minute later.

Times are wall-clock milliseconds as the client sees them; memory is the proportional set size of all
processes of a server, in MB, once it has been quiet for a while, and again after `idle_seconds`, since clangd
trims its heap once a minute. The size of clangd's shared libraries counts less while others use them: run no
compiler meanwhile. CPU time is that of all processes from `initialize` on. `complete` diagnostics are the
last ones after an edit. Every answer is looked at: one without what it must have makes the race fail, since a
quick empty answer is no feat.

The workspace says which file, and what to ask about: `point` ends where members are asked for, `member` is
one of them, the `name` before it is asked about and is `declared_in` another file; behind `call` a signature
is asked for.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import statistics
import time

from astrolabe_bench import process, race
from astrolabe_bench.lsp_client import LspClient, ServerError

EDITS = 5
REPEATS = 9  # of requests whose median is taken
QUIET = 2.5  # seconds without diagnostics after which no more are expected
COMPARED = None
MILLISECONDS = ("start to the initialize reply", "open to outline", "open to hover", "open to diagnostics",
                "completion, first", "completion, repeated", "signature help", "hover", "definition",
                "highlights",
                "semantic tokens", "code actions", "inlay hints of the file", "formatting the file",
                "100 requests at once", "edit to first diagnostics", "edit to complete diagnostics")
METRICS = {**{name: ("ms", "less") for name in MILLISECONDS}, "idle memory": ("MB", "less"),
           "memory, one file open": ("MB", "less"), "memory, ten files open": ("MB", "less"),
           "memory, a minute later": ("MB", "less"), "CPU time of the session": ("s", "less")}


def measures(arena):
    def of(entrant):
        def sample():
            try:
                return Session(entrant["server"], arena.workspace, arena.definition["idle_seconds"]).figures
            except ServerError as error:
                raise race.RaceError(f"{entrant['server'][0]}: {error}") from error
        return sample
    return {name: of(entrant) for name, entrant in arena.entrants.items()}


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


class Session:
    """One server, one session; `figures` has what was measured."""

    def __init__(self, command, workspace, idle):
        self.figures = {}
        self.words = workspace.words
        self.file = self.words["file"]
        with LspClient(command, workspace.root) as self.client:
            self.client.initialize()
            self.note("start to the initialize reply", time.monotonic() - self.client.started)
            cpu_time = process.CpuTime(self.client.process.pid)
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
            self.figures["memory, a minute later"] = self.client.memory_mb()
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
        lines = client.open(self.file).split("\n")
        self.line = next(i for i, text in enumerate(lines) if self.words["point"] in text)
        self.column = lines[self.line].index(self.words["point"])
        self.here = client.at(self.file, self.line, self.column + 1)
        outline = client.send("textDocument/documentSymbol", client.document(self.file))
        hover = client.send("textDocument/hover", self.here)
        moment, answer = client.answer(outline)
        self.note("open to outline", moment - start)
        require(len(answer) > 0, "outline")
        moment, answer = client.answer(hover)
        self.note("open to hover", moment - start)
        require(self.words["name"] in json.dumps(answer), "hover")
        moment, _ = client.diagnostics(self.file)
        self.note("open to diagnostics", moment - start)

    def ask(self):
        client = self.client
        behind = client.at(self.file, self.line, self.column + len(self.words["point"]))
        times = []
        for _ in range(1 + REPEATS):
            seconds, answer = client.timed("textDocument/completion", behind)
            require(self.words["member"] in json.dumps(answer), "completion")
            times.append(seconds)
        self.note("completion, first", times[0])
        self.note("completion, repeated", statistics.median(times[1:]))
        settle(client)
        self.median("hover", "textDocument/hover", self.here,
                    lambda answer: self.words["name"] in json.dumps(answer))
        self.median("definition", "textDocument/definition", self.here,
                    lambda answer: self.words["declared_in"] in json.dumps(answer))
        self.median("highlights", "textDocument/documentHighlight", self.here,
                    lambda answer: len(answer) > 10)
        self.median("semantic tokens", "textDocument/semanticTokens/full", client.document(self.file),
                    lambda answer: len(answer["data"]) > 50000)
        self.ask_for_changes()
        call = self.line_with(self.words["call"])
        self.median("signature help", "textDocument/signatureHelp", client.at(self.file, *call),
                    lambda answer: answer and answer["signatures"])
        self.at_once()

    def ask_for_changes(self):
        document = self.client.document
        here = {"line": self.line, "character": self.column + 1}
        self.median("code actions", "textDocument/codeAction",
                    document(self.file, range={"start": here, "end": here}, context={"diagnostics": []}),
                    lambda answer: isinstance(answer, list))
        whole = {"start": {"line": 0, "character": 0},
                 "end": {"line": self.client.texts[self.file].count("\n"), "character": 0}}
        self.median("inlay hints of the file", "textDocument/inlayHint", document(self.file, range=whole),
                    lambda answer: len(answer) > 1000)
        self.median("formatting the file", "textDocument/formatting",
                    document(self.file, options={"tabSize": 2, "insertSpaces": True}),
                    lambda answer: isinstance(answer, list))

    def line_with(self, text):
        """The place behind the first `text`."""
        for number, line in enumerate(self.client.texts[self.file].split("\n")):
            if text in line:
                return number, line.index(text) + len(text)
        raise ServerError(f"{self.file} has no {text}")

    def at_once(self):
        """A hundred requests of five kinds, written before any answer is read."""
        client = self.client
        kinds = [("textDocument/hover", self.here), ("textDocument/definition", self.here),
                 ("textDocument/documentHighlight", self.here),
                 ("textDocument/documentSymbol", client.document(self.file)),
                 ("textDocument/foldingRange", client.document(self.file))]
        start = time.monotonic()
        requests = [client.send(*kinds[i % len(kinds)]) for i in range(100)]
        moments = []
        for request in requests:
            moment, answer = client.answer(request)
            require(answer, "one of a hundred")
            moments.append(moment)
        self.note("100 requests at once", max(moments) - start)

    def edit(self):
        """A blank more in a line of code, several times: nothing changes but all has to be looked at
        again."""
        client = self.client
        first, complete = [], []
        for _ in range(EDITS):
            mark = client.mark()
            start = time.monotonic()
            client.change(self.file, ((self.line, 0), (self.line, 0), " "))
            last, _ = client.diagnostics(self.file, mark)
            first.append(last - start)
            while True:
                mark = client.mark()
                try:
                    last, _ = client.diagnostics(self.file, mark, deadline=QUIET)
                except ServerError:
                    break
            complete.append(last - start)
        self.note("edit to first diagnostics", statistics.median(first))
        self.note("edit to complete diagnostics", statistics.median(complete))

    def open_more(self):
        client = self.client
        for name in self.words["more_files"]:
            client.open(name)
            client.diagnostics(name)
            require(client.request("textDocument/semanticTokens/full", client.document(name)),
                    f"tokens of {name}")
        settle(client)

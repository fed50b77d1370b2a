"""A recorded session (session_file.py) said to a server again, with the pauses that the person made.

Each message is sent when it was sent then, but for the first ones, which wait for the reply to `initialize`;
whatever the server does meanwhile, the person goes on typing. So the figures have what a benchmark of one
request after the other lacks: requests that wait behind an edit, and edits that come before the last one is
dealt with.

Metrics: the milliseconds from each request to its reply, by method; from opening a file and from each edit to
the first diagnostics of that version or a later one; the peak of the summed PSS. Requests that the server
says were overtaken (content modified, cancelled) have no latency; they are counted, as are those that failed.
How good an answer is can't be seen here: one that comes at once and says nothing counts as fast, so the empty
ones are counted too.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import collections
import os
import time

from astrolabe_bench import machine, process, race, session_file
from astrolabe_bench.lsp_client import LspClient, ServerError

COMPARED = None
OVERTAKEN = (-32801, -32800, -32802)  # content modified, cancelled by the client, by the server
OPEN, EDIT = "open to diagnostics", "edit to diagnostics"
METRICS = {"empty": ("requests", "less"), "overtaken": ("requests", "less"), "failed": ("requests", "less")}


def metric(name):
    """Of a method, OPEN or EDIT."""
    return "ms", "less"


def measures(arena):
    path = os.path.join(machine.REPOSITORY, "bench", arena.definition["session"])

    def of(entrant):
        def sample():
            try:
                return replay(entrant["server"], arena.workspace.root, path)
            except (ServerError, session_file.BadSession) as error:
                raise race.RaceError(f"{entrant['server'][0]}: {error}") from error
        return sample
    return {name: of(entrant) for name, entrant in arena.entrants.items()}


def is_empty(answer):
    """Nothing, or a list of nothing, in any of the shapes that answers have."""
    if isinstance(answer, dict):
        lists = [answer[name] for name in ("items", "signatures", "data") if name in answer]
        return any(not each for each in lists)
    return not answer


class Versions:
    """When each version of each document was sent, and when its diagnostics came."""

    def __init__(self):
        self.sent = []  # (moment, metric, uri, version)

    def take(self, moment, message):
        kind = {"textDocument/didOpen": OPEN, "textDocument/didChange": EDIT}.get(message["method"])
        if kind:
            document = message["params"]["textDocument"]
            self.sent.append((moment, kind, document["uri"], document["version"]))

    def latencies(self, notifications):
        """{metric: [ms]}, of versions that diagnostics were said of at all."""
        found = collections.defaultdict(list)
        said = [(moment, params["uri"], params.get("version")) for moment, method, params in notifications
                if method == "textDocument/publishDiagnostics"]
        for sent, kind, uri, version in self.sent:
            moment = next((moment for moment, of, its in said if of == uri and moment > sent and
                           (its is None or its >= version)), None)
            if moment is not None:
                found[kind].append(1e3 * (moment - sent))
        return found


def replay(command, root, path, speed=1.0, deadline=60):
    """One sample; `speed` above 1 makes the pauses shorter. Waits so many seconds for what is open in the
    end."""
    session = session_file.load(path, root)
    taken, counts = collections.defaultdict(list), collections.Counter(empty=0, overtaken=0, failed=0)
    waiting, versions = {}, Versions()
    with LspClient(command, root) as client, process.PeakMemory(client.process.pid) as peak:
        offset = None
        for at, message in session:
            if message["method"] in ("shutdown", "exit"):
                continue
            if offset is not None:
                time.sleep(max(0.0, offset + at / speed - time.monotonic()))
            moment = time.monotonic()
            client.write(message)
            versions.take(moment, message)
            if "id" in message:
                waiting[message["id"]] = (message["method"], moment)
            if message["method"] == "initialize":
                client.reply(message["id"])
                offset = time.monotonic() - at / speed
        client.last_id = max([identity for identity in waiting if isinstance(identity, int)], default=0)
        for identity, (method, moment) in waiting.items():
            try:
                arrived, answer = client.answer(identity, deadline)
                counts["empty"] += is_empty(answer)
                taken[method].append(1e3 * (arrived - moment))
            except ServerError as error:
                counts["overtaken" if error.code in OVERTAKEN else "failed"] += 1
        if versions.sent:  # the last edit's diagnostics
            _, _, uri, version = versions.sent[-1]
            try:
                client.wait_for("textDocument/publishDiagnostics", lambda params: params["uri"] == uri and
                                (params.get("version") or version) >= version, deadline=deadline)
            except ServerError:
                counts["failed"] += 1
        taken.update(versions.latencies(client.timed_notifications))
    return {**taken, **counts, "mb": peak.mb}

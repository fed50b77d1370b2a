"""A complete semantic index: ours by a command, a language server's by its background index, each from
nothing.

A server is timed from the moment a file is opened to the end of its last index progress: it says `end`
whenever its queue is empty for a moment, so it has to be quiet for a while. Memory is the peak of the summed
PSS of all processes.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import os
import time

from astrolabe_bench import process, race
from astrolabe_bench.lsp_client import LspClient, ServerError

QUIET = 10  # seconds without progress after which an index is complete
NEVER = 1e6  # seconds: how long an index may take is the race's business
COMPARED = "seconds"


def measures(arena):
    return {name: by_command(entrant) if "command" in entrant else by_server(arena, entrant)
            for name, entrant in arena.entrants.items()}


def by_command(entrant):
    def sample():
        race.clear(entrant)
        got = process.run(entrant["command"], interval=0.2)
        report = [line for line in got["output"].decode(errors="replace").splitlines()
                  if line.startswith("{")]
        if not report or json.loads(report[-1]).get("tier") == 0:
            raise race.RaceError(f"{' '.join(entrant['command'])} made no semantic index")
        return {"seconds": got["seconds"], "cpu_seconds": got["cpu_seconds"], "mb": got["mb"],
                "result_mb": race.result_mb(entrant)}
    return sample


def index_by_server(command, root, file):
    """Opens `file` and waits for the end of the background index; (seconds, peak MB)."""
    with LspClient(command, root) as client, process.PeakMemory(client.process.pid, 0.2) as peak, \
            process.NoIdlePriority(client.process.pid):
        client.initialize()
        start, mark, ends = time.monotonic(), 0, []
        client.open(file)
        while True:
            try:
                client.wait_for("$/progress", since=mark, deadline=QUIET if ends else NEVER)
            except ServerError:
                if not ends:
                    raise
                break
            mark = client.mark()
            ends = [moment for moment, method, params in client.timed_notifications
                    if method == "$/progress" and params["value"]["kind"] == "end"]
        return ends[-1] - start, peak.mb


def by_server(arena, entrant):
    def sample():
        race.clear(entrant)
        try:
            seconds, mb = index_by_server(entrant["server"], arena.workspace.root,
                                          arena.workspace.words["small_file"])
        except ServerError as error:
            raise race.RaceError(f"{entrant['server'][0]}: {error}") from error
        taken = {"seconds": seconds, "mb": mb}
        if os.path.exists(entrant["result"]):
            taken["result_mb"] = race.result_mb(entrant)
        return taken
    return sample

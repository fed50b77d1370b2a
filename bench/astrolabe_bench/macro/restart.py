"""From the start of a server's process to an answer of `workspace/symbol` out of the index of an earlier run,
and how long further ones take.

clangd reads its index when the first file is opened, so a small one is opened in all. It makes its index only
while it runs: `indexing_server` is how it is started for that, once.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import time

from astrolabe_bench import race
from astrolabe_bench.lsp_client import LspClient, ServerError
from astrolabe_bench.macro import semantic_index

COMPARED = "seconds"
QUERIES = 20  # of the symbol's name and of each of its beginnings
METRICS = {"workspace-symbol": ("ms", "less")}


def measures(arena):
    return {name: measure(arena, entrant) for name, entrant in arena.entrants.items()}


def measure(arena, entrant):
    words = arena.workspace.words

    def sample():
        try:
            if arena.prepare(entrant) and "indexing_server" in entrant:
                semantic_index.index_by_server(entrant["indexing_server"], arena.workspace.root,
                                               words["small_file"])
            with LspClient(entrant["server"], arena.workspace.root) as client:
                client.initialize()
                client.open(words["small_file"])
                end = client.started + 120
                while not any(found["name"] == words["exact"] for found in
                              client.request("workspace/symbol", {"query": words["exact"]}) or []):
                    if time.monotonic() > end:
                        raise race.RaceError(f"{entrant['server'][0]} does not find {words['exact']}")
                    time.sleep(0.001)
                found = {"seconds": time.monotonic() - client.started, "mb": client.memory_mb()}
                found["workspace-symbol"] = [
                    1e3 * client.timed("workspace/symbol", {"query": words["exact"][:length]})[0]
                    for length in range(3, len(words["exact"]) + 1) for _ in range(QUERIES)]
                return found
        except ServerError as error:
            raise race.RaceError(f"{entrant['server'][0]}: {error}") from error
    return sample

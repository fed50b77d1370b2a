"""What somebody waits for who opens a large file in a workspace that was never seen before and points at a name.

The name is that of a class, which means one thing wherever it stands: a server may answer by its name while the
compiler still reads the file, and the answer has to say that it is a class.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import time

from astrolabe_bench import race
from astrolabe_bench.lsp_client import LspClient, ServerError

COMPARED = "seconds"
METRICS = {"open to hover": ("ms", "less")}


def measures(arena):
    return {name: measure(arena, entrant) for name, entrant in arena.entrants.items()}


def measure(arena, entrant):
    words = arena.workspace.words
    file, name = words["file"], words["exact"]

    def sample():
        race.clear(entrant)
        try:
            with LspClient(entrant["server"], arena.workspace.root) as client:
                client.initialize()
                start = time.monotonic()
                text = client.open(file)
                before = text[:text.index(name)]
                place = client.at(file, before.count("\n"), len(before) - before.rfind("\n"))
                moment, answer = client.answer(client.send("textDocument/hover", place))
                if "class" not in json.dumps(answer):
                    raise ServerError(f"no hover: {json.dumps(answer)[:200]}")
                return {"seconds": moment - client.started, "open to hover": 1e3 * (moment - start)}
        except ServerError as error:
            raise race.RaceError(f"{entrant['server'][0]}: {error}") from error
    return sample

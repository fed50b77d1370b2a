"""Commands that run to their end: wall and processor seconds, memory, size of what they leave on disk, lines
printed."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import itertools
import json
import os

from astrolabe_bench import process, race
from astrolabe_bench.workspace import replace_with_more

COMPARED = "seconds"


def printed(output, path):
    """A number in the JSON object that a command printed, alone or as its last line."""
    text = output.strip()
    value = json.loads(text if text.startswith(b"{") else text.splitlines()[-1])
    for key in path:
        value = value[key]
    return value


def measures(arena):
    return {name: measure(arena, entrant) for name, entrant in arena.entrants.items()}


def measure(arena, entrant):
    interval = arena.definition.get("peak_interval")
    numbers = itertools.count()
    sources = os.path.join(arena.folder, "sources")

    def sample():
        arena.prepare(entrant)
        race.clear(entrant)
        if "changes" in entrant:
            replace_with_more(entrant["changes"], b"// changed %d\n" % next(numbers))
        got = process.run(entrant["command"], environment=race.environment(entrant), interval=interval)
        taken = {"seconds": got["seconds"], "cpu_seconds": got["cpu_seconds"], "mb": got["mb"]}
        if "result" in entrant:
            if not os.path.exists(entrant["result"]):
                raise race.RaceError(f"{' '.join(entrant['command'])} left no {entrant['result']}")
            taken["result_mb"] = race.result_mb(entrant)
            if os.path.isdir(sources):
                taken["result_per_source"] = 1e6 * taken["result_mb"] / process.folder_bytes(sources)
        for metric, where in arena.definition.get("printed", {}).items():
            taken[metric] = printed(got["output"], where["path"])
        if arena.definition.get("same_lines"):
            taken["lines"] = got["output"].count(b"\n")
        return taken
    return sample


def facts(arena, samples):
    """Programs that search for the same thing have to find it; what differs is no failure but is said."""
    names = [name for name in arena.definition.get("same_lines", []) if name in samples]
    counts = {name: samples[name][-1]["lines"] for name in names}
    if names and not all(counts.values()):
        raise race.RaceError(f"found nothing: {counts}")
    return {"lines": counts} if len(set(counts.values())) > 1 else {}

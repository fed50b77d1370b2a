"""A race: entrants that do the same job, run in turn (bench/races/NAME.json); the file says what, a driver
how.

    title              one line for people
    driver             a module of macro/ (default: commands)
    workspaces         where it runs; quick_workspaces under --quick (default: none: the race is left out
                       then)
    rounds             and quick_rounds, warm_up (default 1), peak_interval (seconds between looks at the
                       summed PSS; without it the peak resident set of one process)
    entrants           name: what to run. `command` or `server` (argv), `once` (commands before the first
                       round), `fresh` (removed before each round), `changes` (a file that gets another
                       comment before each round), `result` (whose bytes on disk are measured), `environment`,
                       `needs` (programs besides argv[0])
    printed            metric: {path, unit} of numbers in the JSON object that a command prints; `better`:
                       "more" if that is
    limit_seconds      that an entrant may take for one sample (with what comes before the first); one that
                       takes longer is ended and out of the race (default 600; under --quick a tenth)

Words in braces are filled in: {astrolabe}, {build} (a build folder), {bench} (our scripts), {root},
{commands} (folder of compile_commands.json), {scratch} (a folder of the entrant's own, emptied in the end),
{list} (a file with the paths of all sources), {sources} (a folder of hard links to exactly these), {threads},
and what the workspace's entry defines. The first entrant is ours; one whose program is not there is left out
and said so.

With --baseline BIN two more entrants run what ours runs, by BIN: `baseline` and `again`, for a verdict that
holds. All three are copies then, written alike: the kernel keeps a file that was written in large pieces in
large pieces, and maps more of it at each page fault. The same program as a linker wrote it needs 17 % more of
the processor to start than a copy of it.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import dataclasses
import importlib
import json
import os
import re
import shutil
import tempfile

from astrolabe_bench import machine, process, sampling
from astrolabe_bench.history import Series
from astrolabe_bench.workspace import Workspace

OURS, BASELINE, AGAIN = "astrolabe", "baseline", "again"
LIMIT_SECONDS = 600
# Of every driver: metric to (unit, which is better).
METRICS = {"seconds": ("s", "less"), "cpu_seconds": ("s", "less"), "mb": ("MB", "less"),
           "result_mb": ("MB", "less"),
           "result_per_source": ("", "less"), "lines": ("lines", "more")}


class RaceError(Exception):
    """A race can't be run, or an answer in it is not what it must be; says which and why."""


@dataclasses.dataclass
class Options:
    """What a call of the tool says about all races."""
    astrolabe: str
    corpora: str
    build: str = ""
    baseline: str | None = None
    quick: bool = False
    peers: bool = True  # whether others than ours run
    copies: bool = True  # with a baseline
    rounds: int | None = None
    threads: int = 2
    scratch: str | None = None  # where temporary folders are made
    most_seconds: float = 3600.0
    say: object = print  # called with a line for people
    progress: object = None


def folder():
    return os.path.join(machine.REPOSITORY, "bench", "races")


def names():
    return sorted(name[:-5] for name in os.listdir(folder()) if name.endswith(".json"))


def load(name):
    with open(os.path.join(folder(), name + ".json"), encoding="utf-8") as file:
        return json.load(file)


def fill(text, words):
    """Words in braces replaced; braces around anything else stay, and what was filled in is not looked at
    again."""
    return re.sub(r"\{(\w+)\}", lambda match: str(words.get(match[1], match[0])), text)


class Arena:
    """One race on one workspace: its entrants with all words filled in, and their folders."""

    def __init__(self, definition, workspace, options):
        self.definition, self.workspace, self.options = definition, workspace, options
        if options.scratch:
            os.makedirs(options.scratch, exist_ok=True)
        self.folder = tempfile.mkdtemp(prefix="astrolabe-bench-", dir=options.scratch)
        self.entrants, self.prepared = {}, set()
        named = dict(definition["entrants"])
        if not options.peers:
            named = {OURS: named[OURS]}
        if options.baseline and OURS in named:
            named = {OURS: named.pop(OURS), BASELINE: definition["entrants"][OURS],
                     AGAIN: definition["entrants"][OURS], **named}
        self.common = None
        for name, entrant in named.items():
            missing = self._missing(entrant, name)
            if missing:
                options.say(f"  {name} is left out: no {missing} here")
            else:
                self.entrants[name] = self._filled(name, entrant)

    def _missing(self, entrant, name):
        programs = [(entrant.get("command") or entrant["server"])[0], *entrant.get("needs", [])]
        words = self._programs(name)
        return next((program for program in programs if not shutil.which(fill(program, words))), None)

    def _programs(self, name):
        program = self.options.baseline if name in (BASELINE, AGAIN) else self.options.astrolabe
        if self.options.baseline and self.options.copies and name in (OURS, BASELINE, AGAIN):
            program = self._copy(program, name)
        return {"build": self.options.build, "bench": os.path.join(machine.REPOSITORY, "bench"),
                "astrolabe": program}

    def _copy(self, program, name):
        copy = os.path.join(self.folder, f"program-{name}")
        if not os.path.exists(copy):
            with open(program, "rb") as source, open(copy, "wb") as target:
                shutil.copyfileobj(source, target, 128 << 10)  # as cp and dpkg do
            shutil.copymode(program, copy)
        return copy

    def _filled(self, name, entrant):
        scratch = os.path.join(self.folder, name.replace("/", "_"))
        os.makedirs(scratch, exist_ok=True)
        words = {**self._programs(name), "scratch": scratch, "threads": self.options.threads,
                 **self._common()}
        text = json.dumps(entrant)
        words.update({word: os.path.join(self.folder, word) for word in ("list", "sources", "share")})
        for word, make in (("list", self._make_list), ("sources", self._make_sources)):
            if "{" + word + "}" in text and not os.path.exists(words[word]):
                self.apart(make, words[word])
        if "{scratch}/clangd" in text and self.workspace.commands:
            # clangd keeps its index beside the compilation database: it gets a copy of that.
            os.makedirs(os.path.join(scratch, "clangd"), exist_ok=True)
            shutil.copy(os.path.join(self.workspace.commands, "compile_commands.json"),
                        os.path.join(scratch, "clangd"))

        def filled(value):
            if isinstance(value, str):
                return fill(value, words)
            if isinstance(value, list):
                return [filled(each) for each in value]
            if isinstance(value, dict):
                return {key: filled(each) for key, each in value.items()}
            return value
        result = filled(entrant)
        result["scratch"] = scratch
        return result

    def _common(self):
        if self.workspace is None:
            return {}
        words = {key: value for key, value in self.workspace.words.items() if isinstance(value, str)}
        if "literal" in words:
            words["literal_pattern"] = re.escape(words["literal"]).replace("\\ ", " ")
        return {**words, "root": self.workspace.root, "commands": self.workspace.commands or ""}

    @staticmethod
    def apart(make, path):
        """In a process of its own: a child's peak memory is never below what this process has at its
        start."""
        child = os.fork()
        if child == 0:
            code = 1
            try:
                make(path)
                code = 0
            finally:
                os._exit(code)
        if os.waitpid(child, 0)[1] != 0:
            raise RaceError(f"could not make {path}")

    def _make_list(self, path):
        with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.writelines(os.path.join(self.workspace.root, name) + "\n"
                            for name in self.workspace.sources())

    def _make_sources(self, path):
        self.workspace.link(path)

    def prepare(self, entrant):
        """What stands under `once`: at an entrant's first sample, so that its failure is that entrant's.
        Whether it was the first."""
        if entrant["scratch"] in self.prepared:
            return False
        self.prepared.add(entrant["scratch"])
        for command in entrant.get("once", []):
            process.run(command, environment=environment(entrant), accepted=(0,))
        return True

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def environment(entrant):
    return dict(os.environ, **entrant["environment"]) if "environment" in entrant else None


def clear(entrant):
    for path in entrant.get("fresh", []):
        shutil.rmtree(path, ignore_errors=True)
        if os.path.exists(path):
            os.remove(path)


def result_mb(entrant):
    path = entrant["result"]
    return (process.folder_bytes(path) if os.path.isdir(path) else os.path.getsize(path)) / 1e6


def _bounded(measure, entrant, limit, out, say):
    """A peer that fails or never ends is out of the race, and what ours has taken stays; if ours does, the
    race fails.

    out: entrant to why it is.
    """
    def sample():
        if entrant in out:
            return None
        with process.TimeLimit(limit) as time_limit:
            try:
                return measure()
            except (RaceError, process.CommandFailed) as error:
                why = f"no end within {limit:g} s" if time_limit.is_over else str(error)
                if entrant in (OURS, BASELINE, AGAIN):
                    raise RaceError(f"{entrant}: {why}" if time_limit.is_over else why) from error
                out[entrant] = why
                say(f"  {entrant} is out: {why}")
                return None
    return sample


def run(name, workspace_name, options):
    """-> ({Series: samples}, facts). Raises RaceError where an answer is wrong or a program fails."""
    definition = load(name)
    workspace = Workspace(workspace_name, options.corpora) if workspace_name else None
    driver = importlib.import_module("astrolabe_bench.macro." + definition.get("driver", "commands"))
    metrics = {**METRICS, **getattr(driver, "METRICS", {}),
               **{metric: (where["unit"], where.get("better", "less"))
                  for metric, where in definition.get("printed", {}).items()}}
    arena = Arena(definition, workspace, options)
    limit = definition.get("limit_seconds", LIMIT_SECONDS) / (10 if options.quick else 1)
    out = {}
    try:
        measures = {entrant: _bounded(measure, entrant, limit, out, options.say)
                    for entrant, measure in driver.measures(arena).items()}
        rounds = options.rounds or definition.get("quick_rounds" if options.quick else "rounds", 1)
        sampler = sampling.Sampler(rounds=rounds, warm_up=definition.get("warm_up", 1),
                                   progress=options.progress,
                                   most_seconds=options.most_seconds, most_rounds=20 * rounds)
        ratios = None
        if BASELINE in measures and getattr(driver, "COMPARED", None):
            def ratios(samples):
                values = {entrant: [sample[driver.COMPARED] for sample in samples[entrant]]
                          for entrant in (OURS, BASELINE, AGAIN)}
                return [(values[BASELINE], values[OURS]), (values[BASELINE], values[AGAIN])]
        samples = sampler.take(measures, ratios)
        samples = {entrant: taken for entrant, taken in samples.items() if None not in taken}
        facts = driver.facts(arena, samples) if hasattr(driver, "facts") else {}
        if out:
            facts["out"] = out
    except process.CommandFailed as error:
        raise RaceError(str(error)) from error
    finally:
        arena.close()
    found = {}
    for entrant, taken in samples.items():
        for sample in taken:
            for metric, value in sample.items():
                unit, better = metrics.get(metric) or driver.metric(metric)
                series = Series(name, workspace_name or "", entrant, metric, unit, better)
                found.setdefault(series, []).extend(value if isinstance(value, list) else [value])
    return found, facts

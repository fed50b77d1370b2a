"""All figures ever measured, in one SQLite file: raw samples, and of what commit, by what compiler, on which
machine.

A series is what may be compared from run to run: a bench (`index`), a workspace (`rocksdb-lib`; none for
micro benches), an entrant (`astrolabe`, `clangd-22`) and a metric (`seconds`) with its unit. A run is one
call of the tool. The median and its interval are kept beside the samples, so that a year of runs is drawn
without resampling it.

The file is in WAL mode: a report reads while a run writes. A run is written as a whole or not at all.

Format versions (PRAGMA user_version):
    1  2026-11: first
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import contextlib
import dataclasses
import datetime
import fnmatch
import json
import os
import sqlite3

from astrolabe_bench import estimate, machine

VERSION = 1
SCHEMA = """
CREATE TABLE machine (id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL UNIQUE, description TEXT NOT NULL);
CREATE TABLE run (id INTEGER PRIMARY KEY, started TEXT NOT NULL, commit_id TEXT NOT NULL, is_dirty INTEGER NOT
NULL,
                  machine INTEGER NOT NULL REFERENCES machine, compiler TEXT NOT NULL, flags TEXT NOT NULL,
                  load REAL, facts TEXT NOT NULL);
CREATE TABLE series (id INTEGER PRIMARY KEY, bench TEXT NOT NULL, workspace TEXT NOT NULL, entrant TEXT NOT
NULL,
                     metric TEXT NOT NULL, unit TEXT NOT NULL, better TEXT NOT NULL CHECK (better IN ('less',
                     'more')), UNIQUE (bench, workspace, entrant, metric));
CREATE TABLE sample (series INTEGER NOT NULL REFERENCES series, run INTEGER NOT NULL REFERENCES run,
                     position INTEGER NOT NULL, value REAL NOT NULL,
                     PRIMARY KEY (series, run, position)) WITHOUT ROWID;
CREATE TABLE summary (series INTEGER NOT NULL REFERENCES series, run INTEGER NOT NULL REFERENCES run,
                      samples INTEGER NOT NULL, median REAL NOT NULL, low REAL NOT NULL, high REAL NOT NULL,
                      PRIMARY KEY (series, run)) WITHOUT ROWID;
CREATE INDEX run_by_commit ON run (commit_id);
"""


class HistoryError(Exception):
    """The file is not what it should be, or has not what was asked for; says what to do."""


@dataclasses.dataclass(frozen=True)
class Series:
    bench: str
    workspace: str
    entrant: str
    metric: str
    unit: str
    better: str = "less"

    @property
    def name(self):
        return "/".join(part for part in (self.bench, self.workspace, self.entrant, self.metric) if part)

    @property
    def race(self):
        """What entrants are compared in."""
        return self.bench, self.workspace, self.metric


@dataclasses.dataclass
class Run:
    """What was measured in one call: samples by Series, and facts about it as a whole (json-able)."""
    samples: dict = dataclasses.field(default_factory=dict)
    facts: dict = dataclasses.field(default_factory=dict)
    started: str = dataclasses.field(default_factory=lambda: now())
    commit_id: str = "unknown"
    is_dirty: bool = False
    machine: dict = dataclasses.field(default_factory=machine.description)
    compiler: str = ""
    flags: str = ""
    load: float | None = None
    id: int | None = None

    def add(self, series, values):
        self.samples.setdefault(series, []).extend(values)


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def default_path():
    named = os.environ.get("ASTROLABE_BENCH_HISTORY")
    return named or os.path.join(machine.REPOSITORY, ".bench", "history.sqlite")


class History:
    """The file. Used by one thread; several processes may have it open."""

    def __init__(self, path):
        self.path = path
        if os.path.dirname(path):
            os.makedirs(os.path.dirname(path), exist_ok=True)
        try:
            self.database = sqlite3.connect(path, timeout=30)
            self.database.execute("PRAGMA journal_mode = WAL")
            self.database.execute("PRAGMA foreign_keys = ON")
            version, = self.database.execute("PRAGMA user_version").fetchone()
            if version == 0:
                with self.database:
                    self.database.executescript(f"BEGIN; {SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
        except sqlite3.Error as error:
            raise HistoryError(f"{path}: {error}; --history FILE names another, or move it away") from error
        if version not in (0, VERSION):
            raise HistoryError(f"{path} is of format {version}, this tool knows {VERSION}: use the tool that "
                               "wrote it, or --history FILE")

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    def close(self):
        self.database.close()

    # ---- Writing.

    def add(self, run):
        """Writes a Run; its id."""
        with self.database, contextlib.closing(self.database.cursor()) as cursor:
            cursor.execute("INSERT OR IGNORE INTO machine (fingerprint, description) VALUES (?, ?)",
                           (machine.fingerprint(run.machine), json.dumps(run.machine)))
            where, = cursor.execute("SELECT id FROM machine WHERE fingerprint = ?",
                                    (machine.fingerprint(run.machine),)).fetchone()
            cursor.execute("INSERT INTO run (started, commit_id, is_dirty, machine, compiler, flags, load, "
                           "facts) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                           (run.started, run.commit_id, run.is_dirty, where, run.compiler, run.flags,
                            run.load, json.dumps(run.facts)))
            run.id = cursor.lastrowid
            for series, values in run.samples.items():
                if not values:
                    continue
                number = self._series_id(cursor, series)
                got = estimate.median(values)
                cursor.executemany("INSERT INTO sample VALUES (?, ?, ?, ?)",
                                   ((number, run.id, *at) for at in enumerate(values)))
                cursor.execute("INSERT INTO summary VALUES (?, ?, ?, ?, ?, ?)",
                               (number, run.id, got.samples, got.value, got.low, got.high))
        return run.id

    @staticmethod
    def _series_id(cursor, series):
        cursor.execute("INSERT OR IGNORE INTO series (bench, workspace, entrant, metric, unit, better) "
                       "VALUES (?, ?, ?, ?, ?, ?)", dataclasses.astuple(series))
        number, unit = cursor.execute(
            "SELECT id, unit FROM series WHERE (bench, workspace, entrant, metric) = (?, ?, ?, ?)",
            dataclasses.astuple(series)[:4]).fetchone()
        if unit != series.unit:
            raise HistoryError(f"{series.name} was measured in {unit} so far, not in {series.unit}: give it "
                               "a new name")
        return number

    # ---- Reading.

    def runs(self, machine_fingerprint=None):
        """All runs, oldest first, without samples."""
        rows = self.database.execute(
            "SELECT run.id, started, commit_id, is_dirty, description, compiler, flags, load, facts, "
            "fingerprint FROM run JOIN machine ON machine.id = run.machine ORDER BY started, run.id")
        return [Run(id=row[0], started=row[1], commit_id=row[2], is_dirty=bool(row[3]),
                    machine=json.loads(row[4]),
                    compiler=row[5], flags=row[6], load=row[7], facts=json.loads(row[8]))
                for row in rows if machine_fingerprint in (None, row[9])]

    def find_run(self, text, here=None):
        """The run that `text` names: `last`, `last-1`, a run's number, or the start of a commit (its last
        run).

        here: the fingerprint of the machine that `last` and commits are looked for on.
        """
        runs = self.runs(here)
        if text == "last" or text.startswith("last-") and text[5:].isdigit():
            back = int(text[5:] or 0) if text != "last" else 0
            if back < len(runs):
                return runs[-1 - back]
        if text.isdigit() and len(text) < 7:
            for run in self.runs():
                if run.id == int(text):
                    return run
        elif len(text) >= 4:
            for run in reversed(runs):
                if run.commit_id.startswith(text):
                    return run
        raise HistoryError(f"{self.path} has no run {text} (of {len(runs)} on this machine): a run's number, "
                           "`last`, `last-1` or the first letters of a commit; `astrolabe-bench history` "
                           "lists them")

    def samples(self, run_id):
        """Series to its samples of a run."""
        found = {}
        for row in self.database.execute(
                "SELECT bench, workspace, entrant, metric, unit, better, value FROM sample JOIN series "
                "ON series.id = sample.series WHERE run = ? ORDER BY series.id, position", (run_id,)):
            found.setdefault(Series(*row[:6]), []).append(row[6])
        return found

    def summaries(self, pattern="*", machine_fingerprint=None):
        """Series to [(run id, Estimate)], oldest first; of those whose name matches the pattern."""
        found = {}
        for row in self.database.execute(
                "SELECT bench, workspace, entrant, metric, unit, better, run.id, median, low, high, samples, "
                "fingerprint FROM summary JOIN series ON series.id = summary.series "
                "JOIN run ON run.id = summary.run "
                "JOIN machine ON machine.id = run.machine ORDER BY series.id, started, run.id"):
            series = Series(*row[:6])
            if machine_fingerprint in (None, row[11]) and fnmatch.fnmatchcase(series.name, pattern):
                found.setdefault(series, []).append((row[6], estimate.Estimate(*row[7:11])))
        return found

    def latest(self, machine_fingerprint=None):
        """Series to (Run, samples) of the newest run that has it."""
        by_id = {run.id: run for run in self.runs(machine_fingerprint)}
        newest = {}
        for series, points in self.summaries("*", machine_fingerprint).items():
            newest.setdefault(points[-1][0], []).append(series)
        found = {}
        for run_id, wanted in newest.items():
            samples = self.samples(run_id)
            found.update({series: (by_id[run_id], samples[series]) for series in wanted})
        return found

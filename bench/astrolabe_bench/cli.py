"""The commands. Each gives an exit code: 0 done, 1 regressed or void or missed, 2 wrong usage, 4 something is
not there.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import argparse
import fnmatch
import json
import math
import os
import signal
import sys
import threading
import time
import traceback

from astrolabe_bench import (callgrind, compare, estimate, gate, google_benchmark, history, machine, outliers,
                             process, race, report, report_markdown, selftest, session_file,
                             session_recorder, table, targets, verdict)

DONE, BAD, MISSING = 0, 1, 4
# After which --quick begins nothing new: with the longest race it ends within five minutes.
QUICK_SECONDS = 200
# Benches of what ours is compared with, and of the largest inputs: --quick does without.
SLOW_BENCHES = "AbslMap|StdMap|/4000$|/10000000$"
BUILD = os.path.join(machine.REPOSITORY, "build", "release")
OPTIMIZED = os.path.join(machine.REPOSITORY, "build", "optimized", "astrolabe")


class Output:
    """What a person reads goes to stdout, or to stderr when stdout is JSON; progress to a terminal only."""

    def __init__(self, as_json):
        self.stream = sys.stderr if as_json else sys.stdout
        self.last = 0

    def say(self, text=""):
        self._clear()
        print(text, file=self.stream, flush=True)

    def progress(self, number, rounds, name):
        if sys.stderr.isatty():
            self._clear()
            line = f"  {'warm-up' if number < 0 else f'round {number + 1} of {rounds}'}: {name}"
            print(line, end="\r", file=sys.stderr, flush=True)
            self.last = len(line)

    def _clear(self):
        if self.last:
            print(" " * self.last, end="\r", file=sys.stderr, flush=True)
            self.last = 0


def parser():
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--history", metavar="FILE", default=history.default_path(),
                        help="where all figures are (default: $ASTROLABE_BENCH_HISTORY or "
                             ".bench/history.sqlite)")
    shared.add_argument("--json", action="store_true", help="print JSON")
    built = argparse.ArgumentParser(add_help=False)
    built.add_argument("--astrolabe", metavar="BIN", default=OPTIMIZED if os.path.exists(OPTIMIZED) else
                       os.path.join(BUILD, "lsp", "astrolabe"),
                       help="the program (default: build/optimized/astrolabe, else "
                            "build/release/lsp/astrolabe)")
    placed = argparse.ArgumentParser(add_help=False)
    placed.add_argument("--corpora", metavar="DIR",
                        default=os.environ.get("ASTROLABE_CORPORA", "/work/corpora"),
                        help="folder of the workspaces (default: $ASTROLABE_CORPORA or /work/corpora)")
    placed.add_argument("--scratch", metavar="DIR",
                        help="folder for indexes and links; best on the same file system "
                        "as the workspaces")
    placed.add_argument("-j", "--threads", type=int, default=2,
                        help="of every program that takes a number (2)")
    placed.add_argument("--rounds", type=int, help="instead of each race's own number")
    placed.add_argument("--seconds", type=float, default=900,
                        help="after which no round of a race is begun (900)")
    main = argparse.ArgumentParser(prog="astrolabe-bench", description="Benches that can be believed.",
                                   epilog=
                                   "Exit codes: 0 done, 1 regressed, void or missed, 2 wrong usage, 4 "
                                   "something is not "
                                   "there. docs/BENCHES.md says how to read what it prints.")
    commands = main.add_subparsers(dest="command", required=True, metavar="COMMAND")

    command = commands.add_parser("run", parents=[shared, built, placed], help="measure and remember",
                                  description="Runs micro benches and races, prints them, adds them to the "
                                              "history.")
    command.add_argument("only", nargs="*", metavar="NAME",
                         help="races or micro bench programs, with * and ?; "
                         "default: all")
    command.add_argument("--build", metavar="DIR", default=BUILD,
                         help="where micro benches are (build/release)")
    command.add_argument("--baseline", metavar="BIN",
                         help="another astrolabe, run in turn, to be compared with")
    command.add_argument("--quick", action="store_true", help="few rounds, small workspaces: minutes")
    command.add_argument("--list", action="store_true", help="print what there is to run, and on what")
    command.add_argument("--no-history", action="store_true", help="do not remember it")
    command.add_argument("--note", default="", help="a line to remember with it")

    command = commands.add_parser(
        "compare", parents=[shared, placed], help="two programs, two builds, or two runs of the history",
        description="OLD and NEW are build folders (their micro benches run in turn), programs (micro "
                    "benches; with "
        "--race, astrolabe), or runs of the history: a number, `last`, `last-1`, the first letters of a "
        "commit.")
    command.add_argument("old", metavar="OLD")
    command.add_argument("new", metavar="NEW")
    command.add_argument("--race", action="append", default=[], metavar="NAME",
                         help="on which the programs run")
    command.add_argument("--as-they-lie", action="store_true",
                         help="of --race: not copies of the programs, which lie alike in memory")
    command.add_argument("--only", default="*", metavar="GLOB", help="of series or benches")
    command.add_argument("--threshold", type=float, default=verdict.THRESHOLD,
                         help=f"the change that matters (default: {verdict.THRESHOLD})")

    command = commands.add_parser("history", parents=[shared], help="list runs, or a series over time")
    command.add_argument("series", nargs="?", metavar="GLOB",
                         help="of series; without it, the runs are listed")
    command.add_argument("--all-machines", action="store_true")

    command = commands.add_parser("import", parents=[shared, built],
                                  help="JSON of Google Benchmark into the history")
    command.add_argument("file", nargs="+", metavar="FILE",
                         help="made by --benchmark_out; - is standard input")
    command.add_argument("--commit", help="it was measured of (default: that of this checkout)")

    command = commands.add_parser("report", parents=[shared],
                                  help="everything as one HTML file, or as Markdown")
    command.add_argument("--html", metavar="FILE", help="write it there")
    command.add_argument("--markdown", metavar="FILE", help="write the tables there; - is standard output")
    command.add_argument("--readme", metavar="FILE",
                         help="put the performance table between its markers there")

    command = commands.add_parser("targets", parents=[shared], help="what was promised, and what is measured")
    command.add_argument("--missed", action="store_true", help="only what is not met or not measured")

    command = commands.add_parser("gate", parents=[shared, built],
                                  help="instruction counts against the baseline")
    command.add_argument("--baseline", metavar="FILE", default=gate.BASELINE)
    command.add_argument("--update", action="store_true", help="write the baseline")
    command.add_argument("--tolerance", type=float, default=gate.TOLERANCE)

    command = commands.add_parser("selftest", parents=[shared],
                                  help="whether verdicts are right, of programs with a planted slowdown",
                                  description="Compares programs of which it is known what they cost "
                                              "(bench/planted): minutes, on any machine.")
    command.add_argument("--build", metavar="DIR", default=BUILD, help="build/release")
    command.add_argument("--count", type=int, default=20, help="comparisons of each kind (20)")
    command.add_argument("--seconds", type=float, default=60, help="of one comparison at most (60)")
    command.add_argument("--short", action="store_true",
                         help="two of each; only the counts of instructions can fail it")

    command = commands.add_parser("record",
                                  help="stand between an editor and a server, write down what the editor "
                                       "says")
    command.add_argument("file", metavar="FILE")
    command.add_argument("--root", required=True, help="the workspace's folder")
    command.add_argument("server", nargs="+", metavar="SERVER ARGUMENT", help="behind --")

    command = commands.add_parser("replay", parents=[shared], help="say a recorded session to a server again")
    command.add_argument("file", metavar="FILE")
    command.add_argument("--root", required=True, help="the workspace's folder")
    command.add_argument("--speed", type=float, default=1.0, help="above 1: shorter pauses")
    command.add_argument("server", nargs="+", metavar="SERVER ARGUMENT", help="behind --")
    return main


# ---- run

def new_run(program, build, note=""):
    commit_id, is_dirty = machine.commit()
    run = history.Run(commit_id=commit_id, is_dirty=is_dirty, load=round(os.getloadavg()[0], 2),
                      compiler=", ".join(machine.compilers(program)), flags=machine.build_flags(build))
    run.facts = {"note": note} if note else {}
    return run


def chosen(name, patterns):
    return not patterns or any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def run_micro(options, run, out, deadline):
    programs = {name: path for name, path in google_benchmark.programs(options.build).items()
                if chosen(name, options.only)}
    if not programs:
        return []
    run.facts["copy_bytes_per_second"] = machine.copy_bandwidth()
    rounds = options.rounds or (1 if options.quick else 10)
    failed = []
    for name, path in programs.items():
        if time.monotonic() > deadline:
            out.say(f"{name} is left out: {QUICK_SECONDS} s are over")
            continue
        out.say(f"{name}")
        end = time.monotonic() + options.seconds
        try:
            for number in range(rounds):
                out.progress(number, rounds, name)
                got = google_benchmark.run(path, repetitions=1 if options.quick else 3,
                                           min_time=0.001 if options.quick else 0.02,
                                           timeout=20 if options.quick else 3600,
                                           without=SLOW_BENCHES if options.quick else None)
                for series, value in got.items():
                    run.add(series, [value])
                if time.monotonic() > end:
                    break
            out.say(table.text(micro_rows(run, got)))
        except (process.CommandFailed, google_benchmark.BadJson) as error:
            failed += [] if options.quick else [name]
            out.say(f"  left out: {str(error).splitlines()[-1]}")
    return failed


def micro_rows(run, of):
    """Of the series `of`, from all rounds of this run."""
    samples = {series: run.samples[series] for series in of}
    limits = dict.fromkeys(of, run.facts["copy_bytes_per_second"])
    rows = report_markdown.micro_rows_of(samples, lambda series: estimate.median(run.samples[series]), limits)
    return [["  " + bench, median, throughput, f"{share} of a copy" if share else ""]
            for bench, median, _, throughput, share, _ in rows]


def races_to_run(options):
    """(race, workspace) of all that were asked for."""
    found = []
    for name in race.names():
        if not chosen(name, options.only):
            continue
        definition = race.load(name)
        workspaces = definition.get("workspaces", [""])
        if options.quick and not options.only:
            workspaces = definition.get("quick_workspaces", [""] if "workspaces" not in definition else [])
        found += [(name, workspace) for workspace in workspaces]
    return found


def run_races(options, run, out, deadline):
    settings = race.Options(astrolabe=os.path.realpath(options.astrolabe), corpora=options.corpora,
                            build=options.build,
                            baseline=options.baseline and os.path.realpath(options.baseline),
                            quick=options.quick,
                            rounds=options.rounds, threads=options.threads, scratch=options.scratch,
                            most_seconds=20 if options.quick else options.seconds, say=out.say,
                            progress=out.progress)
    failed = []
    for name, workspace in races_to_run(options):
        where = f"{name} on {workspace}" if workspace else name
        if time.monotonic() > deadline:
            out.say(f"{where} is left out: {QUICK_SECONDS} s are over")
            continue
        missing = race.Workspace(workspace, options.corpora).missing() if workspace else ""
        if missing:
            out.say(f"{where} is left out: {missing}")
            continue
        out.say(f"{where}: {race.load(name)['title']}")
        try:
            samples, facts = race.run(name, workspace, settings)
        except KeyboardInterrupt:
            failed.append(f"{where} and what comes behind it (interrupted)")
            break
        except race.RaceError as error:
            failed.append(where)
            out.say(f"  failed: {error}")
            continue
        except Exception as error:  # a bug of a driver's must not cost the hours of the others
            traceback.print_exc()
            failed.append(where)
            out.say(f"  failed: {type(error).__name__}: {error}")
            continue
        for series, values in samples.items():
            run.add(series, values)
        if facts:
            run.facts.setdefault("races", {})[f"{name}/{workspace}"] = facts
        out.say(table.text(race_rows(samples)))
    return failed


def race_rows(samples):
    """A row for each metric: our figure, and each other entrant's beside it with the ratio."""
    rows = []
    for (_, _, metric), entrants in report.races(samples).items():
        ours = entrants.get(race.OURS)
        cells = ["  " + metric]
        for name, (series, values) in entrants.items():
            got = estimate.median(values)
            cell = f"{name} {table.figure(got.value, series.unit)}"
            if ours and name != race.OURS and estimate.median(ours[1]).value:
                cell += f" ({table.times(got.value / estimate.median(ours[1]).value)})"
            cells.append(cell)
        rows.append(cells)
    width = max((len(row) for row in rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]


def command_run(options, out):
    if options.list:
        out.say(table.text([[name, workspace, race.load(name)["title"]] for name,
                            workspace in races_to_run(options)],
                           ["race", "workspace", "what"]))
        for name in google_benchmark.programs(options.build):
            if chosen(name, options.only):
                out.say(name)
        return DONE
    for program in (options.astrolabe, options.baseline):
        if program and not os.access(program, os.X_OK):
            raise FileNotFoundError(f"no program {program}: ./x build makes it, --astrolabe names another")
    described = machine.description()
    out.say(f"{machine.in_words(described)}; load {os.getloadavg()[0]:.1f}")
    run = new_run(options.astrolabe, options.build, options.note)
    deadline = time.monotonic() + QUICK_SECONDS if options.quick else math.inf
    failed = run_races(options, run, out, deadline) + run_micro(options, run, out, deadline)
    if not run.samples:
        if failed:
            out.say(f"nothing was measured; failed: {', '.join(failed)}")
            return BAD
        wanted = f": no {', '.join(options.only)} that can run here" if options.only else ""
        out.say(f"nothing was measured{wanted}")
        return MISSING
    words = compare.with_baseline(run.samples) if options.baseline else {}
    if words:
        out.say()
        out.say(compare.show(words))
        run.facts["verdicts"] = compare.as_json(words)
    if not options.no_history:
        with history.History(options.history) as file:
            file.add(run)
        out.say(f"run {run.id} in {options.history}")
    if failed:
        out.say(f"failed: {', '.join(failed)}")
    if options.json:
        print(json.dumps(as_json(run, words)))
    return BAD if failed else worst(words)


def worst(words):
    """The exit code of verdicts."""
    return BAD if any(word.word in (verdict.REGRESSED, verdict.VOID) for word in words.values()) else DONE


def as_json(run, words=None):
    figures = []
    for series, values in run.samples.items():
        got = estimate.median(values)
        figures.append({"series": series.name, "unit": series.unit, "better": series.better,
                        "median": got.value,
                        "low": got.low, "high": got.high, "samples": values,
                        "outliers": vars(outliers.classify(values))})
    return {"run": run.id, "started": run.started, "commit": run.commit_id, "machine": run.machine,
            "compiler": run.compiler, "flags": run.flags, "load": run.load, "facts": run.facts,
            "figures": figures,
            "verdicts": compare.as_json(words or {})}


# ---- The others.

def command_compare(options, out):
    if os.path.exists(options.old) and os.path.exists(options.new):
        if options.race:
            words = compare.programs(options, out)
        else:
            words = compare.builds(options, out)
    else:
        with history.History(options.history) as file:
            words = compare.runs(file, options)
    if not words:
        out.say("nothing in common to compare")
        return MISSING
    out.say(compare.show(words))
    if options.json:
        print(json.dumps(compare.as_json(words)))
    return worst(words)


def command_history(options, out):
    here = None if options.all_machines else machine.fingerprint(machine.description())
    with history.History(options.history) as file:
        runs = {run.id: run for run in file.runs(here)}
        if options.series is None:
            if options.json:
                print(json.dumps([{**vars(run), "samples": None} for run in runs.values()]))
                return DONE
            out.say(table.text([[run.id, run.started, run.commit_id[:12] + ("+" if run.is_dirty else ""),
                                 run.load, run.facts.get("note", "")] for run in runs.values()],
                               ["run", "started", "commit", "load", "note"]))
            return DONE
        found = file.summaries(options.series, here)
    if options.json:
        print(json.dumps([{"series": series.name, "unit": series.unit, "points": [
            {"run": run, "commit": runs[run].commit_id, "started": runs[run].started, **vars(got)}
            for run, got in points]} for series, points in found.items()]))
        return DONE if found else MISSING
    for series, points in found.items():
        out.say(series.name)
        out.say(table.text([[f"  {runs[run].started}", runs[run].commit_id[:12], run,
                             table.figure(got.value, series.unit),
                             f"{table.figure(got.low, series.unit)} to {table.figure(got.high, series.unit)}",
                             got.samples] for run, got in points],
                           ["  started", "commit", "run", "median", "95 %", "samples"]))
    if not found:
        out.say(f"no series {options.series}; `astrolabe-bench history '*'` shows all")
    return DONE if found else MISSING


def command_import(options, out):
    run = new_run(options.astrolabe, BUILD, f"imported from {', '.join(options.file)}")
    if options.commit:
        run.commit_id, run.is_dirty = options.commit, False
    for path in options.file:
        if path == "-":
            text = sys.stdin.read()
        else:
            with open(path, encoding="utf-8") as file:
                text = file.read()
        samples, context = google_benchmark.read(text, path)
        run.facts.setdefault("imported", {})[path] = {key: context.get(key) for key in
                                                      ("date", "host_name", "executable", "load_avg")}
        for series, values in samples.items():
            run.add(series, values)
    with history.History(options.history) as file:
        file.add(run)
    out.say(f"run {run.id}: {len(run.samples)} series")
    if options.json:
        print(json.dumps(as_json(run)))
    return DONE


def command_report(options, out):
    if not (options.html or options.markdown or options.readme):
        out.say("nothing to write: --html FILE, --markdown FILE or --readme FILE")
        return 2
    with history.History(options.history) as file:
        data = report.collect(file, machine.fingerprint(machine.description()))
    if not data.latest:
        out.say(f"{options.history} has nothing of this machine: `astrolabe-bench run` first")
        return MISSING
    report.write(data, options.html, options.markdown, options.readme)
    for path in (options.html, options.markdown, options.readme):
        if path and path != "-":
            out.say(f"wrote {path}")
    return DONE


def command_targets(options, out):
    with history.History(options.history) as file:
        latest = file.latest(machine.fingerprint(machine.description()))
    results = targets.check(targets.load(), latest)
    if options.missed:
        results = [result for result in results if result.state != targets.MET]
    out.say(table.text(targets.rows(results), targets.HEAD))
    out.say(targets.total(results))
    if options.json:
        print(json.dumps([result.as_json() for result in results]))
    return DONE


def command_gate(options, out):
    if not os.access(options.astrolabe, os.X_OK):
        raise FileNotFoundError(f"no program {options.astrolabe}: ./x build makes it, --astrolabe names "
                                f"another")
    code, found = gate.run(options.astrolabe, options.baseline, options.update, options.tolerance, out.say)
    if not options.update:
        rows = [[name, f"{job['before'] or 0:,}", f"{job['now']:,}", table.share(job["ratio"]) if job["ratio"]
                 else "",
                 job["word"]] for name, job in found["jobs"].items()]
        out.say(table.text(rows, ["instructions", "baseline", "now", "", ""]))
        out.say(f"gate: {found['verdict']}" + "".join(f"; {why}" for why in found["why"]))
        if code:
            out.say("If it has to cost that: `astrolabe-bench gate --update`, and say why in the commit's "
                    "message.")
    if options.json:
        print(json.dumps(found))
    return code


def command_selftest(options, out):
    count, options.seconds = (2, 10) if options.short else (options.count, options.seconds)
    options.rounds, options.threshold = None, verdict.THRESHOLD
    out.say(f"{machine.in_words(machine.description())}; load {os.getloadavg()[0]:.1f}")
    timed = selftest.timed(options.build, count, options, out)
    counted = selftest.counted(options.build, count, out)
    found = timed | counted
    out.say(table.text([[what, ", ".join(f"{number} {word}" for word, number in words.items()),
                         "as it should be" if is_met else "not as it should be"]
                        for what, (words, is_met) in found.items()]))
    if options.json:
        print(json.dumps({what: {"words": words, "met": is_met} for what, (words, is_met) in found.items()}))
    if options.short:
        found = counted
    return DONE if all(is_met for _, is_met in found.values()) else BAD


def command_record(options, _):
    return session_recorder.record(options.server, options.root, options.file)


def command_replay(options, out):
    from astrolabe_bench.macro import replay
    taken = replay.replay(options.server, os.path.realpath(options.root), options.file, options.speed)
    rows = []
    for name, values in taken.items():
        if isinstance(values, list):
            ordered = report.percentiles(values)
            rows.append([name, len(values), *(table.figure(value, "ms") for value in ordered.values())])
    out.say(table.text(rows, ["request", "count", "p50", "p90", "p99", "max"]))
    out.say(f"peak summed PSS {table.figure(taken['mb'], 'MB')}; {taken['empty']} empty, "
            f"{taken['overtaken']} overtaken, {taken['failed']} failed")
    if options.json:
        print(json.dumps(taken))
    return DONE if not taken["failed"] else BAD


COMMANDS = {"run": command_run, "compare": command_compare, "history": command_history,
            "import": command_import,
            "report": command_report, "targets": command_targets, "gate": command_gate,
            "record": command_record, "selftest": command_selftest,
            "replay": command_replay}


def interrupt(*_):
    """Servers are ended and folders removed on the way out."""
    raise KeyboardInterrupt


def main(arguments=None):
    options = parser().parse_args(arguments)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, interrupt)
        signal.signal(signal.SIGINT, interrupt)  # also where a shell has put us into the background
    out = Output(getattr(options, "json", False))
    try:
        return COMMANDS[options.command](options, out)
    except (history.HistoryError, google_benchmark.BadJson, session_file.BadSession, race.RaceError,
            callgrind.NoCallgrind, process.CommandFailed, OSError, ValueError) as error:
        print(f"astrolabe-bench: {error}", file=sys.stderr)
        return MISSING
    except KeyboardInterrupt:
        print("astrolabe-bench: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return DONE

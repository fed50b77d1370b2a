"""Verdicts on two of something: builds or programs that run in turn now, or runs of the history.

What runs now runs three times in each round, old, new and old again, so that its A/A comparison tells whether
the run may speak at all (verdict.py). Runs of the history have none: their verdicts are advice, and say so.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import dataclasses
import fnmatch
import os

from astrolabe_bench import estimate, google_benchmark, machine, race, sampling, table, verdict

OLD, NEW, AGAIN = "old", "new", "again"


def with_baseline(samples, threshold=verdict.THRESHOLD):
    """{Series of ours: Verdict}, of samples that were taken with a baseline."""
    words = {}
    for series, values in samples.items():
        if series.entrant != race.OURS:
            continue
        others = [samples.get(dataclasses.replace(series, entrant=name)) for name in
                  (race.BASELINE, race.AGAIN)]
        if not all(others) or len({len(values), *map(len, others)}) != 1:
            continue
        if min(map(min, (values, *others))) > 0:
            words[series] = verdict.of_rounds(others[0], values, others[1], threshold, series.better)
    return words


def programs(options, out):
    """--race: two programs `astrolabe`, without the peers."""
    settings = race.Options(astrolabe=os.path.realpath(options.new), baseline=os.path.realpath(options.old),
                            corpora=options.corpora, rounds=options.rounds, threads=options.threads,
                            scratch=options.scratch, most_seconds=options.seconds, say=out.say,
                            progress=out.progress, peers=False,
                            copies=not options.as_they_lie)
    words = {}
    for name in options.race:
        if name not in race.names():
            raise race.RaceError(f"no race {name}; there are {', '.join(race.names())}")
        for workspace in race.load(name).get("workspaces", [""]):
            missing = race.Workspace(workspace, options.corpora).missing() if workspace else ""
            if missing:
                out.say(f"{name} on {workspace} is left out: {missing}")
                continue
            samples, _ = race.run(name, workspace, settings)
            words.update(with_baseline(samples, options.threshold))
    return words


def pairs(path):
    """name: program, of a build folder or of one program."""
    return google_benchmark.programs(path) if os.path.isdir(path) else {os.path.basename(path): path}


def builds(options, out):
    """{Series: Verdict} of the micro benches that two builds (or programs) have in common."""
    old, new = pairs(options.old), pairs(options.new)
    common = {name: (old[name], new[name]) for name in old if name in new}
    if not os.path.isdir(options.old) and not os.path.isdir(options.new):
        common = {os.path.basename(options.new): (options.old, options.new)}
    words = {}
    for name, (before, after) in common.items():
        benches = [bench for bench in google_benchmark.names(after)
                   if fnmatch.fnmatchcase(f"{name}/{bench}", options.only)]
        for bench in benches:
            words.update(one_bench(name, bench, before, after, options, out))
    return words


def one_bench(program, bench, before, after, options, out):
    """Rounds of one bench alone: short ones, so that what disturbs one program disturbs the other as well."""
    out.say(f"{program}/{bench}")

    def of(path):
        return lambda: google_benchmark.run(path, [bench], repetitions=1, min_time=0.005, name=program)

    def time_of(samples):
        return {name: [next(value for series, value in sample.items() if series.unit == "ns") for sample
                       in taken]
                for name, taken in samples.items()}

    def ratios(samples):
        values = time_of(samples)
        return [(values[OLD], values[NEW]), (values[OLD], values[AGAIN])]
    sampler = sampling.Sampler(rounds=options.rounds or 20, most_seconds=min(options.seconds, 120),
                               progress=out.progress)
    samples = sampler.take({OLD: of(before), NEW: of(after), AGAIN: of(before)}, ratios)
    values = time_of(samples)
    series = next(series for series in samples[NEW][0] if series.unit == "ns")
    return {series: verdict.of_rounds(values[OLD], values[NEW], values[AGAIN], options.threshold)}


def runs(file, options):
    """{Series: Verdict} of two runs of the history, on this machine."""
    here = machine.fingerprint(machine.description())
    old, new = file.find_run(options.old, here), file.find_run(options.new, here)
    if machine.fingerprint(old.machine) != machine.fingerprint(new.machine):
        raise race.RaceError(f"run {old.id} is of another machine ({machine.in_words(old.machine)}) than "
                             f"run {new.id}: "
                             "figures of two machines say nothing about two programs")
    before, after = file.samples(old.id), file.samples(new.id)
    words = {}
    for series, values in after.items():
        if series in before and fnmatch.fnmatchcase(series.name, options.only) and min(before[series]) > 0:
            words[series] = verdict.of_runs(before[series], values, options.threshold, series.better)
    return words


def show(words):
    rows = []
    for series, word in words.items():
        same = f"A/A {interval(word.same)}" if word.same else "no A/A: advice"
        rows.append([series.name, table.share(word.ratio.value), interval(word.ratio), same, word.word])
    return table.text(rows, ["series", "change", "95 %", "", "verdict"])


def interval(ratio: estimate.Estimate):
    return f"{table.share(ratio.low)} to {table.share(ratio.high)}"


def as_json(words):
    return {series.name: {"verdict": word.word, "ratio": vars(word.ratio), "same": word.same
                          and vars(word.same)}
            for series, word in words.items()}

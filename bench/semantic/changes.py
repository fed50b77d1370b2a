"""What changes cost the semantic index, against its own bars: the numbers of docs/PERFORMANCE.md that no race
has.

    bench/semantic/changes.py [--workspaces rocksdb-lib,rocksdb-all,vtk] [--only PART,...] [...]

Parts, each for each workspace (bench/workspaces.json):
    again       nothing changed; one .cc changed; a comment, then a new declaration, in a header that most TUs
                include: wall, CPU, peak summed PSS, and when the new declaration is first found
    no_zygote   all TUs parsed plainly, for comparison (as long as clangd takes, or longer)
    latency     `astrolabe query def NAME` from start to printed answer, 200 times

A workspace that is not under --corpora is left out and said so. Times are wall-clock seconds with the page
cache warm, memory is the peak of the summed PSS of all processes, sampled. The files that are changed are put
back, with their times. The whole index against clangd's is the race `semantic-index` of
bench/astrolabe-bench.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import argparse
import contextlib
import json
import os
import platform
import random
import re
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
REPOSITORY = os.path.normpath(os.path.join(HERE, "..", ".."))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(REPOSITORY, "bench"))
from astrolabe_bench import workspace  # noqa: E402
from astrolabe_bench.process import memory_mb as process_memory_mb  # noqa: E402

WORKSPACES = [name for name, words in workspace.defined().items() if "header" in words]
# Share of TUs by zygotes at least.
BY_ZYGOTES = 0.95
PARTS = ("again", "no_zygote", "latency")


class Run:
    """One command: wall and CPU seconds of it and all it waited for, peak summed PSS, JSON it printed.

    interval: seconds between looks at the memory; None for none, which disturbs a short run least.
    """

    def __init__(self, command, interval=None, each=lambda pid: None):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.peak_kb = 0
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
            start = time.monotonic()
            process = subprocess.Popen(command, stdout=out, stderr=errors)
            try:
                while interval is not None and process.poll() is None:
                    self.peak_kb = max(self.peak_kb, 1024 * process_memory_mb(process.pid))
                    each(process.pid)
                    time.sleep(interval)
                process.wait()
            finally:
                if process.poll() is None:
                    process.terminate()
                    process.wait()
            self.seconds = time.monotonic() - start
            out.seek(0)
            errors.seek(0)
            self.output = out.read().decode(errors="replace")
            if process.returncode not in (0, 1):
                raise RuntimeError(f"{' '.join(command)}: exit {process.returncode}\n"
                                   f"{errors.read().decode(errors='replace')[-2000:]}")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def report(self):
        lines = [line for line in self.output.splitlines() if line.startswith("{")]
        return json.loads(lines[-1]) if lines else {}

    def numbers(self):
        found = {"seconds": round(self.seconds, 3), "cpu": round(self.cpu, 3)}
        if self.peak_kb:
            found["peak_pss_mb"] = round(self.peak_kb / 1024, 1)
        return found


def outcomes(report):
    """{"zygote": TUs, "plain": TUs, ...} of an index report, at whatever depth it stands; reasons added
    up."""
    if isinstance(report, dict):
        if isinstance(report.get("zygote"), int):
            totals = {k: sum(v.values()) if isinstance(v, dict) else v for k, v in report.items()}
            return {k: v for k, v in totals.items() if isinstance(v, int)}
        for value in report.values():
            if found := outcomes(value):
                return found
    return {}


def parsed_units(found):
    """How many TUs `outcomes` speaks of; the other numbers of a report are not of TUs that were parsed."""
    return sum(found.get(outcome, 0) for outcome in ("zygote", "plain", "failed", "quarantined"))


@contextlib.contextmanager
def edited(path):
    """Gives a function that writes the file's own content plus some bytes; puts the file back at the end.

    They go before the #endif of an include guard: behind it the file would no longer count as guarded.
    """
    with open(path, "rb") as f:
        original = f.read()
    stat = os.stat(path)
    guard_end = original.rfind(b"\n#endif") if re.search(rb"^#ifndef", original, re.MULTILINE) else -1
    end = guard_end if guard_end >= 0 and path.endswith(".h") else len(original)

    def append(text):
        with open(path, "wb") as f:
            f.write(original[:end] + text + original[end:])

    try:
        yield append
    finally:
        append(b"")
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


class Workspace:
    def __init__(self, bench, name):
        self.bench, self.name, self.o = bench, name, bench.o
        self.place = workspace.Workspace(name, bench.o.corpora)
        self.root, self.cdb = self.place.root, self.place.commands
        self.source = os.path.join(self.root, self.place.words["changed"])
        self.header = os.path.join(self.root, self.place.words["header"])
        self.folder = os.path.join(bench.tmp, name)
        self.index_dir = os.path.join(self.folder, "index")
        self.results = bench.results.setdefault(name, {})
        self.first = None  # the Run that made index_dir

    def command(self, *arguments, index_dir=None):
        return [self.o.astrolabe, *arguments, "--root", self.root, "--index-dir", index_dir or self.index_dir]

    def index_command(self, *arguments, index_dir=None):
        return self.command("index", "--compile-commands-dir", self.cdb, "-j", str(self.o.threads), "--json",
                            *arguments, index_dir=index_dir)

    def row(self, what, ours, other="", note=""):
        self.bench.row(self.name, what, ours, other, note)

    def ensure_index(self):
        """A complete index in index_dir, made from nothing under observation."""
        if self.first is None:
            self.first = Run(self.index_command(), interval=0.2)
            by_outcome = outcomes(self.first.report())
            units = parsed_units(by_outcome)
            self.results["first"] = {**self.first.numbers(), "outcomes": by_outcome,
                                     "report": self.first.report()}
            if units:
                self.row("TUs by zygotes", f"{by_outcome['zygote']} of {units}", f"bar {BY_ZYGOTES:.0%}",
                         f"{by_outcome['zygote'] / units:.1%}")

    def changed(self, what, bar, before=lambda i: None, rounds=5):
        """The median of `rounds` runs, `before` each a change, and one more with the memory sampled."""
        runs = []
        for i in range(rounds):
            before(i)
            runs.append(Run(self.index_command()))
        before(rounds)
        sampled = Run(self.index_command(), interval=0.02)
        seconds = statistics.median(r.seconds for r in runs)
        done = outcomes(runs[-1].report())
        self.results[what] = {"seconds": seconds, "all_seconds": [round(r.seconds, 3) for r in runs],
                              "cpu": statistics.median(r.cpu for r in runs), "outcomes": done,
                              "peak_pss_mb": round(sampled.peak_kb / 1024, 1), "report": runs[-1].report()}
        parsed = ", ".join(f"{k} {v}" for k, v in done.items() if v)
        self.row(what, f"{seconds:.3f} s", bar, f"CPU {self.results[what]['cpu']:.2f} s, peak PSS "
                 f"{sampled.peak_kb / 1024:.0f} MB" + (f"; TUs: {parsed}" if parsed else ""))

    def again(self):
        self.ensure_index()
        self.changed("nothing changed", "bar 0.5 s")
        with edited(self.source) as append:
            self.changed(f"{os.path.basename(self.source)} changed", "bar 1 s", lambda i: append(
                b"\nstatic inline int AstrolabeBenchProbe%d() { return 0; }\n" % i))
        Run(self.index_command())
        with edited(self.header) as append:
            self.changed(f"{os.path.basename(self.header)}: a comment", "", lambda i: append(
                b"\n// astrolabe bench %d\n" % i), rounds=1 if self.o.quick else 3)
        Run(self.index_command())
        self.new_declaration()
        Run(self.index_command())

    def new_declaration(self):
        """A declaration more in the central header: the whole run, and when the index first knows it."""
        name = "AstrolabeBenchNewDeclaration"
        including = subprocess.run(self.command("query", "included-by", self.header, "--transitive",
                                                "--json"),
                                   capture_output=True, text=True)
        units = including.stdout.count("\n") if including.returncode in (0, 1) else None
        first = []

        def look(_):
            if not first:
                asked = time.monotonic()
                answer = subprocess.run(self.command("query", "decl", name, "--json"), capture_output=True,
                                        text=True)
                if any(json.loads(line).get("tier") == 1 for line in answer.stdout.splitlines()):
                    first.append(asked - start)

        with edited(self.header) as append:
            append(b"\nint %s();\n" % name.encode())
            start = time.monotonic()
            run = Run(self.index_command(), interval=0.05, each=look)
            look(None)
        done = outcomes(run.report())
        parsed = ", ".join(f"{k} {v}" for k, v in done.items() if v)
        what = f"{os.path.basename(self.header)}: a declaration"
        self.results[what] = {**run.numbers(), "first_answer": first[0] if first else None, "outcomes": done,
                              "units_including": units, "report": run.report()}
        self.row(what, f"{run.seconds:.2f} s", f"{units} TUs include it",
                 f"CPU {run.cpu:.1f} s, peak PSS {run.peak_kb / 1024:.0f} MB; TUs: {parsed}")
        self.row("  found by `query decl` after", f"{first[0]:.2f} s" if first else "never", "bar 1 s")

    def no_zygote(self):
        self.ensure_index()
        plain = Run(self.index_command("--no-zygote", index_dir=os.path.join(self.folder, "plain")),
                    interval=0.2)
        self.results["no_zygote"] = {**plain.numbers(), "report": plain.report()}
        self.row("from nothing: --no-zygote", f"{self.first.seconds:.2f} s", f"plain {plain.seconds:.1f} s",
                 f"{plain.seconds / self.first.seconds:.1f}x faster; plain peak PSS "
                 f"{plain.peak_kb / 1024:.0f} MB")
        shutil.rmtree(os.path.join(self.folder, "plain"))

    def latency(self):
        self.ensure_index()
        sys.path.insert(0, HERE)
        import completeness
        rng = random.Random(1)
        files = completeness.reached_files(self.root, self.cdb)
        names = []
        for file in rng.sample(files, min(len(files), 60)):
            outline = completeness.outline(self.o.astrolabe, os.path.join(self.root, file))
            names += [name for _, _, kind, name in rng.sample(outline, min(len(outline), 4))
                      if kind != "macro"]
        seconds, found = [], 0
        for i in range(200):
            command = self.command("query", "def", names[i % len(names)].rsplit("::", 1)[-1])
            start = time.monotonic()
            got = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            seconds.append(time.monotonic() - start)
            found += got.returncode == 0
        seconds.sort()
        median, p99 = seconds[100], seconds[197]
        self.results["latency"] = {"median_ms": 1e3 * median, "p99_ms": 1e3 * p99, "found": found}
        self.row("start to printed answer of `query def`", f"{1e3 * median:.1f} ms", "bar 50 ms",
                 f"p99 {1e3 * p99:.1f} ms; {found} of 200 names with an answer")


class Bench:
    def __init__(self, options):
        self.o = options
        self.tmp = tempfile.mkdtemp(prefix="astrolabe-bench-", dir=options.tmp)
        self.rows = []
        self.results = {}

    def row(self, workspace, what, ours, other, note):
        self.rows.append((workspace, what, ours, other, note))
        print(f"{workspace:12} {what:44} {ours:>14} {other:>20}  {note}", flush=True)

    def markdown(self):
        lines = ["| workspace | what | astrolabe | clangd or bar | |", "|---|---|---|---|---|"]
        lines += ["| " + " | ".join(row) + " |" for row in self.rows]
        return "\n".join(lines) + "\n"


def choice(text, known, what):
    names = text.split(",")
    for name in names:
        if name not in known:
            sys.exit(f"unknown {what} \"{name}\"; there are {', '.join(known)}")
    return names


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--astrolabe", default=os.path.join(REPOSITORY, "build", "release", "lsp",
                                                            "astrolabe"))
    parser.add_argument("--corpora", default=os.environ.get("ASTROLABE_CORPORA", "/work/corpora"),
                        help="folder of the workspaces (default: $ASTROLABE_CORPORA or /work/corpora)")
    parser.add_argument("--workspaces", default=",".join(WORKSPACES),
                        help="default: all of " + ",".join(WORKSPACES))
    parser.add_argument("--only", default=",".join(PARTS), help="default: all of " + ",".join(PARTS))
    parser.add_argument("-j", "--threads", type=int, default=2, help="for both programs (default: 2)")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--tmp", help="folder for the indexes")
    parser.add_argument("--json", help="write all numbers there")
    parser.add_argument("--markdown", help="write the table there")
    options = parser.parse_args()
    for name in ("astrolabe", "corpora"):
        setattr(options, name, os.path.realpath(getattr(options, name)))
    workspaces = choice(options.workspaces, WORKSPACES, "workspace")
    parts = choice(options.only, PARTS, "part")
    # So that a file that is being changed is put back then, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    bench = Bench(options)
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    try:
        for name in workspaces:
            measured = Workspace(bench, name)
            if missing := measured.place.missing():
                print(f"{name}: {missing}", file=sys.stderr)
                continue
            for part in parts:
                getattr(measured, part)()
            shutil.rmtree(measured.folder, ignore_errors=True)
    finally:
        # Also of an unfinished run: what was measured took long enough.
        if options.json:
            with open(options.json, "w") as f:
                json.dump(bench.results, f, indent=1)
        if options.markdown:
            with open(options.markdown, "w") as f:
                f.write(bench.markdown())
        shutil.rmtree(bench.tmp, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

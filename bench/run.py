"""Tier 0 and an editing session against their peers, in one run: the numbers of docs/PERFORMANCE.md.

    bench/run.py [--astrolabe BIN] [--linux DIR] [--quick] [--json FILE] [--markdown FILE] [--plot FILE.svg]

Needs a Linux source tree (default: $ASTROLABE_LINUX or /work/corpora/linux) and the peers universal-ctags,
codesearch and ripgrep; what is missing is left out and said so. Commands of one comparison are run in turn
(A B B A …), so that a noisy machine is noisy for both; medians are printed, and ratios of medians. Times are
wall-clock seconds with the page cache warm, memory the peak resident set of the process.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import argparse
import json
import math
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.join(HERE, "..", "build", "release")


def measure(command, env=None, ok=(0, 1)):
    """Runs `command`; -> (seconds, peak resident MB, standard output)."""
    with tempfile.TemporaryFile() as out:
        start = time.monotonic()
        pid = os.posix_spawnp(command[0], command, env or os.environ, file_actions=[
            (os.POSIX_SPAWN_DUP2, out.fileno(), 1),
            (os.POSIX_SPAWN_OPEN, 2, "/dev/null", os.O_WRONLY, 0)])
        _, status, usage = os.wait4(pid, 0)
        seconds = time.monotonic() - start
        if os.waitstatus_to_exitcode(status) not in ok:
            raise RuntimeError(f"{command} exited with {os.waitstatus_to_exitcode(status)}")
        out.seek(0)
        return seconds, usage.ru_maxrss * 1024 / 1e6, out.read()


def interleaved(commands, rounds, before=lambda name: None):
    """commands: {name: argv or (argv, env)}; -> {name: {"seconds", "mb", "output"}}, medians over rounds."""
    samples = {name: [] for name in commands}
    for i in range(rounds):
        order = list(commands) if i % 2 == 0 else list(commands)[::-1]
        for name in order:
            before(name)
            command = commands[name]
            argv, env = command if isinstance(command, tuple) else (command, None)
            samples[name].append(measure(argv, env))
    return {name: {"seconds": statistics.median(s[0] for s in got),
                   "all_seconds": [round(s[0], 4) for s in got],
                   "mb": round(statistics.median(s[1] for s in got), 1),
                   "output": got[-1][2]} for name, got in samples.items()}


class Bench:
    def __init__(self, options):
        self.o = options
        self.tmp = tempfile.mkdtemp(prefix="astrolabe-bench-", dir=options.tmp)
        self.index = os.path.join(self.tmp, "index")
        self.rows = []     # (what, ours, peer or bar, ratio or verdict)
        self.tables = []   # Markdown of other benches
        self.results = {}

    def astrolabe(self, *arguments, root=None, index=None):
        return [self.o.astrolabe, *arguments, "--root", root or self.o.linux, "--index-dir",
                index or self.index]

    def row(self, what, ours, other, note):
        self.rows.append((what, ours, other, note))
        print(f"{what:58} {ours:>22} {other:>26}  {note}", flush=True)

    def from_nothing(self):
        listing = os.path.join(self.tmp, "files")
        with open(listing, "w") as f:
            subprocess.run(["find", self.o.linux, "-name", "*.[ch]", "-type", "f"], stdout=f, check=True)
        commands = {"astrolabe": self.astrolabe("index", "--json")}
        if shutil.which("ctags"):
            commands["ctags"] = ["ctags", "--languages=C,C++", "--c-kinds=+p", "-L", listing, "-f",
                                 os.path.join(self.tmp, "tags")]
        if shutil.which("cindex"):
            env = dict(os.environ, CSEARCHINDEX=os.path.join(self.tmp, "csearchindex"))
            # cindex takes a folder: one with hard links to the same files, so that all do the same work.
            folder = self.hard_links(1.0, "cindex-root")
            commands["cindex"] = (["cindex", "-reset", folder], env)

        def fresh(name):
            if name == "astrolabe":
                shutil.rmtree(self.index, ignore_errors=True)
        got = interleaved(commands, 1 if self.o.quick else 3, fresh)
        ours = json.loads(got["astrolabe"]["output"])
        mine = got["astrolabe"]
        self.row("Linux from nothing: wall", f"{mine['seconds']:.2f} s", "bar 6 s",
                 f"{ours['lines'] / mine['seconds'] / 1e6:.1f} M lines/s")
        self.row("Linux from nothing: peak memory", f"{mine['mb']:.0f} MB", "bar 200 MB", "")
        for peer in ("ctags", "cindex"):
            if peer in got:
                self.row(f"  against {peer}", f"{mine['seconds']:.2f} s", f"{got[peer]['seconds']:.2f} s",
                         f"{got[peer]['seconds'] / mine['seconds']:.1f}x faster")
        share = ours["index_mb"] * 1e6 / ours["bytes"]
        self.row("index on disk", f"{ours['index_mb']:.0f} MB", f"{ours['bytes'] / 1e6:.0f} MB of source",
                 f"{100 * share:.1f} % (bar 20 %)")
        self.results["from_nothing"] = {k: {x: v[x] for x in ("seconds", "all_seconds", "mb")}
                                        for k, v in got.items()}
        self.results["report"] = ours

    def again(self):
        command = {"astrolabe": self.astrolabe("index", "--json")}
        got = interleaved(command, 5)["astrolabe"]
        self.row("second run, nothing changed", f"{got['seconds']:.3f} s", "bar 0.7 s", f"{got['mb']:.0f} MB")
        victim = os.path.join(self.o.linux, "kernel", "fork.c")
        with open(victim, "rb") as f:
            original = f.read()
        stat = os.stat(victim)
        try:
            count = [0]

            def change(_):
                count[0] += 1
                with open(victim, "wb") as f:
                    f.write(original + b"/* changed */\n" * count[0])
            changed = interleaved(command, 5, change)["astrolabe"]
        finally:
            with open(victim, "wb") as f:
                f.write(original)
            os.utime(victim, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        self.row("second run, one file changed", f"{changed['seconds']:.3f} s", "bar 0.8 s",
                 f"{changed['mb']:.0f} MB")
        measure(self.astrolabe("index"))
        self.results["again"] = {"nothing": got["seconds"], "one_file": changed["seconds"]}

    def cold_query(self):
        worst = None
        for name in ("task_struct", "kmalloc", "schwork", "shedule_work", "rcu_read_lock"):
            got = interleaved({"q": self.astrolabe("query", "symbol", name)}, 11)["q"]
            if worst is None or got["seconds"] > worst["seconds"]:
                worst = dict(got, name=name)
            worst["mb"] = max(worst["mb"], got["mb"])
        self.row("start to printed answer of `query symbol`, slowest of 5", f"{1e3 * worst['seconds']:.1f} ms",
                 "bar 50 ms", f"{worst['mb']:.0f} MB (bar 60 MB)")
        self.results["cold_query"] = {k: worst[k] for k in ("name", "seconds", "mb")}

    def latency(self):
        program = os.path.join(BUILD, "bench", "query", "symbol_latency")
        if not os.path.exists(program):
            return print("symbol_latency is not built", file=sys.stderr)
        got = json.loads(measure([program, self.index, "2000" if self.o.quick else "10000"])[2])
        both = got["all"]
        self.row("symbol query in process, p50", f"{both['p50_us'] / 1e3:.3f} ms", "bar 0.3 ms", "")
        self.row("symbol query in process, p99", f"{both['p99_us'] / 1e3:.3f} ms", "bar 3 ms", "")
        self.results["latency"] = got

    def text(self):
        if not shutil.which("rg"):
            return print("ripgrep is missing", file=sys.stderr)
        types = ["-tc", "--no-heading", "-n", "--column"]
        for what, ours, theirs in (
                ("rare identifier", ["kmalloc_array"], ["-w", "kmalloc_array"]),
                ("literal that is no identifier", ["err = -ENOMEM"], ["-F", "err = -ENOMEM"]),
                ("regex", ["--regex", r"kmalloc\(.*GFP_ATOMIC"], [r"kmalloc\(.*GFP_ATOMIC"]),
                ("regex without a literal", ["--regex", r"[a-z]+_[0-9]{5,}x"], [r"[a-z]+_[0-9]{5,}x"])):
            got = interleaved({"astrolabe": self.astrolabe("query", "text", *ours),
                               "rg": ["rg", *types, *theirs, self.o.linux]}, 5 if self.o.quick else 11)
            mine, peer = got["astrolabe"], got["rg"]
            lines = mine["output"].count(b"\n"), peer["output"].count(b"\n")
            self.row(f"text: {what}", f"{1e3 * mine['seconds']:.0f} ms",
                     f"rg {1e3 * peer['seconds']:.0f} ms",
                     f"{peer['seconds'] / mine['seconds']:.1f}x faster; {lines[0]} / {lines[1]} lines")
            self.results["text " + what] = {"astrolabe": mine["seconds"], "rg": peer["seconds"],
                                            "lines": lines}

    def editing_session(self):
        """bench/lsp/session.py, whose rows go below ours."""
        figures = os.path.join(self.tmp, "session.json")
        table = os.path.join(self.tmp, "session.md")
        subprocess.run([sys.executable, os.path.join(HERE, "lsp", "session.py"), "--astrolabe", self.o.astrolabe,
                        "--rounds", "1" if self.o.quick else "3", "--json", figures, "--markdown", table], check=True)
        if not os.path.exists(figures):
            return  # it has said what it lacks
        with open(figures, encoding="utf-8") as f:
            self.results["editing_session"] = json.load(f)
        with open(table, encoding="utf-8") as f:
            self.tables.append(f.read())

    def hard_links(self, share, name):
        """A folder with that share of Linux's files; above 1, further copies beside them."""
        folder = os.path.join(self.tmp, name)
        # In a process of its own: a child's peak memory is never below what this process has at its start.
        child = os.fork()
        if child == 0:
            self.link_files(share, folder)
            os._exit(0)
        os.waitpid(child, 0)
        return folder

    def link_files(self, share, folder):
        copies = max(1, round(share))
        for copy in range(copies):
            for directory, _, files in os.walk(self.o.linux):
                target = os.path.join(folder, str(copy), os.path.relpath(directory, self.o.linux))
                os.makedirs(target, exist_ok=True)
                for i, file in enumerate(sorted(files)):
                    if file.endswith((".c", ".h")) and (share >= 1 or i * share % 1 < share):
                        os.link(os.path.join(directory, file), os.path.join(target, file))

    def scaling(self):
        points = []
        for share in (0.125, 0.25, 0.5, 1, 2):
            folder = self.hard_links(share, f"share-{share}")
            index = folder + "-index"
            command = {"x": self.astrolabe("index", "--json", root=folder, index=index)}
            got = interleaved(command, 2, lambda _, i=index: shutil.rmtree(i, ignore_errors=True))["x"]
            report = json.loads(got["output"])
            points.append({"share": share, "lines": report["lines"], "seconds": got["seconds"],
                           "mb": got["mb"], "index_mb": report["index_mb"]})
            shutil.rmtree(folder)
            shutil.rmtree(index)
        xs = [math.log(p["lines"]) for p in points]
        ys = [math.log(p["seconds"]) for p in points]
        mean_x, mean_y = statistics.mean(xs), statistics.mean(ys)
        exponent = (sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys)) /
                    sum((x - mean_x) ** 2 for x in xs))
        self.row("scaling 1/8 … 2x of Linux: time ~ lines^e", f"e = {exponent:.2f}", "linear is 1",
                 "memory " + ", ".join(f"{p['mb']:.0f}" for p in points) + " MB")
        self.results["scaling"] = {"points": points, "exponent": exponent}
        if self.o.plot and shutil.which("gnuplot"):
            self.plot(points)

    def plot(self, points):
        data = os.path.join(self.tmp, "scaling.dat")
        with open(data, "w") as f:
            for p in points:
                f.write(f"{p['lines'] / 1e6} {p['seconds']} {p['mb']}\n")
        script = f"""
            set terminal svg size 760,420 dynamic background rgb 'white' font 'sans,12'
            set output '{self.o.plot}'
            set title 'Tier-0 index of 1/8, 1/4, 1/2, all and twice of Linux 6.1'
            set xlabel 'million lines'; set ylabel 'seconds'; set y2label 'peak MB'
            set xrange [0:*]; set yrange [0:*]; set y2range [0:400]; set y2tics; set ytics nomirror
            set key left top; set grid
            plot '{data}' using 1:2 with linespoints lw 2 pt 7 title 'seconds', \\
                 '{data}' using 1:3 axes x1y2 with linespoints lw 2 pt 5 title 'peak memory (MB)'
        """
        subprocess.run(["gnuplot"], input=script.encode(), check=True)

    def markdown(self):
        lines = ["| what | astrolabe | bar or peer | |", "|---|---|---|---|"]
        lines += ["| " + " | ".join(row) + " |" for row in self.rows]
        return "\n\n".join(["\n".join(lines) + "\n", *self.tables])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--astrolabe", default=os.path.join(BUILD, "lsp", "astrolabe"))
    parser.add_argument("--linux", default=os.environ.get("ASTROLABE_LINUX", "/work/corpora/linux"))
    parser.add_argument("--tmp", help="folder for indexes and links; on the file system of the source")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, no scaling")
    parser.add_argument("--only", help="comma-separated: from_nothing,again,cold_query,latency,text,editing_session,scaling")
    parser.add_argument("--json")
    parser.add_argument("--markdown")
    parser.add_argument("--plot")
    options = parser.parse_args()
    options.astrolabe = os.path.abspath(options.astrolabe)
    if not os.path.isdir(options.linux):
        print(f"no Linux source at {options.linux}: --linux DIR or $ASTROLABE_LINUX names one", file=sys.stderr)
        return 0
    options.linux = os.path.realpath(options.linux)
    bench = Bench(options)
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    wanted = options.only.split(",") if options.only else [
        "from_nothing", "again", "cold_query", "latency", "text", "editing_session"]
    if not options.only and not options.quick:
        wanted.append("scaling")
    try:
        if "from_nothing" not in wanted and wanted != ["editing_session"]:
            measure(bench.astrolabe("index"))
        for name in wanted:
            getattr(bench, name)()
        if options.json:
            with open(options.json, "w") as f:
                json.dump(bench.results, f, indent=1)
        if options.markdown:
            with open(options.markdown, "w") as f:
                f.write(bench.markdown())
    finally:
        shutil.rmtree(bench.tmp, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

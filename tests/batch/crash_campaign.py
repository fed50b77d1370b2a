"""Kills processes of `astrolabe index` at random moments: the index must open, tell no lies, and be completed.

    crash_campaign.py ASTROLABE [--times 200] [--short] [--seed N] [--keep]

Makes a small workspace (60 TUs over 15 headers and the standard library's) that has two versions, so that what an
undisturbed run says of either is known. Then, again and again: brings the workspace to one of the versions, starts
`astrolabe index` on nothing or on what the last round left, and sends SIGKILL to the front, to one of its direct
children (a parsing process: a zygote) or to one of theirs (the parse of one TU). After each kill:

    - a front that was not the victim ends by itself, with success; one that was leaves no process behind
    - `astrolabe verify` finds no damage
    - `astrolabe query` answers or says that nothing is indexed, and every place that it names by the compiler's
      word (tier 1) is one that an undisturbed run of this version or of the last one names
    - the next `astrolabe index` succeeds, and then all answers equal the undisturbed run's

Prints the moments and victims of a failure; --keep leaves the workspace and the index there. Linux only. Takes
about as long as --times times two runs; --short (10 kills, a smaller workspace) stays under a minute.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import argparse
import collections
import concurrent.futures
import ctypes
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HEADERS = 15
STANDARD = ("algorithm", "functional", "map", "memory", "set", "string", "unordered_map", "vector")
VICTIMS = ("front", "zygote", "child")
PR_SET_CHILD_SUBREAPER = 36
EXIT_OK, EXIT_NOTHING_FOUND, EXIT_NO_INDEX = 0, 1, 3
ORPHAN_SECONDS = 15
RUN_SECONDS = 300


class Failure(Exception):
    pass


def header_text(n, version):
    """Header n: a class with a base, a template, a macro. Version 1 inserts lines and adds a method."""
    used = [STANDARD[(n + k) % len(STANDARD)] for k in range(3)]
    includes = "".join(f"#include <{name}>\n" for name in used)
    extra = "std::vector<int>" if "vector" in used else "std::size_t"
    base, virtual, override = "", "virtual ", ""
    if n % 3:
        includes += f'#include "shape_{n - 1:02}.h"\n'
        base, virtual, override = f" : public Shape{n - 1:02}", "", " override"
    moved = "\n\n// Moved by version 1.\n" if version and n % 5 == 0 else ""
    added = f"  int Added{n:02}() const {{ return size_; }}\n" if version and n % 5 == 0 else ""
    return f"""#pragma once
{includes}{moved}
#define SHAPE_LIMIT_{n:02} {n + 10}
namespace campaign {{
// Shape number {n}.
class Shape{n:02}{base} {{
 public:
  {virtual}~Shape{n:02}(){override} = default;
  {virtual}int Area() const{override} {{ return size_ * SHAPE_LIMIT_{n:02}; }}
  void Resize{n:02}(int size) {{ size_ = size; }}
{added} protected:
#ifdef WIDE
  long size_ = 0;
#else
  int size_ = 0;
#endif
  {extra} extra_{{}};
}};
template <typename T>
T Scale{n:02}(T value, int by) {{
  return value * by + SHAPE_LIMIT_{n:02};
}}
}}  // namespace campaign
"""


def unit_text(n, version):
    """TU n: uses a few headers, defines a function of its own, calls that of the TU before."""
    used = sorted({(n * k + k) % HEADERS for k in (1, 2, 5, 7)})
    includes = "".join(f'#include "shape_{h:02}.h"\n' for h in used)
    body = "".join(f"  Shape{h:02} shape_{h:02};\n  shape_{h:02}.Resize{h:02}({n});\n"
                   f"  total += shape_{h:02}.Area() + Scale{h:02}(total, SHAPE_LIMIT_{h:02});\n" for h in used)
    more = f"int More{n:02}() {{ return Work{n:02}(2); }}\n" if version and n % 4 == 0 else ""
    return f"""{includes}#include <cstdint>
#include <string>
namespace campaign {{
int Work{max(n - 1, 0):02}(int depth);
int Work{n:02}(int depth) {{
  int total = depth;
{body}  return total == 0 ? Work{max(n - 1, 0):02}(depth - 1) : total;
}}
{more}}}  // namespace campaign
"""


class Workspace:
    """The generated sources, of one version at a time. Times of change move with the content only."""

    def __init__(self, root, units):
        self.root, self.units, self.texts = root, units, {}
        for folder in ("include", "src"):
            os.makedirs(os.path.join(root, folder))
        commands = [{"directory": root, "file": f"src/unit_{n:02}.cc",
                     "arguments": ["clang++-22", "-std=c++20", "-Iinclude", *(["-DWIDE"] if n % 6 == 5 else []),
                                   "-c", f"src/unit_{n:02}.cc", "-o", f"unit_{n:02}.o"]} for n in range(units)]
        with open(os.path.join(root, "compile_commands.json"), "w") as f:
            json.dump(commands, f)

    def set_version(self, version):
        texts = {f"include/shape_{n:02}.h": header_text(n, version) for n in range(HEADERS)}
        texts.update({f"src/unit_{n:02}.cc": unit_text(n, version) for n in range(self.units)})
        for path, text in texts.items():
            if self.texts.get(path) != text:
                with open(os.path.join(self.root, path), "w") as f:
                    f.write(text)
        self.texts = texts

    def questions(self):
        """[(query, argument)] over everything that the sources declare."""
        names = [name for n in range(HEADERS) for name in (
            f"campaign::Shape{n:02}", f"campaign::Shape{n:02}::Area", f"campaign::Shape{n:02}::Resize{n:02}",
            f"campaign::Shape{n:02}::size_", f"campaign::Scale{n:02}", f"SHAPE_LIMIT_{n:02}")]
        names += [f"campaign::Work{n:02}" for n in range(self.units)]
        questions = [("refs", name) for name in names] + [("def", name) for name in names]
        questions += [("callers", f"campaign::Work{n:02}") for n in range(self.units)]
        questions += [("derived", f"campaign::Shape{n:02}") for n in range(HEADERS)]
        questions += [("refs", f"campaign::Shape{n:02}::Added{n:02}") for n in range(0, HEADERS, 5)]
        return questions + [("def", f"campaign::More{n:02}") for n in range(0, self.units, 4)]


def children_of(pid):
    found = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as f:
                found += map(int, f.read().split())
    except OSError:
        pass  # it has ended
    return found


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def processes(front):
    """{victim: pids}: the front, its direct children, and all below those."""
    zygotes = children_of(front)
    below, todo = [], list(zygotes)
    while todo:
        found = children_of(todo.pop())
        below += found
        todo += found
    return {"front": [front], "zygote": zygotes, "child": below}


class Campaign:
    def __init__(self, options, folder):
        self.o, self.folder = options, folder
        self.rng = random.Random(options.seed)
        self.workspace = Workspace(os.path.join(folder, "root"), options.units)
        self.index_dir = os.path.join(folder, "index")
        self.expected = {}   # version: {question: places}
        self.seconds = {}    # (version before or None, version): of an undisturbed run
        self.indexed = None  # the version that index_dir is complete for
        self.kills = collections.Counter()

    def command(self, *arguments):
        return [self.o.astrolabe, *arguments, "--root", self.workspace.root, "--index-dir", self.index_dir]

    def start(self):
        self.log = open(os.path.join(self.folder, "index.log"), "wb")
        return subprocess.Popen(self.command("index", "--json"), stdout=self.log, stderr=subprocess.STDOUT)

    def finish(self, process):
        try:
            code = process.wait(RUN_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise Failure(f"`astrolabe index` still ran after {RUN_SECONDS} s") from None
        finally:
            self.log.close()
        if code not in (EXIT_OK, -signal.SIGKILL):
            with open(self.log.name, "rb") as f:
                raise Failure(f"`astrolabe index` exited with {code}: {f.read()[-2000:].decode(errors='replace')}")
        return code

    def index(self):
        """An undisturbed run; -> seconds."""
        start = time.monotonic()
        if self.finish(self.start()) != EXIT_OK:
            raise Failure("`astrolabe index` was killed by somebody else")
        return time.monotonic() - start

    def ask(self, question):
        """The places of an answer, {(file, line, column, tier, roles, container, relation)}; None: not indexed."""
        got = subprocess.run(self.command("query", *question, "--json"), capture_output=True, timeout=60)
        if got.returncode == EXIT_NO_INDEX:
            return None
        if got.returncode not in (EXIT_OK, EXIT_NOTHING_FOUND):
            raise Failure(f"query {' '.join(question)}: exit {got.returncode}: "
                          f"{got.stderr.decode(errors='replace')[-1000:]}")
        hits = [json.loads(line) for line in got.stdout.splitlines()]
        return {(h.get("file"), h.get("line"), h.get("column"), h["tier"], tuple(h.get("roles", ())),
                 h.get("container"), h.get("relation"), h.get("qualified")) for h in hits}

    def ask_all(self, questions):
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            return dict(zip(questions, pool.map(self.ask, questions)))

    def learn(self):
        """What undisturbed runs answer, and how long they take."""
        questions = self.workspace.questions()
        for before, version in ((None, 0), (0, 1), (1, 0), (None, 1)):
            if before is None:
                shutil.rmtree(self.index_dir, ignore_errors=True)
            self.workspace.set_version(version)
            self.seconds[before, version] = self.index()
            if version in self.expected:
                answers = self.ask_all(self.rng.sample(questions, 60))
                self.compare(answers, version, "an undisturbed run by another way to the same version")
            else:
                self.expected[version] = self.ask_all(questions)
        self.indexed = 1
        places = [place for answer in self.expected[0].values() for place in answer or ()]
        if not any(place[3] == 1 for place in places):
            raise Failure("the index has no fact by the compiler (tier 1): there is nothing to kill")
        if self.expected[0] == self.expected[1]:
            raise Failure("both versions have the same answers: a stale index would not be noticed")

    def compare(self, answers, version, what):
        for question, places in answers.items():
            wanted = self.expected[version][question]
            if places != wanted:
                missing, extra = (wanted or set()) - (places or set()), (places or set()) - (wanted or set())
                raise Failure(f"{what}: query {' '.join(question)}: misses {sorted(map(str, missing))[:5]}, "
                              f"has {sorted(map(str, extra))[:5]}")

    def kill_one(self, process, wanted, moment):
        """Kills a process of that sort at `moment` seconds, or as soon as there is one; -> whether it did."""
        time.sleep(moment)
        while process.poll() is None:
            pids = [pid for pid in processes(process.pid)[wanted] if alive(pid)]
            if pids:
                try:
                    victim = self.rng.choice(pids)
                    os.kill(victim, signal.SIGKILL)
                    return True
                except ProcessLookupError:
                    pass
            time.sleep(0.001)
        return False

    def check_no_orphans(self):
        """This process is the reaper of whatever a killed front leaves behind."""
        end = time.monotonic() + ORPHAN_SECONDS
        while True:
            left = [pid for pid in children_of(os.getpid()) if alive(pid)]
            try:
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            except ChildProcessError:
                pass
            if not left:
                return
            if time.monotonic() > end:
                for pid in left:
                    os.kill(pid, signal.SIGKILL)
                raise Failure(f"{ORPHAN_SECONDS} s after the front's end {len(left)} of its processes still run")
            time.sleep(0.01)

    def check_survivor(self, version, before, questions):
        """The index as the kill left it."""
        got = subprocess.run(self.command("verify", "--json"), capture_output=True, timeout=60)
        if got.returncode not in (EXIT_OK, EXIT_NO_INDEX):
            raise Failure(f"verify: exit {got.returncode}: {got.stdout.decode(errors='replace')[-500:]} "
                          f"{got.stderr.decode(errors='replace')[-500:]}")
        for question, answer in self.ask_all(questions).items():
            true = self.expected[version][question] or set()
            if before is not None:
                true = true | (self.expected[before][question] or set())
            # A place without its roles: while a header is known of some TUs only, it may have fewer.
            true = {place[:3] for place in true}
            lies = [p for p in answer or () if p[3] == 1 and p[:3] not in true]
            if lies:
                raise Failure(f"after the kill, query {' '.join(question)} answers what is not so: {lies[:5]}")

    def round(self, number):
        version = self.rng.randrange(2)
        fresh = self.indexed is None or self.indexed == version or self.rng.random() < 0.6
        before = None if fresh else self.indexed
        if fresh:
            shutil.rmtree(self.index_dir, ignore_errors=True)
        wanted = VICTIMS[number % len(VICTIMS)]
        moment = self.rng.random() * self.seconds[before, version]
        every = number % 20 == 0 or number == self.o.times
        questions = self.workspace.questions()
        few = self.rng.sample(questions, 12)
        self.workspace.set_version(version)
        self.indexed = None
        self.what = (f"{wanted} killed {moment:.3f} s into a run "
                     f"{'from nothing' if fresh else f'on version {before}'} to version {version}")
        process = self.start()
        killed = self.kill_one(process, wanted, moment)
        code = self.finish(process)
        if wanted == "front":
            killed = code == -signal.SIGKILL  # it may have ended by itself just then
        elif code != EXIT_OK:
            raise Failure(f"the front was killed although only its {wanted} was meant")
        self.check_no_orphans()
        self.check_survivor(version, before, few)
        self.index()
        self.check_no_orphans()
        self.compare(self.ask_all(questions if every else few), version, "after the next run")
        self.indexed = version
        if killed:
            self.kills[wanted] += 1
        return killed

    def run(self):
        start = time.monotonic()
        self.what = "before any kill"
        self.learn()
        print(f"seed {self.o.seed}; {self.o.units} TUs, {len(self.workspace.questions())} questions; undisturbed "
              + ", ".join(f"{'nothing' if b is None else b} -> {v}: {s:.2f} s"
                          for (b, v), s in self.seconds.items()), flush=True)
        # A run can end before its moment comes; those rounds do not count, and do not go on for ever.
        rounds = 0
        while sum(self.kills.values()) < self.o.times and rounds < 3 * self.o.times:
            rounds += 1
            self.round(rounds)
            if rounds % 10 == 0:
                print(f"{rounds} rounds, kills: {dict(self.kills)}, {time.monotonic() - start:.0f} s", flush=True)
        if sum(self.kills.values()) < self.o.times:
            raise Failure(f"only {dict(self.kills)} kills in {rounds} rounds: the runs end too soon")
        missing = [victim for victim in VICTIMS if not self.kills[victim]]
        if missing:
            raise Failure(f"never found a process to kill of these: {', '.join(missing)}")
        print(f"passed: {dict(self.kills)} killed in {time.monotonic() - start:.0f} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("astrolabe", help="the program under test")
    parser.add_argument("--times", type=int, help="kills (default: 200; with --short 10)")
    parser.add_argument("--units", type=int, help="TUs of the workspace (default: 60; with --short 24)")
    parser.add_argument("--short", action="store_true", help="for CI: under a minute")
    parser.add_argument("--seed", type=int, default=1, help="chooses versions, victims and moments (default: 1)")
    parser.add_argument("--keep", action="store_true", help="leave workspace and index of a failure there")
    options = parser.parse_args()
    options.astrolabe = os.path.abspath(options.astrolabe)
    options.times = options.times or (10 if options.short else 200)
    options.units = options.units or (24 if options.short else 60)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        sys.exit(f"crash_campaign.py: prctl: {os.strerror(ctypes.get_errno())}")
    folder = tempfile.mkdtemp(prefix="astrolabe-campaign-")
    campaign = Campaign(options, folder)
    failed = False
    try:
        campaign.run()
    except Failure as failure:
        failed = True
        print(f"FAILED: {campaign.what}: {failure}", file=sys.stderr)
    finally:
        if failed and options.keep:
            print(f"kept: {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

"""The gate: no commit may make a fixed job take 1 % more instructions without saying so.

Wall time on a shared machine is advice; this is the only bench that fails CI. The jobs are in JOBS, their
input is made here (make_input) and never changes; the counts of the last accepted state are in
bench/instructions.json. A count depends on the compiler and on the libraries that are linked in as much as on
our code, so the file says by what it was made, and where that differs the gate has no opinion.

Whoever makes a job dearer for a reason writes a new baseline (`astrolabe-bench gate --update`) in the same
commit and says why; what got cheaper is to be written down as well, so that it stays.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import concurrent.futures
import dataclasses
import hashlib
import json
import os
import platform
import random
import subprocess
import tempfile

from astrolabe_bench import callgrind, machine
from astrolabe_bench.race import fill

TOLERANCE = 0.01
BASELINE = os.path.join(machine.REPOSITORY, "bench", "instructions.json")
FORMAT = 1
# name: arguments; {input} is the folder of make_input, {index} an index of it. Those of one stage run beside
# each other. START is taken off the others, of which it would else hide a change: libraries are
# linked, all commands registered, Clang's and LLVM's global objects made.
START = "start"
JOBS = [
    {START: ["--version"],
     "tokens": ["dump", "tokens", "{input}/large.cc"],
     "outline": ["dump", "outline", "{input}/large.cc"],
     "index": ["index", "--tier", "0", "-j", "1", "--root", "{input}", "--index-dir", "{index}"]},
    {"query symbol": ["query", "symbol", "readbuf", "--root", "{input}", "--index-dir", "{index}"],
     "query text": ["query", "text", "--regex", "Read[A-Z][a-z]+\\(.*7", "--root", "{input}", "--index-dir",
                    "{index}"]},
]
# Whose code is linked in, as far as the jobs reach it.
LIBRARIES = ("libabsl-dev", "libtbb-dev", "libjemalloc-dev", "libre2-dev", "libxxhash-dev", "libzstd-dev",
             "libspdlog-dev", "libcli11-dev", "libstdc++-12-dev")


def make_input(folder, files=80, seed=1):
    """A small C++ tree, the same one each time, and one large file."""
    generator = random.Random(seed)
    words = ("Read", "Write", "Merge", "Buffer", "Block", "Index", "Table", "Cache", "Segment", "Reader")

    def name():
        return "".join(generator.choice(words) for _ in range(generator.randint(2, 3)))

    def source(number, classes):
        lines = [f'#include "file_{number // 2}.h"', "#include <string>", "",
                 f"namespace part_{number % 7} {{", ""]
        for index in range(classes):
            one = f"{name()}{index}"
            lines += [f"// {name()} of a {name()}: \"quoted\", 'c', {number}.",
                      f"class {one} : public {name()} {{",
                      " public:", f"  explicit {one}(int size = 0x{index:x}) : size_(size) {{}}",
                      f"  int {name()}(const std::string& text, char c = '\\n') const {{",
                      f"    if (text.size() > {index * 7} && size_ != {number}) return {name()}({index}, c);",
                      f"    return size_ + {number}; /* {name()} */", "  }", "", " private:",
                      f"  static constexpr const char* kText = \"{name()}\\t{index}\";", "  int size_;", "};",
                      "",
                      "#if defined(ASTROLABE_GATE)", f"#define GATE_{number}_{index}(x) ((x) * {index})",
                      "#endif",
                      ""]
        return "\n".join([*lines, f"}}  // namespace part_{number % 7}", ""])
    os.makedirs(folder, exist_ok=True)
    digest = hashlib.sha256()
    contents = {f"file_{number}.{'h' if number % 2 else 'cc'}": source(number, 20) for number in range(files)}
    contents["large.cc"] = source(files, 400)
    for path, content in contents.items():
        digest.update(f"{path}\0{content}\0".encode())
        with open(os.path.join(folder, path), "w", encoding="utf-8") as file:
            file.write(content)
    return digest.hexdigest()[:16]


def _versions(packages):
    try:
        got = subprocess.run(["dpkg-query", "-W", "-f=${Package} ${Version}\n", *packages],
                             capture_output=True,
                             text=True, check=False).stdout
    except OSError:
        return {}  # no Debian: the compilers' names have to do
    return dict(line.split(" ", 1) for line in got.splitlines())


def environment(program):
    """What a count depends on besides our code."""
    features = machine.processor_features()
    return {"architecture": platform.machine(), "compilers": machine.compilers(program),
            "libc": " ".join(platform.libc_ver()), "valgrind": callgrind.version(),
            # libc and our scanner choose their loops by these; valgrind has none beyond AVX2.
            "features": sorted(features & {"avx2", "bmi2", "sse4_2"}), "libraries": _versions(LIBRARIES)}


def differences(before, now):
    """In words, what is another; empty if nothing is."""
    found = []
    for key in sorted(set(before) | set(now)):
        old, new = before.get(key), now.get(key)
        if old == new:
            continue
        if key == "libraries":
            changed = [name for name in sorted(set(old or {}) | set(new or {})) if
                       (old or {}).get(name) != (new or {}).get(name)]
            found.append("other libraries: " + ", ".join(changed))
        elif key == "compilers":
            found.append(f"other compiler: {', '.join(new or ['unknown'])} instead of "
                         f"{', '.join(old or ['unknown'])}")
        else:
            found.append(f"other {key}: {new} instead of {old}")
    return found


@dataclasses.dataclass(frozen=True)
class Result:
    """Of one job. `before` is None where the baseline does not know it."""
    name: str
    before: int | None
    now: int

    @property
    def ratio(self):
        return self.now / self.before if self.before else None

    def word(self, tolerance=TOLERANCE):
        if not self.before:
            return "new"
        if self.ratio > 1 + tolerance:
            return "regressed"
        return "improved" if self.ratio < 1 / (1 + tolerance) else "unchanged"


def count(program, jobs=None, say=print):
    """({job: instructions beyond the start}, digest of the input)."""
    with tempfile.TemporaryDirectory(prefix="astrolabe-gate-") as folder:
        words = {"input": os.path.join(folder, "input"), "index": os.path.join(folder, "index")}
        digest = make_input(words["input"])
        copy = callgrind.without_debug_information(program, folder)
        # Nothing of the user's own may change what is counted.
        clean = {"PATH": os.environ.get("PATH", ""), "HOME": folder, "LC_ALL": "C.UTF-8"}
        counts = {}

        cores = sorted(os.sched_getaffinity(0))

        def one(number, name, arguments):
            counted = callgrind.instructions([copy, *(fill(argument, words) for argument in arguments)],
                                            folder=words["input"], environment=clean,
                                            core=cores[number % len(cores)])
            say(f"  {name}: {counted:,} instructions")
            return counted
        for stage in JOBS if jobs is None else jobs:
            with concurrent.futures.ThreadPoolExecutor(max_workers=len(cores)) as pool:
                waiting = {name: pool.submit(one, number, name, arguments)
                           for number, (name, arguments) in enumerate(stage.items())}
                counts.update({name: future.result() for name, future in waiting.items()})
        start = counts.get(START, 0)
        return {name: number - (start if name != START else 0) for name, number in counts.items()}, digest


def compare(baseline, counts):
    return [Result(name, baseline.get(name), number) for name, number in counts.items()]


def read_baseline(path):
    """None where there is none yet. ValueError says what is wrong with the file."""
    try:
        with open(path, encoding="utf-8") as file:
            baseline = json.load(file)
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise ValueError(f"{path}: {error}; `astrolabe-bench gate --update` writes it anew") from error
    if baseline.get("format") != FORMAT or not isinstance(baseline.get("counts"), dict):
        raise ValueError(f"{path} is no baseline of format {FORMAT}; `astrolabe-bench gate --update` writes "
                         f"one")
    return baseline


def run(program, path=BASELINE, update=False, tolerance=TOLERANCE, say=print):
    """-> (exit code, {"verdict", "why", "jobs"}): 1 if a job regressed, else 0."""
    baseline = read_baseline(path)
    now = environment(program)
    counts, digest = count(program, say=say)
    if update:
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"format": FORMAT, "input": digest, "environment": now, "counts": counts}, file,
                      indent=1)
            file.write("\n")
        say(f"wrote {path}")
        jobs = {name: {"before": None, "now": number} for name, number in counts.items()}
        return 0, {"verdict": "updated", "why": [], "jobs": jobs}
    if baseline is None:
        return 0, {"verdict": "inconclusive", "why": [f"no {path}; --update writes it"], "jobs": {}}
    why = differences(baseline["environment"], now)
    if baseline["input"] != digest:
        why.append("other input: make_input has changed since the baseline")
    results = compare(baseline["counts"], counts)
    words = [result.word(tolerance) for result in results]
    verdict = "inconclusive" if why else "regressed" if "regressed" in words else (
        "improved" if "improved" in words else "unchanged")
    jobs = {result.name: {"before": result.before, "now": result.now, "ratio": result.ratio, "word": word}
            for result, word in zip(results, words)}
    return int(verdict == "regressed"), {"verdict": verdict, "why": why, "jobs": jobs}

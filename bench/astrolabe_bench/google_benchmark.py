"""The micro benches: programs on Google Benchmark, run from here or imported from their JSON.

One start of a program gives one sample of each bench, the least of a few short repetitions: within a process
a repetition can only be slowed down, by what else the machine does; what differs from process to process
(where its memory lies) is what the samples are of. The processor's time counts, but for benches that say
`real_time` in their names.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import os
import re

from astrolabe_bench import process
from astrolabe_bench.history import Series

TO_NANOSECONDS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}
THROUGHPUT = {"bytes_per_second": "B/s", "items_per_second": "items/s"}


class BadJson(Exception):
    """Says which file and what is wrong with it."""


def programs(build):
    """name: path of each micro bench in a build folder."""
    found = {}
    for parent, folders, names in os.walk(os.path.join(build, "bench")):
        folders[:] = [folder for folder in folders if folder != "CMakeFiles"]
        for name in names:
            path = os.path.join(parent, name)
            if (name.startswith("bench_") or name.endswith("_bench")) and os.access(path, os.X_OK):
                found[name] = path
    return dict(sorted(found.items()))


def names(program):
    """The benches in a program."""
    output = process.run([program, "--benchmark_list_tests"], accepted=(0,), timeout=60)["output"]
    return output.decode(errors="replace").split()


def read(text, where, entrant="astrolabe", program=None):
    """{Series: samples} and the context, of Google Benchmark's JSON; a repetition is a sample.

    program: what the bench's name begins with; default: the name of the executable that the JSON names.
    """
    try:
        content = json.loads(text)
        context, benches = content["context"], content["benchmarks"]
        program = program or os.path.basename(context.get("executable", "")) or "imported"
        samples = {}
        for bench in benches:
            if bench.get("run_type", "iteration") != "iteration" or bench.get("error_occurred"):
                continue  # aggregates are computed from samples here, and a bench that failed has none
            name = f"{program}/{bench.get('run_name', bench['name'])}"
            measured = "real_time" if "real_time" in name else "cpu_time"
            series = Series(name, "", entrant, measured, "ns")
            samples.setdefault(series, []).append(bench[measured] * TO_NANOSECONDS[bench["time_unit"]])
            for counter, unit in THROUGHPUT.items():
                if counter in bench:
                    series = Series(name, "", entrant, counter, unit, "more")
                    samples.setdefault(series, []).append(float(bench[counter]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadJson(f"{where}: no JSON of Google Benchmark ({type(error).__name__}: {error}); it is made "
                      "by --benchmark_format=json or --benchmark_out=FILE") from error
    return samples, context


def best(samples):
    """One value of each series: the least time, the highest throughput."""
    return {series: max(values) if series.better == "more" else min(values)
            for series, values in samples.items()}


def run(program, only=None, repetitions=3, min_time=0.02, entrant="astrolabe", name=None, timeout=3600,
        without=None):
    """One start: {Series: one value}. `without` is a regular expression of benches to leave out."""
    command = [program, "--benchmark_format=json", f"--benchmark_repetitions={repetitions}",
               f"--benchmark_min_time={min_time}", "--benchmark_enable_random_interleaving=true"]
    if only is not None:
        command.append(f"--benchmark_filter=^({'|'.join(re.escape(bench) for bench in only)})$")
    elif without is not None:
        command.append(f"--benchmark_filter=-({without})")
    got = process.run(command, accepted=(0,), timeout=timeout)
    text = got["output"].decode(errors="replace")
    return best(read(text[text.find("{"):], program, entrant, name or os.path.basename(program))[0])

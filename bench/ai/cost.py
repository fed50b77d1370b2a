"""What the language model costs: memory and processor time of a server that has it, and tokens a second.

    cost.py FILE --root DIR [--cdb DIR] [--astrolabe BIN] [--model GGUF] [--llama-bench BIN] [--speed-only]
            [--idle] [--json OUT]

A server has FILE open and a client that shows ghost text. Measured are

    off      with --ai=0, after the same typing and questions: there is nothing of a model
    silent   200 characters are typed and nothing is asked of AI: processor time of the front and of models, beside `off`
    active   ghost text is asked for at 40 places: the model's process, and what the front has grown by beside `off`
    idle     --idle: after the time-out of five minutes

Memory is PSS (what processes share counts in parts), from /proc/PID/smaps_rollup. With --llama-bench, `astrolabe ai bench` and
llama.cpp's llama-bench (llama_bench.sh) measure the same file with as many threads, in turn, ten times each of twenty runs: the
best run of each, and the median of the bests of the ten.

Copy the program first and build nothing beside it.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import argparse
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
REPOSITORY = os.path.normpath(os.path.join(HERE, "..", ".."))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(REPOSITORY, "tests", "lsp_server"))
from client import Client  # noqa: E402

AUTOMATIC = 2
TYPED = "int typed_by_the_bench = 1; // and so on until it is enough "
TICKS = os.sysconf("SC_CLK_TCK")


def models_of(pid):
    """The model processes of a server."""
    found = subprocess.run(["pgrep", "-P", str(pid), "-f", " model$"], capture_output=True, text=True).stdout.split()
    return [int(child) for child in found]


def pss(pid):
    """Megabytes."""
    with open(f"/proc/{pid}/smaps_rollup") as file:
        return int(re.search(r"^Pss: +(\d+) kB", file.read(), re.M)[1]) * 1024 / 1e6


def processor_seconds(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


class Server:
    def __init__(self, options, *flags):
        command = [options.astrolabe, "lsp", "--background-index=0", "--clang-tidy=0", *flags]
        if options.cdb:
            command.append(f"--compile-commands-dir={options.cdb}")
        self.client = Client(command, os.path.realpath(options.root))
        self.client.initialize(capabilities={"textDocument": {"inlineCompletion": {}}})
        self.name = options.file
        self.text = self.client.open(self.name)
        self.settle()

    def settle(self):
        self.client.request("textDocument/diagnostic", self.client.document(self.name), deadline=120)

    def type(self, seconds):
        """200 characters on a line of their own at the end, in so much time; the front's processor time for them."""
        before = processor_seconds(self.client.process.pid)
        line = self.text.count("\n")
        for at in range(200):
            self.client.change(self.name, ((line, at), (line, at), TYPED[at % len(TYPED)]))
            time.sleep(seconds / 200)
        self.settle()
        used = processor_seconds(self.client.process.pid) - before
        self.client.change(self.name, ((line, 0), (line, 200), ""))
        self.settle()
        return used

    def ask(self, count):
        """Ghost text at so many line ends that are not there any more."""
        lines = self.text.split("\n")
        candidates = [i for i, line in enumerate(lines) if re.match(r"^\s+\w.{12,};$", line)]
        for line in random.Random(1).sample(candidates, min(count, len(candidates))):
            half = len(lines[line]) * 2 // 3
            self.client.change(self.name, ((line, half), (line, len(lines[line])), ""))
            self.client.request("textDocument/inlineCompletion", self.client.document(
                self.name, position={"line": line, "character": half}, context={"triggerKind": AUTOMATIC}))
            self.client.change(self.name, ((line, half), (line, half), lines[line][half:]))
            self.settle()


def memory_and_processor(options):
    flags = ["--ai=1"] + ([f"--ai-model={options.model}"] if options.model else [])
    figures = {}
    off, on = Server(options, "--ai=0"), Server(options, *flags)
    try:
        used = {"off": [], "on": []}
        for _ in range(3):  # in turn
            used["off"].append(off.type(4))
            used["on"].append(on.type(4))
        figures["front's CPU s for 200 characters typed, off"] = round(statistics.median(used["off"]), 2)
        figures["front's CPU s for 200 characters typed, nothing asked"] = round(statistics.median(used["on"]), 2)
        figures["model processes when nothing was asked"] = len(models_of(on.client.process.pid))
        off.ask(40)
        on.ask(40)
        figures["model processes, off"] = len(models_of(off.client.process.pid))
        model, = models_of(on.client.process.pid)
        figures["model's process, active, MB"] = round(pss(model), 1)
        figures["front, off / on, MB"] = [round(pss(s.client.process.pid), 1) for s in (off, on)]
        before = processor_seconds(model)
        time.sleep(10)
        figures["model's CPU s in 10 s without a request"] = round(processor_seconds(model) - before, 2)
        if options.idle:
            time.sleep(305)
            figures["model processes, 5 minutes later"] = len(models_of(on.client.process.pid))
            figures["front, off / on, 5 minutes later, MB"] = [
                round(pss(s.client.process.pid), 1) for s in (off, on)]
    finally:
        off.client.kill()
        on.client.kill()
    return figures


def speed(options):
    """Tokens a second of ours and of llama-bench, in turn."""
    chosen = ["--model", options.model] if options.model else []
    info = json.loads(subprocess.run([options.astrolabe, "ai", "info", "--json", *chosen], check=True,
                                     capture_output=True, text=True).stdout)
    rates = {name: {"read": [], "write": []} for name in ("astrolabe", "llama-bench")}
    for _ in range(10):
        ours = json.loads(subprocess.run([options.astrolabe, "ai", "bench", "--runs", "20", "--json", *chosen], check=True,
                                         capture_output=True, text=True).stdout)
        rates["astrolabe"]["read"].append(ours["best_read_tokens_per_second"])
        rates["astrolabe"]["write"].append(ours["best_written_tokens_per_second"])
        theirs = json.loads(subprocess.run(
            [options.llama_bench, "-m", info["path"], "-t", str(info["threads"]), "-p", "128", "-n", "64", "-d", "128",
             "-r", "20", "-o", "json"], check=True, capture_output=True, text=True).stdout)
        for result in theirs:
            rates["llama-bench"]["write" if result["n_gen"] else "read"].append(max(result["samples_ts"]))
    return {f"{name} {what}s, tokens a second: best, median of bests": [round(max(values)), round(statistics.median(values))]
            for name, both in rates.items() for what, values in both.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file")
    parser.add_argument("--root", required=True)
    parser.add_argument("--cdb")
    parser.add_argument("--astrolabe", default=os.path.join(REPOSITORY, "build/optimized/astrolabe"))
    parser.add_argument("--model")
    parser.add_argument("--llama-bench")
    parser.add_argument("--idle", action="store_true")
    parser.add_argument("--speed-only", action="store_true", help="with --llama-bench")
    parser.add_argument("--json")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as state:
        os.environ["XDG_STATE_HOME"] = state  # these are no counts of the user's
        figures = {} if options.speed_only else memory_and_processor(options)
        if options.llama_bench:
            figures.update(speed(options))
    figures["load, one minute"] = round(os.getloadavg()[0], 1)
    for name, value in figures.items():
        print(f"{name:66} {value}")
    if options.json:
        with open(options.json, "w") as file:
            json.dump(figures, file, indent=1)


if __name__ == "__main__":
    main()

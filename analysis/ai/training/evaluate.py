# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Scores a model on masked line ends of held-out projects: evaluate.py CHECKPOINT TOKENIZER HELDOUT.jsonl.

A case is a cursor between two words of a line, with at least three characters left of that line: everything
after the cursor up to the line's end is hidden, the rest of the file is given as far as the context holds.
The model continues greedily to the first newline or its end of text. Scored are exact match of the rest of
the line and edit similarity, 1 - Levenshtein distance / longer length; the same for a baseline without a
model: the most recent earlier place in the file that agrees with the longest run of characters before the
cursor, continued to its line's end. `--peek` asks llama.cpp with a GGUF file instead of torch.

`--syntax` scores three other kinds of cases instead, as SAFIM (Gong et al. 2024) cuts them, of the held-out projects: the
condition of a control statement, a call with its arguments behind `.`, `->` or `::`, and the inside of a block of at most
eight lines. Exact match up to white space: no unit test decides here, so nothing is comparable with SAFIM's own pass rates.
"""
import argparse
import collections
import json
import random
import re
import subprocess
import time

import torch

import model as models
from tokenizer import EOT, FIM_PRE, FIM_SUF, Tokenizer

SEED = 20261122
LONGEST = 48  # tokens of an answer
SURE = 12  # characters of agreement from which the baseline goes before the model
STOP = re.compile(r"\b|(?<=\W)(?=\W)")


def texts_of_projects(records, rng):
    """A function of a case's number: (project, the text of a file), the projects evenly, files by chance."""
    by_project = collections.defaultdict(list)
    for record in records:
        by_project[record["project"]].append(record)
    projects = sorted(by_project)

    def draw(number):
        project = projects[number % len(projects)]
        return project, rng.choice(by_project[project])["text"]

    return draw


def make_cases(records, count, seed=SEED):
    """[(project, prefix, suffix, rest of the line)], the projects evenly, files by chance."""
    rng = random.Random(seed)
    draw, cases = texts_of_projects(records, rng), []
    while len(cases) < count:
        project, text = draw(len(cases))
        lines = text.split("\n")
        number = rng.randrange(len(lines))
        line = lines[number]
        stripped = line.strip()
        if number < 10 or len(stripped) < 8 or len(line) > 120 or stripped.startswith(("//", "*", "/*", "#include")):
            continue
        indent = len(line) - len(line.lstrip())
        stops = [m.start() for m in STOP.finditer(line) if indent < m.start() <= len(line) - 3]
        if not stops:
            continue
        cut = sum(len(l) + 1 for l in lines[:number]) + rng.choice(stops)
        end = sum(len(l) + 1 for l in lines[:number + 1]) - 1
        cases.append((project, text[:cut], text[end:], text[cut:end]))
    return cases


OPENING = {"condition": re.compile(r"\b(?:if|while|for|switch)\s*\("), "call": re.compile(r"(?:\.|->|::)(?=\w+\()"),
           "block": re.compile(r"\)(?: const)?(?: override)? \{\n")}
CLOSING = {"(": ")", "{": "}", "[": "]"}


def closing(text, at):
    """Where the bracket is that closes what is open at `at`; None if there is none within 1,000 characters."""
    depth = 0
    for i in range(at, min(len(text), at + 1000)):
        if text[i] in CLOSING:
            depth += 1
        elif text[i] in CLOSING.values():
            if depth == 0:
                return i
            depth -= 1
    return None


def end_of_syntax(kind, text):
    """Where an answer is complete, or the text's end."""
    opens = text.find("(") + 1 if kind == "call" else 0
    if kind == "call" and opens == 0:
        return len(text)
    end = closing(text, opens)
    return len(text) if end is None else end + (kind == "call")


def make_syntax_cases(records, kind, count, seed=SEED):
    """[(project, prefix, suffix, what is between)], the projects evenly."""
    rng = random.Random(f"{seed} {kind}")
    draw, cases = texts_of_projects(records, rng), []
    while len(cases) < count:
        project, text = draw(len(cases))
        places = [m.end() for m in OPENING[kind].finditer(text)]
        if not places:
            continue
        cut = rng.choice(places)
        line = text[text.rfind("\n", 0, cut) + 1:cut]
        end = cut + end_of_syntax(kind, text[cut:cut + 1200])
        truth = text[cut:end]
        lines = truth.count("\n")
        fits = 1 <= lines <= 8 and truth.strip() if kind == "block" else lines == 0 and len(truth.strip()) >= 3
        if fits and "//" not in line and len(truth) < 400:
            cases.append((project, text[:cut], text[end:], truth))
    return cases


def prompt(tokenizer, prefix, suffix, context):
    """Suffix-first infilling prompt that leaves room for an answer; a third of it is suffix at most."""
    room = context - LONGEST - 2
    before, after = tokenizer.encode(prefix[-8 * context:]), tokenizer.encode(suffix[:8 * context])
    after = after[:max(room // 3, room - len(before))]
    before = before[-(room - len(after)):]
    return [FIM_SUF, *after, FIM_PRE, *before]


@torch.no_grad()
def complete(model, tokenizer, ids):
    """Greedy continuation of the prompt to the end of its line."""
    cache, out = models.Cache(), []
    logits = model.logits(torch.tensor([ids]), cache)
    while len(out) < LONGEST:
        token = int(logits.argmax())
        if token == EOT:
            break
        out.append(token)
        if b"\n" in tokenizer.bytes_of[token]:
            break
        logits = model.logits(torch.tensor([[token]]), cache)
    return out


class Peek:
    """llama.cpp behind peek.cc: requests and answers are lines of numbers."""

    def __init__(self, program, gguf):
        self.process = subprocess.Popen([program, gguf], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().split()

    def tokens(self, text):
        return [int(w) for w in self.ask("tokens", text.encode().hex() or "-")]

    def logits(self, ids):
        return [float(w) for w in self.ask("logits", *ids)]

    def greedy(self, ids, count):
        return [int(w) for w in self.ask("greedy", count, *ids)]


def baseline(prefix, longest=40, shortest=3):
    """(length, text): what followed the longest earlier match of the characters before the cursor, most recent first."""
    window = prefix[-20000:]
    for length in range(min(longest, len(window) - 1), shortest - 1, -1):
        at = window.rfind(window[-length:], 0, len(window) - 1)
        if at >= 0:
            return length, window[at + length:].split("\n", 1)[0]
    return 0, ""


def similarity(a, b):
    """1 - Levenshtein distance / length of the longer."""
    if not a and not b:
        return 1.0
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        corner, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            corner, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, corner + (x != y))
    return 1 - row[-1] / max(len(a), len(b))


def report(name, cases, answers):
    """Prints and returns exact match and similarity, over all and by project."""
    groups = collections.defaultdict(list)
    for (project, _, _, truth), answer in zip(cases, answers):
        answer = answer.split("\n", 1)[0].rstrip()
        scores = answer == truth.rstrip(), similarity(answer, truth.rstrip())
        groups["all"].append(scores)
        groups[project].append(scores)
        groups["rest of at most 10 characters" if len(truth) <= 10 else "rest of more"].append(scores)
    for group, scores in sorted(groups.items()):
        print(f"{name}\t{group}\t{len(scores)}\t{sum(s[0] for s in scores) / len(scores):.3f}"
              f"\t{sum(s[1] for s in scores) / len(scores):.3f}", flush=True)


def score_syntax(records, count, tokenizer, ask, context):
    print("kind\tcases\texact\tsimilarity", flush=True)
    for kind in OPENING:
        exact = alike = 0
        cases = make_syntax_cases(records, kind, count)
        for _, prefix, suffix, truth in cases:
            ids = prompt(tokenizer, prefix, suffix, context - (LONGEST * 3 if kind == "block" else 0))
            out = []
            for _ in range(truth.count("\n") + 3 if kind == "block" else 1):  # a line each
                more = ask(ids + out)
                out += more
                text = tokenizer.decode(out)
                if not more or end_of_syntax(kind, text) < len(text) or len(ids) + len(out) + LONGEST > context:
                    break
            text = " ".join(tokenizer.decode(out)[:end_of_syntax(kind, tokenizer.decode(out))].split())
            truth = " ".join(truth.split())
            exact += text == truth
            alike += similarity(text, truth)
        print(f"{kind}\t{len(cases)}\t{exact / len(cases):.3f}\t{alike / len(cases):.3f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model", help="checkpoint, or a GGUF file with --peek")
    parser.add_argument("tokenizer"), parser.add_argument("heldout")
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--context", type=int, default=0, help="default: the model's own")
    parser.add_argument("--peek", help="program built from peek.cc")
    parser.add_argument("--syntax", action="store_true", help="conditions, calls and blocks")
    parser.add_argument("--show", type=int, default=0, help="answers to print")
    options = parser.parse_args()
    torch.set_num_threads(1)
    tokenizer = Tokenizer.load(options.tokenizer)
    with open(options.heldout) as file:
        records = [json.loads(line) for line in file]
    if options.peek:
        peek, context = Peek(options.peek, options.model), options.context or 512
        ask = lambda ids: peek.greedy(ids, LONGEST)
    else:
        model = models.load(options.model)
        context = options.context or model.config.context
        ask = lambda ids: complete(model, tokenizer, ids)
    if options.syntax:
        return score_syntax(records, options.cases, tokenizer, ask, context)
    cases = make_cases(records, options.cases)
    start, answers = time.time(), []
    for _, prefix, suffix, _ in cases:
        answers.append(tokenizer.decode(ask(prompt(tokenizer, prefix, suffix, context))))
    for (_, prefix, _, truth), answer in list(zip(cases, answers))[:options.show]:
        print(f"{prefix.rsplit(chr(10), 1)[-1]}|{answer!r} for {truth!r}")
    print(f"what\tgroup\tcases\texact\tsimilarity ({time.time() - start:.0f} s)")
    report("model", cases, answers)
    recent = [baseline(prefix) for _, prefix, _, _ in cases]
    report("recency baseline", cases, [text for _, text in recent])
    report(f"baseline from {SURE} characters, else model", cases,
           [text if length >= SURE else answer for (length, text), answer in zip(recent, answers)])


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Turns source files into training rows: samples.py CORPUS.jsonl TOKENIZER.json OUT [options].

One pass walks every file once in spans of about one sample each; another `--pass` cuts elsewhere. A sample
is plain text or, four times in five, an infilling task as an editor sets it:

    <|fim_suffix|> after the cursor <|fim_prefix|> before the cursor, middle <|endoftext|>

Nothing stands between the text before the cursor and the middle: README.md says why. Cuts are made between
characters, before tokenisation, since that is where a cursor is. A quarter of the samples open with
`<|file_sep|>path`, some after a piece of a neighbouring file in the same form: the place where an editor
puts what its index knows.

OUT.tokens.npy (uint16) and OUT.weights.npy (uint8) are [rows, context + 1]. Weights: 0 for padding and for
special tokens that nothing foretells, 3 for the middle, which is what is wanted, 1 for the rest.
"""
import argparse
import collections
import json
import math
import os
import random
import re

import numpy as np

from tokenizer import EOT, FILE_SEP, FIM_PAD, FIM_PRE, FIM_SUF, Tokenizer

CHARACTERS_A_TOKEN = 3.6
MIDDLE_WEIGHT = 3
BUDGETS = [(1.0, 0.5), (0.5, 0.3), (0.25, 0.2)]  # share of the context a sample gets, probability
BOUNDARY = re.compile(r"\b|(?<=\W)(?=\W)")


def line_bounds(text):
    """[(start, end)] of the lines of text, newlines excluded."""
    bounds, start = [], 0
    for line in text.split("\n"):
        bounds.append((start, start + len(line)))
        start += len(line) + 1
    return bounds


def cursor_in(text, start, end, rng):
    """A cursor position in the line text[start:end], mostly between words, before its last character."""
    first = start + len(text[start:end]) - len(text[start:end].lstrip())
    if rng.random() < 0.6:
        stops = [first + m.start() for m in BOUNDARY.finditer(text[first:end]) if m.start() < end - first]
        return rng.choice(stops or [first])
    return rng.randrange(first, end)


def choose_middle(text, rng):
    """(begin, end) of what a user would have completed: the rest of a line in nearly half of all cases."""
    lines = line_bounds(text)
    filled = [i for i, (s, e) in enumerate(lines) if text[s:e].strip()]
    low = int(len(filled) * 0.35)
    i = filled[rng.randrange(low, max(low + 1, int(len(filled) * 0.97)))]
    start, end = lines[i]
    begin = cursor_in(text, start, end, rng)
    kind = rng.random()
    if kind < 0.45:
        return begin, end
    if kind < 0.57:
        stops = [begin + m.start() for m in BOUNDARY.finditer(text[begin:end]) if m.start()]
        return begin, rng.choice(stops) if stops else end
    if kind < 0.70:  # the body of the next block, if it is short
        for open_line in range(i, min(i + 8, len(lines))):
            s, e = lines[open_line]
            if not text[s:e].endswith("{"):
                continue
            indent = len(text[s:e]) - len(text[s:e].lstrip())
            for close in range(open_line + 1, min(open_line + 16, len(lines))):
                cs, ce = lines[close]
                line = text[cs:ce]
                if line.strip() and len(line) - len(line.lstrip()) <= indent and not line.strip().endswith(":"):
                    return e, max(e, lines[close - 1][1])
            break
    if kind < 0.90:
        if rng.random() < 0.5:
            begin = start + len(text[start:end]) - len(text[start:end].lstrip())
        last = min(i + 1 + int(rng.expovariate(0.6)), len(lines) - 1)
        return begin, lines[last][1]
    begin = rng.randrange(len(text) // 3, len(text))
    return begin, min(len(text), begin + int(math.exp(rng.uniform(1.4, 5.7))))


class Sampler:
    """Makes samples from spans of files; all randomness is in `rng`."""

    def __init__(self, tokenizer, rng, fim_rate=0.8):
        self.encode, self.rng, self.fim_rate = tokenizer.encode, rng, fim_rate

    def header(self, record, neighbour, budget):
        """Opening <|file_sep|> blocks: mostly none, sometimes the path, sometimes a neighbour first."""
        draw = self.rng.random()
        if draw > 0.25:
            return []
        name = lambda r: "/".join(r["path"].split("/")[-3:]) + "\n"
        ids = [FILE_SEP] + self.encode(name(record))
        if draw < 0.12 and neighbour and budget >= 256:
            text = neighbour["text"]
            start = self.rng.randrange(max(1, len(text) - 400))
            start = text.rfind("\n", 0, start) + 1
            piece = self.encode(text[start:start + budget])[:budget // 3]
            ids = [FILE_SEP] + self.encode(name(neighbour)) + piece + ids
        return ids

    def sample(self, record, neighbour, start, text, budget):
        """(ids, weights) of at most `budget` tokens for the span `text` of a file."""
        rng, encode = self.rng, self.encode
        head = self.header(record, neighbour, budget)
        head_weights = [0 if t == FILE_SEP else 1 for t in head]
        if rng.random() > self.fim_rate:
            ids = head + encode(text)
            if start + len(text) >= len(record["text"]):
                ids.append(EOT)
            ids = ids[:budget]
            return ids, (head_weights + [1] * len(ids))[:len(ids)]
        begin, end = choose_middle(text, rng)
        middle = encode(text[begin:end])[:budget // 2] + [EOT]
        room = budget - len(head) - len(middle) - 2
        prefix = encode(text[:begin])
        suffix = encode(text[end:]) if rng.random() < 0.9 else []
        share = int(room * rng.uniform(0.15, 0.45))
        suffix = suffix[:max(share, room - len(prefix))]
        prefix = prefix[max(0, len(prefix) - (room - len(suffix))):]
        body = [FIM_SUF, *suffix, FIM_PRE, *prefix]
        weights = [0 if t in (FIM_SUF, FIM_PRE) else 1 for t in body]
        return head + body + middle, head_weights + weights + [MIDDLE_WEIGHT] * len(middle)


def neighbours_of(records):
    """For every record another one of its directory, with the same stem where there is one."""
    by_stem, by_directory = collections.defaultdict(list), collections.defaultdict(list)
    key = lambda r: (r["project"], os.path.splitext(r["path"])[0])
    folder = lambda r: (r["project"], os.path.dirname(r["path"]))
    for i, record in enumerate(records):
        by_stem[key(record)].append(i)
        by_directory[folder(record)].append(i)

    def choose(i, rng):
        pairs = [j for j in by_stem[key(records[i])] if j != i]
        others = pairs or [j for j in by_directory[folder(records[i])] if j != i]
        return records[rng.choice(others)] if others else None

    return choose


def make_rows(records, tokenizer, context, seed, limit=None):
    """(tokens, weights) arrays of one pass over the records, rows in random order."""
    rng = random.Random(seed)
    sampler, neighbour = Sampler(tokenizer, rng), neighbours_of(records)
    spans = {int(context * share): [] for share, _ in BUDGETS}
    for i, record in enumerate(records):
        text, at = record["text"], -rng.randrange(int(context * CHARACTERS_A_TOKEN / 2))
        while at < len(text):
            budget = rng.choices(list(spans), [p for _, p in BUDGETS])[0]
            length = int(budget * CHARACTERS_A_TOKEN * 1.1)
            start, at = max(0, at), at + length
            if min(at, len(text)) - start >= 150:
                spans[budget].append((i, start, at))
    jobs = []
    for budget, list_of in spans.items():
        rng.shuffle(list_of)
        count = context // budget
        jobs += [list_of[k:k + count] for k in range(0, len(list_of), count)]
    rng.shuffle(jobs)
    jobs = jobs[:limit]
    tokens = np.full((len(jobs), context + 1), FIM_PAD, np.uint16)
    weights = np.zeros((len(jobs), context + 1), np.uint8)
    for row, job in enumerate(jobs):
        at, budget = 0, context // max(1, len(job))
        for i, start, end in job:
            record = records[i]
            ids, marks = sampler.sample(record, neighbour(i, rng), start, record["text"][start:end], budget)
            tokens[row, at:at + len(ids)], weights[row, at:at + len(ids)] = ids, marks
            at += len(ids)
        if len(tokenizer.cache) > 1_000_000:
            tokenizer.cache.clear()
    return tokens, weights


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("corpus"), parser.add_argument("tokenizer"), parser.add_argument("out")
    parser.add_argument("--context", type=int, default=512)
    parser.add_argument("--pass", dest="pass_", type=int, default=0)
    parser.add_argument("--limit", type=int, help="rows at most, for evaluation sets")
    arguments = parser.parse_args()
    with open(arguments.corpus) as file:
        records = [json.loads(line) for line in file]
    tokens, weights = make_rows(records, Tokenizer.load(arguments.tokenizer), arguments.context,
                                20261122 + arguments.pass_, arguments.limit)
    np.save(arguments.out + ".tokens.npy", tokens)
    np.save(arguments.out + ".weights.npy", weights)
    print(f"{len(tokens)} rows of {arguments.context}, {np.mean(tokens != FIM_PAD):.1%} filled, "
          f"{np.mean(weights == MIDDLE_WEIGHT):.1%} middle")


if __name__ == "__main__":
    main()

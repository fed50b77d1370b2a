# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Byte-level BPE: trained here, and read by llama.cpp under `tokenizer.ggml.pre = "qwen2"`.

`tokenizer.py CORPUS.jsonl OUT.json [SIZE]` trains. The file holds the merges in order; everything else
follows from them. Token ids: the special tokens, the 256 bytes in the order of GPT-2's printable
alphabet, then one token a merge.

Qwen2's pre-tokenisation suits code: `.name`, `_name` and `(name` are one piece, `);\\n` too, digits stand
alone, and all of an indentation but its last space is one piece.
"""
import collections
import functools
import heapq
import json
import re
import sys
import time
import unicodedata

SPECIAL = ["<|endoftext|>", "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|fim_pad|>",
           "<|file_sep|>", "<|repo_name|>", "<|reserved|>"]
EOT, FIM_PRE, FIM_SUF, FIM_MID, FIM_PAD, FILE_SEP, REPO_NAME, RESERVED = range(8)
SIZE = 8192


def category_class(category):
    """The inside of a character class of all code points of a general category ("L", "N")."""
    ranges, start = [], None
    for code in range(0x110001):
        inside = code < 0x110000 and unicodedata.category(chr(code))[0] == category
        if inside and start is None:
            start = code
        elif not inside and start is not None:
            ranges.append(f"\\U{start:08x}-\\U{code - 1:08x}")
            start = None
    return "".join(ranges)


@functools.cache
def splitter():
    letter, number = category_class("L"), category_class("N")
    return re.compile(
        r"'(?:[sStTmMdD]|[rR][eE]|[vV][eE]|[lL][lL])"
        rf"|[^\r\n{letter}{number}]?[{letter}]+|[{number}]| ?[^\s{letter}{number}]+[\r\n]*"
        r"|\s*[\r\n]+|\s+(?!\S)|\s+")


@functools.cache
def byte_alphabet():
    """GPT-2's printable stand-in for every byte; vocabularies spell tokens with it."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    table = {byte: chr(byte) for byte in plain}
    for byte in range(256):
        table.setdefault(byte, chr(256 + len(table) - len(plain)))
    return [table[byte] for byte in range(256)]


class Tokenizer:
    """Text to token ids and back. `merges` is a list of (left id, right id) in the order of training."""

    def __init__(self, merges):
        self.merges = [tuple(m) for m in merges]
        alphabet = byte_alphabet()
        order = sorted(range(256), key=lambda byte: alphabet[byte])
        self.bytes_of = [s.encode() for s in SPECIAL] + [bytes([b]) for b in order]
        self.byte_ids = {b: len(SPECIAL) + i for i, b in enumerate(order)}
        self.rank = {}
        for left, right in self.merges:
            self.rank[left, right] = len(self.bytes_of)
            self.bytes_of.append(self.bytes_of[left] + self.bytes_of[right])
        self.cache = {}

    def __len__(self):
        return len(self.bytes_of)

    @classmethod
    def load(cls, path):
        with open(path) as file:
            return cls(json.load(file)["merges"])

    def spelling(self, token):
        """The token as vocabularies and GGUF files spell it."""
        if token < len(SPECIAL):
            return SPECIAL[token]
        return "".join(byte_alphabet()[b] for b in self.bytes_of[token])

    def encode(self, text):
        """Token ids of text; special tokens are never produced from it."""
        out = []
        for piece in splitter().findall(text):
            ids = self.cache.get(piece)
            if ids is None:
                ids = self.cache[piece] = self.encode_piece(piece.encode("utf-8", "surrogateescape"))
            out += ids
        return out

    def encode_piece(self, raw):
        ids = [self.byte_ids[b] for b in raw]
        while len(ids) > 1:
            best = min(zip(ids, ids[1:]), key=lambda pair: self.rank.get(pair, 1 << 30))
            if best not in self.rank:
                break
            merged, i = [], 0
            while i < len(ids):
                if tuple(ids[i:i + 2]) == best:
                    merged.append(self.rank[best])
                    i += 2
                else:
                    merged.append(ids[i])
                    i += 1
            ids = merged
        return ids

    def decode(self, ids):
        return b"".join(self.bytes_of[i] for i in ids if i >= len(SPECIAL)).decode("utf-8", "replace")


def train(texts, size, longest=24):
    """Merges for a vocabulary of `size`: the most frequent adjacent pair first, ties to the lower ids.

    Counts of pairs are kept up to date over the unique pieces, so a merge touches only the pieces that
    contain it. No token grows beyond `longest` bytes.
    """
    pieces = collections.Counter()
    for text in texts:
        pieces.update(splitter().findall(text))
    base = Tokenizer([])
    words = [[base.byte_ids[b] for b in piece.encode()] for piece in pieces]
    weight = list(pieces.values())
    length = {i: len(b) for i, b in enumerate(base.bytes_of)}
    count, where = collections.Counter(), collections.defaultdict(set)
    for index, word in enumerate(words):
        for pair in zip(word, word[1:]):
            count[pair] += weight[index]
            where[pair].add(index)
    heap = [(-n, pair) for pair, n in count.items()]
    heapq.heapify(heap)
    merges = []
    while len(base) + len(merges) < size:
        negative, pair = heapq.heappop(heap)
        if count[pair] != -negative or length[pair[0]] + length[pair[1]] > longest:
            continue
        new = len(base) + len(merges)
        merges.append(pair)
        length[new] = length[pair[0]] + length[pair[1]]
        changed = set()
        for index in where.pop(pair):
            word = words[index]
            for old in zip(word, word[1:]):
                count[old] -= weight[index]
                changed.add(old)
            merged, i = [], 0
            while i < len(word):
                if i + 1 < len(word) and (word[i], word[i + 1]) == pair:
                    merged.append(new)
                    i += 2
                else:
                    merged.append(word[i])
                    i += 1
            words[index] = merged
            for now in zip(merged, merged[1:]):
                count[now] += weight[index]
                where[now].add(index)
                changed.add(now)
        for other in changed:
            if count[other] > 0:
                heapq.heappush(heap, (-count[other], other))
    return merges


def main():
    corpus, out = sys.argv[1], sys.argv[2]
    size = int(sys.argv[3]) if len(sys.argv) > 3 else SIZE
    start = time.time()
    with open(corpus) as file:  # every third file: enough for 8k merges, and a third of the time
        texts = [json.loads(line)["text"] for i, line in enumerate(file) if i % 3 == 0]
    merges = train(texts, size)
    with open(out, "w") as file:
        json.dump({"pre": "qwen2", "merges": merges}, file, separators=(",", ":"))
    tokenizer = Tokenizer(merges)
    sample = texts[::50]
    tokens = sum(len(tokenizer.encode(t)) for t in sample)
    print(f"{len(tokenizer)} tokens, {sum(map(len, sample)) / tokens:.2f} characters a token, "
          f"{time.time() - start:.0f} s")


if __name__ == "__main__":
    main()

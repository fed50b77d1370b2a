# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares llama.cpp with this folder: check.py CHECKPOINT TOKENIZER HELDOUT.jsonl PEEK F32.gguf Q8_0.gguf.

Tokens of 200 lines and 40 whole files must be the same. On 20 infilling prompts the float32 file must give
the logits of torch and the same greedy answers; of the quantized file the differences are printed. Fails
when something is not as it must be.
"""
import json
import random
import sys

import torch

import model as models
from evaluate import LONGEST, SEED, Peek, complete, make_cases, prompt
from tokenizer import Tokenizer

ODD = ["x\t\ty  \n\n\n  z", "don't 'S' 't'", "naïve größe 日本語 Ⅷ ½ x²", "a\r\nb\r\n", "  ", "\n", "<|fim_prefix|>x",
       "1234567u 0xFFull 1e-9f", "\u00a0\u3000wide", "emoji 😀😀 e\u0301", "->*::<=>&&=|||", "    \n    }\n"]


def main():
    checkpoint, tokenizer, heldout, program, f32, q8 = sys.argv[1:]
    torch.set_num_threads(1)
    tokenizer, model = Tokenizer.load(tokenizer), models.load(checkpoint)
    with open(heldout) as file:
        records = [json.loads(line) for line in file]
    rng = random.Random(SEED)
    texts = [r["text"] for r in rng.sample(records, 40)]
    lines = [line for text in texts for line in text.split("\n") if line.strip()]
    samples = rng.sample(lines, 200) + texts + ODD
    peek, quantized = Peek(program, f32), Peek(program, q8)
    different = [s for s in samples if tokenizer.encode(s) != peek.tokens(s)]
    print(f"tokens: {len(samples)} texts, {sum(map(len, samples))} characters, {len(different)} differ "
          f"{[s[:60] for s in different]}")
    wrong = len(different)
    assert all(tokenizer.decode(tokenizer.encode(s)) == s for s in samples)
    worst, worst_q8, same, same_q8 = 0.0, 0.0, 0, 0
    cases = make_cases(records, 20, SEED + 1)
    for _, prefix, suffix, _ in cases:
        ids = prompt(tokenizer, prefix, suffix, model.config.context)
        with torch.no_grad():
            ours = model.logits(torch.tensor([ids]))[0]
        worst = max(worst, (ours - torch.tensor(peek.logits(ids))).abs().max().item())
        worst_q8 = max(worst_q8, (ours - torch.tensor(quantized.logits(ids))).abs().max().item())
        answer = complete(model, tokenizer, ids)
        same += answer == peek.greedy(ids, LONGEST)
        same_q8 += answer == quantized.greedy(ids, LONGEST)
    print(f"logits, largest difference: float32 {worst:.2e}, Q8_0 {worst_q8:.2e}")
    print(f"greedy answers alike: float32 {same} of {len(cases)}, Q8_0 {same_q8} of {len(cases)}")
    sys.exit(wrong > 0 or worst > 0.05 or same < len(cases) - 1)


if __name__ == "__main__":
    main()

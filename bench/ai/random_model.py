"""Writes a GGUF model of a real one's shape with random weights: random_model.py OUT [--shape qwen2.5-coder-0.5b].

Speed, memory and limits do not depend on what the weights are: where no model can be had, this stands for it. What it writes
is noise. Weights are Q8_0 as such models are handed out; `astrolabe ai quantize` makes others of it. Shapes are those of the
models' published configurations. The vocabulary has their size and the tokens of infilling, and no merges: text is one token
a byte, so speeds are of tokens, not of characters.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import argparse
import dataclasses
import os
import random
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "..", "tests", "ai"))
from tiny_model import BOOL, CONTROL, F32, I32, MARKS, NORMAL, STRING, U32, byte_spellings, entry, text  # noqa: E402

ALIGNMENT = 32
TYPE_F32, TYPE_Q8_0 = 0, 8
BLOCK = 32  # weights that share a scale


@dataclasses.dataclass
class Shape:
    name: str
    width: int
    layers: int
    heads: int
    kv_heads: int
    hidden: int
    vocabulary: int
    context: int


SHAPES = {
    "qwen2.5-coder-0.5b": Shape("Qwen2.5-Coder-0.5B, random", 896, 24, 14, 2, 4864, 151936, 32768),
    "qwen2.5-coder-1.5b": Shape("Qwen2.5-Coder-1.5B, random", 1536, 28, 12, 2, 8960, 151936, 32768),
}


def metadata(shape):
    spellings = MARKS + byte_spellings()
    spellings += [f"unused{n}" for n in range(shape.vocabulary - len(spellings))]
    return [
        entry("general.architecture", STRING, "qwen2"),
        entry("general.name", STRING, shape.name),
        entry("general.file_type", U32, 7),
        entry("qwen2.context_length", U32, shape.context),
        entry("qwen2.embedding_length", U32, shape.width),
        entry("qwen2.block_count", U32, shape.layers),
        entry("qwen2.feed_forward_length", U32, shape.hidden),
        entry("qwen2.attention.head_count", U32, shape.heads),
        entry("qwen2.attention.head_count_kv", U32, shape.kv_heads),
        entry("qwen2.attention.layer_norm_rms_epsilon", F32, 1e-6),
        entry("qwen2.rope.freq_base", F32, 1e6),
        entry("tokenizer.ggml.model", STRING, "gpt2"),
        entry("tokenizer.ggml.pre", STRING, "qwen2"),
        entry("tokenizer.ggml.tokens", STRING, spellings),
        entry("tokenizer.ggml.token_type", I32, [CONTROL if s in MARKS else NORMAL for s in spellings]),
        entry("tokenizer.ggml.merges", STRING, []),
        entry("tokenizer.ggml.eos_token_id", U32, 0),
        entry("tokenizer.ggml.fim_pre_token_id", U32, 1),
        entry("tokenizer.ggml.fim_suf_token_id", U32, 2),
        entry("tokenizer.ggml.fim_mid_token_id", U32, 3),
        entry("tokenizer.ggml.fim_sep_token_id", U32, 4),
        entry("tokenizer.ggml.add_bos_token", BOOL, False),
    ]


def tensors(shape):
    """[(name, shape, type)], the fastest changing extent first."""
    kv_width = shape.width // shape.heads * shape.kv_heads
    all_tensors = [("token_embd.weight", (shape.width, shape.vocabulary), TYPE_Q8_0),
                   ("output_norm.weight", (shape.width,), TYPE_F32)]
    for n in range(shape.layers):
        for name, extents in (("attn_q", (shape.width, shape.width)), ("attn_k", (shape.width, kv_width)),
                              ("attn_v", (shape.width, kv_width)), ("attn_output", (shape.width, shape.width)),
                              ("ffn_gate", (shape.width, shape.hidden)), ("ffn_up", (shape.width, shape.hidden)),
                              ("ffn_down", (shape.hidden, shape.width))):
            all_tensors.append((f"blk.{n}.{name}.weight", extents, TYPE_Q8_0))
        for name, extent in (("attn_norm.weight", shape.width), ("ffn_norm.weight", shape.width),
                             ("attn_q.bias", shape.width), ("attn_k.bias", kv_width), ("attn_v.bias", kv_width)):
            all_tensors.append((f"blk.{n}.{name}", (extent,), TYPE_F32))
    return all_tensors


def size_of(extents, kind):
    count = 1
    for extent in extents:
        count *= extent
    return count // BLOCK * (BLOCK + 2) if kind == TYPE_Q8_0 else count * 4


def write(path, shape, seed):
    draw = random.Random(seed)
    scale = struct.pack("<e", 0.0003)  # some hundredths for the largest: sums stay small
    blocks = b"".join(scale + draw.randbytes(BLOCK) for _ in range(4096))
    keys, infos, offset = metadata(shape), [], 0
    for name, extents, kind in tensors(shape):
        infos.append(text(name) + struct.pack(f"<I{len(extents)}QIQ", len(extents), *extents, kind, offset))
        offset += size_of(extents, kind) + -size_of(extents, kind) % ALIGNMENT
    head = struct.pack("<4sIQQ", b"GGUF", 3, len(infos), len(keys)) + b"".join(keys + infos)
    with open(path, "wb") as file:
        file.write(head + b"\0" * (-len(head) % ALIGNMENT))
        for _, extents, kind in tensors(shape):
            size = size_of(extents, kind)
            piece = blocks if kind == TYPE_Q8_0 else struct.pack("<1024f", *[1.0] * 1024)
            for written in range(0, size, len(piece)):
                file.write(piece[:size - written])
            file.write(b"\0" * (-size % ALIGNMENT))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out")
    parser.add_argument("--shape", choices=SHAPES, default="qwen2.5-coder-0.5b")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    write(options.out, SHAPES[options.shape], options.seed)


if __name__ == "__main__":
    main()

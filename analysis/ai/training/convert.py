# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes a checkpoint as GGUF for llama.cpp: convert.py CHECKPOINT.pt TOKENIZER.json OUT.gguf [--f32].

Matrices are Q8_0 (blocks of 32 weights: a half-precision scale and 32 signed bytes) or float32, norms
float32. The tokenizer is spelled out as GPT-2's byte-level BPE with Qwen2's pre-tokenisation. The format is
GGUF 3: ggml's docs/gguf.md.
"""
import argparse
import struct

import numpy as np
import torch

from tokenizer import EOT, FILE_SEP, FIM_MID, FIM_PAD, FIM_PRE, FIM_SUF, REPO_NAME, SPECIAL, Tokenizer

ALIGNMENT = 32
U32, I32, F32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
TYPE_F32, TYPE_Q8_0 = 0, 8
FILE_TYPE = {TYPE_F32: 0, TYPE_Q8_0: 7}
NORMAL, CONTROL = 1, 3


def text(value):
    raw = value.encode()
    return struct.pack("<Q", len(raw)) + raw


def scalar(kind, value):
    return text(value) if kind == STRING else struct.pack({U32: "<I", I32: "<i", F32: "<f", BOOL: "<?"}[kind], value)


def entry(key, kind, value):
    """One key with its value; a list becomes an array of `kind`."""
    if isinstance(value, list):
        body = struct.pack("<IIQ", ARRAY, kind, len(value)) + b"".join(scalar(kind, v) for v in value)
    else:
        body = struct.pack("<I", kind) + scalar(kind, value)
    return text(key) + body


def q8_0(matrix):
    """Bytes of a float32 matrix in Q8_0, whose rows are multiples of 32 wide."""
    blocks = matrix.reshape(-1, 32)
    scale = np.abs(blocks).max(1, keepdims=True) / 127
    inverse = np.divide(1, scale, out=np.zeros_like(scale), where=scale > 0)
    quants = np.round(blocks * inverse).astype(np.int8)
    return np.concatenate([scale.astype("<f2").view(np.uint8), quants.view(np.uint8)], 1).tobytes()


def metadata(config, tokenizer, file_type):
    spellings = [tokenizer.spelling(i) for i in range(len(tokenizer))]
    merges = [f"{spellings[left]} {spellings[right]}" for left, right in tokenizer.merges]
    return [
        entry("general.architecture", STRING, "llama"),
        entry("general.name", STRING, "astrolabe-fim"),
        entry("general.license", STRING, "Apache-2.0 WITH LLVM-exception"),
        entry("general.file_type", U32, file_type),
        entry("general.quantization_version", U32, 2),
        entry("llama.vocab_size", U32, config["vocabulary"]),
        entry("llama.context_length", U32, config["context"]),
        entry("llama.embedding_length", U32, config["width"]),
        entry("llama.block_count", U32, config["layers"]),
        entry("llama.feed_forward_length", U32, config["hidden"]),
        entry("llama.attention.head_count", U32, config["heads"]),
        entry("llama.attention.head_count_kv", U32, config["kv_heads"]),
        entry("llama.attention.layer_norm_rms_epsilon", F32, config["epsilon"]),
        entry("llama.rope.dimension_count", U32, config["width"] // config["heads"]),
        entry("llama.rope.freq_base", F32, config["rope_base"]),
        entry("tokenizer.ggml.model", STRING, "gpt2"),
        entry("tokenizer.ggml.pre", STRING, "qwen2"),
        entry("tokenizer.ggml.tokens", STRING, spellings),
        entry("tokenizer.ggml.token_type", I32, [CONTROL] * len(SPECIAL) + [NORMAL] * (len(tokenizer) - len(SPECIAL))),
        entry("tokenizer.ggml.merges", STRING, merges),
        entry("tokenizer.ggml.bos_token_id", U32, EOT),
        entry("tokenizer.ggml.eos_token_id", U32, EOT),
        entry("tokenizer.ggml.eot_token_id", U32, EOT),
        entry("tokenizer.ggml.padding_token_id", U32, FIM_PAD),
        entry("tokenizer.ggml.fim_pre_token_id", U32, FIM_PRE),
        entry("tokenizer.ggml.fim_suf_token_id", U32, FIM_SUF),
        entry("tokenizer.ggml.fim_mid_token_id", U32, FIM_MID),
        entry("tokenizer.ggml.fim_pad_token_id", U32, FIM_PAD),
        entry("tokenizer.ggml.fim_rep_token_id", U32, REPO_NAME),
        entry("tokenizer.ggml.fim_sep_token_id", U32, FILE_SEP),
        entry("astrolabe.fim.layout", STRING, "suffix-prefix-joined"),
        entry("tokenizer.ggml.add_bos_token", BOOL, False),
        entry("tokenizer.ggml.add_eos_token", BOOL, False),
    ]


def gguf_name(name):
    """llama.cpp's name of a parameter of model.py."""
    if not name.startswith("blocks."):
        return name + ".weight"
    _, number, rest = name.split(".")
    return f"blk.{number}.{rest}.weight"


def convert(state, tokenizer, f32):
    """The bytes of the GGUF file of a checkpoint."""
    kind = TYPE_F32 if f32 else TYPE_Q8_0
    keys = metadata(state["config"], tokenizer, FILE_TYPE[kind])
    infos, data = [], b""
    for name, tensor in state["model"].items():
        array = tensor.float().cpu().numpy()
        own = kind if array.ndim == 2 else TYPE_F32
        raw = q8_0(array) if own == TYPE_Q8_0 else array.astype("<f4").tobytes()
        shape = array.shape[::-1]
        infos.append(text(gguf_name(name)) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, own, len(data)))
        data += raw + b"\0" * (-len(raw) % ALIGNMENT)
    head = struct.pack("<4sIQQ", b"GGUF", 3, len(infos), len(keys)) + b"".join(keys + infos)
    return head + b"\0" * (-len(head) % ALIGNMENT) + data


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("checkpoint"), parser.add_argument("tokenizer"), parser.add_argument("out")
    parser.add_argument("--f32", action="store_true")
    options = parser.parse_args()
    state = torch.load(options.checkpoint, map_location="cpu")
    with open(options.out, "wb") as file:
        file.write(convert(state, Tokenizer.load(options.tokenizer), options.f32))


if __name__ == "__main__":
    main()

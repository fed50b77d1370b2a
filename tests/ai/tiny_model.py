"""Writes a GGUF model of the llama architecture, small enough for tests.

    tiny_model.py OUT [--layers 2] [--width 64] [--context 256] [--layout suffix-prefix-middle] [--seed 1]
    tiny_model.py OUT --says TEXT [--answers TEXT] [--name NAME] [--finetune WORD]

Its vocabulary is the 256 bytes, the words of WORDS and the marks of infilling. Its weights are random, so that what it
writes is noise with the shape of text; or such that it always writes TEXT, whatever it reads: each token has a dimension
of its own, and the last layer leads from each to the next. With --answers it chats, by ChatML's template, and always
answers that. A text in which a token comes twice is made one token of its own. The same arguments give the same bytes.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import argparse
import random
import struct

U32, I32, F32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
NORMAL, CONTROL = 1, 3
WORDS = ["int", "return", "size", "value", "begin", "end", "push", "back"]
# Without jinja: llama.cpp only looks which template it is.
CHAT_MARKS, CHAT_TEMPLATE = ["<|im_start|>", "<|im_end|>"], "{{ '<|im_start|>' + role + '\n' + content + '<|im_end|>' }}"
MARKS = ["<|endoftext|>", "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|file_sep|>"]


def byte_spellings():
    """How byte-level vocabularies spell each byte: printable ones as themselves, the others from U+0100 on."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    spelled, other = {}, 256
    for byte in range(256):
        if byte in printable:
            spelled[byte] = chr(byte)
        else:
            spelled[byte] = chr(other)
            other += 1
    return [spelled[byte] for byte in range(256)]


def text(value):
    raw = value.encode()
    return struct.pack("<Q", len(raw)) + raw


def scalar(kind, value):
    if kind == STRING:
        return text(value)
    return struct.pack({U32: "<I", I32: "<i", F32: "<f", BOOL: "<?"}[kind], value)


def entry(key, kind, value):
    if isinstance(value, list):
        body = struct.pack("<IIQ", ARRAY, kind, len(value)) + b"".join(scalar(kind, v) for v in value)
    else:
        body = struct.pack("<I", kind) + scalar(kind, value)
    return text(key) + body


def merges_of(words):
    """Pairs that make each word, left to right, and the tokens on the way."""
    merges, tokens = [], []
    for word in words:
        for length in range(2, len(word) + 1):
            pair = f"{word[:length - 1]} {word[length - 1]}"
            if pair not in merges:
                merges.append(pair)
                tokens.append(word[:length])
    return merges, tokens


def tokens_of(said, spellings):
    """The tokens of a text, the longest word first; of a mark its own."""
    if said in MARKS:
        return [MARKS.index(said)]
    raw = byte_spellings()
    spelled = "".join(raw[byte] for byte in said.encode())
    tokens = []
    while spelled:
        longest = max((s for s in spellings if spelled.startswith(s)), key=len)
        tokens.append(spellings.index(longest))
        spelled = spelled[len(longest):]
    return tokens


def saying(said, spellings, width):
    """The rows of token_embd and output by which each of the texts of `said` follows its token."""
    pairs = []
    for before, follows in said:
        chain = [*tokens_of(before, spellings), *tokens_of(follows, spellings), MARKS.index("<|endoftext|>")]
        assert len(set(chain)) == len(chain), "a token that comes twice would lead to two"
        pairs += zip(chain, chain[1:])
    embedding = [0.0] * (width * len(spellings))
    output = [0.0] * (width * len(spellings))
    for token in range(len(spellings)):
        embedding[token * width + token] = 1.0
    assert len(dict(pairs)) == len(pairs), "a token that two texts have would lead to two"
    for token, follower in pairs:
        output[follower * width + token] = 1.0
    return {"token_embd": embedding, "output": output}


def model(options):
    merges, words = merges_of(WORDS)
    spellings = MARKS + byte_spellings() + words
    # What each text follows: the mark of the middle, or the end of "<|im_start|>assistant\n".
    said = [(before, text) for before, text in (("<|fim_middle|>", options.says), ("\n", options.answers))
            if text is not None]
    for _, follows in said:
        tokens = tokens_of(follows, spellings)
        if len(said) > 1 or len(set(tokens)) < len(tokens):
            raw = byte_spellings()
            whole = "".join(raw[byte] for byte in follows.encode())
            spellings += [whole] if whole not in spellings else []
    if options.answers is not None:
        spellings += CHAT_MARKS
    width = options.width if not said else len(spellings) + -len(spellings) % 32
    hidden, heads = width * 2, 4
    keys = [
        entry("general.architecture", STRING, options.architecture),
        entry("general.name", STRING, options.name),
        entry("llama.vocab_size", U32, len(spellings)),
        entry("llama.context_length", U32, options.context),
        entry("llama.embedding_length", U32, width),
        entry("llama.block_count", U32, options.layers),
        entry("llama.feed_forward_length", U32, hidden),
        entry("llama.attention.head_count", U32, heads),
        entry("llama.attention.head_count_kv", U32, heads),
        entry("llama.attention.layer_norm_rms_epsilon", F32, 1e-5),
        entry("llama.rope.dimension_count", U32, width // heads),
        entry("tokenizer.ggml.model", STRING, "gpt2"),
        entry("tokenizer.ggml.pre", STRING, "qwen2"),
        entry("tokenizer.ggml.tokens", STRING, spellings),
        entry("tokenizer.ggml.token_type", I32, [CONTROL if s in MARKS + CHAT_MARKS else NORMAL for s in spellings]),
        entry("tokenizer.ggml.merges", STRING, merges),
        entry("tokenizer.ggml.eos_token_id", U32, 0),
        entry("tokenizer.ggml.fim_pre_token_id", U32, 1),
        entry("tokenizer.ggml.fim_suf_token_id", U32, 2),
        entry("tokenizer.ggml.fim_mid_token_id", U32, 3),
        entry("tokenizer.ggml.fim_sep_token_id", U32, 4),
        entry("tokenizer.ggml.add_bos_token", BOOL, False),
    ]
    if options.answers is not None:
        keys.append(entry("tokenizer.chat_template", STRING, options.chat_template))
    if options.finetune:
        keys.append(entry("general.finetune", STRING, options.finetune))
    if options.layout:
        keys.append(entry("astrolabe.fim.layout", STRING, options.layout))
    shapes = {"token_embd": (width, len(spellings)), "output_norm": (width,)}
    fixed = {}
    if said:
        fixed = saying(said, spellings, width)
        shapes["output"] = (width, len(spellings))
    for layer in range(options.layers):
        for name, shape in (("attn_norm", (width,)), ("ffn_norm", (width,)), ("attn_q", (width, width)),
                            ("attn_k", (width, width)), ("attn_v", (width, width)), ("attn_output", (width, width)),
                            ("ffn_gate", (width, hidden)), ("ffn_up", (width, hidden)), ("ffn_down", (hidden, width))):
            shapes[f"blk.{layer}.{name}"] = shape
    draw = random.Random(options.seed)
    infos, data = [], []
    offset = 0
    for name, shape in shapes.items():
        count = 1
        for size in shape:
            count *= size
        is_norm = name.endswith("norm")
        if is_norm:
            values = [1.0] * count
        elif said:
            values = fixed.get(name, [0.0] * count)
        else:
            values = [draw.gauss(0, 0.3) for _ in range(count)]
        raw = struct.pack(f"<{count}f", *values)
        raw += b"\0" * (-len(raw) % 32)
        infos.append(text(name + ".weight") + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, 0, offset))
        data.append(raw)
        offset += len(raw)
    head = struct.pack("<4sIQQ", b"GGUF", 3, len(infos), len(keys)) + b"".join(keys + infos)
    return head + b"\0" * (-len(head) % 32) + b"".join(data)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out")
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--context", type=int, default=256)
    parser.add_argument("--layout", default="suffix-prefix-middle")
    parser.add_argument("--architecture", default="llama")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--says")
    parser.add_argument("--answers")
    parser.add_argument("--chat-template", default=CHAT_TEMPLATE)
    parser.add_argument("--name", default="tiny")
    parser.add_argument("--finetune")
    options = parser.parse_args()
    with open(options.out, "wb") as file:
        file.write(model(options))


if __name__ == "__main__":
    main()

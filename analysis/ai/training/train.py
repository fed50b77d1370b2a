# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Trains the model: train.py ROWS RUN --config small --tokens 15e6 [--workers 2] [--half].

ROWS is the folder of samples.py's output: `passN.*` are read in order, `heldout.*` is measured every
`--evaluate` steps. RUN gets `log.tsv` and `last.pt`; a run that finds `last.pt` goes on from there.

Matrices are optimised by Muon (momentum, then the nearest orthogonal matrix by Newton-Schulz iterations:
Jordan et al. 2024), the embedding and the norms by Adam. The learning rate rises for 2 % of the tokens,
stays, and falls to nothing over the last `--cooldown` share: unlike a cosine this lets the number of tokens
be decided late. On a machine shared with others it is: RUN/tokens, a file with a number, overrules
`--tokens` at any time.

On a CPU every worker is a process with one thread that takes the next micro-batch when it is done with one,
so a worker whose core is busy elsewhere delays nobody by more than a micro-batch. With CUDA there is one
worker. Seeds fix the data and its order; sums of gradients differ in the last bits from run to run.
"""
import argparse
import dataclasses
import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a worker is one thread

import numpy as np
import torch
import torch.multiprocessing as multiprocessing

from model import CONFIGS, Model

SEED = 20261122


class Rows:
    """The training rows of all passes, one after the other, by number; more passes may appear later."""

    def __init__(self, folder):
        self.folder, self.passes = folder, []

    def row(self, number):
        n = 0
        while True:
            if n == len(self.passes):
                stem = f"{self.folder}/pass{n}"
                if not os.path.exists(stem + ".weights.npy"):
                    return self.row(number % sum(len(t) for t, _ in self.passes))
                self.passes.append((np.load(stem + ".tokens.npy", "r"), np.load(stem + ".weights.npy", "r")))
            tokens, weights = self.passes[n]
            if number < len(tokens):
                return tokens[number], weights[number]
            number, n = number - len(tokens), n + 1

    def batch(self, first, count, device):
        pairs = [self.row(i) for i in range(first, first + count)]
        return as_batch(np.stack([t for t, _ in pairs]), np.stack([w for _, w in pairs]), device)


def as_batch(tokens, weights, device):
    tokens = torch.from_numpy(tokens.astype(np.int64)).to(device)
    weights = torch.from_numpy(weights.astype(np.float32)).to(device)
    return tokens[:, :-1].contiguous(), tokens[:, 1:].contiguous(), weights[:, 1:].contiguous()


def orthogonal(m, half, iterations=5):
    """The nearest orthogonal matrix, roughly: singular values end between 0.7 and 1.2."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = m.t() if m.shape[0] > m.shape[1] else m
    x = x / (x.norm() + 1e-7)
    if half:
        x = x.bfloat16()
    for _ in range(iterations):
        square = x @ x.t()
        x = a * x + (b * square + c * square @ square) @ x
    x = x.to(m.dtype)
    return x.t() if m.shape[0] > m.shape[1] else x


class Optimizer:
    """Muon for the matrices of the blocks, Adam for everything else."""

    def __init__(self, model, muon_rate, adam_rate):
        self.rates, self.half = (muon_rate, adam_rate), model.half
        self.parameters = list(model.parameters())
        names = [name for name, _ in model.named_parameters()]
        self.is_matrix = [p.dim() == 2 and n != "token_embd" for n, p in zip(names, self.parameters)]
        self.first = [torch.zeros_like(p) for p in self.parameters]
        self.second = [torch.zeros_like(p) if not m else None for p, m in zip(self.parameters, self.is_matrix)]
        self.steps = 0

    @torch.no_grad()
    def step(self, gradients, scale):
        self.steps += 1
        for p, g, first, second, matrix in zip(self.parameters, gradients, self.first, self.second, self.is_matrix):
            if matrix:
                momentum = min(0.95, 0.85 + 0.1 * self.steps / 200)
                first.lerp_(g, 1 - momentum)
                update = orthogonal(g.lerp(first, momentum), self.half)
                p.add_(update, alpha=-scale * self.rates[0] * max(1, p.shape[0] / p.shape[1]) ** 0.5)
            else:
                first.lerp_(g, 0.1)
                second.lerp_(g.square(), 0.02)
                hat1 = first / (1 - 0.9 ** self.steps)
                hat2 = second / (1 - 0.98 ** self.steps)
                p.addcdiv_(hat1, hat2.sqrt() + 1e-10, value=-scale * self.rates[1])

    def state(self):
        return {"first": self.first, "second": self.second, "steps": self.steps}

    def restore(self, state):
        self.first, self.second, self.steps = state["first"], state["second"], state["steps"]


def rate_at(done, total, cooldown):
    """Factor of the learning rate after `done` of `total` tokens."""
    progress = done / total
    return max(0.0, min(1.0, progress / 0.02 + 0.05, (1.02 - progress) / cooldown))


@torch.no_grad()
def evaluate(model, folder, device, rows):
    """(loss of plain tokens, loss of middle tokens) on the held-out rows, nats a token."""
    tokens, weights = (np.load(f"{folder}/heldout.{kind}.npy")[:rows] for kind in ("tokens", "weights"))
    sums = torch.zeros(4, dtype=torch.float64)
    for i in range(0, len(tokens), 8):
        x, y, w = as_batch(tokens[i:i + 8], weights[i:i + 8], device)
        _, losses = model.loss(x, y, w)
        for k, mask in enumerate((w == 1, w > 1)):
            sums[2 * k] += losses[mask.flatten()].sum().item()
            sums[2 * k + 1] += mask.sum().item()
    return (sums[0] / sums[1]).item(), (sums[2] / sums[3]).item()


def work(rank, model, rows, shared, options):
    """Takes micro-batches of the step until none is left; adds gradients into the worker's own buffer."""
    device = next(model.parameters()).device
    parameters = list(model.parameters())
    for p in parameters:
        p.grad = None
    while True:
        with shared["next"].get_lock():
            mine = shared["next"].value
            shared["next"].value += 1
        if mine >= options.batch // options.micro:
            break
        first = shared["row"].value + mine * options.micro
        x, y, w = rows.batch(first, options.micro, device)
        loss, losses = model.loss(x, y, w)
        loss.backward()
        shared["sums"][rank] += torch.stack([loss.detach().cpu(), w.sum().cpu(), (losses * (w.flatten() > 1)).sum().cpu(),
                                             (w > 1).sum().cpu()]).double()
    flat = shared["gradients"][rank]
    offset = 0
    for p in parameters:
        flat[offset:offset + p.numel()] = 0 if p.grad is None else p.grad.flatten()
        offset += p.numel()


def worker_main(rank, model, shared, options):
    torch.set_num_threads(1)
    rows = Rows(options.rows)
    while True:
        shared["begin"].wait(3600)  # a worker whose trainer died ends
        if shared["stop"].value:
            return
        work(rank, model, rows, shared, options)
        shared["end"].wait()


def target_tokens(options):
    path = os.path.join(options.run, "tokens")
    return float(open(path).read()) if os.path.exists(path) else options.tokens


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("rows"), parser.add_argument("run")
    parser.add_argument("--config", choices=CONFIGS, default="small")
    parser.add_argument("--tokens", type=float, default=15e6)
    parser.add_argument("--batch", type=int, default=16, help="rows a step")
    parser.add_argument("--micro", type=int, default=2, help="rows a micro-batch")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--cooldown", type=float, default=0.3)
    parser.add_argument("--muon-rate", type=float, default=0.02)
    parser.add_argument("--adam-rate", type=float, default=0.004)
    parser.add_argument("--evaluate", type=int, default=100, help="steps between evaluations")
    parser.add_argument("--half", action="store_true", help="bfloat16 products (fast with AVX512-BF16 or CUDA)")
    options = parser.parse_args()
    os.makedirs(options.run, exist_ok=True)
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cuda":
        options.workers = 1
    model = Model(CONFIGS[options.config]).to(device).use_half(options.half)
    optimizer = Optimizer(model, options.muon_rate, options.adam_rate)
    done = row = step = 0
    seconds = 0.0
    last = os.path.join(options.run, "last.pt")
    if os.path.exists(last):
        state = torch.load(last, map_location=device)
        model.load_state_dict(state["model"])
        optimizer.restore(state["optimizer"])
        done, row, step, seconds = state["done"], state["row"], state["step"], state["seconds"]
    model.share_memory()
    count = sum(p.numel() for p in model.parameters())
    shared = {
        "next": multiprocessing.Value("q", 0), "row": multiprocessing.Value("q", row),
        "stop": multiprocessing.Value("b", 0),
        "sums": torch.zeros(options.workers, 4, dtype=torch.float64).share_memory_(),
        "gradients": torch.zeros(options.workers, count, device=device).share_memory_(),
        "begin": multiprocessing.Barrier(options.workers), "end": multiprocessing.Barrier(options.workers)}
    helpers = [multiprocessing.Process(target=worker_main, args=(rank, model, shared, options), daemon=True)
               for rank in range(1, options.workers)]
    for helper in helpers:
        helper.start()
    rows = Rows(options.rows)
    context = model.config.context
    log = open(os.path.join(options.run, "log.tsv"), "a")
    print(f"{count} parameters, {device}, from step {step}", flush=True)
    recent = torch.zeros(4, dtype=torch.float64)
    while True:
        finished = done >= target_tokens(options)
        if step % options.evaluate == 0 or finished:
            plain, middle = evaluate(model, options.rows, device, 256 if finished else 64)
            state = {"config": dataclasses.asdict(model.config), "model": model.state_dict(),
                     "optimizer": optimizer.state(), "done": done, "row": row, "step": step, "seconds": seconds}
            torch.save(state, last + ".new")
            os.replace(last + ".new", last)
            fields = [step, done, f"{seconds:.0f}", f"{plain:.4f}", f"{middle:.4f}",
                      f"{recent[0] / max(1, recent[1]):.4f}", f"{recent[2] / max(1, recent[3]):.4f}"]
            log.write("\t".join(map(str, fields)) + "\n")
            log.flush()
            print(f"step {step} tokens {done} seconds {seconds:.0f} held-out {plain:.3f} middle {middle:.3f} "
                  f"train {fields[5]} middle {fields[6]}", flush=True)
            recent.zero_()
        if finished:
            break
        start = time.time()
        shared["row"].value, shared["next"].value = row, 0
        shared["sums"].zero_()
        shared["begin"].wait()
        work(0, model, rows, shared, options)
        shared["end"].wait()
        sums = shared["sums"].sum(0)
        flat = shared["gradients"].sum(0) / sums[1].item()
        flat *= min(1.0, 1.0 / (flat.norm().item() + 1e-6))
        gradients, offset = [], 0
        for p in optimizer.parameters:
            gradients.append(flat[offset:offset + p.numel()].view_as(p))
            offset += p.numel()
        optimizer.step(gradients, rate_at(done, target_tokens(options), options.cooldown))
        recent += sums
        done += options.batch * context
        row += options.batch
        step += 1
        seconds += time.time() - start
        if step % 20 == 0:
            print(f"  step {step} loss {recent[0] / recent[1]:.3f} middle {recent[2] / recent[3]:.3f} "
                  f"{options.batch * context / (time.time() - start):.0f} tokens/s", flush=True)
    shared["stop"].value = 1
    shared["begin"].wait()


if __name__ == "__main__":
    main()

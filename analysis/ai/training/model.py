# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The model: Llama's architecture as llama.cpp computes it, small, with tied embeddings.

RMSNorm before attention and feed-forward, rotary positions on interleaved pairs (LLAMA_ROPE_TYPE_NORM),
grouped key and value heads, SwiGLU. Widths are multiples of 256 so that K-quants fit. On a CPU matrices are
multiplied in bfloat16 where the processor can (`half=True`), everything else is float32.
"""
import dataclasses
import math

import torch
import torch.nn.functional as F
from torch import nn


@dataclasses.dataclass
class Config:
    vocabulary: int = 8192
    width: int = 256
    layers: int = 4
    heads: int = 4
    kv_heads: int = 2
    hidden: int = 768
    context: int = 512
    rope_base: float = 10000.0
    epsilon: float = 1e-5


CONFIGS = {
    "tiny": Config(width=256, layers=1, hidden=256),  # for tests of the pipeline
    "small": Config(),  # what two shared cores train in about an hour
    "full": Config(width=512, layers=6, heads=8, kv_heads=4, hidden=1024, context=1024),  # an accelerator
}


class Multiply(torch.autograd.Function):
    """x @ w.T with the factors rounded to bfloat16, forward and backward."""

    @staticmethod
    def forward(ctx, x, w):
        x, w = x.bfloat16(), w.bfloat16()
        ctx.save_for_backward(x, w)
        return (x @ w.t()).float()

    @staticmethod
    def backward(ctx, gradient):
        x, w = ctx.saved_tensors
        gradient = gradient.bfloat16()
        return (gradient @ w).float(), (gradient.t() @ x).float()


class TiedLoss(torch.autograd.Function):
    """Weighted sum of cross entropies of x @ w.T, in slices that stay in the cache.

    The gradient is computed with the loss, so logits of a whole batch never exist.
    """

    @staticmethod
    def forward(ctx, x, w, targets, weights, half):
        dtype = torch.bfloat16 if half else x.dtype
        cast_w = w.to(dtype)
        grad_x, grad_w = torch.empty_like(x), torch.zeros_like(w)
        losses = torch.empty_like(weights)
        step = 512 if x.device.type == "cpu" else 16384
        for i in range(0, len(x), step):
            part = slice(i, i + step)
            rows = x[part].to(dtype)
            logits = (rows @ cast_w.t()).float()
            logits -= logits.logsumexp(1, keepdim=True)
            losses[part] = -logits.gather(1, targets[part, None])[:, 0]
            logits.exp_()
            logits.scatter_add_(1, targets[part, None], -torch.ones_like(logits[:, :1]))
            logits *= weights[part, None]
            gradient = logits.to(dtype)
            grad_x[part] = (gradient @ cast_w).to(x.dtype)
            grad_w += (gradient.t() @ rows).to(w.dtype)
        ctx.save_for_backward(grad_x, grad_w)
        ctx.mark_non_differentiable(losses)
        return (losses * weights).sum(), losses

    @staticmethod
    def backward(ctx, gradient, _):
        grad_x, grad_w = ctx.saved_tensors
        if gradient != 1:
            grad_x, grad_w = grad_x * gradient, grad_w * gradient
        return grad_x, grad_w, None, None, None


class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c, self.half = c, False
        size = c.width // c.heads
        matrix = lambda rows, columns: nn.Parameter(torch.randn(rows, columns) / math.sqrt(columns))
        self.attn_norm = nn.Parameter(torch.ones(c.width))
        self.attn_q = matrix(c.heads * size, c.width)
        self.attn_k = matrix(c.kv_heads * size, c.width)
        self.attn_v = matrix(c.kv_heads * size, c.width)
        self.attn_output = nn.Parameter(torch.zeros(c.width, c.heads * size))
        self.ffn_norm = nn.Parameter(torch.ones(c.width))
        self.ffn_gate = matrix(c.hidden, c.width)
        self.ffn_up = matrix(c.hidden, c.width)
        self.ffn_down = nn.Parameter(torch.zeros(c.width, c.hidden))

    def linear(self, x, w):
        return Multiply.apply(x, w) if self.half else x @ w.t()

    def forward(self, x, rope, batch, cache=None):
        """x is [batch * time, width]. With `cache`, keys and values of earlier tokens come first."""
        c, size = self.c, self.c.width // self.c.heads
        h = norm(x, self.attn_norm, c.epsilon)
        qkv = self.linear(h, torch.cat([self.attn_q, self.attn_k, self.attn_v]))
        qkv = qkv.view(batch, -1, c.heads + 2 * c.kv_heads, size).transpose(1, 2)
        pairs = qkv[:, :c.heads + c.kv_heads].unflatten(3, (size // 2, 2))
        rotated = torch.view_as_real(torch.view_as_complex(pairs) * rope).flatten(3)
        q, k, v = rotated[:, :c.heads], rotated[:, c.heads:], qkv[:, c.heads + c.kv_heads:]
        if cache is not None:
            k, v = cache.extend(self, k, v)
        out = self.attend(q * size ** -0.5, k, v)
        x = x + self.linear(out.transpose(1, 2).reshape(x.shape[0], -1), self.attn_output)
        h = norm(x, self.ffn_norm, c.epsilon)
        gate, up = self.linear(h, torch.cat([self.ffn_gate, self.ffn_up])).chunk(2, 1)
        return x + self.linear(F.silu(gate) * up, self.ffn_down)

    def attend(self, q, k, v):
        """Causal attention in slices of queries, each over the keys it may see only."""
        c = self.c
        batch, _, time, size = q.shape
        past = k.shape[2] - time
        group = c.heads // c.kv_heads
        q = q.reshape(batch * c.kv_heads, group, time, size)
        k, v = k.reshape(batch * c.kv_heads, past + time, size), v.reshape(batch * c.kv_heads, past + time, size)
        if self.half:
            q, k, v = q.bfloat16(), k.bfloat16(), v.bfloat16()
        outs, step = [], 128
        for i in range(0, time, step):
            n = min(step, time - i)
            seen = past + i + n
            part = q[:, :, i:i + n].reshape(-1, group * n, size)
            scores = torch.bmm(part, k[:, :seen].transpose(1, 2)).float().view(-1, group, n, seen)
            hidden = torch.ones(n, n, dtype=torch.bool, device=q.device).triu(1)
            scores[..., seen - n:] = scores[..., seen - n:].masked_fill(hidden, -1e30)
            p = scores.softmax(3).view(-1, group * n, seen).to(v.dtype)
            outs.append(torch.bmm(p, v[:, :seen]).float().view(-1, group, n, size))
        return torch.cat(outs, 2).view(batch, c.heads, time, size)


def norm(x, weight, epsilon):
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + epsilon) * weight


class Cache:
    """Keys and values of the tokens so far, for generation."""

    def __init__(self):
        self.kept, self.length = {}, 0

    def extend(self, block, k, v):
        if block in self.kept:
            k, v = torch.cat([self.kept[block][0], k], 2), torch.cat([self.kept[block][1], v], 2)
        self.kept[block] = k, v
        return k, v


class Model(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.token_embd = nn.Parameter(torch.randn(config.vocabulary, config.width) * 0.02)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.output_norm = nn.Parameter(torch.ones(config.width))
        self.half = False

    def use_half(self, half):
        self.half = half
        for block in self.blocks:
            block.half = half
        return self

    def rope(self, start, time, device):
        size = self.config.width // self.config.heads
        rates = self.config.rope_base ** (-torch.arange(0, size, 2, device=device).float() / size)
        angles = torch.arange(start, start + time, device=device).float()[:, None] * rates
        return torch.polar(torch.ones_like(angles), angles)

    def hidden(self, tokens, cache=None):
        """Normalised last hidden states [batch * time, width] of tokens [batch, time]."""
        batch, time = tokens.shape
        past = cache.length if cache else 0
        rope = self.rope(past, time, tokens.device)
        x = self.token_embd[tokens.flatten()]
        for block in self.blocks:
            x = block(x, rope, batch, cache)
        if cache:
            cache.length += time
        return norm(x, self.output_norm, self.config.epsilon)

    def logits(self, tokens, cache=None):
        """Logits after the last of tokens [batch, time]."""
        last = self.hidden(tokens, cache).view(*tokens.shape, -1)[:, -1]
        return last @ self.token_embd.t()

    def loss(self, tokens, targets, weights):
        """(weighted sum of the losses, unweighted losses a token)."""
        return TiedLoss.apply(self.hidden(tokens), self.token_embd, targets.flatten(), weights.flatten(), self.half)


def load(path, device="cpu"):
    """The model of a checkpoint of train.py, for evaluation."""
    state = torch.load(path, map_location=device)
    model = Model(Config(**state["config"]))
    model.load_state_dict(state["model"])
    return model.to(device).eval()

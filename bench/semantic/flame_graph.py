#!/usr/bin/env python3
"""Draws where processes spend their time: perf's stacks as a flame graph in SVG.

    perf record -e cpu-clock -F 149 --call-graph dwarf,65528 -o DATA -- astrolabe index ...
    perf script -i DATA --no-inline -F comm,ip,sym,dso | flame_graph.py --comm astrolabe-unit OUT.svg

Parsing processes are named after what they do: astrolabe-unit is a zygote's child, astrolabe-zyg a zygote,
astrolabe-tu a plain parse. A box is a function, as wide as its share of the samples, on top of its caller. Stacks
deeper than perf copies (Clang's often are) have lost their outer frames and stand apart, as "(callers cut off)".
Boxes narrower than --least percent are left out, which keeps the file small.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import argparse
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

WIDTH = 1200
ROW = 15
HEAD = 34
# Clang's way of running on when the stack gets short: on the way to everything, and no cost of its own.
UNSAID = {
    "[unknown]",
    "clang::StackExhaustionHandler::runWithSufficientStackSpace",
    "clang::runWithSufficientStackSpace",
    "llvm::function_ref::callback_fn",
}
# Where a stack without its outer frames is taken up: its outermost of these.
ANCHORS = {
    "clang::Parser::ParseTopLevelDecl",
    "clang::Parser::ParseFunctionDefinition",
    "clang::Parser::ParseStatementOrDeclaration",
    "clang::Sema::InstantiateClassTemplateSpecialization",
    "clang::Sema::InstantiateFunctionDefinition",
    "clang::Sema::BuildOverloadedCallExpr",
    "clang::Sema::CheckTemplateIdType",
}


@dataclass
class Box:
    samples: int = 0
    callees: dict = field(default_factory=dict)


def short_name(symbol: str) -> str:
    """Without parameters, template arguments and offset."""
    symbol = symbol.replace("(anonymous namespace)::", "")
    while True:
        shorter = re.sub(r"<[^<>]*>", "", symbol)
        if shorter == symbol:
            break
        symbol = shorter
    return symbol.split("(")[0].split("<")[0] or symbol


def read_stacks(lines, comm: str):
    """Yields the frames of each sample of `comm`, the outermost first."""
    frames, wanted = [], False
    for line in lines:
        if not line.strip():
            continue
        if line[0] in " \t":
            address, _, rest = line.strip().partition(" ")
            symbol, _, binary = rest.rpartition(" (")
            if wanted and address:
                frames.append((short_name(symbol), "kernel" in binary))
            continue
        if wanted and frames:
            yield frames[::-1]
        frames, wanted = [], line.split()[0] == comm
    if wanted and frames:
        yield frames[::-1]


def fold(stacks, top: str) -> Box:
    """The tree of calls below the function `top`, where a stack has it."""
    root = Box()
    for stack in stacks:
        names = [name for name, _ in stack]
        kernel = next((i for i, (_, is_kernel) in enumerate(stack) if is_kernel), None)
        if top in names:
            names = names[names.index(top) :]
        elif kernel != 0:
            at = next((i for i, name in enumerate(names) if name in ANCHORS), 0)
            names = ["(callers cut off)", *names[at:]]
        else:
            names = ["(kernel)", *names]
        box = root
        root.samples += 1
        previous = None
        for name in names:
            if name == previous or name in UNSAID:
                continue  # recursion says nothing more the second time
            previous = name
            box = box.callees.setdefault(name, Box())
            box.samples += 1
    return root


def colour(name: str) -> str:
    if name.startswith("("):
        return "#c8c8c8"
    if name.startswith("astrolabe"):
        return "#8fc98f"
    if "Instantiate" in name or "Subst" in name or "Transform" in name:
        return "#e8a25c"
    if "clang" in name or "llvm" in name:
        return "#f0d070"
    return "#9db7e0"


def draw(root: Box, title: str, least: float) -> str:
    boxes = []
    depth_max = 0

    def place(box: Box, left: float, depth: int):
        nonlocal depth_max
        for name, callee in sorted(box.callees.items()):
            width = WIDTH * callee.samples / root.samples
            share = 100 * callee.samples / root.samples
            if share >= least:
                depth_max = max(depth_max, depth)
                boxes.append((left, depth, width, name, share))
                place(callee, left, depth + 1)
            left += width

    place(root, 0, 0)
    height = HEAD + (depth_max + 1) * ROW + 4
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'font-family="sans-serif" font-size="10">',
        f'<text x="6" y="20" font-size="14">{escape(title)} ({root.samples} samples)</text>',
    ]
    for left, depth, width, name, share in boxes:
        y = height - 4 - (depth + 1) * ROW
        out.append(
            f'<g><title>{escape(name)} {share:.1f} %</title><rect x="{left:.1f}" y="{y}" '
            f'width="{max(width - 0.4, 0.3):.1f}" height="{ROW - 1}" fill="{colour(name)}"/>'
        )
        fits = int((width - 6) / 5.4)
        if fits >= 3:
            shown = name.removeprefix("clang::")
            shown = shown if len(shown) <= fits else shown[: fits - 1] + "…"
            out.append(f'<text x="{left + 3:.1f}" y="{y + 11}">{escape(shown)}</text>')
        out.append("</g>")
    out.append("</svg>")
    return "\n".join(out) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--comm", default="astrolabe-unit", help="name of the processes to draw")
    parser.add_argument("--top", default="clang::CompilerInstance::ExecuteAction", help="function to start from")
    parser.add_argument("--least", type=float, default=0.2, help="smallest box, percent")
    parser.add_argument("--title", default="")
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    root = fold(read_stacks(sys.stdin, arguments.comm), arguments.top)
    if root.samples == 0:
        print(f"no samples of {arguments.comm}", file=sys.stderr)
        return 1
    title = arguments.title or f"CPU time of {arguments.comm}"
    arguments.out.write_text(draw(root, title, arguments.least), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

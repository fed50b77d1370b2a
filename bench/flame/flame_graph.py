#!/usr/bin/env python3
"""Draws where processes spend their time: perf's stacks as a flame graph in SVG.

    perf record -e cpu-clock -F 149 --call-graph dwarf,65528 -o DATA -- astrolabe index ...
    perf script -i DATA --no-inline -F comm,ip,sym,dso | flame_graph.py --comm astrolabe-unit OUT.svg

record.py beside it does so for the main jobs. Without --comm all processes are drawn, side by side. Parsing
processes are named after what they do: astrolabe-unit is a zygote's child, astrolabe-zyg a zygote,
astrolabe-tu a plain parse. A box is a function, as wide as its share of the samples, on top of its caller. Stacks
deeper than perf copies (Clang's often are) have lost their outer frames and stand apart, as "(callers cut
off)". Boxes narrower than --least percent are left out, which keeps the file small.

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
ROWS = 48  # what stands above them is narrow
# Clang's way of running on when the stack gets short: on the way to everything, and no cost of its own.
UNSAID = {
    "[unknown]",
    "clang::StackExhaustionHandler::runWithSufficientStackSpace",
    "clang::runWithSufficientStackSpace",
    "llvm::function_ref::callback_fn",
}
# What every thread begins with.
OUTERMOST = {"[unknown]", "_start", "__libc_start_main", "__libc_start_call_main", "main", "clone", "clone3",
             "__clone3", "start_thread", "execute_native_thread_routine", "std::thread::_State_impl::_M_run"}
# Wrappers of calls.
PASSED_ON = ("tbb::", "std::_Function_handler", "std::function", "std::__invoke", "std::invoke", "std::thread",
             "CLI::", "std::__invoke_impl", "absl::base_internal", "std::_Bind", "std::__function")
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
    return symbol.split("(")[0].split("<")[0].split("@")[0].split("[abi")[0] or symbol


def read_stacks(lines, comm: str):
    """Yields the process and the frames of each sample of `comm` (empty: of all), the outermost first."""
    frames, wanted, process = [], False, ""
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
            yield process, frames[::-1]
        frames, process = [], line.rsplit(maxsplit=1)[0] if line.rstrip()[-1] == ":" else line.strip()
        wanted = comm in ("", process)
    if wanted and frames:
        yield process, frames[::-1]


def is_said(name: str) -> bool:
    """Not so of frames that only pass calls on."""
    return name not in UNSAID and not name.startswith(PASSED_ON)


def kernel_work(names) -> str:
    """What the kernel was asked for, in one box."""
    call = next((name.removeprefix("__x64_sys_") for name in names if name.startswith("__x64_sys_")), "")
    if not call and any("page_fault" in name for name in names):
        call = "page fault"
    return f"(kernel: {call})" if call else "(kernel)"


def outermost_frames(stack, top: str):
    """The names of a stack, taken up at the function `top` if there is one."""
    names = [name for name, _ in stack]
    kernel = next((i for i, (_, is_kernel) in enumerate(stack) if is_kernel), None)
    if not top:
        if kernel is not None:
            names[kernel:] = [kernel_work(names[kernel:])]
        return [name for name in names if name not in OUTERMOST]
    if top in names:
        return names[names.index(top) :]
    if kernel == 0:
        return ["(kernel)", *names]
    at = next((i for i, name in enumerate(names) if name in ANCHORS), 0)
    return ["(callers cut off)", *names[at:]]


def fold(stacks, top: str, by_process: bool) -> Box:
    """The tree of calls below the function `top`, where a stack has it; by_process: on top of its process."""
    root = Box()
    for process, stack in stacks:
        names = outermost_frames(stack, top)
        if by_process:
            names = [f"({process})", *names]
        box = root
        root.samples += 1
        previous = None
        for name in names:
            if name == previous or not is_said(name):
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
            if share >= least and depth < ROWS:
                depth_max = max(depth_max, depth)
                boxes.append((left, depth, width, name, share))
                place(callee, left, depth + 1)
            left += width

    place(root, 0, 0)
    height = HEAD + (depth_max + 1) * ROW + 4
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'font-family="sans-serif" font-size="10">',
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
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
            shown = name.removeprefix("clang::").removeprefix("astrolabe::")
            if len(shown) > fits:
                shown = shown.rsplit("::", 1)[-1]
            shown = shown if len(shown) <= fits else shown[: fits - 1] + "…"
            out.append(f'<text x="{left + 3:.1f}" y="{y + 11}">{escape(shown)}</text>')
        out.append("</g>")
    out.append("</svg>")
    return "\n".join(out) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--comm", default="", help="name of the processes to draw (default: all)")
    parser.add_argument("--top", default="clang::CompilerInstance::ExecuteAction",
                        help="function to start from; empty: from the outermost")
    parser.add_argument("--least", type=float, default=0.2, help="smallest box, percent")
    parser.add_argument("--title", default="")
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    root = fold(read_stacks(sys.stdin, arguments.comm), arguments.top, not arguments.comm)
    if root.samples == 0:
        print(f"no samples of {arguments.comm}", file=sys.stderr)
        return 1
    title = arguments.title or f"CPU time of {arguments.comm or 'all processes'}"
    arguments.out.write_text(draw(root, title, arguments.least), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

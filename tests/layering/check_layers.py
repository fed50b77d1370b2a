#!/usr/bin/env python3
"""check_layers.py ROOT: names every include that goes against the layering of docs/ARCHITECTURE.md.

The layers are folders of ROOT, lowest first; a file includes from its own layer or a lower one. Some
third-party headers belong to one folder only, so that what they cost (Clang: seconds a file to
compile; JSON, llama.cpp: a design that leaks) stays there. Prints `file:line: rule` for each breach
and exits with 1 if there is one. Tests and benches may include anything and are not looked at.

It reads lines, not C++: an include inside a comment block or a raw string counts, and one under a
false `#if` does too. For a rule of this kind that is what one wants.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import pathlib
import re
import sys
from typing import Iterator, Optional

LAYERS = ["base", "alloc", "index", "analysis", "lsp"]
SOURCES = {".c", ".cc", ".cpp", ".def", ".h", ".hpp", ".inc"}

# What the header's path matches, the only folder that may include it, what to call it.
RESERVED = [
    (re.compile(r"(clang|llvm|clang-c|llvm-c|clang-tidy)/"), "analysis", "Clang and LLVM"),
    (re.compile(r"nlohmann/|json\.hpp$|rapidjson/|simdjson\.h$"), "lsp", "JSON"),
    # compile_commands.json is JSON whether one likes it or not; LLVM's own reader is enough for it.
    (re.compile(r".*/JSON\.h$"), "analysis/project", "LLVM's JSON"),
    (re.compile(r"(.*/)?(llama|ggml)[a-z-]*\.h$"), "analysis/ai", "llama.cpp"),
]

INCLUDE = re.compile(r"\s*#\s*(?:include|include_next|import)\b\s*(.*)")


def breach(folder: str, directive: str) -> Optional[str]:
    """The rule that an include breaks, or None.

    folder: the including file's folder relative to the root, with slashes.
    directive: what follows `#include` on its line.
    """
    named = re.match(r'[<"]([^>"]+)[>"]', directive)
    if not named:
        return f"name the header: what `{directive.strip()}` expands to can't be checked"
    header = named.group(1)
    layer = folder.split("/")[0]
    if ".." in header.split("/"):
        return f"`{header}`: include by the path from the root, without `..`"
    for pattern, owner, what in RESERVED:
        if pattern.match(header) and not (folder + "/").startswith(owner + "/"):
            return f"`{header}`: only {owner}/ may include {what}"
    top = header.split("/")[0] if "/" in header else None
    if top in LAYERS and LAYERS.index(top) > LAYERS.index(layer):
        return f"`{header}`: {layer}/ is below {top}/ and must not know it"
    if top in ("tests", "bench"):
        return f"`{header}`: what ships must not depend on {top}/"
    return None


def breaches(root: pathlib.Path) -> Iterator[str]:
    """All breaches under `root` as `file:line: rule`, in order of path and line."""
    for layer in LAYERS:
        for path in sorted((root / layer).rglob("*")):
            if path.suffix not in SOURCES or not path.is_file():
                continue
            relative = path.relative_to(root)
            text = path.read_text(encoding="utf-8", errors="replace")
            for number, line in enumerate(text.splitlines(), 1):
                include = INCLUDE.match(line)
                rule = include and breach(relative.parent.as_posix(), include.group(1))
                if rule:
                    yield f"{relative.as_posix()}:{number}: {rule}"


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: check_layers.py ROOT", file=sys.stderr)
        return 2
    root = pathlib.Path(sys.argv[1])
    missing = [layer for layer in LAYERS if not (root / layer).is_dir()]
    if missing:
        print(f"{root}: no folder {', '.join(missing)}: not the root of the project?", file=sys.stderr)
        return 2
    found = list(breaches(root))
    print("\n".join(found) if found else "every include respects the layers")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

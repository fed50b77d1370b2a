#!/usr/bin/env python3
"""check_types.py ROOT: names every type or alias that two headers of ours define in one namespace.

The layers are one program, so two types of one name are one to the linker: it keeps one destructor, one
`std::vector` of them, and the other's objects are read with it. No compiler sees both. A type and an alias of one name
keep headers apart that could be parsed together, and so do aliases.

Prints `file:line: rule` for each and exits with 1 if there is one. It reads lines, not C++: a definition
begins at the start of its line, as the formatter has it.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import pathlib
import re
import sys

LAYERS = ["base", "alloc", "index", "analysis", "lsp"]
NAMESPACE = re.compile(r"namespace ([\w:]+) \{")
DEFINITION = re.compile(
    r"(?:(?:struct|class|enum class|enum) (?:[A-Z_]+\([^)]*\) )?(\w+)(?: final)?(?: : [^;]*)?\s*\{|using (\w+) =)")


def definitions(text: str):
    """(namespace::name, line) of each type that a header defines outside of other types."""
    namespace = ""
    for number, line in enumerate(text.splitlines(), 1):
        if opened := NAMESPACE.match(line):
            namespace = opened[1]
        elif defined := DEFINITION.match(line):
            yield f"{namespace}::{defined[1] or defined[2]}", number


def main() -> int:
    root = pathlib.Path(sys.argv[1])
    known = {}
    twice = 0
    for layer in LAYERS:
        for header in sorted((root / layer).rglob("*.h")):
            for name, line in definitions(header.read_text(encoding="utf-8")):
                place = f"{header.relative_to(root)}:{line}"
                first = known.setdefault(name, place)
                if first != place:
                    print(f"{place}: {name} is defined in {first} too")
                    twice += 1
    if twice == 0:
        print(f"{len(known)} types, each defined once")
    return min(twice, 1)


if __name__ == "__main__":
    sys.exit(main())

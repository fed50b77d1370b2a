"""Figures as people read them, and tables of them: aligned for a terminal, or as Markdown."""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import math

STEPS = {"s": (("s", 1), ("ms", 1e3), ("us", 1e6)), "ms": (("s", 1e-3), ("ms", 1), ("us", 1e3)),
         "ns": (("s", 1e-9), ("ms", 1e-6), ("us", 1e-3), ("ns", 1)),
         "B/s": (("GB/s", 1e-9), ("MB/s", 1e-6), ("kB/s", 1e-3), ("B/s", 1)),
         "items/s": (("G/s", 1e-9), ("M/s", 1e-6), ("k/s", 1e-3), ("/s", 1)),
         "MB": (("GB", 1e-3), ("MB", 1), ("kB", 1e3))}


def number(value):
    """Three digits that count; thousands apart."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{digits}f}"


def figure(value, unit):
    """12.3 ms: in the largest unit in which it is at least 1."""
    if value is None:
        return ""
    for name, factor in STEPS.get(unit, ((unit, 1),)):
        if abs(value) * factor >= 1 or value == 0:
            return f"{number(value * factor)} {name}".rstrip()
    name, factor = STEPS.get(unit, ((unit, 1),))[-1]
    return f"{number(value * factor)} {name}".rstrip()


def share(value):
    """A change as +3.2 %."""
    return f"{100 * (value - 1):+.1f} %"


def times(value):
    return f"{value:.2f}x" if value < 10 else f"{value:,.0f}x"


def text(rows, head=None):
    """Columns aligned; the first to the left, the others to the right unless they are longer than 24."""
    rows = [[str(cell) for cell in row] for row in ([head] if head else []) + rows]
    if not rows:
        return ""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) if column == 0 or width > 24 else cell.rjust(width)
                 for column, (cell, width) in enumerate(zip(row, widths))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def markdown(rows, head):
    def line(cells):
        return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"
    return "\n".join([line(head), "|" + "---|" * len(head), *(line(row) for row in rows)])

"""The report's pictures that stand still, as SVG: samples of entrants beside each other, and lines against a
size.

Colours are CSS variables, so that one picture does for light and dark; drawn for a width of 640 and scaled
down on a phone.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import html
import math

from astrolabe_bench import table

WIDTH, LEFT, RIGHT = 640, 110, 16
COLOURS = 6  # --c0 … in the page's style


def _open(height, label):
    return (f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{html.escape(label)}" '
            'preserveAspectRatio="xMinYMin">')


def _text(x, y, text, anchor="start", kind=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{kind}">{html.escape(text)}</text>'


def ticks(low, high, count=5):
    """Round numbers within the range."""
    if high <= low:
        return [low]
    raw = (high - low) / count
    power = 10 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw)
    first = math.ceil(low / step)
    return [step * number for number in range(first, math.floor(high / step + 1e-9) + 1)]


def samples(entrants, unit, label, most=400):
    """A row of dots for each entrant, with its median and interval. entrants: [(name, values, Estimate)]."""
    top = max(value for _, values, _ in entrants for value in values) or 1.0
    height = 22 * len(entrants) + 22

    def x(value):
        return LEFT + (WIDTH - LEFT - RIGHT) * value / top
    parts = [_open(height, label)]
    for tick in ticks(0, top):
        parts.append(f'<line x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="0" y2="{height - 18}" class="grid"/>')
        parts.append(_text(x(tick), height - 5, table.figure(tick, unit) if tick else "0", "middle", "tick"))
    for row, (name, values, got) in enumerate(entrants):
        y = 22 * row + 11
        parts.append(_text(LEFT - 8, y + 4, name, "end"))
        kept = values[::max(1, len(values) // most)]
        for index, value in enumerate(kept):
            dy = (index * 0.618 % 1 - 0.5) * 10
            parts.append(f'<circle cx="{x(value):.1f}" cy="{y + dy:.1f}" r="2" class="dot '
                         f'c{row % COLOURS}"/>')
        parts.append(f'<line x1="{x(got.low):.1f}" x2="{x(got.high):.1f}" y1="{y}" y2="{y}" '
                     f'class="interval"/>')
        parts.append(f'<line x1="{x(got.value):.1f}" x2="{x(got.value):.1f}" y1="{y - 8}" y2="{y + 8}" '
                     'class="median"/>')
    return "".join(parts) + "</svg>"


def scaling(lines, unit, label, size_label="MB of source"):
    """Logarithmic in both directions. lines: [(name, [(size, value)], exponent or None)]."""
    height, bottom = 300, 40
    xs = [size for _, points, _ in lines for size, _ in points]
    ys = [value for _, points, _ in lines for _, value in points]
    low_x, high_x, low_y, high_y = min(xs) / 1.1, max(xs) * 1.1, min(ys) / 1.3, max(ys) * 1.3

    def x(value):
        return 60 + (WIDTH - 60 - 150) * math.log(value / low_x) / math.log(high_x / low_x)

    def y(value):
        return (height - bottom) * (1 - math.log(value / low_y) / math.log(high_y / low_y)) + 6
    parts = [_open(height, label)]
    for power in range(math.floor(math.log10(low_y)), math.ceil(math.log10(high_y)) + 1):
        for factor in (1, 2, 5):
            tick = factor * 10.0 ** power
            if low_y <= tick <= high_y:
                parts.append(f'<line x1="60" x2="{WIDTH - 150}" y1="{y(tick):.1f}" y2="{y(tick):.1f}" '
                             f'class="grid"/>')
                parts.append(_text(54, y(tick) + 4, table.figure(tick, unit), "end", "tick"))
    for size in sorted({size for size, _ in lines[0][1]}):
        parts.append(_text(x(size), height - 22, table.number(size), "middle", "tick"))
    parts.append(_text((WIDTH - 90) / 2, height - 5, size_label, "middle", "tick"))
    for row, (name, points, exponent) in enumerate(lines):
        path = " ".join(f"{x(size):.1f},{y(value):.1f}" for size, value in points)
        parts.append(f'<polyline points="{path}" class="line l{row % COLOURS}"/>')
        for size, value in points:
            parts.append(f'<circle cx="{x(size):.1f}" cy="{y(value):.1f}" r="3" class="dot '
                         f'c{row % COLOURS}"/>')
        last = points[-1]
        said = f"{name} ~ size^{exponent:.2f}" if exponent is not None else name
        parts.append(_text(x(last[0]) + 8, y(last[1]) + 4, said))
    return "".join(parts) + "</svg>"

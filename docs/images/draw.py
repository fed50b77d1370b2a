#!/usr/bin/env python3
"""Draws the pictures of docs/how-it-works.md: SVG of boxes, arrows and words, the same bytes each time.

    draw.py            write all of them beside this script
    draw.py --check    say which are not what it would write, and end with 1 if one is

A picture is readable on a light and on a dark page: its own style asks the reader's program which one it is
(prefers-color-scheme), and without an answer colours are used that both bear.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import html
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
WIDTH = 760
LINE = 17  # from one line of text to the next

# kind of box: fill and border on a light page, on a dark one.
COLOURS = {
    "file": ("#fdf3d8", "#b98a1b", "#3a3118", "#d0a646"),
    "work": ("#dcebfb", "#3b78b8", "#16304a", "#6aa5dd"),
    "kept": ("#dff3e1", "#3f8f4b", "#17361c", "#6cbf79"),
    "ask": ("#f3e3f7", "#8d4fa3", "#351c3e", "#bd83d1"),
    "bad": ("#fbe1de", "#c0483a", "#431a15", "#e27d70"),
}


def style():
    light = "".join(f".{kind}{{fill:{fill};stroke:{edge}}}" for kind, (fill, edge, _, _) in COLOURS.items())
    dark = "".join(f".{kind}{{fill:{fill};stroke:{edge}}}" for kind, (_, _, fill, edge) in COLOURS.items())
    return ("text{font:13px sans-serif;fill:#1f2328}.head{font-weight:bold}.note{fill:#59636e;font-size:12px}"
            ".line{stroke:#59636e;fill:none;stroke-width:1.4}.tip{fill:#59636e}.frame{fill:none;stroke:#8c959f;"
            f"stroke-dasharray:4 4}}{light}"
            "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.note{fill:#9198a1}.line{stroke:#9198a1}"
            f".tip{{fill:#9198a1}}{dark}}}")


class Picture:
    def __init__(self, title, height, words):
        self.parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
            f'role="img" aria-label="{html.escape(title)}">',
            f"<title>{html.escape(title)}</title>", f"<desc>{html.escape(words)}</desc>", f"<style>{style()}</style>",
            '<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
            '<path class="tip" d="M0 0L8 4L0 8z"/></marker>']

    def text(self, x, y, words, kind="", anchor="middle"):
        name = f' class="{kind}"' if kind else ""
        self.parts.append(f'<text x="{x}" y="{y}" text-anchor="{anchor}"{name}>{html.escape(words)}</text>')

    def box(self, kind, x, y, width, height, *lines):
        """The first line is its name. Lines are centred."""
        self.parts.append(f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}" rx="6"/>')
        first = y + (height - LINE * len(lines)) // 2 + 13
        for number, words in enumerate(lines):
            self.text(x + width // 2, first + LINE * number, words, "head" if number == 0 else "note")

    def frame(self, x, y, width, height, words):
        self.parts.append(f'<rect class="frame" x="{x}" y="{y}" width="{width}" height="{height}" rx="8"/>')
        self.text(x + 10, y + 17, words, "note", "start")

    def arrow(self, *points, words="", at=None, anchor="middle"):
        path = "M" + "L".join(f"{x} {y}" for x, y in points)
        self.parts.append(f'<path class="line" d="{path}" marker-end="url(#tip)"/>')
        if words:
            self.text(*at, words, "note", anchor)

    def done(self):
        return "\n".join([*self.parts, "</svg>", ""])


def tiers():
    picture = Picture("Three tiers of answers", 330,
                      "All files are scanned in seconds; the compiler reads what the database lists; an open file is "
                      "parsed as it is typed. A question goes to the best that is ready.")
    picture.box("file", 20, 20, 150, 56, "All files", "as bytes")
    picture.box("work", 220, 20, 220, 56, "Scanner", "no compiler, no preparation")
    picture.box("kept", 490, 20, 250, 56, "Tier 0: names and text", "the whole workspace, in seconds")
    picture.box("file", 20, 106, 150, 56, "Compile commands", "from your build system")
    picture.box("work", 220, 106, 220, 56, "Clang, in child processes", "each header once")
    picture.box("kept", 490, 106, 250, 56, "Tier 1: meanings", "exact references, callers, types")
    picture.box("file", 20, 192, 150, 56, "Open file", "with what you have typed")
    picture.box("work", 220, 192, 220, 56, "Clang, in a fork", "on headers that are parsed")
    picture.box("kept", 490, 192, 250, 56, "Tier 2: the file as it is now", "completion, errors, hover")
    for y in (48, 134, 220):
        picture.arrow((170, y), (218, y))
        picture.arrow((440, y), (488, y))
    picture.box("ask", 220, 278, 520, 40, "A question gets the best that is ready, and says which it was")
    picture.arrow((615, 276), (615, 250))
    return picture.done()


def zygote():
    picture = Picture("A zygote: headers once, a fork for each unit", 356,
                      "One process parses the shared headers and waits. For each source it forks; the child parses only "
                      "what is new, is checked, and hands over its facts. What fails the check is parsed alone.")
    picture.box("file", 20, 20, 200, 60, "Shared headers", "vector, string, yours")
    picture.box("work", 290, 20, 210, 60, "Zygote", "parses them once, then waits")
    picture.arrow((220, 50), (288, 50))
    picture.text(520, 46, "one process for all sources", "note", "start")
    picture.text(520, 62, "with the same flags and macros", "note", "start")
    for number, name in enumerate(("a.cc", "b.cc", "c.cc")):
        x = 20 + 250 * number
        picture.box("work", x, 150, 220, 74, f"Child for {name}", "includes are there already;", "parses its own lines only")
        picture.arrow((395, 80), (395, 116), (x + 110, 116), (x + 110, 148))
    picture.text(405, 104, "fork: memory is shared until it is written", "note", "start")
    picture.box("kept", 20, 286, 470, 50, "Facts", "symbols, references, relations, file by file")
    picture.arrow((130, 224), (130, 284), words="same as alone", at=(140, 258), anchor="start")
    picture.arrow((380, 224), (380, 284), words="same as alone", at=(390, 258), anchor="start")
    picture.box("bad", 520, 286, 220, 50, "Parsed alone", "and the reason is counted")
    picture.arrow((630, 224), (630, 284), words="would differ", at=(640, 258), anchor="start")
    picture.arrow((520, 311), (492, 311))
    return picture.done()


def index():
    picture = Picture("How the semantic index is written and read", 330,
                      "Facts are journalled as they come, become immutable segments that a manifest names, and are merged. "
                      "Readers map the segments; a new manifest replaces the old one in one step.")
    picture.box("work", 20, 30, 150, 56, "Child processes", "facts of a unit")
    picture.box("file", 230, 30, 150, 56, "Journal", "a kill loses nothing")
    picture.box("kept", 440, 30, 130, 56, "New segment", "never changed")
    picture.box("kept", 610, 30, 130, 56, "Old segment", "never changed")
    picture.arrow((170, 58), (228, 58))
    picture.arrow((380, 58), (438, 58))
    picture.box("kept", 520, 140, 140, 56, "Merged segment", "checksums")
    picture.arrow((505, 86), (565, 138))
    picture.arrow((675, 86), (615, 138))
    picture.box("file", 230, 140, 150, 56, "Manifest", "names what counts")
    picture.arrow((518, 168), (382, 168), words="written, fsync, rename", at=(450, 160))
    picture.frame(20, 226, 720, 90, "readers, at any time, without a lock")
    picture.box("ask", 40, 256, 200, 48, "astrolabe query", "5 ms from start to answer")
    picture.box("ask", 280, 256, 200, 48, "astrolabe lsp", "your editor")
    picture.box("ask", 520, 256, 200, 48, "astrolabe export", "SCIP, for other tools")
    picture.arrow((305, 196), (305, 224), words="old state or new one, never half", at=(315, 214), anchor="start")
    return picture.done()


def keystroke():
    picture = Picture("From a key to an answer", 400,
                      "A key changes the text in the front process. The file's #include lines are parsed already; forks of "
                      "that process parse the body you type in, the whole file, or the way to the cursor.")
    picture.box("ask", 20, 20, 130, 56, "Editor", "a key is pressed")
    picture.box("work", 210, 20, 220, 56, "Front process", "text, queue, index; no Clang")
    picture.arrow((150, 48), (208, 48))
    picture.text(460, 44, "it never parses, so it never waits;", "note", "start")
    picture.text(460, 60, "a process that dies is replaced", "note", "start")
    picture.frame(20, 110, 720, 210, "parsing processes of this file")
    picture.arrow((320, 76), (320, 138), words="the new text", at=(330, 98), anchor="start")
    picture.box("work", 210, 140, 220, 56, "Preamble", "the #include lines, parsed once")
    for x, kind in ((40, "Whole file"), (275, "The body you type in"), (510, "Up to your cursor")):
        words = {40: "all of it, then clang-tidy", 275: "all others are skipped", 510: "up to your declaration: once"}[x]
        picture.box("work", x, 246, 210, 56, kind, words)
        picture.arrow((320, 196), (320, 222), (x + 105, 222), (x + 105, 244))
    picture.text(330, 214, "forks: headers are not parsed again", "note", "start")
    picture.box("kept", 40, 346, 210, 44, "Complete diagnostics, hover")
    picture.box("kept", 275, 346, 210, 44, "First diagnostics")
    picture.box("kept", 510, 346, 210, 44, "Completion")
    for x in (145, 380, 615):
        picture.arrow((x, 302), (x, 344))
    return picture.done()


def verified():
    picture = Picture("Proposals of the language model are compiled before you see them", 300,
                      "The model's process has no network. Its candidates are put into the file and parsed in forks; what "
                      "brings an error or is late is dropped.")
    picture.box("ask", 20, 40, 130, 60, "Editor", "asks as you type")
    picture.frame(190, 10, 190, 110, "no network (seccomp)")
    picture.box("work", 205, 40, 160, 60, "Language model", "up to four candidates")
    picture.arrow((150, 70), (203, 70))
    for number in range(4):
        y = 10 + 32 * number
        picture.box("work", 450, y, 150, 26, f"Fork {number + 1}: parse")
        picture.arrow((365, 70), (448, y + 13))
    picture.text(525, 150, "each candidate, in its place", "note")
    picture.box("kept", 380, 204, 180, 60, "Shown as ghost text", "no new error")
    picture.box("bad", 590, 204, 150, 60, "Dropped", "an error, or too late")
    picture.arrow((490, 158), (470, 202))
    picture.arrow((575, 158), (650, 202))
    picture.box("ask", 20, 204, 300, 60, "Tab takes it", "counted, so that what you never take is shown less")
    picture.arrow((380, 234), (322, 234))
    return picture.done()


PICTURES = {"tiers": tiers, "zygote": zygote, "index": index, "keystroke": keystroke, "verified": verified}


def main():
    stale = []
    for name, draw in PICTURES.items():
        path = os.path.join(HERE, f"how_{name}.svg")
        text = draw()
        if "--check" in sys.argv[1:]:
            if not os.path.exists(path) or open(path, encoding="utf-8").read() != text:
                stale.append(path)
            continue
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    for path in stale:
        print(f"{path}: not what docs/images/draw.py writes; run it")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())

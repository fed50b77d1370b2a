"""Whether our Markdown leads where it says: relative links, anchors, files and commands that it names, pictures;
and whether each package that `./x` installs has its reason in third_party/README.md.

    check_documents.py ROOT

Prints what is wrong as FILE:LINE: WHAT, and ends with 1 if anything is. Looked at are the Markdown files that git knows,
or, without git, all; not those that tests read as their input.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import os
import re
import subprocess
import sys

# What a document of ours may name that is not in the repository: made by a build, a run, or somebody else.
MADE = re.compile(r"^(build|\.bench|\.x|\.cache|\.\./shared)(/|$)|/out/")


def documents(root):
    try:
        listed = subprocess.run(["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard",
                                 "*.md"], capture_output=True, text=True, check=True).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        listed = [os.path.relpath(os.path.join(folder, name), root)
                  for folder, _, names in os.walk(root) for name in names
                  if name.endswith(".md") and "/node_modules" not in folder and "/." not in folder]
    return sorted(name for name in listed if name and not re.match(r"tests/.*/(cases|corpus)/", name)
                  and os.path.exists(os.path.join(root, name)))


def without_code(text):
    """Blocks of code become empty lines, so that lines keep their numbers."""
    return re.sub(r"^```.*?^```", lambda block: "\n" * block[0].count("\n"), text, flags=re.MULTILINE | re.DOTALL)


def anchor_of(heading):
    """As GitHub makes it of a heading's text."""
    words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r" ", "-", re.sub(r"[^\w\- ]", "", words))


def anchors_in(path):
    with open(path, encoding="utf-8") as file:
        text = without_code(file.read())
    anchors, seen = set(re.findall(r'<a (?:id|name)="([^"]+)"', text)), {}
    for heading in re.findall(r"^#{1,6} +(.*?) *#*$", text, re.MULTILINE):
        anchor = anchor_of(heading)
        number = seen.get(anchor, 0)
        seen[anchor] = number + 1
        anchors.add(f"{anchor}-{number}" if number else anchor)
    return anchors


def commands_of(root):
    with open(os.path.join(root, "x"), encoding="utf-8") as script:
        return set(re.findall(r"^cmd_([\w-]+)\(\)", script.read(), re.MULTILINE))


def packages_of(root):
    """What `./x` installs from Debian."""
    with open(os.path.join(root, "x"), encoding="utf-8") as script:
        lists = re.findall(r"^\w*packages=\((.*?)\)$", re.sub(r" *#.*", "", script.read()), re.MULTILINE | re.DOTALL)
    return sorted({package for each in lists for package in each.split()})


def check(root):
    problems = []
    reasons = os.path.join(root, "third_party", "README.md")
    if os.path.exists(reasons):
        with open(reasons, encoding="utf-8") as file:
            text = file.read()
        problems += [f"third_party/README.md:1: no word on the package {package}" for package in packages_of(root)
                     if not re.search(rf"(?<![\w-]){re.escape(package)}(?![\w-])", text)]
    commands = commands_of(root)
    top = set(os.listdir(root))
    for name in documents(root):
        folder = os.path.dirname(os.path.join(root, name))
        with open(os.path.join(root, name), encoding="utf-8") as file:
            whole = file.read()

        def say(at, what, text=whole):
            problems.append(f"{name}:{text.count(chr(10), 0, at) + 1}: {what}")

        for command in re.finditer(r"(?:^|`|sudo )\./x ([a-z][\w-]*)", whole, re.MULTILINE):
            if command[1] not in commands:
                say(command.start(), f"./x has no command '{command[1]}'")
        text = without_code(whole)
        for link in re.finditer(r"!?\[[^]]*\]\(<?([^)\s>]+)>?(?: \"[^\"]*\")?\)", text):
            target, _, anchor = link[1].partition("#")
            if re.match(r"[a-z]+:", target):
                continue
            path = os.path.normpath(os.path.join(folder, target)) if target else os.path.join(root, name)
            if not os.path.exists(path):
                say(link.start(), f"there is no {target}", text)
            elif anchor and path.endswith(".md") and anchor not in anchors_in(path):
                say(link.start(), f"{target or name} has no heading #{anchor}", text)
        # `docs/editors.md`, `lsp/server/`: a path from the root, or from beside the document.
        for path in re.finditer(r"`([\w.-]+(?:/[\w.-]+)+/?|[\w-]+\.(?:md|sh))`", text):
            first = path[1].split("/")[0]
            is_ours = (first in top and "/" in path[1]) or path[1].endswith(".md")
            if is_ours and not MADE.search(path[1]) and not re.search(r"\b[A-Z_]{4,}(/|$)", path[1]) and not any(
                    os.path.exists(os.path.join(start, path[1] + end)) for start in (root, folder)
                    for end in ("", ".h", ".cc", ".py")):
                say(path.start(), f"there is no {path[1]}", text)
    return problems


def main():
    root = os.path.abspath(sys.argv[1])
    problems = check(root)
    drawn = subprocess.run([sys.executable, os.path.join(root, "docs", "images", "draw.py"), "--check"],
                           capture_output=True, text=True)
    problems += drawn.stdout.splitlines() if drawn.returncode else []
    print("\n".join(problems) or f"{len(documents(root))} documents are in order")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

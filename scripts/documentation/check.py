#!/usr/bin/env python3
"""Checks the documentation: links and anchors lead somewhere, commands are marked as run or skipped, log events are
listed, modules depend on those below them and declare what they import, and the README stays short. Prints every problem and fails if there is one."""

import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import events
import modules
from pages import with_part

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
README_BYTES = 8 * 1024
# What a reader would type: such a block says whether a test runs it.
COMMANDS = {"sh", "console", "sql"}
# The same, in a block that is only indented, where no comment could be told from its lines.
TYPED = re.compile(r"^(?: {4}|\t)(?:\$ )?(?:catalog|make|docker|aws|mc|curl|psql|export|select) ")


def pages():
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", "*.md"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )
    return [ROOT / name for name in listed.stdout.split() if (ROOT / name).exists()]


class Page:
    """A page without its blocks of code, the anchors of its headings, and the blocks themselves."""

    def __init__(self, path):
        self.path, self.name = path, str(path.relative_to(ROOT))
        self.prose, self.blocks, self.anchors, self.indented = [], [], set(), []
        fence, marker = None, None
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            opening = re.match(r"^\s*```(\w*)", line)
            if fence is not None:
                if opening:
                    fence = None
                continue
            if opening:
                fence = opening[1]
                self.blocks.append((number, fence, marker))
                marker = None
                continue
            comment = re.match(r"^\s*<!-- (.*) -->$", line)
            marker = comment[1] if comment else marker if not line.strip() else None
            if TYPED.match(line) and not (self.prose and re.match(r"^\s*(\d+\.|-) ", self.prose[-1][1])):
                self.indented.append(number)
            self.prose.append((number, line))
            if heading := re.match(r"^#+ (.*?)\s*$", line):
                self.add_anchor(heading[1])

    def add_anchor(self, heading):
        """As GitHub makes them: lower case, blanks to hyphens, punctuation gone; repeated ones get a number."""
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        anchor = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
        unique, count = anchor, 0
        while unique in self.anchors:
            count += 1
            unique = f"{anchor}-{count}"
        self.anchors.add(unique)

    def links(self):
        for number, line in self.prose:
            for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`]*`", "", line)):
                yield number, target


def link_problems(known):
    for page in known.values():
        for number, target in page.links():
            if re.match(r"^[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            goal = (page.path.parent / path).resolve() if path else page.path
            if not goal.exists():
                yield f"{page.name}:{number}: no such file: {target}"
            elif anchor and anchor not in getattr(known.get(goal), "anchors", ()):
                yield f"{page.name}:{number}: no such heading: {target}"


def block_problems(known):
    for page in known.values():
        if not (page.name == "README.md" or page.name.startswith("docs/")):
            continue
        for number, language, marker in page.blocks:
            if language in COMMANDS and not re.match(r"^(run|skip): \S", marker or ""):
                yield f"{page.name}:{number}: put <!-- run: SESSION --> or <!-- skip: REASON --> before these commands"
        for number in page.indented:
            yield f"{page.name}:{number}: a command in an indented block: fence it, so that a test can run it"


def reach_problems(known):
    """Every page of docs/ is two clicks from the index at most."""
    index = ROOT / "docs/README.md"
    reached, front = {index}, [index]
    for _ in range(2):
        front = [
            goal for path in front for _, target in known[path].links()
            if (goal := (path.parent / target.partition("#")[0]).resolve()) in known and goal not in reached
        ]
        reached.update(front)
    for path, page in known.items():
        if page.name.startswith("docs/") and path not in reached:
            yield f"{page.name}: more than two clicks from docs/README.md"


def name_problems(known):
    """Types and functions that the internals name, and the code does not have."""
    swift = [path for folder in ("Sources", "Tests") for path in (ROOT / folder).rglob("*.swift")]
    code = "\n".join(path.read_text(encoding="utf-8") for path in swift if "Sources" in path.parts)
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    code += re.sub(r"[/.]", " ", listed)
    for page in known.values():
        if not page.name.startswith("docs/internals/"):
            continue
        for number, line in page.prose:
            for name in re.findall(r"`(?:Session\.|Sources/\w+/)?([A-Z][a-z]\w+|[a-z]+[A-Z]\w*)`", line):
                if not re.search(rf"\b{name}\b", code):
                    yield f"{page.name}:{number}: the code has no {name}"


def module_problems():
    targets = modules.targets()
    yield from modules.import_problems(targets)
    graph = modules.read(targets)
    yield from modules.problems(graph)
    if (ROOT / modules.PAGE).read_text(encoding="utf-8") != with_part(modules.PAGE, modules.render(graph)):
        yield f"{modules.PAGE}: the graph is not that of Package.swift: run make docs"


def size_problems():
    size = (ROOT / "README.md").stat().st_size
    if size > README_BYTES:
        yield f"README.md: {size} bytes, more than {README_BYTES}: move something to docs/"


def main():
    known = {path: Page(path) for path in pages()}
    problems = [
        *link_problems(known), *block_problems(known), *reach_problems(known), *events.problems(), *size_problems(),
        *name_problems(known),
        *module_problems(),
    ]
    for problem in problems:
        print(f"lint: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""No two files and no two types of one name, so that a name found anywhere leads to one place.

usage: names.py    exit status 1 and a line for each name that stands for two; types inside others are their owner's business
"""
import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TYPE = re.compile(
    r"^(?:@.*\s)?(?:(?:package|public|private|fileprivate|final|indirect|nonisolated)\s+)*(?:struct|class|enum|actor|protocol)\s+(\w+)", re.M)


def problems():
    files, types = collections.defaultdict(list), collections.defaultdict(list)
    for path in sorted(path for folder in ("Sources", "Tests") for path in (ROOT / folder).rglob("*.swift")):
        name = str(path.relative_to(ROOT))
        files[path.name].append(name)
        for declared in TYPE.findall(path.read_text()):
            types[declared].append(name)
    for kind, found in (("files", files), ("types", types)):
        for name, places in sorted(found.items()):
            if len(places) > 1:
                yield f"{len(places)} {kind} are called {name}: {', '.join(places)}"


if __name__ == "__main__":
    found = list(problems())
    for line in found:
        print(f"names: {line}", file=sys.stderr)
    sys.exit(1 if found else 0)

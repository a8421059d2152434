"""A misspelled variable would be ignored in silence, and a variable nobody reads would mislead."""

import re

from files import text, tracked

PAGE = "docs/reference/settings.md"
NAMES = re.compile(r"\bCATALOG_[A-Z_]+\b")


def problems():
    known = set(re.findall(r"^\| `(CATALOG_[A-Z_]+)` \|", text(PAGE), re.M))
    for name in tracked("deploy", "docker-compose.yml", "Dockerfile", ".github"):
        for variable in sorted(set(NAMES.findall(text(name))) - known):
            yield f"{name}: {PAGE} has no {variable}"

"""A misspelled variable would be ignored in silence, and a variable nobody reads would mislead."""

import re

from files import text, tracked

PAGE = "docs/reference/settings.md"
NAMES = re.compile(r"\bCATALOG_[A-Z_]+\b")


def problems():
    # Of a family, such as CATALOG_RELAY_TARGET_<NAME>, what all of it begin with.
    known = set(re.findall(r"^\| `(CATALOG_[A-Z_]+)(?:<NAME>)?` \|", text(PAGE), re.M))
    for name in tracked("deploy", "docker-compose.yml", "Dockerfile", ".github"):
        for variable in sorted(set(NAMES.findall(text(name))) - known):
            yield f"{name}: {PAGE} has no {variable}"

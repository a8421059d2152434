#!/usr/bin/env python3
"""Finds every SQL statement in the Swift sources, so that none has to be listed by hand.

usage: scripts/statements.py --check     SQL outside the places where it belongs is an error
       scripts/statements.py --json      the statements: file, line and pieces, for the test that prepares them

A statement is a string literal that begins like one. `\\(value)::type` in it is a parameter. Any other interpolation is spliced
text: one that names a `Statement` of the sources is replaced by it, the rest is left to the test as {"splice": "expression"}.
"""
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCES = ROOT / "Sources"
BEGINS = re.compile(
    r"\s*(select\s+\S|select\s+$|insert into |update [a-z_]+\.[a-z_]+|delete from |with [a-z_]+ (as |\()|copy [a-z_.]+ \(|"
    r"create (temporary|unlogged|or replace|index|unique)|drop table |truncate |lock table |analyze [a-z_]+$|"
    r"set (local|constraints) |set [a-z]+[_.][a-z_.]+ (=|to) |prepare [a-z]|call [a-z_]+\.)"
)
# Session control and bookkeeping of the migrator; everything else is in a file of statements.
MODULES = {"Postgres", "Migrations"}


def is_place(path):
    return path.name.endswith(("Queries.swift", "Reads.swift")) or path.relative_to(SOURCES).parts[0] in MODULES


def literals(source):
    """Yields (offset, pieces) of each string literal; a piece is text, or (expression, whether it is raw)."""
    position = 0
    while position < len(source):
        two = source[position : position + 2]
        if two == "//":
            position = source.find("\n", position)
            position = len(source) if position < 0 else position
        elif two == "/*":
            position = source.find("*/", position) + 2
        elif source[position] == '"' or (source[position] == "#" and re.match(r'#+"', source[position:])):
            start = position
            pieces, position = literal(source, position)
            yield start, pieces
        else:
            position += 1


def literal(source, position):
    hashes = re.match(r"#*", source[position:]).group(0)
    position += len(hashes)
    quote = '"""' if source.startswith('"""', position) else '"'
    position += len(quote)
    end, escape = quote + hashes, "\\" + hashes
    pieces, text = [], ""
    while not source.startswith(end, position):
        if source.startswith(escape + "(", position):
            expression, position = interpolation(source, position + len(escape) + 1)
            pieces += [text, (expression,)]
            text = ""
        elif source.startswith(escape, position):
            text += source[position : position + len(escape) + 1]
            position += len(escape) + 1
        else:
            text += source[position]
            position += 1
    return unescaped(pieces + [text]), position + len(end)


def interpolation(source, position):
    depth, start = 1, position
    while depth:
        if source[position] == '"':
            _, position = literal(source, position)
            continue
        depth += {"(": 1, ")": -1}.get(source[position], 0)
        position += 1
    return source[start : position - 1], position


def unescaped(pieces):
    replace = {r"\"": '"', r"\\": "\\", r"\n": "\n", "\\\n": "\n", r"\t": "\t"}
    change = lambda text: re.sub(r'\\(["\\nt\n])', lambda match: replace[match.group(0)], text)
    return [change(piece) if isinstance(piece, str) else piece for piece in pieces]


def declared_name(source, offset):
    """The name of the `static let` or `static func` whose literal stands here, with its type: `Type.name`."""
    before = source[:offset]
    match = None
    for match in re.finditer(r"static (?:let|var|func) (\w+)", before):
        pass
    types = re.findall(r"(?:^|\n)(?:\w+ )*(?:enum|struct|extension|final class|class) (\w+)", before)
    return f"{types[-1] if types else ''}.{match.group(1)}" if match else None


def main():
    found, by_name = [], {}
    for path in sorted(SOURCES.rglob("*.swift")):
        source = path.read_text()
        for offset, pieces in literals(source):
            name = declared_name(source, offset) if is_place(path) else None
            if name:
                by_name.setdefault(name, pieces)
                by_name.setdefault((path, name.split(".")[1]), pieces)
            if isinstance(pieces[0], str) and BEGINS.match(pieces[0]):
                found.append((path, source.count("\n", 0, offset) + 1, pieces))
    if sys.argv[1:] == ["--check"]:
        return check(found)
    parts = set()
    statements = [
        (pieces, {"file": str(path.relative_to(SOURCES)), "line": line, "pieces": resolved(path, pieces, by_name, parts)})
        for path, line, pieces in found
        if path.relative_to(SOURCES).parts[0] not in MODULES
    ]
    # What is part of another statement is prepared with it, and may make no sense by itself.
    json.dump([statement for pieces, statement in statements if id(pieces) not in parts], sys.stdout)


def check(found):
    misplaced = [(path, line) for path, line, _ in found if not is_place(path)]
    for path, line in misplaced:
        print(
            f"{path.relative_to(ROOT)}:{line}: SQL belongs into <Type>Queries.swift of the module that owns the table, "
            "or, if API only reads it, into <Resource>Reads.swift",
            file=sys.stderr,
        )
    return 1 if misplaced else 0


def resolved(path, pieces, by_name, parts, depth=0):
    result = []
    for index, piece in enumerate(pieces):
        if isinstance(piece, str):
            result.append({"text": piece})
            continue
        following = pieces[index + 1] if index + 1 < len(pieces) else ""
        # What is labelled raw is text that the sources compute.
        name = re.match(r"(?!raw:)((?:\w+\.)?\w+)", piece[0])
        name = name.group(1) if name else ""
        spliced = by_name.get(name) or by_name.get((path, name.removeprefix("Self.")))
        if isinstance(following, str) and following.startswith("::"):
            result.append({"parameter": piece[0]})
        elif spliced and depth < 5:
            parts.add(id(spliced))
            result += resolved(path, spliced, by_name, parts, depth + 1)
        else:
            result.append({"splice": piece[0]})
    return result


if __name__ == "__main__":
    sys.exit(main())

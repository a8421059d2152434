#!/usr/bin/env python3
"""What every test of tests must pass: it could fail, and it could not hang.

usage: tests.py    exit status 1 and a line for each test that expects nothing, expects false, waits without a deadline, or is in a
                   suite that awaits something without a time limit, or stands elsewhere than the type it is named after
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FUNCTION = re.compile(r"\bfunc (\w+)[^{;]*?(?=\{)")
TEST = re.compile(r"@Test\b")
EXPECTS = re.compile(r"#expect|#require|Issue\.record|\beventually\b")
POLLS = re.compile(r"\bwhile (?!let|case)[^\n]*\bawait\b[^\n]*\{(?P<body>[^}]*)\}")


def blank(text):
    """The same text without strings and comments; line ends stay."""
    pattern = re.compile(r'#"(?:.)*?"#|"""(?:.|\n)*?"""|"(?:\\.|[^"\\\n])*"|//[^\n]*')
    return pattern.sub(lambda found: re.sub(r"[^\n]", " ", found.group(0)), text)


def body(code, start):
    depth, position = 0, code.index("{", start)
    begin = position
    while True:
        depth += {"{": 1, "}": -1}.get(code[position], 0)
        position += 1
        if not depth:
            return code[begin:position]


def functions(code):
    """Name, body and whether it is a test, of every function."""
    last = 0
    for found in FUNCTION.finditer(code):
        head = code[last : found.start()]
        yield found.group(1), body(code, found.start()), bool(TEST.search(head[head.rfind("}") + 1 :])), found.start()
        last = found.end()


def helpers(files):
    """Names of functions that expect something for the tests that call them."""
    found = {name for code in files.values() for name, text, is_test, _ in functions(code) if not is_test and EXPECTS.search(text)}
    # Too many are called so, and most of them expect nothing.
    return re.compile(r"\b(%s)\(" % "|".join(sorted(found - {"with", "run", "call", "value"})))


def problems():
    files = {path: blank(path.read_text()) for path in sorted((ROOT / "Tests").rglob("*.swift"))}
    helper = helpers(files)
    for path, code in files.items():
        def place(offset):
            return f"{path.relative_to(ROOT)}:{code.count(chr(10), 0, offset) + 1}"

        for found in re.finditer(r"#expect\(Bool\(false\)", code):
            yield f"{place(found.start())}: Issue.record says why, #expect(Bool(false)) does not"
        for name, text, is_test, offset in functions(code):
            if is_test and not EXPECTS.search(text) and not helper.search(text):
                yield f"{place(offset)}: {name} expects nothing"
        for found in POLLS.finditer(code):
            if "Task.sleep" not in found.group("body"):
                yield f"{place(found.start())}: polls without pause or deadline: eventually has both"
        if path.name.endswith("Tests.swift"):
            yield from misplaced(path)
            for line, suite in suites(code):
                if "await" in suite and "timeLimit" not in line:
                    yield f"{place(code.index(suite))}: a suite that awaits needs a .timeLimit"


def misplaced(path):
    """Tests of a type stand in the folder that the type has in its module; tests of a behavior are at the top."""
    module, *folders = path.relative_to(ROOT / "Tests").parts[:-1]
    name = path.name.replace("Tests.swift", ".swift")
    for source in (ROOT / "Sources" / module.removesuffix("Tests")).rglob(name):
        place = source.relative_to(ROOT / "Sources").parts[1:-1]
        if place != tuple(folders):
            yield f"{path.relative_to(ROOT)}: {source.relative_to(ROOT)} has its tests in {'/'.join(['Tests', module, *place])}"


def suites(code):
    """What stands before the name, with the traits, and the body of each suite of a file."""
    for found in re.finditer(r"^(?:final )?(?:struct|class) \w+Tests\b|^@Suite(?:\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))?\s*(?:final )?(?:struct|class) \w+", code, re.M):
        if "@Suite" not in found.group(0) and "@Suite" in code[: found.start()].rsplit("\n\n", 1)[-1]:
            continue
        yield found.group(0), body(code, found.start())


if __name__ == "__main__":
    found = list(problems())
    for line in found:
        print(f"tests: {line}", file=sys.stderr)
    sys.exit(1 if found else 0)

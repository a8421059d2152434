#!/usr/bin/env python3
"""Passes on what matters of the output of swift build or swift test. On a terminal one line, rewritten, says how far it is; into a pipe
goes what matters and nothing else.

usage: swift build --build-tests 2>&1 | scripts/progress.py build
       swift test 2>&1 | scripts/progress.py test
"""
import os
import re
import select
import shutil
import sys
import time

STEP = re.compile(r"^\[(\d+)/(\d+)\] (.*)")
STARTED = re.compile(r"^◇ Test (?!run |case )(.+) started\.$")
ENDED = re.compile(r"^([✔✘]) Test (.+?)(?: with \d+ test cases?)? (?:passed|failed) after ")
EVENT = re.compile(r"^(?:[✔✘◇➜↳]|\[\d+/\d+\])")
UNIMPORTANT = re.compile(r"^(?:◇|✔|\[|↳ (?:Testing Library|Target))")


class Build:
    status = "building"

    def shows(self, line):
        step = STEP.match(line)
        if step:
            self.status = f"building {step[1]}/{step[2]}: {step[3]}"
        return False


class Tests:
    """What failed, was skipped or was not run, and the line of totals. A message goes on until the next event."""

    def __init__(self):
        self.is_shown, self.passed, self.failed, self.running = False, 0, 0, []

    def shows(self, line):
        self.count(line)
        if line.startswith("✔ Test run with"):
            self.is_shown = True
        elif EVENT.match(line):
            self.is_shown = not UNIMPORTANT.match(line)
        return self.is_shown or line.startswith("not run")

    def count(self, line):
        if started := STARTED.match(line):
            self.running.append(started[1])
        elif (ended := ENDED.match(line)) and ended[2] in self.running:
            self.running.remove(ended[2])
            self.passed += ended[1] == "✔"
            self.failed += ended[1] == "✘"

    @property
    def status(self):
        failed = f", failed {self.failed}" if self.failed else ""
        running = f", running {len(self.running)}: {self.running[0]}" if self.running else ""
        return f"passed {self.passed}{failed}{running}"


class StatusLine:
    """Redrawn at most once a second by time, and whenever something was printed over it."""

    def __init__(self):
        self.is_on, self.began = sys.stdout.isatty(), time.monotonic()

    def draw(self, text):
        if self.is_on:
            minutes, seconds = divmod(int(time.monotonic() - self.began), 60)
            line = f"{minutes}:{seconds:02d}  {text}"
            sys.stdout.write("\r\x1b[K" + line[: shutil.get_terminal_size().columns - 1])
            sys.stdout.flush()

    def clear(self):
        if self.is_on:
            sys.stdout.write("\r\x1b[K")


def main(reader):
    status, rest = StatusLine(), b""
    while True:
        status.draw(reader.status)
        if not select.select([sys.stdin], [], [], 1)[0]:
            continue
        piece = os.read(sys.stdin.fileno(), 1 << 16)
        *lines, rest = (rest + piece).split(b"\n") if piece else ([rest, b""] if rest else [b""])
        for line in (line.decode(errors="replace") for line in lines):
            if reader.shows(line):
                status.clear()
                print(line, flush=True)
        if not piece:
            status.clear()
            return


if __name__ == "__main__":
    main({"build": Build, "test": Tests}[sys.argv[1]]())

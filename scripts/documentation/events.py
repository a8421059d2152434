"""Log events: names, levels and fields from the calls of loggers in the code, meanings from the page."""

import re

from pages import ROOT

PAGE = "docs/reference/log-events.md"
LEVELS = ["trace", "debug", "info", "notice", "warning", "error", "critical"]
CALL = re.compile(rf"\blogger\)?\??\s*\.({'|'.join(LEVELS)}|log)\(")
NAME = re.compile(r'"([a-z]+(?:\.[a-z_]+)+)"')
# An agent of the queue's worker names the event of a round that fails.
AGENT = re.compile(r'failure: "([a-z]+(?:\.[a-z_]+)+)"')
ROW = re.compile(r"^\| `([a-z]+(?:\.[a-z_]+)+)` \| [^|]*\| [^|]*\| ?(.*) \|$", re.M)


class Events:
    """Levels and fields by event, each in the order of the code."""

    def __init__(self):
        self.levels, self.fields = {}, {}
        for path in sorted((ROOT / "Sources").rglob("*.swift")):
            text = path.read_text(encoding="utf-8")
            for call in CALL.finditer(text):
                self._read(call[1], arguments(text, call.end()), text)
            for name in AGENT.findall(text):
                self._add(name, ["error"], ["error"])

    def _read(self, level, call, text):
        head, _, metadata = call.partition("metadata:")
        names = NAME.findall(head)
        if level == "log":
            levels = re.findall(rf"\.({'|'.join(LEVELS)})\b", head)
        else:
            levels = [level]
        fields = re.findall(r'"(\w+)":', metadata)
        if metadata and not fields:
            fields = elsewhere(text)
        for index, name in enumerate(names):
            # Either of two names at either of two levels: the first with the first.
            self._add(name, [levels[index]] if len(names) == len(levels) else levels, fields)

    def _add(self, name, levels, fields):
        for known, found in ((self.levels, levels), (self.fields, fields)):
            known[name] = list(dict.fromkeys([*known.get(name, []), *found]))

    def row(self, name, meaning):
        levels = ", ".join(sorted(self.levels[name], key=LEVELS.index, reverse=True))
        fields = ", ".join(f"`{field}`" for field in self.fields[name])
        return f"| `{name}` | {levels} |{f' {fields}' if fields else ''} | {meaning} |"


def arguments(text, start):
    depth, end = 1, start
    while depth and end < len(text):
        depth += {"(": 1, ")": -1}.get(text[end], 0)
        end += 1
    return text[start : end - 1]


def elsewhere(text):
    """Of a variable of the same file that becomes the metadata."""
    whole = re.search(r"var metadata: Logger\.Metadata = \[(.*?)\n *\]", text, re.S)
    return [*re.findall(r'"(\w+)":', whole[1] if whole else ""), *re.findall(r'metadata\["(\w+)"\]', text)]


def rendered(events):
    """The page, with levels and fields as the code has them."""
    page = (ROOT / PAGE).read_text(encoding="utf-8")
    return ROW.sub(lambda row: events.row(row[1], row[2]) if row[1] in events.levels else row[0], page)


def problems():
    events, page = Events(), (ROOT / PAGE).read_text(encoding="utf-8")
    listed = dict(ROW.findall(page))
    for name in sorted(events.levels.keys() - listed.keys()):
        yield f"{PAGE}: lacks {name}: give it a row '| `{name}` | | | what it means |' and run make docs"
    for name in sorted(listed.keys() - events.levels.keys()):
        yield f"{PAGE}: nothing logs {name}"
    for name in sorted(name for name, meaning in listed.items() if not meaning.strip()):
        yield f"{PAGE}: {name} means nothing"
    if rendered(events) != page:
        yield f"{PAGE}: levels and fields are not those of the code: run make docs"

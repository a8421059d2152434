"""Rows to the bytes of a vendor file, in the many ways vendors write them."""
from dataclasses import dataclass, field


@dataclass
class Layout:
    columns: list
    separator: str = ","
    ends: list = field(default_factory=lambda: ["\n"])
    encoding: str = "utf-8"
    header: list = None  # as written, when it is not just the column names
    last_end: bool = True


class Raw(str):
    """A line that is written as it is: the way to malformed rows. Lone surrogates stand for single bytes."""


def quoted(value, separator, rng):
    needed = any(c in value for c in separator + '"\r\n')
    if needed or rng and rng.random() < 0.1:
        return '"' + value.replace('"', '""') + '"'
    return value


def line(values, layout, rng):
    return layout.separator.join(quoted(value, layout.separator, rng) for value in values)


def document(layout, rows, rng=None):
    """`rows` are dictionaries, lists of values (any number of them) or Raw lines."""
    lines = [line(layout.header or layout.columns, layout, None)]
    for row in rows:
        if isinstance(row, dict):
            row = [row[column] for column in layout.columns]
        lines.append(row if isinstance(row, Raw) else line(row, layout, rng))
    text = "".join(one + (rng.choice(layout.ends) if rng else layout.ends[0]) for one in lines)
    if not layout.last_end:
        # As many editors leave it; not where the last row ends in a quote mistake of its own.
        text = text.rstrip("\r\n")
    return encoded(text, layout.encoding)


def encoded(text, encoding):
    if encoding == "utf-16":
        return b"\xff\xfe" + text.encode("utf-16-le", "replace")
    if encoding == "windows-1252":
        return text.encode("cp1252", "replace")
    mark = b"\xef\xbb\xbf" if encoding == "utf-8-bom" else b""
    return mark + text.encode("utf-8", "surrogateescape")

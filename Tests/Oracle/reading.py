"""From the bytes of an upload to its records: strict RFC 4180, one plain pass over a file held whole in memory.

Nothing here is shared with the product's parser, and nothing is clever: it is the other opinion. The csv module is not
used, because it accepts what RFC 4180 does not (stray quotes, text after a closing quote) without a word.
"""
import codecs
import gzip
import zlib
from typing import NamedTuple

RECORD_LIMIT = 1 << 20
QUOTE = 0x22


class Unreadable(Exception):
    """The file is none of the encodings that are understood, or a damaged archive."""


class Record(NamedTuple):
    number: int  # 0 is the header; blank lines are not counted
    line: int  # physical line of the first byte, from 1
    fields: list  # of str; empty when there is a problem
    problem: str  # message of MALFORMED_ROW, or ""


def decode(data):
    """The content as UTF-8 bytes without a byte order mark, and the name of the encoding it came in."""
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error) as error:
            raise Unreadable(f"damaged gzip file: {error}") from error
    if data.startswith(codecs.BOM_UTF8):
        # The mark promises UTF-8: rows that break the promise are malformed, the rest of the file is still good.
        return data[3:], "utf-8"
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        try:
            return data.decode("utf-16").encode("utf-8"), "utf-16"
        except UnicodeError as error:
            raise Unreadable(f"broken UTF-16: {error}") from error
    if is_utf8(data):
        return data, "utf-8"
    return windows_1252(data).encode("utf-8"), "windows-1252"


def is_utf8(data):
    try:
        data.decode("utf-8")
        return True
    except UnicodeDecodeError:
        return False


def windows_1252(data):
    """As browsers decode it: the five bytes Microsoft left undefined are control characters, so nothing can fail."""
    return "".join(chr(b) if b in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else bytes([b]).decode("cp1252") for b in data)


def detect(data, separators=b",;\t"):
    """(separator, line end): the separator met most often outside quotes in the first record that is not blank."""
    counts, quoted, seen, end = dict.fromkeys(separators, 0), False, False, b"\n"
    for i, byte in enumerate(data):
        if byte == QUOTE:
            quoted = not quoted
        elif not quoted and byte in counts:
            counts[byte] += 1
        elif not quoted and byte in b"\r\n":
            if byte == 0x0D and data[i + 1 : i + 2] != b"\n":
                end = b"\r"
            if seen:
                break
            continue
        seen = True
    best = max(separators, key=lambda s: (counts[s], -separators.index(s)))
    return bytes([best]), end


def records(data, separator=None):
    """All records of the UTF-8 bytes, header included; after a quoting mistake the next physical line is a record."""
    found, end = detect(data)
    separator = separator or found
    position, line, number = 0, 1, 0
    while position < len(data):
        stop = data.find(end, position)
        first_line_end = len(data) if stop < 0 else stop
        text = data[position:first_line_end]
        if stop >= 0 and end == b"\n" and text.endswith(b"\r"):
            text = text[:-1]
        following = first_line_end + 1
        if not text:
            position, line = following, line + 1
            continue
        if b'"' in text:
            fields, problem, after = quoted_record(data, position, separator, end)
            if not problem:
                following = after
                text = data[position:after]
        else:
            fields, problem = text.split(separator), ""
        if not problem:
            problem = content_problem(text)
        yield Record(number, line, [] if problem else [f.decode("utf-8") for f in fields], problem)
        line += data.count(end, position, min(following, len(data)))
        position, number = following, number + 1


def content_problem(text):
    if b"\0" in text:
        return "Row contains a NUL byte"
    return "" if is_utf8(text) else "Row is not valid UTF-8"


def quoted_record(data, start, separator, end):
    """(fields, problem, position after the record) of a record that holds a quote."""
    fields, position = [], start
    while True:
        failure = f"Unbalanced quote in field {len(fields) + 1}"
        if data[position : position + 1] == b'"':
            field, position = quoted_field(data, start, position)
            if field is None:
                return [], failure, start
        else:
            stop = position
            while stop < len(data) and data[stop : stop + 1] not in (separator, end):
                stop += 1
            field, position = data[position:stop], stop
            if end == b"\n" and data[position : position + 1] == end and field.endswith(b"\r"):
                field = field[:-1]
            if b'"' in field:
                return [], failure, start
        fields.append(field)
        if data[position : position + 1] == separator:
            position += 1
        elif position == len(data):
            return fields, "", position
        elif data[position : position + 1] == end:
            return fields, "", position + 1
        elif end == b"\n" and data[position : position + 2] == b"\r\n":
            return fields, "", position + 2
        else:
            return [], failure, start


def quoted_field(data, record_start, position):
    """(content, position after the closing quote), or (None, …) when the quote never closes within the limit."""
    content, position = bytearray(), position + 1
    while True:
        stop = data.find(b'"', position, record_start + RECORD_LIMIT)
        if stop < 0:
            return None, position
        content += data[position:stop]
        if data[stop + 1 : stop + 2] != b'"':
            return bytes(content), stop + 1
        content += b'"'
        position = stop + 2

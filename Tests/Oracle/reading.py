"""From the bytes of an upload to its records, one plain pass over a file held whole in memory.

RFC 4180, and beyond it what every lenient reader takes: a quote within a value that did not begin with one, and blanks
before an opening and after a closing quote. Nothing here is shared with the product's parser: it is the other opinion. The
csv module is not used, because it accepts more (text after a closing quote, a quote that never closes) without a word.
"""
import codecs
import gzip
import re
import zlib
from typing import NamedTuple

import cells

RECORD_LIMIT = 1 << 20
QUOTE = 0x22


class Unreadable(Exception):
    """The file is none of the encodings that are understood, or a damaged archive."""


class Record(NamedTuple):
    number: int  # 0 is the header; rows without a value are not counted
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
    fresh, closed = True, False  # a field begins; the byte before closed a quote
    for i, byte in enumerate(data):
        if byte == QUOTE:
            quoted, closed, fresh, seen = not quoted and (fresh or closed), quoted, False, True
            continue
        closed = False
        if quoted:
            continue
        if byte in counts:
            counts[byte] += 1
            fresh = True
        elif byte in b"\r\n":
            if byte == 0x0D and data[i + 1 : i + 2] != b"\n":
                end = b"\r"
            if seen:
                break
            fresh = True
            continue
        elif byte not in b" \t":
            fresh = False
        seen = True
    best = max(separators, key=lambda s: (counts[s], -separators.index(s)))
    return bytes([best]), end


def records(data, separator=None, first=0):
    """All records of the UTF-8 bytes, header included; after a quoting mistake the next physical line is a record.

    `first` is added to the numbers of rows that messages name."""
    found, end = detect(data)
    form = Form(separator or found, end)
    if not data.endswith(end):
        data += end
    position, line, number, certain, culprit = 0, 1, 0, 0, 0
    while position < len(data):
        first_line_end = data.find(end, position)
        text, following = without_return(data[position:first_line_end], end), first_line_end + 1
        fields, problem = text.split(form.separator), ""
        if position < certain:
            problem = f"Row may be part of a value of row {culprit + first}, where a quote is unbalanced"
        elif b'"' in text:
            fields, problem, after = quoted_record(data, position, form)
            if problem:
                fields, culprit = text.split(form.separator), number
                certain = certain_again(data, position, following, form)
            else:
                following, text = after, data[position:after]
        if not is_empty(fields, problem):
            problem = problem or content_problem(text)
            yield Record(number, line, [] if problem else [f.decode("utf-8") for f in fields], problem)
            number += 1
        line += data.count(end, position, following)
        position = following


class Form(NamedTuple):
    separator: bytes
    end: bytes

    def stop(self):
        """What ends a value, blanks before it included."""
        line_end = rb"\r?\n" if self.end == b"\n" else re.escape(self.end)
        return re.compile(rb"[%s]*(?:%s|(%s))" % (self.blanks(), re.escape(self.separator), line_end))

    def blanks(self):
        return b" " if self.separator == b"\t" else rb" \t"


def without_return(text, end):
    return text[:-1] if end == b"\n" and text.endswith(b"\r") else text


def is_empty(fields, problem):
    """A row without a value is no row. Of a row with a mistake in its quotes the quotes count as values."""
    trimmed = (field.decode("utf-8", "replace") for field in fields)
    return not any(cell.strip(cells.AROUND) if problem else cells.value(cell) for cell in trimmed)


def certain_again(data, start, following, form):
    """Where lines are records again after a mistake in the quotes of the line from `start` to `following`.

    Two readings go on from there: the next line begins a record, or it is inside a quoted value, which ends with a quote
    before a separator or a line end. The text is certain where both begin a record. If no quote ends the value within the
    limit, an odd number of quotes in the line leaves all in doubt, an even one nothing."""
    stop = min(len(data), start + RECORD_LIMIT + 2)
    if next(record_ends(data, start, stop, False, form), None) == following:
        return following
    if value_end(data, following, stop, form) is None:
        return stop if data.count(b'"', start, following) % 2 else following
    outside = set()
    inside, reached = record_ends(data, following, stop, True, form), following
    without = record_ends(data, following, stop, False, form)
    for place in inside:
        while reached < place:
            reached = next(without, stop + 1)
            outside.add(reached)
        if place in outside:
            return place
    return stop


def record_ends(data, position, stop, inside, form):
    """The place behind each record, if a quoted value ends only with a quote before a separator or a line end."""
    opening = re.compile(rb'[%s]*"' % form.blanks())
    plain = re.compile(rb"[^%s%s]*" % (re.escape(form.separator), re.escape(form.end)))
    while position < stop:
        if not inside and (match := opening.match(data, position, stop)):
            inside, position = True, match.end()
        if inside:
            ended = value_end(data, position, stop, form)
            if ended is None:
                return
            position, is_line_end = ended
            inside = False
        else:
            position = plain.match(data, position, stop).end() + 1
            is_line_end = data[position - 1 : position] == form.end
        if is_line_end and position <= stop:
            yield position


def value_end(data, position, stop, form):
    """(place behind the separator or line end that ends the quoted value, whether it is a line end), or None."""
    pattern = form.stop()
    while match := re.compile(rb'"+').search(data, position, stop):
        position = match.end()
        ending = pattern.match(data, position, stop)
        if len(match[0]) % 2 and ending:
            return ending.end(), ending[1] is not None
    return None


def content_problem(text):
    if b"\0" in text:
        return "Row contains a NUL byte"
    return "" if is_utf8(text) else "Row is not valid UTF-8"


def quoted_record(data, start, form):
    """(fields, problem, position after the record) of a record that holds a quote."""
    fields, position, stop = [], start, form.stop()
    opening = re.compile(rb'[%s]*"' % form.blanks())
    plain = re.compile(rb"[^%s%s]*" % (re.escape(form.separator), re.escape(form.end)))
    while True:
        match = opening.match(data, position)
        if match:
            field, position = quoted_field(data, start, match.end() - 1)
            ending = field is not None and stop.match(data, position)
            if not ending or ending.end() > start + RECORD_LIMIT + 2:
                return [], f"Unbalanced quote in field {len(fields) + 1}", start
            position, is_last = ending.end(), ending[1] is not None
        else:
            after = plain.match(data, position).end()
            field, position, is_last = data[position:after], after + 1, data[after : after + 1] == form.end
            if is_last:
                field = without_return(field, form.end)
        fields.append(field)
        if is_last:
            return fields, "", position


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

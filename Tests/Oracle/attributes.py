"""Columns that are not ours and are kept, from docs/guides/attributes.md."""
import unicodedata

import cells
import rules

PREFIX = "attribute."
NAME, VALUE, MOST, BYTES = 100, 2000, 200, 65536
# What exports and reports add to our columns.
OURS = ("vendor_id", "status", "_row", "_line", "_errors")


class Invalid(Exception):
    """A column that is to be kept cannot be; args are the failure's type and what is wrong."""


def name(column):
    """The name of the attribute of a column, and whether the column says itself that it is one."""
    text = "".join(" " if unicodedata.category(c) == "Cc" else c for c in column)
    text = cells.key(text.strip(cells.AROUND))
    if text[:len(PREFIX)].translate(LOWER) == PREFIX:
        return text[len(PREFIX):].strip(cells.AROUND), True
    return text, False


LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def kept(columns, keeps):
    """{place: name} of the columns of a file in our own format; `keeps` is what its vendor does with columns that are not ours."""
    found = {}
    for place, column in enumerate(columns):
        if column.lower() in rules.COLUMNS or column.lower() in OURS:
            continue
        attribute, says_so = name(column)
        if attribute and (keeps or says_so):
            found[place] = attribute
    return checked(found)


def checked(found):
    names = list(found.values())
    for number, attribute in enumerate(names):
        if len(attribute) > NAME:
            raise Invalid("INVALID_ATTRIBUTES", attribute)
        if attribute in names[:number]:
            raise Invalid("DUPLICATE_COLUMN", attribute)
    return found


def errors(values):
    """Of a row, as (type, message, field)."""
    filled = {attribute: value for attribute, value in values.items() if value}
    for attribute, value in filled.items():
        if len(value) > VALUE:
            column = PREFIX + attribute
            yield "INVALID_VALUE", f"{cells.shown(column)} must be at most {VALUE} characters (got {len(value)})", column
    if len(filled) > MOST:
        yield "INVALID_VALUE", f"Row has {len(filled)} attributes, at most {MOST} are kept", None
    elif size(filled) > BYTES:
        yield "INVALID_VALUE", f"Attributes of the row have {size(filled)} bytes, at most {BYTES} are kept", None


def size(values):
    return sum(len(text.encode()) for pair in values.items() for text in pair)


def merged(before, values, empty):
    """What a product has after a row: attributes that the file has no column for stay, empty cells clear unless they keep."""
    after = dict(before or {})
    for attribute, value in values.items():
        if value:
            after[attribute] = value
        elif empty == "clear":
            after.pop(attribute, None)
    return after or None


def is_overfull(values):
    return bool(values) and (len(values) > MOST or size(values) > BYTES)

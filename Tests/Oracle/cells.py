"""What a cell says: without what surrounds it, in one form, and with what is invisible shown."""
import re
import unicodedata

SPACES = [0x20, *range(0x09, 0x0E), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000]
ZERO_WIDTH = [0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F),
              *range(0x2060, 0x2070), 0x2800, 0x3164, 0xFEFF, 0xFFA0]
AROUND = "".join(map(chr, SPACES + ZERO_WIDTH))
# Spaces that are not the ordinary one and look like it (Unicode category Zs).
OTHER_SPACES = {code: " " for code in SPACES if unicodedata.category(chr(code)) == "Zs"}
JOINERS = "\u200c\u200d"
# Excel's way to keep "0012" a text.
TEXT_FORMULA = re.compile(r'="([^"]*)"', re.DOTALL)
INVISIBLE = {ord(c): f"<U+{ord(c):04X}>" for c in AROUND if c != " "}
INVISIBLE |= {code: f"<U+{code:04X}>" for code in [*range(0x20), *range(0x7F, 0xA0)]}


def value(cell):
    cell = cell.strip(AROUND)
    formula = TEXT_FORMULA.fullmatch(cell)
    return formula[1].strip(AROUND) if formula else cell


def key(text):
    """SKUs, vendor product ids and categories: what looks the same is the same."""
    if len(text.encode("utf-8")) > 1600:  # too long in any form
        return text
    seen = "".join(c for c in text if c in JOINERS or ord(c) not in ZERO_WIDTH)
    return unicodedata.normalize("NFC", seen.translate(OTHER_SPACES)).strip(AROUND)


def shown(text):
    return text.translate(INVISIBLE)

"""The rules that need nothing but the row itself: 1 to 4, 7 and the optional columns, with their exact messages."""
import re
from decimal import Decimal

import cells

REQUIRED = ("vendor_product_id", "product_name", "category", "sku", "price", "stock_quantity")
COLUMNS = (
    "vendor_product_id", "product_name", "category", "subcategory", "description", "sku", "brand", "price",
    "compare_at_price", "stock_quantity", "unit", "weight_kg", "dimensions_cm", "image_url",
)
KEYS = ("vendor_product_id", "sku", "category")  # kept in one form each
LENGTHS = {"product_name": 200, "description": 2000, "vendor_product_id": 100, "sku": 100}
# Least, most and decimals.
NUMBERS = {"price": ("0.01", "999999.99", 2), "compare_at_price": ("0.01", "999999.99", 2), "stock_quantity": ("0", "1000000", 0),
           "weight_kg": ("0", "9999999.999", 3)}
OPTIONAL_LENGTHS = {"subcategory": 100, "brand": 100, "unit": 20, "dimensions_cm": 50}
# How many different wrong categories of a file get a suggestion; a longer one than this many bytes is near no name.
SUGGESTIONS, SUGGESTION_BYTES = 1000, 800
BLANKS = " \t\r\n\v\f"
# [0-9], not \d: Python's \d accepts the digits of every script.
NUMBER = re.compile(r"[+-]?[0-9]+(?:\.([0-9]+))?")
WHOLE = re.compile(r"[+-]?[0-9]+")
# What spreadsheets make of keys: error values, columns too narrow, twelve digits rounded to six, days of a month.
MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Mrz|Mai|Okt|Dez"
DAMAGED = re.compile(
    rf"##+|#N/A|#NV|#[A-Z0-9/\u0080-\U0010ffff]+[?!]|[0-9](?:[.,][0-9]+)?E\+[0-9]{{2,3}}|[0-9][.,][0-9]+E-[0-9]{{2,3}}|[0-9]{{1,2}}(?:-|\. )(?:{MONTHS})|"
    rf"(?:{MONTHS})[- ][0-9]{{2}}")
URL = re.compile(r"https?://.", re.IGNORECASE | re.ASCII | re.DOTALL)


def cut(value):
    return cells.shown(value if len(value) <= 100 else value[:100] + "…")


def number_error(label, value, low, high, decimals):
    match = NUMBER.fullmatch(value)
    if not match or len(match[1] or "") > decimals:
        return f"{label} must be a number with at most {decimals} decimals: '{cut(value)}'"
    if Decimal(value) < Decimal(low):
        return f"{label} must be at least {low}"
    if Decimal(value) > Decimal(high):
        return f"{label} must be at most {high}"
    return None


def stock_error(value):
    if not WHOLE.fullmatch(value):
        return f"Stock quantity must be a whole number: '{cut(value)}'"
    if not 0 <= Decimal(value) <= 1000000:
        return "Stock quantity must be between 0 and 1000000"
    return None


def length_error(column, value, limit):
    return f"{column} must be at most {limit} characters (got {len(value)})" if len(value) > limit else None


class Categories:
    """The whitelist of rule 4: name -> active."""

    def __init__(self, names):
        self.active = sorted(name for name, active in names.items() if active)
        self.known = set(self.active)
        self.remembered = {}

    def error(self, value):
        if value in self.known:
            return None
        hint = self.hint(value)
        return f"Category is not approved: '{cut(value)}'" + (f" (did you mean '{cells.shown(hint)}'?)" if hint else "")

    def forget(self):
        """A new file begins."""
        self.remembered = {}

    def hint(self, value):
        if len(value.encode()) > SUGGESTION_BYTES:
            return None
        if value not in self.remembered and len(self.remembered) < SUGGESTIONS:
            self.remembered[value] = self.suggestion(value)
        return self.remembered.get(value)

    def suggestion(self, value):
        for name in self.active:
            if name.lower() == value.lower():
                return name
        limit = min(3, max(1, len(value) // 3))
        near = [(distance(value, name), name) for name in self.active if abs(len(name) - len(value)) <= limit]
        best = min(near, default=(limit + 1, ""))
        return best[1] if best[0] <= limit else None


def distance(a, b):
    """Levenshtein's distance in code points."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        previous, row = row, [i]
        for j, y in enumerate(b, 1):
            row.append(min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (x != y)))
    return row[-1]


def errors_before_keys(row, categories, required=REQUIRED):
    """Rules 1 to 4 as (type, message, field); an empty value is missing, and a missing value has no other error."""
    for column in required:
        if not row[column]:
            yield "MISSING_REQUIRED_FIELD", f"Required field is missing: {column}", column
    checks = (
        ("price", "INVALID_PRICE", lambda value: number_error("Price", value, *NUMBERS["price"])),
        ("stock_quantity", "INVALID_STOCK_QUANTITY", stock_error),
        ("category", "INVALID_CATEGORY", categories.error),
    )
    for column, kind, check in checks:
        message = check(row[column]) if row.get(column) else None
        if message:
            yield kind, message, column


def errors_after_keys(row):
    """Rule 7 and the optional columns, in the order in which they are reported."""
    for column, limit in LENGTHS.items():
        message = length_error(column, row.get(column, ""), limit)
        if message:
            yield "FIELD_TOO_LONG", message, column
    for column, message in optional_errors(row):
        if message:
            yield "INVALID_VALUE", message, column


def warnings(row):
    """Keys that look as if a spreadsheet had changed them: such a row is loaded."""
    for column in ("vendor_product_id", "sku"):
        value = row.get(column, "")
        if len(value) <= 100 and DAMAGED.fullmatch(value):
            yield "SUSPICIOUS_KEY", f"{column} looks as if a spreadsheet had changed it: '{cells.shown(value)}'", column


def optional_errors(row):
    price, weight, url = (row.get(column, "") for column in ("compare_at_price", "weight_kg", "image_url"))
    if price:
        yield "compare_at_price", number_error("compare_at_price", price, *NUMBERS["compare_at_price"])
    if weight:
        yield "weight_kg", number_error("weight_kg", weight, *NUMBERS["weight_kg"])
    if url and not URL.match(url):
        yield "image_url", f"image_url must be an http or https URL: '{cut(url)}'"
    yield "image_url", length_error("image_url", url, 2048)
    for column, limit in OPTIONAL_LENGTHS.items():
        yield column, length_error(column, row.get(column, ""), limit)


def stored(column, value):
    """The text in which PostgreSQL shows the value of an accepted row; None is NULL."""
    if not value:
        return None
    if column in ("price", "compare_at_price"):
        return f"{Decimal(value) + 0:.2f}"
    if column == "weight_kg":
        return f"{Decimal(value) + 0:.3f}"
    return str(int(Decimal(value))) if column == "stock_quantity" else value

"""Every way of being wrong or odd. Each function takes a good row and changes it in place; what must come of it is for
the oracle to say, so that nothing here has to know the rules."""
from writing import Layout, Raw, line

PRICES = ["0.01", "999999.99", "1000000", "1000000.00", "0", "0.00", "0.009", "-10.00", "+5", "-0", "-0.00", ".5", "5.", "1e5",
          "NaN", "Infinity", "00019.90", "19.990", "1,99", "1.999,00", "$5", "5 €", "١٢", "１２", "0x10", "1_000", "--5",
          "+-5", "1.2.3", "9" * 400, "-" + "9" * 400, "0" * 400 + "7.50", "0." + "0" * 400 + "1", "abc", "x" * 150, "½",
          "5.5\u00a0", "1 000", "TRUE", "999999.990", "999999.994", "'5", "=1+1", "+", "-", "."]
STOCKS = ["0", "-0", "+5", "1000000", "1000001", "-1", "3.5", "3.0", "1e3", "many", "٣", "007", "9" * 400, "-" + "9" * 400,
          "0" * 400 + "12", "5.", "1,000", "", "12 pcs", "18446744073709551616", "-9223372036854775809", "½", "x" * 101]
WEIGHTS = ["0", "-0", "-0.000", "9999999.999", "10000000", "-1", "0.0005", "heavy", "1.2345", "1,5", "+2.5", "5.", "1e1"]
COMPARES = ["0.01", "0", "-1", "999999.99", "1000000", "12.345", "12,50", "n/a", "+3.5", "007.1"]
URLS = ["http://example.com/a.jpg", "HTTPS://EXAMPLE.COM/A.JPG", "ftp://example.com/a.jpg", "example.com/a.jpg", "/a.jpg", "https:/x",
        "httpsx://a", "javascript:alert(1)", "https://example.com/" + "a" * 2028, "https://example.com/" + "a" * 2029, "//cdn/x",
        "https://例え.jp/絵.png", "http://"]
BLANKS = ["", " ", "  ", "\t", " \t ", "\v", "\f", "\u00a0", "\u3000", "\u200b"]
WIDE = ["a", "é", "e\u0301", "日", "🧰", "👩\u200d🔧", "\U00010348", "ß"]
LIMITS = {"product_name": 200, "description": 2000, "vendor_product_id": 100, "sku": 100, "subcategory": 100, "brand": 100,
          "unit": 20, "dimensions_cm": 50}
REQUIRED = ["vendor_product_id", "product_name", "category", "sku", "price", "stock_quantity"]
FORMULAS = ["=cmd|' /C calc'!A0", "+SUM(A1)", "-2+3", "@import", "=1+1"]


def missing(rng, row, *_):
    for column in rng.sample(REQUIRED, rng.choice([1, 1, 2, 6])):
        row[column] = rng.choice(BLANKS[:7])


def number(rng, row, *_):
    column, values = rng.choice([("price", PRICES), ("price", PRICES), ("stock_quantity", STOCKS), ("stock_quantity", STOCKS),
                                 ("weight_kg", WEIGHTS), ("compare_at_price", COMPARES)])
    row[column] = rng.choice(values)


def long_text(rng, row, *_):
    """Lengths just under, at and over each limit, in characters of one to four bytes; joined signs count one by one."""
    column = rng.choice(list(LIMITS))
    piece, length = rng.choice(WIDE), LIMITS[column] + rng.choice([-1, 0, 0, 1, 1, 2, 30])
    head = row[column][:8]  # keeps keys apart
    row[column] = (head + piece * length)[:length]
    if row[column][-1] in "\u200d":
        row[column] = row[column][:-1] + "x"


def category(rng, row, own, rival, active, inactive):
    name = rng.choice(active)
    at = rng.randrange(len(name))
    row["category"] = rng.choice([
        name.lower(), name.upper(), name[:at] + name[at + 1:], name[:at] + "x" + name[at:], name[:at] + "q" + name[at + 1:],
        name + "es", name + " ", name + "\u00a0", rng.choice(inactive), rng.choice(inactive).lower(), "Nothing of the kind",
        "x", "?" * 150, "Electro nics", "Gadets", "Toy", "Tooys", "Tols", "Bo\u00f6ks"])


def optional(rng, row, *_):
    row[rng.choice(["image_url", "image_url", "subcategory", "brand", "unit"])] = rng.choice(URLS)


def text(rng, row, *_):
    column = rng.choice(["product_name", "description", "brand", "subcategory", "vendor_product_id"])
    extra = rng.choice(['say "cheese"', '"', '""', "a,b", "a;b", "a\tb", "two\nlines", "two\r\nlines", "cr\rhere", "\\N", "\\.",
                        "\\t", "NULL", "null", "'", *FORMULAS, *WIDE, *BLANKS])
    row[column] = rng.choice([extra, extra + row[column], row[column] + extra, row[column][:3] + extra + row[column][3:]])


def blanks(rng, row, *_):
    for column in rng.sample(list(row), 4):
        row[column] = rng.choice(BLANKS) + row[column] + rng.choice(BLANKS)


def empty_optional(rng, row, *_):
    for column in [c for c in row if c not in REQUIRED]:
        row[column] = rng.choice(["", "", " "])


def known_key(rng, row, own, rival, *_):
    """Keys the catalogue has: of this vendor (rules 5 and 6), of another vendor (5 only), or almost the same."""
    other, mine = rng.choice(rival), rng.choice(own)
    change = rng.choice([
        {"sku": mine["sku"]}, {"sku": other["sku"]}, {"vendor_product_id": mine["vendor_product_id"]},
        {"vendor_product_id": mine["vendor_product_id"], "sku": mine["sku"]},
        {"vendor_product_id": mine["vendor_product_id"], "sku": other["sku"]},
        {"sku": mine["sku"].lower()}, {"sku": " " + other["sku"] + "\t"}, {"sku": mine["sku"] + "\u00a0"}])
    row.update(change)


def damaged(rng, row, *_):
    """A key as a spreadsheet leaves it, or nearly so; many rows share one."""
    row[rng.choice(["sku", "vendor_product_id"])] = rng.choice([
        "4.00639E+12", "4,1E+09", "#N/A", "#NAME?", "########", "2-Mar", "02. Mrz", "Mar-02", "#", "4.0E12", "E+12", "32-Mark"])


ODDITIES = [damaged, missing, number, number, number, long_text, category, category, optional, text, text, blanks, empty_optional, known_key]


def spoil_once(rng, row, own, rival):
    """One plain error; the row stays well formed."""
    def duplicate():
        row.update(rng.choice([{"sku": rng.choice(rival)["sku"]}, {"sku": rng.choice(own)["sku"]},
                               {"vendor_product_id": rng.choice(own)["vendor_product_id"]}]))

    rng.choice([
        lambda: row.update({rng.choice(REQUIRED): ""}),
        lambda: row.update(price=rng.choice(["0.00", "-5.00", "12.345", "1000000.00", "abc", "9,99"])),
        lambda: row.update(stock_quantity=rng.choice(["-1", "1000001", "1.5", "many"])),
        lambda: row.update(category=rng.choice(["Gadets", "electronics", "N/A", "Pagers"])),
        lambda: row.update(product_name=row["product_name"] + " x" * 120),
        lambda: row.update(weight_kg="heavy"),
        duplicate,
    ])()


def change(rng, row, new_sku):
    """A product that is there already, with one new value."""
    row.update(rng.choice([{"price": "12.34"}, {"stock_quantity": "77"}, {"description": ""}, {"brand": "Nova"}, {"sku": new_sku},
                           {"weight_kg": "1.5"}]))


def chain(rng, rows, at):
    """Duplicates where only the order and who was refused decide: a refused row claims neither of its keys."""
    first, second, third, fourth, fifth = rows[at:at + 5]
    if rng.random() < 0.3:
        first["price"] = "0"  # refused, so that it claims nothing
    second["vendor_product_id"] = first["vendor_product_id"]  # refused for its id: its sku stays free
    third["sku"] = second["sku"]
    if rng.random() < 0.5:
        fourth["sku"], fourth["vendor_product_id"] = third["sku"], first["vendor_product_id"]  # refused twice
    fifth["sku"] = rng.choice([first["sku"], fourth["sku"], third["sku"].lower(), third["sku"] + "x"])


def twins(rng, rows, at):
    """The same text to a reader, not the same code points: two different keys."""
    rows[at]["sku"], rows[at + 1]["sku"] = f"CAF\u00c9-{at}", f"CAFE\u0301-{at}"
    rows[at]["vendor_product_id"], rows[at + 1]["vendor_product_id"] = f"\u00c5-{at}", f"A\u030a-{at}"
    if rng.random() < 0.5:
        rows[at + 2]["sku"] = f"CAF\u00c9-{at}"


def rows(rng, layout, good, own, rival, active, inactive):
    """The rows of a hostile file, malformed ones between them."""
    for at in range(0, len(good) - 8, 9):
        rng.choice([chain, chain, twins, lambda *_: None])(rng, good, at)
    for row in good:
        for _ in range(rng.choice([0, 0, 0, 1, 1, 2, 3])):
            rng.choice(ODDITIES)(rng, row, own, rival, active, inactive)
        yield row
        if rng.random() < 0.08:
            yield malformed(rng, layout, row)


def malformed(rng, layout, row):
    """One line (or several) that RFC 4180 does not allow, or that has the wrong number of fields."""
    values = [v.replace('"', "'").replace("\n", " ").replace("\r", " ") for v in (row[c] for c in layout.columns)]
    at, s = rng.randrange(len(values)), layout.separator
    kind = rng.randrange(11)
    if kind == 0:
        return values[:at]
    if kind == 1:
        return values + ["extra"] * rng.randint(1, 3)
    if kind == 2:
        return Raw("")
    if kind == 3:
        return Raw(rng.choice([" ", '""', "\t", "x"]))
    if kind in (4, 5, 6):
        # A stray quote, text after a closing quote, a quote that does not close in its line.
        values[at] = ('15" case', '"closed" then more', '"never closed')[kind - 4]
        return Raw(s.join(v if i == at else v.replace(s, " ") for i, v in enumerate(values)))
    if kind == 7:
        values[at] = "nul\0byte"
    elif kind == 8 and layout.encoding == "utf-8-bom":
        # Only a byte order mark makes the encoding certain; without one such a byte means Windows-1252.
        values[at] = rng.choice(["caf\udce9", "\udcff", "\udcc3", "\udced\udca0\udc80", "\udcc0\udcaf"])
    elif kind == 9:
        values[at] = '"broken\nacross" lines'
        return Raw(s.join(v if i == at else v.replace(s, " ") for i, v in enumerate(values)))
    else:
        return Raw(line(values, layout, rng) + s)
    return Raw(line(values, layout, rng))


def layout(rng, columns, optional_columns, encoding):
    dropped = set(rng.sample(optional_columns, rng.choice([0, 0, 0, 1, 4, 8])))
    chosen = [c for c in columns if c not in dropped]
    if rng.random() < 0.6:
        rng.shuffle(chosen)
    encoding = encoding or rng.choice(["utf-8", "utf-8", "utf-8-bom", "utf-16", "windows-1252"])
    ends = rng.choice([["\n"], ["\r\n"], ["\n", "\r\n"], ["\r"]])
    header = [rng.choice([c, c.upper(), c.title(), f" {c} ", f"{c}\t"]) for c in chosen]
    separator = rng.choice(",,;\t")
    if separator == "\t":
        header = [name.strip() for name in header]
    return Layout(chosen, separator, ends, encoding, header, rng.random() < 0.8)

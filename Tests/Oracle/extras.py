"""Columns that are not ours, with names and values that something on the way could take for something else."""
HEADERS = ["Colour", "colour", "Gr\u00f6\u00dfe", "Cafe\u0301", "__proto__", "constructor", "attribute.size", "Attribute.Fit", "status", "Vendor_ID",
           "product_id", "upload_id", "attributes", "Price (EUR)\nnet", "a.b.c", "'; drop table products; --", "{}", "\\", "n" * 100,
           "\u65e5\u672c\u8a9e", "\U0001f469\u200d\U0001f527", "  spaced  out ", "\u200bhidden", "line_number", "$.*", "attribute.", "", "_row", "a\u0001b"]
WIDE = [f"w{number}" for number in range(230)]
VALUES = ["red", "blue", "XL", "42", "", "", "", " 7 ", 'say "hi"', "two\nlines", "\\", "\\n", "e\u0301", "\u00e9", "null", '{"a": [1]}', "=1+1", "\u0001",
          "\u65e5\u672c", "\U0001f469\u200d\U0001f527", '="007"', "x" * 2000, "\U0001f6b2" * 500]


def header(rng, count):
    """Some of the columns, in any order; the wide ones are few, or all."""
    chosen = rng.sample(HEADERS, count) + (WIDE if rng.random() < 0.5 else rng.sample(WIDE, 5))
    rng.shuffle(chosen)
    return chosen


def fill(rng, row, names):
    """Gives a row a value for each name; now and then too many, too long ones, or too much of them."""
    for name in names:
        row[name] = "" if name in WIDE else rng.choice(VALUES)
    wide = [name for name in names if name in WIDE]
    kind = rng.random()
    if kind < 0.04:
        row[rng.choice(names)] = rng.choice(["x" * 2001, "\U0001f6b2" * 2100])
    elif kind < 0.08:
        for name in wide:
            row[name] = "1"
    elif kind < 0.12:
        for name in wide[:40]:
            row[name] = "y" * rng.choice([100, 2000])
    elif kind < 0.4:
        for name in rng.sample(wide, 3):
            row[name] = rng.choice(["1", "2"])
    return row

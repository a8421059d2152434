#!/usr/bin/env python3
"""Seeded vendor files for tests: the same arguments give the same bytes on every machine.

    generate.py --rows 1000 --seed 7 --vendor V001 --mode hostile -o upload.csv [--encoding utf-8|utf-8-bom|utf-16|windows-1252]
                [--categories categories.csv] [--existing existing.csv] [--rival rival.csv]

Modes: clean (no row is wrong), mixed (one row in twenty has one error), hostile (every way of being wrong or odd, several
per row, and malformed rows; column order, separator, line ends and encoding vary with the seed), upsert (the vendor's own
products again: unchanged, changed and new ones, with a few errors), partial (a key and a few other columns), attributes (as upsert,
with many columns that are not ours, also in what exists).
--categories, --existing and --rival write the files that go before: the whitelist, what this vendor and what another
vendor (V900) have in the catalogue already; uploads collide with both.
"""
import argparse
import random
import sys

import extras
import hostile
from writing import Layout, document

ACTIVE = ["Audio", "Books", "Cameras", "Clothing", "Electronics", "Furniture", "Gadgets", "Games", "Garden", "Home & Kitchen",
          "Jewellery", "Office", "Pets", "Shoes", "Sports", "Tools", "Toys", "Größen, Maße", "日本の本"]
INACTIVE = ["Fax Machines", "Pagers"]
COLUMNS = ("vendor_product_id product_name category subcategory description sku brand price compare_at_price "
           "stock_quantity unit weight_kg dimensions_cm image_url").split()
OPTIONAL = [c for c in COLUMNS if c not in
            ("vendor_product_id", "product_name", "category", "sku", "price", "stock_quantity")]
ADJECTIVES = "Compact Classic Ultra Eco Smart Folding Deluxe Rugged Slim Wireless Organic Café Größe Señor".split()
NOUNS = "Speaker Lamp Drill Chair Bottle Jacket Camera Keyboard Blender Tent Backpack Kettle Helmet".split()
PHRASES = ["made from recycled steel", "two years of warranty", 'fits a 15" case', "light, quiet and quick", "crème brûlée",
           "日本製", "for daily use\nindoors and outdoors", "–20 °C", "¼ inch", "🧰 tools included", "é as e + accent"]


def good_row(rng, vendor, number):
    """A row without an error; its keys are unique per vendor and number, and about one optional cell in five is empty."""
    row = {
        "vendor_product_id": f"P-{number:06d}",
        "product_name": f"{rng.choice(ADJECTIVES)} {rng.choice(NOUNS)} {rng.randint(100, 9999)}",
        "category": rng.choice(ACTIVE),
        "subcategory": rng.choice(NOUNS),
        "description": ", ".join(rng.sample(PHRASES, rng.randint(1, 4))),
        "sku": f"{vendor}-{number * 7919 % 1000003:06d}",
        "brand": rng.choice(ADJECTIVES) + "works",
        "price": f"{rng.randint(1, 99999)}.{rng.randint(1, 99):02d}",
        "compare_at_price": f"{rng.randint(1, 99999)}.{rng.randint(0, 9)}",
        "stock_quantity": str(rng.randint(0, 5000)),
        "unit": rng.choice(["each", "box", "pair"]),
        "weight_kg": f"{rng.randint(0, 30)}.{rng.randint(0, 999):03d}",
        "dimensions_cm": f"{rng.randint(1, 90)}x{rng.randint(1, 90)}x{rng.randint(1, 90)}",
        "image_url": f"https://cdn.example.com/{vendor}/{number:06d}.jpg",
    }
    for column in OPTIONAL:
        if rng.random() < 0.2:
            row[column] = ""
    return row


def catalogue_rows(seed, vendor, count):
    rng = random.Random(f"{seed}/{vendor}/existing")
    return [good_row(rng, vendor, 900000 + i) for i in range(count)]


def mixed_rows(rng, options, own, rival):
    for row in clean_rows(rng, options):
        if rng.random() < 0.05:
            hostile.spoil_once(rng, row, own, rival)
        yield row


def clean_rows(rng, options):
    return (good_row(rng, options.vendor, number) for number in range(options.rows))


def upsert_rows(rng, options, own, rival):
    """Half of the rows are products that exist (each once, then new ones), and half of those are changed."""
    waiting = list(own)
    rng.shuffle(waiting)
    for row in clean_rows(rng, options):
        if waiting and rng.random() < 0.6:
            row = dict(waiting.pop())
            if rng.random() < 0.5:
                hostile.change(rng, row, f"{options.vendor}-NEW-{len(waiting)}")
        if rng.random() < 0.1:
            hostile.spoil_once(rng, row, own, rival)
        elif rng.random() < 0.05:
            row["sku"] = rng.choice(own)["sku"]
        yield row


def partial_layout(rng, encoding):
    """A key and a few other columns, in any order."""
    key = rng.choice(["sku", "vendor_product_id"])
    others = [c for c in COLUMNS if c != key and (key == "vendor_product_id" or c != "vendor_product_id")]
    columns = [key, *rng.sample(others, rng.randint(1, 6))]
    rng.shuffle(columns)
    return Layout(columns, rng.choice(",;"), encoding=encoding or "utf-8")


def partial_rows(rng, options, own, rival):
    for row in upsert_rows(rng, options, own, rival):
        if rng.random() < 0.2:
            row[rng.choice(COLUMNS)] = ""
        if rng.random() < 0.05:
            row["sku"] = rng.choice(rival)["sku"]
        yield row


def attribute_upload(rng, options, own, rival):
    """The bytes of the upload, and of what exists: each with columns of its own."""
    before, names = extras.header(rng, 12), extras.header(rng, 18)
    own = [extras.fill(rng, row, before) for row in own]
    layout = Layout(COLUMNS + names, rng.choice(",;"), encoding=options.encoding or "utf-8")
    rows = []
    for row in upsert_rows(rng, options, own, rival):
        values = {name: row.get(name, "") for name in names}
        row = extras.fill(rng, {name: row[name] for name in COLUMNS}, names)
        # Half of what exists keeps what it has in the columns of both.
        rows.append({**row, **values} if rng.random() < 0.3 else row)
    return document(layout, rows), document(Layout(COLUMNS + before), own)


def plain(rows):
    return document(Layout(COLUMNS), rows)


def generated(options):
    rng = random.Random(f"{options.seed}/{options.vendor}/{options.mode}/{options.rows}")
    own = catalogue_rows(options.seed, options.vendor, max(20, options.rows // 4))
    rival = catalogue_rows(options.seed, "V900", max(20, options.rows // 10))
    if options.mode == "attributes":
        upload, existing = attribute_upload(rng, options, own, rival)
        return upload, existing, rival
    if options.mode == "hostile":
        layout = hostile.layout(rng, COLUMNS, OPTIONAL, options.encoding)
        rows = list(clean_rows(rng, options))
        upload = document(layout, hostile.rows(rng, layout, rows, own, rival, ACTIVE, INACTIVE), rng)
    else:
        make = {"clean": lambda r, o, *_: clean_rows(r, o), "mixed": mixed_rows, "upsert": upsert_rows,
                "partial": partial_rows}[options.mode]
        partial = options.mode == "partial"
        layout = partial_layout(rng, options.encoding) if partial else Layout(COLUMNS, encoding=options.encoding or "utf-8")
        upload = document(layout, make(rng, options, own, rival))
    return upload, own, rival


def main():
    parser = argparse.ArgumentParser(description="seeded vendor files for tests")
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--vendor", default="V001")
    parser.add_argument("--mode", choices=("clean", "mixed", "hostile", "upsert", "partial", "attributes"), default="hostile")
    parser.add_argument("--encoding", choices=("utf-8", "utf-8-bom", "utf-16", "windows-1252"))
    parser.add_argument("--categories")
    parser.add_argument("--existing")
    parser.add_argument("--rival")
    parser.add_argument("-o", "--output", default="-")
    options = parser.parse_args()
    upload, own, rival = generated(options)
    if options.output == "-":
        sys.stdout.buffer.write(upload)
    whitelist = [{"category_name": n, "is_active": "true"} for n in ACTIVE]
    whitelist += [{"category_name": n, "is_active": "false"} for n in INACTIVE]
    for path, content in (
        (options.output, upload), (options.existing, own if isinstance(own, bytes) else plain(own)), (options.rival, plain(rival)),
        (options.categories, document(Layout(["category_name", "is_active"]), whitelist)),
    ):
        if path and path != "-":
            with open(path, "wb") as file:
                file.write(content)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Makes the vendor files of this folder: the same bytes every time, so that a changed file shows as a changed script.

    python3 examples/generate.py
"""
import csv
import gzip
import io
import pathlib
import random
import zipfile
from xml.sax.saxutils import escape

HERE = pathlib.Path(__file__).parent
COLUMNS = ("vendor_product_id product_name category subcategory description sku brand price compare_at_price "
           "stock_quantity unit weight_kg dimensions_cm image_url").split()

# category -> (subcategory, products, variants, price from, to, kilograms up to)
RANGE = {
    "Kitchen": [
        ("Kettles", ["Electric Kettle", "Gooseneck Kettle", "Travel Kettle"], ["0.8 L", "1.2 L", "1.7 L"], 19, 120, 1.6),
        ("Cookware", ["Cast Iron Skillet", "Stock Pot", "Sauté Pan", "Crêpe Pan"], ["20 cm", "24 cm", "28 cm"], 24, 190, 4.5),
        ("Knives", ["Chef's Knife", "Bread Knife", "Santoku Knife"], ["15 cm", "18 cm", "21 cm"], 14, 160, 0.4)],
    "Home": [
        ("Lighting", ["Desk Lamp", "Floor Lamp", "Pendant Light"], ["Brass", "Matt Black", "White"], 29, 260, 6.0),
        ("Bedding", ["Duvet Cover", "Linen Pillowcase", "Wool Blanket"], ["Sand", "Slate", "Sage"], 18, 180, 2.5)],
    "Electronics": [
        ("Audio", ["Bookshelf Speaker", "Wireless Headphones", "Soundbar"], ["Black", "Silver", "Walnut"], 39, 420, 5.0),
        ("Chargers", ["USB-C Charger", "Power Bank", "Charging Cable"], ["20 W", "65 W", "100 W"], 9, 95, 0.5)],
    "Tools": [
        ("Power Tools", ["Cordless Drill", "Jigsaw", "Orbital Sander"], ["12 V", "18 V", "36 V"], 49, 320, 3.2),
        ("Hand Tools", ["Claw Hammer", "Socket Set", 'Pipe Wrench 14"'], ["Standard", "Pro"], 8, 140, 2.8)],
    "Garden": [
        ("Watering", ["Garden Hose", "Watering Can", "Sprinkler"], ["Small", "Medium", "Large"], 11, 90, 4.0),
        ("Planters", ["Clay Planter", "Raised Bed", "Hanging Basket"], ["30 cm", "45 cm", "60 cm"], 9, 150, 12.0)],
    "Sports": [
        ("Camping", ["Two-Person Tent", "Sleeping Bag", "Camping Stove"], ["Summer", "3-Season", "Winter"], 25, 480, 3.9),
        ("Fitness", ["Kettlebell", "Yoga Mat", "Resistance Band Set"], ["Light", "Medium", "Heavy"], 9, 110, 16.0),
        ("Cycling", ["Bike Helmet", "Floor Pump", "Saddle Bag"], ["S", "M", "L"], 17, 170, 1.1)],
    "Toys": [("Building", ["Wooden Blocks", "Marble Run", "Train Set"], ["40 pieces", "80 pieces", "120 pieces"], 12, 99, 3.0)],
    "Office": [("Stationery", ["Dotted Notebook", "Fountain Pen", "Desk Organiser"], ["A5", "A4", "Classic"], 4, 75, 0.9)],
}
BRANDS = "Nordhaven Alderwick Kestrel Lumio Brightwater Tamarind Oakline Vesper Halcyon Petrel Fjordal Corvane".split()
PRAISE = ["Built to last and easy to repair.", "Spare parts are kept for ten years.", "Made from recycled materials where it matters.",
          "Tested for daily use.", "Comes in plain cardboard, no plastic.", "Includes a two-year warranty."]
GERMAN = {"Kitchen": ["Wasserkocher Größe M", "Kräutermühle", "Käsebrettchen", "Küchenwaage"],
          "Garden": ["Gießkanne", "Rosenschere", "Blumenkübel", "Gartenhandschuhe Größe 9"],
          "Office": ["Füllfederhalter", "Schlüsselkasten", "Bürolocher"]}


def product(rng, vendor, number):
    category = rng.choice(list(RANGE))
    subcategory, names, variants, low, high, kilograms = rng.choice(RANGE[category])
    name, variant, brand = rng.choice(names), rng.choice(variants), rng.choice(BRANDS)
    price = rng.randint(low, high) - rng.choice([0.01, 0.05, 0.5, 0])
    return {
        "vendor_product_id": f"PROD{number:04d}",
        "product_name": f"{brand} {name}, {variant}",
        "category": category,
        "subcategory": subcategory,
        "description": f"{name} by {brand}. " + " ".join(rng.sample(PRAISE, rng.randint(1, 3))),
        "sku": f"{vendor}-{category[:3].upper()}-{number:05d}",
        "brand": brand,
        "price": f"{price:.2f}",
        "compare_at_price": f"{price * 1.25:.2f}" if rng.random() < 0.3 else "",
        "stock_quantity": str(rng.choice([0, rng.randint(1, 40), rng.randint(41, 900)])),
        "unit": rng.choice(["each", "each", "each", "set"]),
        "weight_kg": f"{rng.uniform(0.05, kilograms):.3f}",
        "dimensions_cm": "x".join(str(rng.randint(4, 80)) for _ in range(3)),
        "image_url": f"https://images.example.com/{vendor.lower()}/{number:05d}.jpg",
    }


def german(rng, vendor, number):
    row = product(rng, vendor, number)
    row["category"] = rng.choice(list(GERMAN))
    name = rng.choice(GERMAN[row["category"]])
    row.update(product_name=f"{name} „{row['brand']}“", subcategory="", sku=f"{vendor}-{number:05d}",
               description=f"{name}: geprüfte Qualität, Lieferung ab 40 € versandkostenfrei.", unit="Stück")
    return row


def spoiled(rows):
    """Exactly 50 of the rows refused, all seven rules among them: the promise of the file, checked by a test."""
    changes = [{"vendor_product_id": ""}, {"product_name": " "}, {"sku": ""}, {"price": ""}, {"stock_quantity": ""}, {"category": ""}]
    changes += [{"price": p} for p in ("0.00", "-10.00", "1000000.00", "19.999", "12,50", "$25.00", "free", "1e3", "0.001")]
    changes += [{"stock_quantity": s} for s in ("-5", "1000001", "3.5", "many", "1,200", "n/a", "12 pcs")]
    changes += [{"category": c} for c in ("Kitchn", "electronics", "Gardening", "Gadgets", "Tool", "Home Decor", "Sport", "Food")]
    changes += [{"product_name": "Very long name " * 15}, {"product_name": "ä" * 201}, {"description": "Much to say. " * 160},
                {"description": "x" * 2001}, {"sku": "S" * 101}, {"vendor_product_id": "P" * 120}]
    changes += [{"price": "0", "stock_quantity": "-1"}, {"category": "Kitchenn", "price": "abc"},
                {"sku": "", "price": "", "stock_quantity": ""}, {"product_name": "y" * 300, "category": "Elektronics"}]
    changes += [{"sku": rows[i]["sku"]} for i in (4, 11, 29, 30, 31)]
    changes += [{"vendor_product_id": rows[i]["vendor_product_id"]} for i in (5, 12, 40)]
    changes += [{"sku": rows[6]["sku"], "vendor_product_id": rows[6]["vendor_product_id"]},
                {"sku": rows[7]["sku"], "vendor_product_id": rows[8]["vendor_product_id"]}]
    assert len(changes) == 50
    rng = random.Random("VEND001/errors")
    for change, at in zip(changes, rng.sample(range(50, len(rows)), 50)):
        rows[at].update(change)
    return rows


def text(rows, columns=COLUMNS, separator=",", end="\r\n"):
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, delimiter=separator, lineterminator=end, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


NUMBERS = {"price": 1, "compare_at_price": 1, "stock_quantity": 0, "weight_kg": 2}  # and their formats among WORKBOOK's
PARTS = {
    "[Content_Types].xml": """<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">\
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>\
<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>\
<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>\
<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>""",
    "_rels/.rels": """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" \
Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>""",
    "xl/workbook.xml": """<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" \
xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Price list" sheetId="1" r:id="rId1"/>\
</sheets></workbook>""",
    "xl/_rels/workbook.xml.rels": """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship \
Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>\
<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/>\
</Relationships>""",
    "xl/styles.xml": """<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="2">\
<numFmt numFmtId="164" formatCode="00000"/><numFmt numFmtId="165" formatCode="0.000"/></numFmts><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>\
<fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4">\
<xf numFmtId="0"/><xf numFmtId="4" applyNumberFormat="1"/><xf numFmtId="165" applyNumberFormat="1"/>\
<xf numFmtId="164" applyNumberFormat="1"/></cellXfs></styleSheet>""",
}


def cell(place, value, style=None):
    if style is not None and value:
        return f'<c r="{place}" s="{style}"><v>{float(value):.15g}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>' if value else ""


def workbook(rows):
    """As a person keeps them: a title, numbers with formats, article numbers whose zeros are only shown, and a hidden row."""
    lines = ['<row r="1">' + cell("A1", "Price list of VEND006") + "</row>",
             '<row r="2">' + "".join(cell(f"{letter}2", name) for letter, name in zip("ABCDEFGHIJKLMN", COLUMNS)) + "</row>"]
    for number, row in enumerate(rows, 3):
        row["vendor_product_id"] = str(number)
        cells = [cell(f"{letter}{number}", row[name], 3 if name == "vendor_product_id" else NUMBERS.get(name))
                 for letter, name in zip("ABCDEFGHIJKLMN", COLUMNS)]
        hidden = ' hidden="1"' if number == 5 else ""
        lines.append(f'<row r="{number}"{hidden}>' + "".join(cells) + "</row>")
    sheet = ('<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>' + "".join(lines)
             + "</sheetData></worksheet>")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in {**PARTS, "xl/worksheets/sheet1.xml": sheet}.items():
            # A fixed time stamp: the same bytes every time.
            archive.writestr(zipfile.ZipInfo(name), '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + part, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def products(vendor, count, make=product):
    rng = random.Random(vendor)
    return [make(rng, vendor, number) for number in range(1, count + 1)]


def main():
    hopeless = [column for column in COLUMNS if column not in ("sku", "stock_quantity")]
    files = {
        "VEND001_products.csv": text(spoiled(products("VEND001", 1000))).encode(),
        "VEND002_clean.csv": text(products("VEND002", 200), end="\n").encode(),
        "VEND003_windows1252_semicolons.csv": text(products("VEND003", 150, german), separator=";").encode("cp1252"),
        # A fixed time stamp: the same bytes every time.
        "VEND004_products.csv.gz": gzip.compress(text(products("VEND004", 500)).encode(), mtime=0),
        "VEND005_hopeless.csv": text(products("VEND005", 20), columns=hopeless).encode(),
        "VEND006_prices.xlsx": workbook(products("VEND006", 100)),
        "categories.csv": "category_name\n" + "".join(name + "\n" for name in RANGE),
    }
    for name, content in files.items():
        (HERE / name).write_bytes(content if isinstance(content, bytes) else content.encode())


if __name__ == "__main__":
    main()

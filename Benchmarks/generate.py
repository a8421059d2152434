#!/usr/bin/env python3
"""The benchmark files: 14 columns, about 310 bytes a row, the same bytes for the same arguments.

    generate.py --rows 100000 --folder DIR [--seed 1]

    clean_N.csv      no row is wrong
    mixed_N.csv      the same rows, one in twenty spoiled, evenly by all seven rules, one error each
    prepared_N.csv   clean_N with the column vendor_id in front: what psql can copy into catalog.products
    repriced_N.csv   clean_N with every price changed
    expected_N.json  what must come of mixed_N: rows, valid, errors by type
    categories.csv   the whitelist
"""
import argparse
import contextlib
import json
import pathlib
import random

COLUMNS = ("vendor_product_id product_name category subcategory description sku brand price compare_at_price "
           "stock_quantity unit weight_kg dimensions_cm image_url").split()
CATEGORIES = """Appliances,Art Supplies,Audio,Baby,Bags,Bathroom,Bedding,Bicycles,Books,Cameras,Camping,Clothing,Computers,Cookware,
Electronics,Fitness,Furniture,Games,Garden,Groceries,Health,Jewellery,Lighting,Music,Office,Pets,Shoes,Tools,Toys,Watches"""
CATEGORIES = [name.strip() for name in CATEGORIES.split(",")]
ADJECTIVES = "Alpine Basic Bold Calm Deluxe Eco Fine Grand Handy Ideal Café Große Niño Prime Quiet Rapid".split()
NOUNS = "Backpack Blender Bottle Cabinet Charger Desk Drill Heater Jacket Lamp Monitor Pan Printer Rug Scale Tripod".split()
WORDS = """a made for every day with care and long life in mind from solid steel oak wool or recycled plastic easy to clean store
repair carry and give as present with spare parts kept ten years comes in plain box two colours tested against water dust""".split()
ACCENTS = ["naïve", "Übergröße", "日本製", "½ inch", "–18 °C", "piñata", "50 €", "façade"]
KINDS = ["MISSING_REQUIRED_FIELD", "INVALID_PRICE", "INVALID_STOCK_QUANTITY", "INVALID_CATEGORY", "DUPLICATE_SKU",
         "DUPLICATE_VENDOR_PRODUCT_ID", "FIELD_TOO_LONG"]
REQUIRED = [0, 1, 2, 5, 7, 9]
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def descriptions(rng, count=4096):
    """Some with commas, quotes, line breaks or letters beyond ASCII, as vendors have them; already quoted for CSV."""
    made = []
    for _ in range(count):
        words = rng.choices(WORDS, k=rng.randint(16, 34))
        oddity = rng.random()
        if oddity < 0.12:
            words[3] += ","
        elif oddity < 0.15:
            words[5] += "\n"
        elif oddity < 0.18:
            words[2] = f'"{words[2]}"'
        elif oddity < 0.28:
            words[4] = rng.choice(ACCENTS)
        made.append(" ".join(words))
    return made


def quoted(value):
    return '"' + value.replace('"', '""') + '"' if any(c in value for c in ',"\n') else value


def code(number):
    """Six signs, unique for a number below 2^30, in an order that is random to an index."""
    mixed = number * 0x2545F491 + 0x1234567 & 0x3FFFFFFF
    return "".join(ALPHABET[mixed >> shift & 31] for shift in (25, 20, 15, 10, 5, 0))


def row(rng, number, texts, vendor):
    draw = rng.getrandbits(64)
    cents = 100 + draw % 99900
    category = CATEGORIES[(draw >> 17) % 30]
    noun = NOUNS[draw >> 22 & 15]
    return [
        f"VP-{number:08d}", f"{ADJECTIVES[draw >> 26 & 15]} {noun} {draw >> 30 & 4095}", category,
        noun if draw >> 42 & 7 else "", texts[draw >> 45 & 4095], f"{vendor}-{category[:3].upper()}-{code(number)}",
        f"{ADJECTIVES[draw >> 49 & 15]}works", f"{cents // 100}.{cents % 100:02d}",
        f"{cents // 80}.{cents % 100:02d}" if draw >> 53 & 1 else "", str((draw >> 3) % 5000),
        "each" if draw >> 54 & 3 else "box", f"{(draw >> 5) % 20000 / 1000:.3f}",
        f"{draw >> 7 & 63}x{draw >> 13 & 63}x{draw >> 19 & 63}",
        f"https://images.example.com/{vendor}/products/{number:08d}/{draw & 0xFFFFFFFF:08x}/large.jpg",
    ]


def spoil(rng, values, kind, good):
    if kind == "MISSING_REQUIRED_FIELD":
        values[rng.choice(REQUIRED)] = ""
    elif kind == "INVALID_PRICE":
        values[7] = rng.choice(["0.00", "-5.00", "12.345", "1000000.00", "free", "9,99"])
    elif kind == "INVALID_STOCK_QUANTITY":
        values[9] = rng.choice(["-1", "1000001", "1.5", "many"])
    elif kind == "INVALID_CATEGORY":
        values[2] = rng.choice(["Gadgets", "electronics", "N/A", "Toolz"])
    elif kind == "DUPLICATE_SKU":
        values[5] = rng.choice(good)[1]
    elif kind == "DUPLICATE_VENDOR_PRODUCT_ID":
        values[0] = rng.choice(good)[0]
    else:
        column, limit = rng.choice([(1, 200), (4, 2000), (0, 100), (5, 100)])
        values[column] = (values[column] + " x" * limit)[:limit] + "x"


def generate(rows, folder, seed=1, vendor="V001"):
    rng, texts = random.Random(f"{seed}/{rows}"), descriptions(random.Random(seed))
    good, errors, wrong = [], dict.fromkeys(KINDS, 0), 0
    with contextlib.ExitStack() as stack:
        clean, mixed, prepared, repriced = (
            stack.enter_context(open(folder / f"{name}_{rows}.csv", "w", encoding="utf-8", newline=""))
            for name in ("clean", "mixed", "prepared", "repriced"))
        header = ",".join(COLUMNS) + "\n"
        for file in (clean, mixed, repriced):
            file.write(header)
        prepared.write("vendor_id," + header)
        for number in range(rows):
            values = row(rng, number, texts, vendor)
            line = ",".join(map(quoted, values)) + "\n"
            clean.write(line)
            prepared.write(f"{vendor},{line}")
            price = values[7][:-1] + str((int(values[7][-1]) + 1) % 10)
            repriced.write(",".join(map(quoted, [*values[:7], price, *values[8:]])) + "\n")
            if good and number % 20 == 19:
                kind = KINDS[wrong % 7]
                spoil(rng, values, kind, good)
                errors[kind], wrong = errors[kind] + 1, wrong + 1
                line = ",".join(map(quoted, values)) + "\n"
            elif len(good) < 5000:
                good.append((values[0], values[5]))
            mixed.write(line)
    (folder / "categories.csv").write_text("category_name\n" + "".join(name + "\n" for name in CATEGORIES))
    expected = {"rows": rows, "valid": rows - wrong, "errors": {kind: n for kind, n in errors.items() if n}}
    (folder / f"expected_{rows}.json").write_text(json.dumps(expected, indent=1) + "\n")
    return expected


def main():
    parser = argparse.ArgumentParser(description="benchmark files")
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    print(json.dumps(generate(options.rows, options.folder, options.seed)))


if __name__ == "__main__":
    main()

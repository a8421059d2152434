"""A workbook and JSON lines of one vendor, and what an upload of each must report: the files are read back by openpyxl and json, and
judged by the oracle.

Reads {"folder": PATH, "categories": [NAME, …], "seed": NUMBER} from standard input and answers {"readings": [{"file", "status", …counts}]}.
"""
import json
import pathlib
import random
import sys

import openpyxl

import cells
import oracle
import rules
from workbooks import shown

COLUMNS = ["vendor_product_id", "product_name", "category", "sku", "price", "stock_quantity", "brand", "colours"]


def products(source, categories):
    """Rows of values as programs have them: texts, numbers, nothing, a list; every tenth is wrong in some way."""
    for number in range(150):
        row = dict(zip(COLUMNS, (
            f"P{number:04}", f"Näme \"{number}\", {source.choice('ab')}", source.choice(categories), 4006381333000 + number,
            source.randrange(100, 99999) / 100, source.randrange(1000), source.choice([None, "Brand", " 007 "]), ["red", "blue"])))
        if number % 10 == 3:
            row.update(source.choice([
                {"price": "free"}, {"price": -1}, {"category": "Nothing"}, {"product_name": None}, {"stock_quantity": 1.5},
                {"sku": 4006381333000}, {"product_name": "x" * 201}, {"price": None, "stock_quantity": "many"},
            ]))
        yield row


def workbook(path, rows):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["A list of products"])
    sheet.append(COLUMNS)
    for row in rows:
        sheet.append([", ".join(value) if isinstance(value, list) else value for value in row.values()])
    book.save(path)


def lines(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def read_workbook(path):
    rows = openpyxl.load_workbook(path, read_only=True).active.iter_rows(values_only=True, min_row=2)
    header = next(rows)
    return [dict(zip(header, map(shown, row))) for row in rows]


def read_lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def judged(path, rows, categories):
    catalogue = oracle.Catalogue(dict.fromkeys(categories, True))
    given = []
    for number, row in enumerate(rows, 1):
        texts = {name: cells.value(shown(value)) for name, value in row.items() if name in rules.COLUMNS}
        given.append((number, number, {n: cells.key(v) if n in rules.KEYS else v for n, v in texts.items()}, ""))
    return {"file": str(path), **catalogue.upload(given, "V001").summary()}


def main():
    question = json.load(sys.stdin)
    folder, categories = pathlib.Path(question["folder"]), question["categories"]
    rows = list(products(random.Random(question["seed"]), categories))
    book, text = folder / "products.xlsx", folder / "products.jsonl"
    workbook(book, rows)
    lines(text, rows)
    json.dump({"readings": [judged(book, read_workbook(book), categories), judged(text, read_lines(text), categories)]}, sys.stdout)


if __name__ == "__main__":
    main()

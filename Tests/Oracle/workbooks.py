"""Workbooks by several writers, and what openpyxl and xlsx2csv read in them: the second opinion about the reader of workbooks.

Reads {"folder": PATH, "files": [PATH, …]} from standard input: writes workbooks into the folder, reads them and the files given, and
answers {"tables": [{"path", "rows", "judge", "without"}], "archives": {NAME: PATH}}. Rows are texts as a person sees the cells, without
empty cells at the end; blank rows are empty lists; of the columns "without" the judge knows too little.
"""
import csv
import datetime
import io
import json
import random
import sys
import zipfile

import openpyxl
import xlsx2csv
import xlsxwriter

HEADER = ["vendor_product_id", "product_name", "category", "sku", "price", "stock_quantity", "added", "active", "note"]
TEXTS = ["plain", " blanks ", 'a "quote"', "a,comma;", "line\nbreak", "ü ß 漢字 🎧", "<&>", "'quoted", "\ttab"]


def table(seed):
    source = random.Random(seed)
    yield HEADER
    for number in range(60):
        text = source.choice(TEXTS)
        yield [
            f"P{number:04}", f"{text} {number}", source.choice(["Audio", "Toys", None]), 4006381333931 + number,
            source.choice([0.58, 0.1 + 0.2, 19.99, 1e-7, 1234567.891, 5, -3.25]), source.randrange(1000),
            source.choice([datetime.date(2024, 2, 29), datetime.datetime(1999, 12, 31, 23, 59, 58), None]),
            source.choice([True, False, None]), source.choice([None, text, "x" * 300]),
        ]
        if number % 20 == 7:
            yield []


def shown(value, number_format=""):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime.datetime):
        return value.isoformat() if "h" in number_format.lower() else value.date().isoformat()
    if isinstance(value, float):
        text = format(value, ".15g")
        return format(value, ".21f").rstrip("0") if "e" in text and value < 1 else text
    return str(value)


def trimmed(row):
    while row and row[-1] == "":
        row.pop()
    return row


def by_openpyxl(path, only_writing=False):
    book = openpyxl.Workbook(write_only=only_writing)
    sheet = book.create_sheet("Table") if only_writing else book.active
    for row in table(path):
        sheet.append(row)
    book.save(path)


def by_xlsxwriter(path, **options):
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_numbers": False, **options})
    day, moment = book.add_format({"num_format": "dd.mm.yyyy"}), book.add_format({"num_format": "d/m/yy hh:mm:ss"})
    sheet = book.add_worksheet("Table")
    for number, row in enumerate(table(path)):
        for column, value in enumerate(row):
            if isinstance(value, datetime.datetime):
                sheet.write_datetime(number, column, value, moment)
            elif isinstance(value, datetime.date):
                sheet.write_datetime(number, column, value, day)
            elif value is not None:
                sheet.write(number, column, value)
    book.close()


def by_openpyxl_reading(path):
    sheet = openpyxl.load_workbook(path, data_only=True).worksheets[0]
    return [trimmed([shown(cell.value, cell.number_format) for cell in row]) for row in sheet.iter_rows()]


def by_xlsx2csv(path):
    output = io.StringIO()
    options = {"skip_empty_lines": False, "dateformat": "%Y-%m-%d", "hyperlinks": False}
    xlsx2csv.Xlsx2csv(path, outputencoding="utf-8", **options).convert(output)
    return [trimmed(row) for row in csv.reader(io.StringIO(output.getvalue(), newline=""))]


def archives(folder):
    """ZIP archives of which Python knows what is in them."""
    text = b"vendor_product_id,product_name\r\nP1,N\r\n"
    made = {}

    def make(name, body):
        made[name] = f"{folder}/{name}.zip"
        with zipfile.ZipFile(made[name], "w", zipfile.ZIP_DEFLATED) as archive:
            body(archive)

    class Stream(io.RawIOBase):
        """Cannot seek: sizes come behind the data."""

        def __init__(self, path):
            self.file = open(path, "wb")

        def writable(self):
            return True

        def write(self, data):
            return self.file.write(data)

    make("deflated", lambda archive: archive.writestr("a/table.csv", text))
    make("stored", lambda archive: archive.writestr("table.csv", text, zipfile.ZIP_STORED))
    make("byproducts", lambda archive: [
        archive.writestr("table.csv", text), archive.writestr("__MACOSX/._table.csv", b"x"), archive.writestr("a/", b"")])
    make("two", lambda archive: [archive.writestr("one.csv", text), archive.writestr("two.csv", text)])
    make("none", lambda archive: None)
    make("bzip2", lambda archive: archive.writestr("table.csv", text, zipfile.ZIP_BZIP2))
    make("nested", lambda archive: archive.write(made["deflated"], "inner.zip"))
    make("bomb", lambda archive: archive.writestr("table.csv", b"a,b\n" + bytes(40_000_000)))
    make("wide", lambda archive: archive.open("table.csv", "w", force_zip64=True).write(text))
    made["streamed"] = f"{folder}/streamed.zip"
    with zipfile.ZipFile(Stream(made["streamed"]), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("table.csv", text)
    made["prefixed"] = f"{folder}/prefixed.zip"
    with open(made["prefixed"], "wb") as file:
        file.write(b"PK\3\4 something before it\n" + open(made["deflated"], "rb").read() + b"")
    return made


def main():
    question = json.load(sys.stdin)
    folder = question["folder"]
    paths = [f"{folder}/{name}.xlsx" for name in ("openpyxl", "write-only", "xlsxwriter", "constant-memory")]
    by_openpyxl(paths[0])
    by_openpyxl(paths[1], only_writing=True)
    by_xlsxwriter(paths[2])
    by_xlsxwriter(paths[3], constant_memory=True)
    tables = []
    for path in paths + question["files"]:
        tables.append({"path": path, "judge": "openpyxl", "rows": by_openpyxl_reading(path)})
        # It shows neither small numbers nor moments.
        tables.append({"path": path, "judge": "xlsx2csv", "rows": by_xlsx2csv(path), "without": [4, 6]})
    json.dump({"tables": tables, "archives": archives(folder)}, sys.stdout)


if __name__ == "__main__":
    main()

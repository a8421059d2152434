"""The peers of P27: openpyxl in its read-only mode, and calamine as polars uses it. One JSON line, like parse-benchmark.

    workbook_peer.py write CSV XLSX
    workbook_peer.py openpyxl|calamine XLSX [--runs N]
"""
import argparse
import csv
import json
import os
import time

NUMBERS = ("price", "compare_at_price", "stock_quantity", "weight_kg")


def write(source, target):
    """The rows of a CSV file as a workbook: texts shared between cells, as Excel saves them, numbers as numbers where they are some."""
    import xlsxwriter

    with open(source, newline="", encoding="utf-8") as file, xlsxwriter.Workbook(target) as book:
        sheet, rows = book.add_worksheet("Products"), csv.reader(file)
        header = next(rows)
        sheet.write_row(0, 0, header)
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                try:
                    is_number = column < len(header) and header[column] in NUMBERS
                    sheet.write_number(number, column, float(value)) if is_number else sheet.write_string(number, column, value)
                except (ValueError, TypeError):
                    sheet.write_string(number, column, value)


def by_openpyxl(path):
    import openpyxl

    sheet = openpyxl.load_workbook(path, read_only=True).active
    return sum(1 for row in sheet.iter_rows(values_only=True) if any(value is not None for value in row)) - 1


def by_calamine(path):
    import polars

    return polars.read_excel(path, engine="calamine", infer_schema_length=0).height


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("write", "openpyxl", "calamine"))
    parser.add_argument("file")
    parser.add_argument("target", nargs="?")
    parser.add_argument("--runs", type=int, default=1)
    options = parser.parse_args()
    if options.what == "write":
        return write(options.file, options.target)
    read, seconds = {"openpyxl": by_openpyxl, "calamine": by_calamine}[options.what], []
    for _ in range(options.runs):
        start = time.perf_counter()
        rows = read(options.file)
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"seconds": seconds, "rows": rows, "bytes": os.path.getsize(options.file)}))


if __name__ == "__main__":
    main()

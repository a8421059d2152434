"""The peer of P4: the row-by-row importer many begin with. The csv module, the rules in Python, a savepoint around each
INSERT, errors inserted as they come, a commit per hundred rows.

    rows_peer.py FILE VENDOR          (database by the PG* variables)
"""
import csv
import json
import sys
from decimal import Decimal, InvalidOperation

import psycopg
from psycopg.errors import UniqueViolation

REQUIRED = ("vendor_product_id", "product_name", "category", "sku", "price", "stock_quantity")
LENGTHS = {"product_name": 200, "description": 2000, "vendor_product_id": 100, "sku": 100}
ERROR = """insert into catalog.validation_errors (upload_id, row_number, line_number, error_type, error_message, original_data)
values (%s, %s, %s, %s, %s, %s)"""


def broken(row, categories):
    for column in REQUIRED:
        if not row[column].strip():
            return "MISSING_REQUIRED_FIELD", f"Required field is missing: {column}"
    try:
        price = Decimal(row["price"])
        if not Decimal("0.01") <= price <= Decimal("999999.99") or price.as_tuple().exponent < -2:
            return "INVALID_PRICE", "Price is out of range"
    except InvalidOperation:
        return "INVALID_PRICE", "Price must be a number"
    try:
        if not 0 <= int(row["stock_quantity"]) <= 1000000:
            return "INVALID_STOCK_QUANTITY", "Stock quantity is out of range"
    except ValueError:
        return "INVALID_STOCK_QUANTITY", "Stock quantity must be a whole number"
    if row["category"] not in categories:
        return "INVALID_CATEGORY", "Category is not approved"
    for column, limit in LENGTHS.items():
        if len(row[column]) > limit:
            return "FIELD_TOO_LONG", f"{column} is too long"
    return None


def insert(cursor, statement, values):
    """None, or the error of a key that is taken."""
    cursor.execute("savepoint one")
    try:
        cursor.execute(statement, values)
        cursor.execute("release savepoint one")
        return None
    except UniqueViolation as violation:
        cursor.execute("rollback to savepoint one")
        kind = "DUPLICATE_SKU" if "sku" in violation.diag.constraint_name else "DUPLICATE_VENDOR_PRODUCT_ID"
        return kind, "Key is taken"


def main():
    path, vendor = sys.argv[1:]
    with psycopg.connect() as connection, open(path, newline="", encoding="utf-8") as file:
        cursor, reader = connection.cursor(), csv.DictReader(file)
        categories = {name for name, in cursor.execute("select category_name from catalog.product_categories where is_active")}
        upload = "insert into catalog.upload_history (upload_id, vendor_id, file_name) values ('ROWS', %s, %s)"
        cursor.execute(upload, (vendor, path[-255:]))
        columns = ["vendor_id", *reader.fieldnames]
        statement = f"insert into catalog.products ({', '.join(columns)}) values ({', '.join(['%s'] * len(columns))})"
        for number, row in enumerate(reader, 1):
            error = broken(row, categories) or insert(cursor, statement, [vendor, *(value or None for value in row.values())])
            if error:
                cursor.execute(ERROR, ("ROWS", number, reader.line_num, *error, json.dumps(row)))
            if number % 100 == 0:
                connection.commit()


if __name__ == "__main__":
    main()

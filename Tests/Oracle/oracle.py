#!/usr/bin/env python3
"""A second opinion on the onboarding rules: row by row, in memory, as simple as it can be written.

    oracle.py --categories categories.csv [--existing [VENDOR=]FILE …] [--vendor V001] [--mode create|upsert]
              [--policy load-valid|all-or-nothing] [--errors OUT] [--products OUT] [VENDOR=]FILE …

Files are uploaded in the given order into one catalogue; those of --existing come first, as plain uploads whose errors
are not printed. Standard output: one JSON object of counts per file. --errors writes one JSON object per error,
--products the final catalogue (sorted by vendor and vendor_product_id, numbers as PostgreSQL prints them); both as CSV
when the name ends in .csv, and to standard output when it is "-".
"""
import argparse
import csv
import json
import sys
from collections import Counter

import reading
import rules


class Failed(Exception):
    """The whole file is refused; args are the type and what is wrong."""


class Catalogue:
    def __init__(self, categories):
        self.categories = rules.Categories(categories)
        self.products = {}  # (vendor, vendor_product_id) -> {column: text or None}
        self.owner = {}  # sku -> (vendor, vendor_product_id)

    def upload(self, rows, vendor, mode="create", policy="load-valid"):
        """One upload, all or nothing of it: an Outcome. `rows` as `upload_rows` gives them."""
        outcome = Outcome()
        try:
            accepted = self.check(rows, vendor, mode, outcome)
        except Failed as failure:
            outcome = Outcome()
            outcome.failure = failure.args[0]
            return outcome
        if not outcome.valid or policy == "all-or-nothing" and outcome.error:
            return outcome
        outcome.loaded = True
        # Every change is decided on the catalogue as it was before the upload, and only then made.
        for key, values in accepted:
            outcome.changes[self.store(key, values)] += 1
        self.owner = {product["sku"]: key for key, product in self.products.items()}
        return outcome

    def check(self, rows, vendor, mode, outcome):
        accepted, skus, identifiers = [], {}, {}
        self.categories.forget()
        for number, line, row, problem in rows:
            outcome.total += 1
            if problem:
                errors = [("MALFORMED_ROW", problem, None)]
            else:
                errors = list(self.errors(row, vendor, mode, skus, identifiers))
            if errors:
                outcome.error += 1
                outcome.errors += [(number, line, *error) for error in errors]
                continue
            skus[row["sku"]] = identifiers[row["vendor_product_id"]] = number
            accepted.append(((vendor, row["vendor_product_id"]), {c: rules.stored(c, v) for c, v in row.items()}))
        outcome.valid = len(accepted)
        return accepted

    def errors(self, row, vendor, mode, skus, identifiers):
        """Every error of the row, whatever else is wrong with it, by rule number."""
        yield from rules.errors_before_keys(row, self.categories)
        taken = [*self.taken_before(row, vendor, mode), *taken_in_file(row, skus, identifiers)]
        for kind in ("DUPLICATE_SKU", "DUPLICATE_VENDOR_PRODUCT_ID"):
            yield from (error for error in taken if error[0] == kind)
        yield from rules.errors_after_keys(row)

    def taken_before(self, row, vendor, mode):
        """Rules 5 and 6 against the catalogue as it was before the upload; a key that is too long is not looked up."""
        sku, identifier = row["sku"], row["vendor_product_id"]
        own = (vendor, identifier)
        if sku and len(sku) <= 100 and sku in self.owner:
            if mode == "create" or self.owner[sku] != own:
                yield "DUPLICATE_SKU", f"Duplicate SKU: {sku} already exists", "sku"
        if mode == "create" and identifier and len(identifier) <= 100 and own in self.products:
            message = f"Duplicate vendor product ID: {identifier} already exists"
            yield "DUPLICATE_VENDOR_PRODUCT_ID", message, "vendor_product_id"

    def store(self, key, values):
        before = self.products.get(key)
        # A column that the file does not have keeps what is stored; an empty cell is NULL.
        after = {**(before or dict.fromkeys(rules.COLUMNS)), **values}
        self.products[key] = after
        return "created" if before is None else "unchanged" if before == after else "updated"


def taken_in_file(row, skus, identifiers):
    """Rules 5 and 6 within the file: only accepted rows have claimed anything."""
    sku, identifier = row["sku"], row["vendor_product_id"]
    if sku in skus:
        yield "DUPLICATE_SKU", f"Duplicate SKU: {sku} already used in row {skus[sku]}", "sku"
    if identifier in identifiers:
        message = f"Duplicate vendor product ID: {identifier} already used in row {identifiers[identifier]}"
        yield "DUPLICATE_VENDOR_PRODUCT_ID", message, "vendor_product_id"


class Outcome:
    def __init__(self):
        self.total = self.valid = self.error = 0
        self.errors, self.changes, self.failure, self.loaded = [], Counter(), None, False

    def summary(self):
        status = "failed" if not self.loaded else "partial" if self.error else "completed"
        counts = {name + "Records": self.changes[name] for name in ("created", "updated", "unchanged")}
        return {
            "status": status, "failureType": self.failure, "totalRecords": self.total, "validRecords": self.valid,
            "errorRecords": self.error, **counts, "errorCounts": dict(sorted(Counter(e[2] for e in self.errors).items())),
        }


def upload_rows(data):
    """(row number, line, {column: trimmed text}, problem) of each data record of a file in our own format."""
    try:
        text, _ = reading.decode(data)
    except reading.Unreadable as error:
        raise Failed("UNREADABLE_FILE", str(error)) from error
    lines = reading.records(text)
    header = next(lines, None)
    if header is None:
        raise Failed("EMPTY_FILE", "nothing in it")
    if header.problem:
        raise Failed("UNREADABLE_FILE", header.problem)
    names = [name.strip(rules.BLANKS).lower() for name in header.fields]
    for column in rules.COLUMNS:
        if names.count(column) > 1:
            raise Failed("DUPLICATE_COLUMN", column)
    missing = [column for column in rules.REQUIRED if column not in names]
    if missing:
        raise Failed("MISSING_COLUMN", ", ".join(missing))
    empty = True
    for record in lines:
        empty = False
        yield record.number, record.line, *named(record, names)
    if empty:
        raise Failed("EMPTY_FILE", "no data rows")


def named(record, names):
    if record.problem:
        return None, record.problem
    if len(record.fields) != len(names):
        return None, f"Row has {len(record.fields)} fields, the header has {len(names)}"
    pairs = zip(names, record.fields)
    return {name: value.strip(rules.BLANKS) for name, value in pairs if name in rules.COLUMNS}, ""


def read_categories(path):
    """{name: active} of a file with the columns category_name and, if wanted, is_active."""
    with open(path, newline="", encoding="utf-8") as file:
        return {row["category_name"]: row.get("is_active", "true") == "true" for row in csv.DictReader(file)}


def write(path, names, rows):
    file = sys.stdout if path == "-" else open(path, "w", newline="", encoding="utf-8")
    if path.endswith(".csv"):
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)
    else:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    file.flush()


def upload_file(catalogue, argument, default_vendor, mode, policy):
    vendor, _, path = argument.rpartition("=")
    with open(path, "rb") as file:
        data = file.read()
    outcome = catalogue.upload(upload_rows(data), vendor or default_vendor, mode, policy)
    return {"file": path, "vendorId": vendor or default_vendor}, outcome


def main():
    parser = argparse.ArgumentParser(description="what an upload must report and leave behind")
    parser.add_argument("files", nargs="+", metavar="[VENDOR=]FILE")
    parser.add_argument("--categories", required=True)
    parser.add_argument("--existing", action="append", default=[], metavar="[VENDOR=]FILE")
    parser.add_argument("--vendor", default="V001")
    parser.add_argument("--mode", choices=("create", "upsert"), default="create")
    parser.add_argument("--policy", choices=("load-valid", "all-or-nothing"), default="load-valid")
    parser.add_argument("--errors")
    parser.add_argument("--products")
    options = parser.parse_args()
    catalogue, errors = Catalogue(read_categories(options.categories)), []
    for argument in options.existing:
        upload_file(catalogue, argument, options.vendor, "create", "load-valid")
    names = ("file", "row_number", "line_number", "error_type", "error_message", "field")
    for argument in options.files:
        about, outcome = upload_file(catalogue, argument, options.vendor, options.mode, options.policy)
        print(json.dumps({**about, **outcome.summary()}, ensure_ascii=False))
        errors += [dict(zip(names, (about["file"], *error))) for error in outcome.errors]
    if options.errors:
        write(options.errors, names, errors)
    if options.products:
        rows = [{"vendor_id": key[0], **product} for key, product in sorted(catalogue.products.items())]
        write(options.products, ("vendor_id", *rules.COLUMNS), rows)


if __name__ == "__main__":
    main()

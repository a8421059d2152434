#!/usr/bin/env python3
"""A second opinion on the onboarding rules: row by row, in memory, as simple as it can be written.

    oracle.py --categories categories.csv [--existing [VENDOR=]FILE …] [--vendor V001] [--mode create|upsert|update] [--empty clear|keep] [--missing keep|deactivate]
              [--policy load-valid|all-or-nothing] [--attributes] [--rules RULES] [--errors OUT] [--products OUT] [VENDOR=]FILE …

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

import attributes
import cells
import own_rules
import reading
import rules


class Failed(Exception):
    """The whole file is refused; args are the type and what is wrong."""


class Catalogue:
    def __init__(self, categories):
        self.categories = rules.Categories(categories)
        self.own = {}  # name -> rule of one's own
        self.products = {}  # (vendor, vendor_product_id) -> {column: text or None}
        self.owner = {}  # sku -> (vendor, vendor_product_id)

    def upload(self, rows, vendor, mode="create", policy="load-valid", empty="clear", missing="keep"):
        """One upload, all or nothing of it: an Outcome. `rows` as `upload_rows` gives them."""
        outcome = Outcome()
        try:
            accepted = self.check(rows, vendor, mode, empty, outcome)
            if outcome.valid and not (policy == "all-or-nothing" and outcome.error):
                self.refuse_overfull(accepted, empty)
        except Failed as failure:
            outcome = Outcome()
            outcome.failure = failure.args[0]
            return outcome
        if not outcome.valid or policy == "all-or-nothing" and outcome.error:
            return outcome
        outcome.loaded = True
        # Every change is decided on the catalogue as it was before the upload, and only then made.
        for key, values in accepted:
            outcome.changes[self.store(key, values, missing, empty)] += 1
        if missing == "deactivate" and not outcome.nameless:
            for key, product in self.products.items():
                named = key[1] in outcome.named["vendor_product_id"] or product["sku"] in outcome.named["sku"]
                if key[0] == vendor and product["status"] == "active" and not named:
                    product["status"] = "inactive"
                    outcome.changes["deactivated"] += 1
        self.owner = {product["sku"]: key for key, product in self.products.items()}
        return outcome

    def check(self, rows, vendor, mode, empty, outcome):
        accepted, skus, identifiers, own = [], {}, {}, None
        self.categories.forget()
        for number, line, row, problem in rows:
            outcome.total += 1
            if problem:
                errors, warnings = [("MALFORMED_ROW", problem, None)], []
            else:
                row = dict(row)
                kept = row.pop("attributes", {})
                own = own or own_rules.OwnRules(self.own, vendor, mode, empty, row)
                broken, doubtful = own.findings(number, row)
                errors = [*self.errors(row, vendor, mode, empty, skus, identifiers), *attributes.errors(kept), *broken]
                warnings = [*doubtful, *rules.warnings(row)]
            outcome.name(row, problem)
            outcome.errors += [(number, line, *error) for error in [*errors, *warnings]]
            if errors:
                outcome.error += 1
                continue
            for claims, column in ((skus, "sku"), (identifiers, "vendor_product_id")):
                if row.get(column):
                    claims[row[column]] = number
            key = (vendor, row["vendor_product_id"]) if "vendor_product_id" in row else self.owner[row["sku"]]
            may_stay = rules.COLUMNS if mode == "update" else [c for c in rules.COLUMNS if c not in rules.REQUIRED]
            values = {c: rules.stored(c, v) for c, v in row.items() if v or empty == "clear" or c not in may_stay
                      or key not in self.products}
            accepted.append((key, values | ({"attributes": kept} if kept else {})))
        outcome.valid = len(accepted)
        return accepted

    def errors(self, row, vendor, mode, empty, skus, identifiers):
        """Every error of the row, whatever else is wrong with it, by rule number."""
        required = rules.REQUIRED
        if mode == "update":
            identifying = "vendor_product_id" if "vendor_product_id" in row else "sku"
            required = [c for c in required if c == identifying or c in row and empty == "clear"]
        yield from rules.errors_before_keys(row, self.categories, required)
        taken = [*self.taken_before(row, vendor, mode), *taken_in_file(row, skus, identifiers)]
        for kind in ("DUPLICATE_SKU", "DUPLICATE_VENDOR_PRODUCT_ID"):
            yield from (error for error in taken if error[0] == kind)
        if mode == "update":
            yield from self.unknown(row, vendor, identifying)
        yield from rules.errors_after_keys(row)

    def taken_before(self, row, vendor, mode):
        """Rules 5 and 6 against the catalogue as it was before the upload; a key that is too long is not looked up."""
        sku, identifier = row.get("sku"), row.get("vendor_product_id")
        own = (vendor, identifier)
        if sku and len(sku) <= 100 and sku in self.owner and "vendor_product_id" in row:
            if mode == "create" or self.owner[sku] != own:
                yield "DUPLICATE_SKU", f"Duplicate SKU: {cells.shown(sku)} already exists", "sku"
        if mode == "create" and identifier and len(identifier) <= 100 and own in self.products:
            message = f"Duplicate vendor product ID: {cells.shown(identifier)} already exists"
            yield "DUPLICATE_VENDOR_PRODUCT_ID", message, "vendor_product_id"

    def unknown(self, row, vendor, identifying):
        """In mode update only what exists is changed."""
        value = row[identifying]
        if not value or len(value) > 100:
            return
        if identifying == "sku":
            if self.owner.get(value, ("",))[0] != vendor:
                yield "UNKNOWN_PRODUCT", f"Unknown SKU: {cells.shown(value)} does not exist", "sku"
        elif (vendor, value) not in self.products:
            yield "UNKNOWN_PRODUCT", f"Unknown vendor product ID: {cells.shown(value)} does not exist", "vendor_product_id"

    def refuse_overfull(self, accepted, empty):
        """A product has no more attributes than one row may have, whatever many files bring together."""
        for key, values in accepted:
            before = self.products.get(key)
            if before and attributes.is_overfull(attributes.merged(before["attributes"], values.get("attributes", {}), empty)):
                raise Failed("INVALID_ATTRIBUTES", key)

    def store(self, key, values, missing, empty):
        before = self.products.get(key)
        if "attributes" in values:
            merged = attributes.merged(before and before["attributes"], values["attributes"], empty)
            values = {**values, "attributes": merged}
        if missing == "deactivate":
            # The file says what is on offer.
            values = {**values, "status": "active"}
        # A column that the file does not have keeps what is stored.
        after = {**(before or {**dict.fromkeys([*rules.COLUMNS, "attributes"]), "status": "active"}), **values}
        self.products[key] = after
        return "created" if before is None else "unchanged" if before == after else "updated"


def taken_in_file(row, skus, identifiers):
    """Rules 5 and 6 within the file: only accepted rows have claimed anything."""
    sku, identifier = row.get("sku"), row.get("vendor_product_id")
    if sku in skus:
        yield "DUPLICATE_SKU", f"Duplicate SKU: {cells.shown(sku)} already used in row {skus[sku]}", "sku"
    if identifier in identifiers:
        message = f"Duplicate vendor product ID: {cells.shown(identifier)} already used in row {identifiers[identifier]}"
        yield "DUPLICATE_VENDOR_PRODUCT_ID", message, "vendor_product_id"


class Outcome:
    def __init__(self):
        self.total = self.valid = self.error = 0
        self.errors, self.changes, self.failure, self.loaded = [], Counter(), None, False
        self.named, self.nameless = {"vendor_product_id": set(), "sku": set()}, 0

    def name(self, row, problem):
        """Which product a row is about, also a refused one; a row that does not say so could be about any."""
        column = next((c for c in ("vendor_product_id", "sku") if row and c in row), None)
        if problem or not row[column] or len(row[column]) > 100:
            self.nameless += 1
        else:
            self.named[column].add(row[column])

    def summary(self):
        status = "failed" if not self.loaded else "partial" if self.error else "completed"
        counts = {name + "Records": self.changes[name] for name in ("created", "updated", "unchanged", "deactivated")}
        return {
            "status": status, "failureType": self.failure, "totalRecords": self.total, "validRecords": self.valid,
            "errorRecords": self.error, **counts, "errorCounts": dict(sorted(Counter(e[2] for e in self.errors).items())),
        }


def upload_rows(data, mode="create", keeps=False):
    """(row number, line, {column: trimmed text}, problem) of each data record of a file in our own format. Columns that are kept are
    under "attributes", if there are any; `keeps` is what the vendor does with those that are not ours."""
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
    columns = [cells.value(name) for name in header.fields]
    names = [name.lower() for name in columns]
    for column in rules.COLUMNS:
        if names.count(column) > 1:
            raise Failed("DUPLICATE_COLUMN", column)
    if mode == "update":
        missing = [] if {"vendor_product_id", "sku"} & set(names) else ["vendor_product_id or sku"]
    else:
        missing = [column for column in rules.REQUIRED if column not in names]
    if missing:
        raise Failed("MISSING_COLUMN", ", ".join(missing))
    try:
        kept = attributes.kept(columns, keeps)
    except attributes.Invalid as error:
        raise Failed(*error.args) from error
    empty = True
    for record in lines:
        empty = False
        yield record.number, record.line, *named(record, names, kept)
    if empty:
        raise Failed("EMPTY_FILE", "no data rows")


def named(record, names, kept=None):
    fields = [cells.value(field) for field in record.fields]
    problem = record.problem or width_problem(fields, names, rules.REQUIRED)
    if problem:
        return None, problem
    values = padded(fields, names)
    row = {name: value for name, value in zip(names, values) if name in rules.COLUMNS}
    row = {name: cells.key(value) if name in rules.KEYS else value for name, value in row.items()}
    if kept:
        row["attributes"] = {attribute: values[place] for place, attribute in kept.items()}
    return row, ""


def width_problem(fields, names, required):
    """Surplus cells may be there if they are empty, and missing ones at the end if nothing required would stand there."""
    missing, surplus = names[len(fields):], fields[len(names):]
    if any(surplus) or any(name in required for name in missing):
        return f"Row has {len(fields)} fields, the header has {len(names)}"
    return ""


def padded(fields, names):
    return fields + [""] * (len(names) - len(fields))


def attributes_text(product):
    """As PostgreSQL prints a jsonb: the shorter name first, those of one length by their bytes."""
    kept = product["attributes"]
    if not kept:
        return None
    ordered = sorted(kept.items(), key=lambda pair: (len(pair[0].encode()), pair[0].encode()))
    return json.dumps(dict(ordered), ensure_ascii=False)


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


def upload_file(catalogue, argument, default_vendor, mode, policy, empty="clear", missing="keep", keeps=False):
    vendor, _, path = argument.rpartition("=")
    with open(path, "rb") as file:
        data = file.read()
    outcome = catalogue.upload(upload_rows(data, mode, keeps), vendor or default_vendor, mode, policy, empty, missing)
    return {"file": path, "vendorId": vendor or default_vendor}, outcome


def main():
    parser = argparse.ArgumentParser(description="what an upload must report and leave behind")
    parser.add_argument("files", nargs="+", metavar="[VENDOR=]FILE")
    parser.add_argument("--categories", required=True)
    parser.add_argument("--existing", action="append", default=[], metavar="[VENDOR=]FILE")
    parser.add_argument("--vendor", default="V001")
    parser.add_argument("--mode", choices=("create", "upsert", "update"), default="create")
    parser.add_argument("--empty", choices=("clear", "keep"), default="clear")
    parser.add_argument("--missing", choices=("keep", "deactivate"), default="keep")
    parser.add_argument("--policy", choices=("load-valid", "all-or-nothing"), default="load-valid")
    parser.add_argument("--attributes", action="store_true", help="the vendor keeps columns that are not ours")
    parser.add_argument("--rules", help="JSON: rules of one's own by name")
    parser.add_argument("--errors")
    parser.add_argument("--products")
    options = parser.parse_args()
    catalogue, errors = Catalogue(read_categories(options.categories)), []
    for argument in options.existing:
        upload_file(catalogue, argument, options.vendor, "create", "load-valid", keeps=options.attributes)
    # As with the real one: what is there was loaded before they were made.
    catalogue.own = own_rules.read(options.rules) if options.rules else {}
    names = ("file", "row_number", "line_number", "error_type", "error_message", "field")
    for argument in options.files:
        about, outcome = upload_file(catalogue, argument, options.vendor, options.mode, options.policy, options.empty,
                                     options.missing, options.attributes)
        print(json.dumps({**about, **outcome.summary()}, ensure_ascii=False))
        errors += [dict(zip(names, (about["file"], *error))) for error in outcome.errors]
    if options.errors:
        write(options.errors, names, errors)
    if options.products:
        rows = [{"vendor_id": key[0], **product, "attributes": attributes_text(product)}
                for key, product in sorted(catalogue.products.items())]
        write(options.products, ("vendor_id", *rules.COLUMNS, "attributes", "status"), rows)


if __name__ == "__main__":
    main()

"""Files of other systems, read through a mapping (the JSON files of examples/mappings) into rows of our own columns."""
import json
import re

import oracle
import reading
import rules

SIGNS = "$€£¥₹"
CURRENCY_FIRST = re.compile(rf"^[A-Za-z]{{0,3}}[{SIGNS}]?")
CURRENCY_LAST = re.compile(rf"[{SIGNS}]?[A-Za-z]{{0,3}}$")
IGNORED_IN_NUMBERS = rules.BLANKS + "\u00a0\u202f'’"
KEYS = {"from", "carry", "first", "number", "replace", "default", "prefix", "suffix", "constant", "rowNumber"}


def number(value, mark):
    """`$1,234.50` as `1234.50`. What is no number after all stays as it was, so that an error shows what was written."""
    other = "," if mark == "." else "."
    bare = "".join(c for c in value if c not in IGNORED_IN_NUMBERS and c != other)
    bare = CURRENCY_LAST.sub("", CURRENCY_FIRST.sub("", bare)).replace(mark, ".")
    return bare if rules.NUMBER.fullmatch(bare) else value


class Column:
    def __init__(self, name, description):
        unknown = set(description) - KEYS
        if unknown:
            raise ValueError(f"unknown key of column {name}: {', '.join(sorted(unknown))}")
        self.description, self.before = description, ""

    def exists(self, names):
        sources = self.description.get("from")
        return sources is None or "default" in self.description or any(source in names for source in sources)

    def value(self, row, row_number):
        """The steps in their fixed order: from, carry, first, number, replace, default, prefix and suffix."""
        step = self.description.get
        if "constant" in self.description:
            value = step("constant")
        elif step("rowNumber"):
            value = str(row_number)
        else:
            values = (row.get(source, "").strip(rules.BLANKS) for source in step("from", []))
            value = next((v for v in values if v), "")
        if step("carry"):
            # What is carried is the value as it was read, so that the later steps are not applied twice.
            self.before = value = value or self.before
        if "first" in self.description:
            value = value.split(step("first"))[0].strip(rules.BLANKS)
        if "number" in self.description:
            value = number(value, step("number"))
        value = step("replace", {}).get(value, value)
        value = value or step("default", "")
        return step("prefix", "") + value + step("suffix", "") if value else ""


class Mapping:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.options = json.load(file)
        self.columns = {name: Column(name, description) for name, description in self.options["columns"].items()}
        self.skipped = 0

    def text(self, data):
        encoding = self.options.get("encoding")
        if encoding == "windows-1252":
            return reading.windows_1252(data).encode("utf-8")
        return reading.decode(data)[0]

    def rows(self, data):
        """As oracle.upload_rows: (row number, line, {column: text}, problem)."""
        separator = self.options.get("separator")
        records = list(reading.records(self.text(data), separator and separator.encode()))
        if self.options.get("header", True):
            names = [name.strip(rules.BLANKS) for name in records[0].fields] if records else []
            first, records = 0, records[1:]
        else:
            names = [str(i + 1) for i in range(len(records[0].fields))] if records else []
            first = 1
        if not records:
            raise oracle.Failed("EMPTY_FILE", "no data rows")
        columns = {name: column for name, column in self.columns.items() if column.exists(names)}
        missing = [name for name in rules.REQUIRED if name not in columns]
        if missing:
            raise oracle.Failed("MISSING_COLUMN", ", ".join(missing))
        for record in records:
            if record.problem or len(record.fields) != len(names):
                problem = record.problem or f"Row has {len(record.fields)} fields, the header has {len(names)}"
                yield record.number + first, record.line, None, problem
                continue
            source = dict(zip(names, record.fields))
            # Every row takes part in carrying, also one that is no product.
            row = {name: column.value(source, record.number + first).strip(rules.BLANKS) for name, column in columns.items()}
            skip = self.options.get("skipWhenEmpty", [])
            if skip and not any(source.get(name, "").strip(rules.BLANKS) for name in skip):
                self.skipped += 1
                continue
            yield record.number + first, record.line, row, ""

"""Files of other systems, read through a mapping (the JSON files of examples/mappings) into rows of our own columns."""
import json

import foreign_numbers as numbers
import oracle
import reading
import rules

KEYS = {"from", "join", "carry", "first", "last", "number", "multiply", "round", "replace", "default", "prefix", "suffix", "constant",
        "rowNumber"}


class Column:
    def __init__(self, name, description):
        unknown = set(description) - KEYS
        if unknown:
            raise ValueError(f"unknown key of column {name}: {', '.join(sorted(unknown))}")
        self.name, self.description, self.before = name, description, ""

    def exists(self, names):
        sources = self.description.get("from")
        return sources is None or "default" in self.description or any(source in names for source in sources)

    def source(self, row, row_number):
        """What is there before anything is computed from it: from and join, constant or rowNumber; carry, first, last."""
        step = self.description.get
        if "constant" in self.description:
            value = step("constant")
        elif step("rowNumber"):
            value = str(row_number)
        else:
            values = [v for v in (row.get(source, "") for source in step("from", [])) if v]
            value = step("join").join(values) if "join" in self.description else (values or [""])[0]
        if step("carry"):
            # What is carried is the value as it was read, so that the later steps are not applied twice.
            self.before = value = value or self.before
        if "first" in self.description:
            value = value.split(step("first"))[0].strip(rules.BLANKS)
        if "last" in self.description:
            value = value.split(step("last"))[-1].strip(rules.BLANKS)
        return value

    def value(self, row, row_number, style):
        """The steps in their fixed order."""
        step, value = self.description.get, self.source(row, row_number)
        if "number" in self.description:
            value = numbers.number(value, style.mark(self.name) if step("number") == "auto" else step("number"))
        if "multiply" in self.description or "round" in self.description:
            value = numbers.computed(value, step("multiply"), step("round"))
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
        rows = [(record, self.cells(record, names)) for record in records]
        style = self.style(columns, rows, first)
        skip = self.options.get("skipWhenEmpty", [])
        for record, source in rows:
            number = record.number + first
            if source is None:
                problem = record.problem or f"Row has {len(record.fields)} fields, the header has {len(names)}"
                yield number, record.line, None, problem
                continue
            # Every row takes part in carrying, also one that is no product.
            row = {name: column.value(source, number, style).strip(rules.BLANKS) for name, column in columns.items()}
            if skip and not any(source.get(name, "") for name in skip):
                self.skipped += 1
                continue
            yield number, record.line, row, ""

    def cells(self, record, names):
        """Trimmed cells by column, words that stand for nothing as nothing; None for a row that cannot be split."""
        if record.problem or len(record.fields) != len(names):
            return None
        nothing = self.options.get("nullWords", [])
        trimmed = (field.strip(rules.BLANKS) for field in record.fields)
        return {name: "" if cell in nothing else cell for name, cell in zip(names, trimmed)}

    def style(self, columns, rows, first):
        style = numbers.Style()
        try:
            for record, source in rows:
                for column in columns.values() if source is not None else ():
                    if "number" in column.description:
                        value = column.source(source, record.number + first)
                        style.see(column.name, value, column.description["number"] == "auto")
            style.finish()
        except numbers.TwoReadings as error:
            raise oracle.Failed("UNREADABLE_FILE", str(error)) from error
        finally:
            for column in columns.values():
                column.before = ""
        return style

"""Files of other systems, read through a mapping (the JSON files of examples/mappings) into rows of our own columns."""
import json

import attributes
import cells
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
            value = value.split(step("first"))[0].strip(cells.AROUND)
        if "last" in self.description:
            value = value.split(step("last"))[-1].strip(cells.AROUND)
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
        self.kept = self.options.get("attributes", False)
        if isinstance(self.kept, list):
            self.kept = {column: {"from": [column]} for column in self.kept}
        self.skipped = 0

    def text(self, data):
        encoding = self.options.get("encoding")
        if encoding == "windows-1252":
            return reading.windows_1252(data).encode("utf-8")
        return reading.decode(data)[0]

    def rows(self, data):
        """As oracle.upload_rows: (row number, line, {column: text}, problem)."""
        separator = self.options.get("separator")
        first = 0 if self.options.get("header", True) else 1
        text = self.text(data)
        for _ in range(self.options.get("skipLines", 0)):
            text = text[text.find(reading.detect(text)[1]) + 1:]
        records = list(reading.records(text, separator and separator.encode(), first))
        if first == 0:
            names = [cells.value(name) for name in records[0].fields] if records else []
            records = records[1:]
        else:
            names = [str(i + 1) for i in range(len(records[0].fields))] if records else []
        if not records:
            raise oracle.Failed("EMPTY_FILE", "no data rows")
        columns = {name: column for name, column in self.columns.items() if column.exists(names)}
        missing = [name for name in rules.REQUIRED if name not in columns]
        if missing:
            raise oracle.Failed("MISSING_COLUMN", ", ".join(missing))
        required = {source for name in rules.REQUIRED for source in columns[name].description.get("from", [])}
        rows = [(record, *self.cells(record, names, required)) for record in records]
        style, kept = self.style(columns, rows, first), self.attributes(names)
        skip = self.options.get("skipWhenEmpty", [])
        for record, source, problem in rows:
            number = record.number + first
            if problem:
                yield number, record.line, None, problem
                continue
            # Every row takes part in carrying, also one that is no product.
            row = {name: cells.value(column.value(source, number, style)) for name, column in columns.items()}
            row = {name: cells.key(value) if name in rules.KEYS else value for name, value in row.items()}
            if kept:
                row["attributes"] = {name: cells.value(column.value(source, number, style)) for name, column in kept.items()}
            if skip and not any(source.get(name, "") for name in skip):
                self.skipped += 1
                continue
            yield number, record.line, row, ""

    def attributes(self, names):
        """{name: column} of what is kept of a file with these columns."""
        kept = self.kept or {}
        if self.kept is True:
            used = {source for column in self.columns.values() for source in column.description.get("from", [])}
            used |= {*self.options.get("skipWhenEmpty", []), "_row", "_line", "_errors"}
            kept = {column: {"from": [column]} for column in names if attributes.name(column)[0] and column not in used}
        columns = [(attributes.name(name)[0], Column(name, source)) for name, source in sorted(kept.items())]
        columns = [(name, column) for name, column in columns if column.exists(names)]
        try:
            attributes.checked(dict(enumerate(name for name, _ in columns)))
        except attributes.Invalid as error:
            raise oracle.Failed(*error.args) from error
        return dict(columns)

    def cells(self, record, names, required):
        """(Cells by column, words that stand for nothing as nothing; problem)."""
        values = [cells.value(field) for field in record.fields]
        problem = record.problem or oracle.width_problem(values, names, required)
        if problem:
            return None, problem
        if self.options.get("guarded"):
            values = [value[1:] if value[:2] in ("'=", "'+", "'-", "'@") else value for value in values]
        nothing = self.options.get("nullWords", [])
        return {name: "" if cell in nothing else cell for name, cell in zip(names, oracle.padded(values, names))}, ""

    def style(self, columns, rows, first):
        style = numbers.Style()
        try:
            for record, source, _ in rows:
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

"""The measures P1 to P7 and P25: what is run, what must have come of it, and against what it is held."""
import csv
import json
import os
import pathlib
import statistics
import subprocess
import sys
from dataclasses import dataclass
from typing import Callable

import generate

HERE = pathlib.Path(__file__).resolve().parent
COPY = r"\copy catalog.products ({columns}) from '{file}' with (format csv, header true)"


@dataclass
class Row:
    number: str
    name: str
    ours: str
    peer: str
    ratio: float
    target: float | None  # None: for information
    at_least: bool  # the ratio is a speed-up, else a share of the peer's time or of a limit
    compared: bool = True  # with the baseline: not a time against a limit, which says as much of the machine

    @property
    def met(self):
        if self.target is None:
            return None
        return self.ratio >= self.target if self.at_least else self.ratio <= self.target

    @property
    def ratio_text(self):
        return f"{self.ratio:.2f} ×"

    @property
    def target_text(self):
        return "–" if self.target is None else f"{'≥' if self.at_least else '≤'} {self.target:g} ×"


@dataclass
class Group:
    numbers: tuple
    run: Callable


def median(results, key="seconds"):
    return statistics.median(result[key] for result in results)


def check(what, found, expected):
    if found != expected:
        raise SystemExit(f"wrong result of {what}: {found}, expected {expected}")


# Files without a database: P1 and P2


def parsing(bench, figures):
    rows = bench.options.rows
    file, expected = bench.file("mixed", rows), bench.expected(rows)
    wrong_fields = sum(n for kind, n in expected["errors"].items() if not kind.startswith("DUPLICATE"))
    for number, what, name, target in (("P1", "parse", "parse", 2.5), ("P2", "rules", "parse, rules 1–4 and 7", 3.0)):
        if not bench.wants(number):
            continue
        # Both time themselves, without their start, and take the median of three: the first run of polars costs three
        # times the next one. The processes take turns, so that a noisy minute hits both. Of whole processes the start is little beside 30.
        arguments = (what, file, "--categories", bench.categories(), "--runs", "30" if bench.options.quick else "3")
        ours, peer = [], []
        for _ in range(bench.options.runs):
            peer.append(parsed(bench, "polars", sys.executable, HERE / "polars_peer.py", *arguments))
            ours.append(parsed(bench, "parse-benchmark", bench.build / "parse-benchmark", *arguments))
        for result in ours + peer:
            check(f"{number}, number of rows", result["rows"], rows)
        if what == "rules":
            check("P2, rows refused by polars", {result["errors"] for result in peer}, {wrong_fields})
            check("P2, rows refused by us", {result.get("errors", wrong_fields) for result in ours}, {wrong_fields})
        figures[number] = {"ours": ours, "polars": peer}
        mine, theirs = median(ours), median(peer)
        yield Row(number, f"{name}, {rows:,} rows, 1 thread (polars)", speed(file, mine), speed(file, theirs),
                  theirs / mine, target, True)


def parsed(bench, name, *command):
    command = [str(part) for part in command]
    environment = {**bench.environment, "POLARS_MAX_THREADS": "1"}
    begin = bench.now()
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name} ended with status {done.returncode}: {' '.join(command)}")
    result = json.loads(done.stdout)
    # With the processor's clock the whole process counts.
    return {**result, "seconds": bench.now() - begin if bench.options.quick else statistics.median(result["seconds"])}


def speed(file, seconds):
    return f"{seconds:.3f} s, {os.path.getsize(file) / 1e6 / seconds:,.0f} MB/s"


# Whole processes on a running database: P3 to P7


def ingest(bench, file, *options, allowed=(0, 2)):
    """One `catalog ingest` as a whole process; its JSON summary is under "summary"."""
    command = (bench.build / "catalog", "ingest", file, "--vendor", "V001", "--json", *options)
    result = bench.process(*command, allowed=allowed)
    result["summary"] = json.loads(result["output"])
    return result


def ingest_mixed(bench, rows):
    """The file with errors into the empty catalogue, checked against what must come of it."""
    result, expected = ingest(bench, bench.file("mixed", rows)), bench.expected(rows)
    summary = result["summary"]
    check("catalog ingest, counts", [summary[key] for key in ("totalRecords", "validRecords", "errorRecords")],
          [rows, expected["valid"], rows - expected["valid"]])
    check("catalog ingest, errors it reports", summary["errorCounts"], expected["errors"])
    check_database(bench, expected)
    return result


def check_database(bench, expected):
    check("products stored", bench.database.query("select count(*) from catalog.products"), [(expected["valid"],)])
    errors = bench.database.query("select error_type, count(*) from catalog.validation_errors group by 1")
    check("errors stored", dict(errors), expected["errors"])


def copy(bench, rows):
    """The limit: psql copies the clean file, vendor_id already in it, into the same table."""
    columns = ", ".join(["vendor_id", *generate.COLUMNS])
    # The program itself, not Debian's wrapper in /usr/bin, which would cost the peer a start of Perl.
    result = bench.process(bench.database.bin / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c",
                           COPY.format(columns=columns, file=bench.file("prepared", rows)))
    check("psql copy", bench.database.query("select count(*) from catalog.products"), [(rows,)])
    return result


def row_by_row(bench, rows):
    result = bench.process(sys.executable, HERE / "rows_peer.py", bench.file("mixed", rows), "V001")
    check_database(bench, bench.expected(rows))
    return result


def loading_small(bench, figures):
    rows = min(10_000, bench.options.rows)
    row, _, mine = loading(bench, figures, "P3", rows, 2.0)
    yield row
    if bench.wants("P4"):
        yield against_rows(bench, figures, rows, mine)


def loading_large(bench, figures):
    for rows in sorted({middle(bench), bench.options.rows}):
        if bench.wants("P5") or rows == bench.options.rows:
            row, ours, _ = loading(bench, figures, "P5", rows, 1.25)
            yield row
    peak = max(result["megabytes"] for result in ours)
    yield Row("P6", f"peak memory of that, {rows:,} rows", f"{peak:.0f} MB", "limit 100 MB", peak / 100, 1, False)


def loading(bench, figures, number, rows, target):
    """(table row, our results, our median)"""
    ours, peer = bench.in_turn(lambda: ingest_mixed(bench, rows), lambda: copy(bench, rows))
    figures[f"{number}/{rows}"] = {"ours": ours, "psql": peer}
    mine, theirs = median(ours), median(peer)
    name = f"ingest {rows:,} rows, 5 % errors (psql \\copy, clean)"
    return Row(number, name, rate(rows, mine), rate(rows, theirs), mine / theirs, target, False), ours, mine


# Every row of the clean file meets them.
OWN_RULES = {
    "brand": ["--column", "brand", "--required"],
    "sku": ["--column", "sku", "--pattern", "[A-Z0-9]+-[A-Z ]{3}-[0-9A-Z]{6}"],
    "price": ["--column", "price", "--minimum", "0.01", "--maximum", "10000"],
    "name": ["--column", "product_name", "--min-length", "3", "--max-length", "100"],
    "unit": ["--column", "unit", "--one-of", "each", "--one-of", "box"],
    "once": ["--column", "sku", "--unique"],
    "size": ["--column", "dimensions_cm", "--pattern", r"\d+x\d+x\d+"],
    "stock": ["--column", "stock_quantity", "--maximum", "5000"],
    "former": ["--column", "compare_at_price", "--compare", ">=", "--with", "price"],
    "picture": ["--column", "image_url", "--required-if", "brand"],
}


def own_rules(bench, figures):
    """Ten rules of one's own that hold for every row, beside none."""
    rows = bench.options.rows

    def clean():
        result = ingest(bench, bench.file("clean", rows), allowed=(0,))
        check("rows loaded", result["summary"]["validRecords"], rows)
        return result

    def ruled():
        for name, options in OWN_RULES.items():
            bench.process(bench.build / "catalog", "rule", "add", name, *options)
        try:
            return clean()
        finally:
            for name in OWN_RULES:
                bench.process(bench.build / "catalog", "rule", "remove", name)

    ours, peer = bench.in_turn(ruled, clean)
    figures["P29"] = {"ten rules": ours, "none": peer}
    mine, theirs = median(ours), median(peer)
    yield Row("P29", f"ingest {rows:,} clean rows under ten rules of one's own (without them)", rate(rows, mine), rate(rows, theirs),
              mine / theirs, 1.05, False)


def against_rows(bench, figures, rows, mine):
    peer = []
    for _ in range(bench.options.runs):
        bench.empty()
        peer.append(row_by_row(bench, rows))
    figures["P4"] = {"rows": peer}
    return Row("P4", f"the same {rows:,} rows (Python row by row, savepoints)", rate(rows, mine), rate(rows, median(peer)),
               median(peer) / mine, 10, True)


def upserting(bench, figures):
    rows, runs = middle(bench), range(bench.options.runs)
    created = figures.get(f"P5/{rows}", {}).get("ours") or [fresh(bench, lambda: ingest_mixed(bench, rows)) for _ in runs]
    base = median(created)
    kinds = (("unchanged", "clean", "unchangedRecords", 0.5), ("price changed", "repriced", "updatedRecords", 2.5))
    for kind, file, count, target in kinds:
        results = [fresh(bench, lambda: upsert(bench, rows, file, count)) for _ in runs]
        figures[f"P7/{kind}"] = {"ours": results}
        yield Row("P7", f"upsert {rows:,} rows, all {kind} (P5's ingest)", rate(rows, median(results)), rate(rows, base),
                  median(results) / base, target, False)


def upsert(bench, rows, file, count):
    loaded = ingest(bench, bench.file("clean", rows), allowed=(0,))
    check("load before the upsert", loaded["summary"]["createdRecords"], rows)
    # As autovacuum leaves a table that has been there for a while.
    bench.database.query("vacuum analyze catalog.products", "checkpoint")
    result = ingest(bench, bench.file(file, rows), "--mode", "upsert", allowed=(0,))
    check("upsert", result["summary"][count], rows)
    changed = rows if count == "updatedRecords" else 0
    check("images kept", bench.database.query("select count(*) from catalog.product_versions"), [(changed,)])
    return result


def fresh(bench, function):
    bench.empty()
    return function()


# What a file can drive up by content alone: P25


def hopeless_categories(bench, figures):
    # Where ten thousand rows are as telling as a hundred thousand, only --full takes these.
    rows, names = min(100_000, bench.options.rows // 10), [f"{name} {number:04d}" for name in generate.CATEGORIES[:10] for number in range(1000)]
    right, wrong = category_files(bench, rows, names)
    bench.database.query("insert into catalog.product_categories (category_name) values "
                         + ", ".join(f"('{name}')" for name in names) + " on conflict do nothing")
    ours, peer = bench.in_turn(lambda: categorized(bench, wrong, rows, 0), lambda: categorized(bench, right, rows, rows))
    figures["P25"] = {"ours": ours, "right": peer}
    mine, theirs = median(ours), median(peer)
    yield Row("P25", f"{rows:,} distinct wrong categories, {len(names):,} approved (the same file with right ones)",
              rate(rows, mine), rate(rows, theirs), mine / theirs, 2, False)


def category_files(bench, rows, names):
    """The clean file with approved categories, and with as many different wrong ones: half near an approved one."""
    right, wrong = (bench.folder / f"{kind}_categories.csv" for kind in ("right", "wrong"))
    with open(bench.file("clean", rows), newline="", encoding="utf-8") as source, open(right, "w", newline="") as good, \
            open(wrong, "w", newline="") as bad:
        reader, writers = csv.reader(source), (csv.writer(good), csv.writer(bad))
        header = next(reader)
        at = header.index("category")
        for writer in writers:
            writer.writerow(header)
        for number, values in enumerate(reader):
            name = names[number % len(names)]
            mistake = f"{name[0]}{name[2:]}{number // len(names):x}" if number % 2 else f"{generate.code(number)} {name[::-1]}"
            for writer, category in zip(writers, (name, mistake)):
                writer.writerow([*values[:at], category, *values[at + 1:]])
    return right, wrong


def categorized(bench, file, rows, valid):
    result = ingest(bench, file, allowed=(0,) if valid else (3,))
    summary = result["summary"]
    check("P25, counts", [summary[key] for key in ("totalRecords", "validRecords", "errorRecords")],
          [rows, valid, rows - valid])
    return result


def rate(rows, seconds):
    return f"{seconds:.2f} s, {rows / seconds / 1000:,.0f}k rows/s"


def middle(bench):
    return min(100_000, bench.options.rows)


GROUPS = [
    Group(("P1", "P2"), parsing),
    Group(("P3", "P4"), loading_small),
    Group(("P5", "P6"), loading_large),
    Group(("P7",), upserting),
    Group(("P25",), hopeless_categories),
    Group(("P29",), own_rules),
]
ALL = ("P1", "P2", "P3", "P4", "P5", "P6", "P7", "P25", "P29")

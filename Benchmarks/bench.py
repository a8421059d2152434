#!/usr/bin/env python3
"""Measures P1 to P29 side by side with their peers, in one run on this machine, and prints a Markdown table.

    bench.py [--rows 1000000] [--runs 5] [--only P3,P8] [--seconds 60] [--minutes 10] [--work DIR] [--build .build/release] [--json OUT]

Needs the release build and the packages of Benchmarks/requirements.txt. A private PostgreSQL with default settings is
started for the run and removed afterwards. Every run starts from an emptied catalogue after a CHECKPOINT, ours and the
peer's in turn, and its counts are checked: a fast wrong answer ends the benchmark. Figures are medians; the ratio is
what counts, absolute times only give the scale.
"""
import argparse
import importlib.metadata
import json
import os
import pathlib
import platform
import shutil
import signal
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
try:
    import psycopg

    import cluster
    import generate
except ModuleNotFoundError as missing:
    raise SystemExit(f"{missing.name} is not installed: pip install -r {HERE / 'requirements.txt'}") from missing
import api_measures
import enrich_measures
import history_measures
import measures
import page_measures
import queue_measures
import relay_measures
import service_measures
import upload_measures
import workbook_measures

MODULES = (measures, queue_measures, service_measures, api_measures, enrich_measures, relay_measures,
           upload_measures, history_measures, workbook_measures, page_measures)
GROUPS = [group for module in MODULES for group in module.GROUPS]
ALL = [number for module in MODULES for number in module.ALL]


def machine(database):
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = [line.split(":")[1].strip() for line in file if line.startswith("model name")]
    server = database.query("show server_version")[0][0]
    settings = ", ".join(f"{name} {database.query('show ' + name)[0][0]}" for name in ("fsync", "synchronous_commit"))
    return "\n".join([
        f"- {models[0] if models else platform.machine()}, {len(os.sched_getaffinity(0))} cores, Linux {platform.release()}",
        f"- PostgreSQL {server}, default settings ({settings})",
        f"- Python {platform.python_version()}, polars {importlib.metadata.version('polars')}, psycopg {psycopg.__version__}, "
        f"pgqueuer {importlib.metadata.version('pgqueuer')}",
    ])


class Bench:
    """What the measures need: files, database, and processes that are timed from start to exit."""

    def __init__(self, options, folder, database):
        self.options, self.folder, self.database = options, folder, database
        self.files, self.build = options.work, options.build
        self.environment = {
            **os.environ, **database.environment(),
            "CATALOG_STORE": f"file:{folder}/objects", "CATALOG_NOTIFY": f"file:{folder}/mail",
            "CATALOG_MAX_FILE_BYTES": str(1 << 40), "CATALOG_MAX_ROWS": str(10**9),
        }

    def file(self, name, rows):
        path = self.files / f"{name}_{rows}.csv"
        # Written last, so that a file that is there is whole.
        if not (self.files / f"expected_{rows}.json").exists():
            say(f"making files of {rows:,} rows")
            self.files.mkdir(parents=True, exist_ok=True)
            generate.generate(rows, self.files)
        return path

    def expected(self, rows):
        return json.loads((self.files / f"expected_{rows}.json").read_text())

    def wants(self, number):
        return not self.options.only or number in self.options.only

    def categories(self):
        return self.files / "categories.csv"

    def process(self, *command, allowed=(0,)):
        """{seconds, megabytes, output} of a whole process."""
        output = self.folder / "output"
        command = [str(part) for part in command]
        # Isolated and without site-packages: see spawn.py.
        helper = [sys.executable, "-I", "-S", str(HERE / "spawn.py"), str(output), *command]
        done = subprocess.run(helper, env=self.environment, cwd=self.folder, stdout=subprocess.PIPE, check=True, text=True)
        result = json.loads(done.stdout)
        result["output"] = output.read_text(encoding="utf-8")
        if result["status"] not in allowed:
            raise SystemExit(f"{' '.join(command)} ended with status {result['status']}: {result['output'][:2000]}")
        return result

    def empty(self):
        self.database.empty()
        for name in ("objects", "mail"):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def in_turn(self, ours, peer):
        """Both functions, alternately, each from an emptied catalogue; two lists of results."""
        results = [], []
        for _ in range(self.options.runs):
            for function, found in zip((peer, ours), results):
                self.empty()
                found.append(function())
        return results[1], results[0]

    def prepare(self):
        migrated = self.process(self.build / "catalog", "migrate", "up")
        say(f"migrated in {migrated['seconds']:.1f} s")
        names = ", ".join(f"('{name}')" for name in generate.CATEGORIES)
        self.database.query(
            "insert into catalog.vendors (vendor_id, vendor_name, email) values ('V001', 'Bench', 'bench@example.com')",
            f"insert into catalog.product_categories (category_name) values {names}",
            "vacuum analyze")


def say(text):
    print(text, file=sys.stderr, flush=True)


def table(rows):
    lines = ["| # | measure | ours | peer | ratio | target | met |", "|---|---|---|---|---|---|---|"]
    for row in rows:
        met = {None: "–", True: "yes", False: "**no**"}[row.met]
        cells = (row.number, row.name, row.ours, row.peer, row.ratio_text, row.target_text, met)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def arguments():
    parser = argparse.ArgumentParser(description="P1 to P29 of the performance targets, side by side with their peers")
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the largest file; the others are smaller or equal")
    parser.add_argument("--jobs", type=int, default=200_000, help="jobs of P8; P9 and P10 take fewer")
    parser.add_argument("--seconds", type=int, default=60, help="how long each half of P13 lasts")
    parser.add_argument("--minutes", type=int, default=10, help="how long P17 lasts")
    parser.add_argument("--upload-seconds", type=int, default=20, help="how long P22 should last")
    parser.add_argument("--runs", type=int, default=5, help="P12 and P13 run once")
    parser.add_argument("--only", default="", help="for example P3,P5")
    for name, default, text in (
        ("--work", HERE.parent / ".build/benchmarks", "where the input files are kept"),
        ("--build", HERE.parent / ".build/release", "folder of catalog, parse-benchmark and queue-benchmark"),
        ("--json", None, "also write every single figure"),
    ):
        parser.add_argument(name, type=pathlib.Path, default=default, help=text)
    options = parser.parse_args()
    options.work, options.build = options.work.resolve(), options.build.resolve()
    options.only = [name for name in options.only.upper().split(",") if name]
    unknown = set(options.only) - set(ALL)
    if unknown:
        parser.error(f"no such measure: {', '.join(sorted(unknown))}; there are {', '.join(ALL)}")
    if options.runs < 5:
        say("fewer than 5 runs: the figures are a first look, not a result")
    return options


def main():
    options = arguments()
    # A termination request must still stop the server: as an exception it passes through the context managers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    temporary = tempfile.TemporaryDirectory
    with temporary(prefix="catalog-bench-") as folder, temporary(prefix="catalog-pg-") as home:
        pathlib.Path(home).chmod(0o755)
        with cluster.Cluster(pathlib.Path(home) / "cluster") as database:
            bench, rows, figures = Bench(options, pathlib.Path(folder), database), [], {}
            bench.prepare()
            for group in GROUPS:
                for row in group.run(bench, figures) if any(map(bench.wants, group.numbers)) else ():
                    if bench.wants(row.number):
                        rows.append(row)
                        say(f"{row.number} {row.name}: {row.ours} against {row.peer}, {row.ratio_text}")
            print(machine(database), table(rows), sep="\n\n")
            if options.json:
                options.json.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()

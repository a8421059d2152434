#!/usr/bin/env python3
"""Measures P1 to P31 side by side with their peers, in one run on this machine, and prints a Markdown table.

    bench.py [--full] [--only P3,P8] [--rows N] [--runs N] [--chart OUT.svg] [--json OUT] [--work DIR] [--build .build/release]
    bench.py --quick [--keep]      a few in processor time beside baseline.tsv: fails where a ratio is 1.5 times as bad

Needs the release build and the packages of Benchmarks/*requirements.txt. A private PostgreSQL with default settings is
started for the run and removed afterwards. Every run starts from an emptied catalogue after a CHECKPOINT, ours and the
peer's in turn, and its counts are checked: a fast wrong answer ends the benchmark. Figures are medians; the ratio is
what counts, absolute times only give the scale. Without --full every measure is there, at smaller sizes and in less than
20 minutes.
"""
import argparse
import importlib.metadata
import json
import os
import pathlib
import platform
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
try:
    import cluster
    import generate
except ModuleNotFoundError as missing:
    raise SystemExit(f"{missing.name} is not installed: scripts/setup.sh Benchmarks/quick-requirements.txt Benchmarks/requirements.txt") from missing
import api_measures
import baseline
import chart
import enrich_measures
import history_measures
import measures
import page_measures
import queue_measures
import relay_measures
import service_measures
import start_measures
import upload_measures
import workbook_measures

MODULES = (measures, queue_measures, service_measures, api_measures, enrich_measures, relay_measures,
           upload_measures, history_measures, workbook_measures, page_measures, start_measures)
GROUPS = [group for module in MODULES for group in module.GROUPS]
ALL = [number for module in MODULES for number in module.ALL]
SIZES = {
    "usual": {"rows": 300_000, "jobs": 60_000, "calls": 1_000, "seconds": 20, "minutes": 1, "upload_seconds": 10, "runs": 3, "only": ""},
    "full": {"rows": 1_000_000, "jobs": 200_000, "calls": 4_000, "seconds": 60, "minutes": 10, "upload_seconds": 20, "runs": 5, "only": ""},
    # What a change of the code can make worse, beside the peers that need the fewest packages.
    "quick": {"rows": 30_000, "jobs": 3_000, "calls": 0, "seconds": 0, "minutes": 0, "upload_seconds": 0, "runs": 3,
              "only": "P1,P2,P3,P5,P6,P7,P9,P14,P21,P27,P29,P30"},
}


def machine(database, quick):
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = [line.split(":")[1].strip() for line in file if line.startswith("model name")]
    server = database.query("show server_version")[0][0]
    settings = ", ".join(f"{name} {database.query('show ' + name)[0][0]}" for name in ("fsync", "synchronous_commit"))
    names = ("polars", "psycopg") if quick else ("polars", "psycopg", "pgqueuer", "awa-pg")
    packages = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)
    return "\n".join([
        f"- {models[0] if models else platform.machine()}, {len(os.sched_getaffinity(0))} cores, Linux {platform.release()}",
        f"- PostgreSQL {server}, default settings ({settings})",
        f"- Python {platform.python_version()}, {packages}",
    ])


class Bench:
    """What the measures need: files, database, and processes that are timed from start to exit."""

    def __init__(self, options, folder, database):
        self.options, self.folder, self.database = options, folder, database
        self.files, self.build = options.work, options.build
        self.arriving = None  # P17, when it has begun
        self.environment = {
            **os.environ, **database.environment(),
            "CATALOG_STORE": f"file:{folder}/objects", "CATALOG_NOTIFY": f"file:{folder}/mail",
            "CATALOG_MAX_FILE_BYTES": str(1 << 40), "CATALOG_MAX_ROWS": str(10**9),
        }

    def now(self):
        """Seconds on the wall; with --quick of the processor: of this process, of what it started, and of the server."""
        if not self.options.quick:
            return time.perf_counter()
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(one.ru_utime + one.ru_stime for one in used) + self.database.processor_seconds()

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
        server = self.database.processor_seconds()
        done = subprocess.run(helper, env=self.environment, cwd=self.folder, stdout=subprocess.PIPE, check=True, text=True)
        result = json.loads(done.stdout)
        if self.options.quick:
            result["seconds"] = result["processor"] + self.database.processor_seconds() - server
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
    parser = argparse.ArgumentParser(description="P1 to P31 of the performance targets, side by side with their peers")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--full", action="store_true", help="at the sizes of the targets: more than an hour")
    size.add_argument("--quick", action="store_true", help="a few in processor time beside baseline.tsv: three minutes")
    parser.add_argument("--keep", action="store_true", help="with --quick: write its ratios to baseline.tsv instead")
    for name, text in (
        ("--rows", "rows of the largest file; the others are smaller or equal"),
        ("--jobs", "jobs of P8; P9 and P10 take fewer"),
        ("--calls", "calls of P15"),
        ("--seconds", "how long each half of P13 lasts"),
        ("--minutes", "how long P17 lasts"),
        ("--upload-seconds", "how long P22 should last"),
        ("--runs", "P12 and P13 run once"),
    ):
        parser.add_argument(name, type=int, help=text)
    parser.add_argument("--only", help="for example P3,P5")
    for name, default, text in (
        ("--work", HERE.parent / ".build/benchmarks", "where the input files are kept"),
        ("--build", HERE.parent / ".build/release", "folder of catalog, parse-benchmark and queue-benchmark"),
        ("--json", None, "also write every single figure"),
        ("--chart", None, "also draw the table, as SVG"),
    ):
        parser.add_argument(name, type=pathlib.Path, default=default, help=text)
    options = parser.parse_args()
    if options.keep and (not options.quick or options.only is not None):
        parser.error("--keep goes with --quick and all its measures")
    for name, value in SIZES["full" if options.full else "quick" if options.quick else "usual"].items():
        if getattr(options, name) is None:
            setattr(options, name, value)
    options.work, options.build = options.work.resolve(), options.build.resolve()
    options.only = [name for name in options.only.upper().split(",") if name]
    unknown = set(options.only) - set(ALL)
    if unknown:
        parser.error(f"no such measure: {', '.join(sorted(unknown))}; there are {', '.join(ALL)}")
    return options


def run(bench, groups, figures):
    """The rows of each group."""
    found = []
    for group in groups:
        begin, rows = time.monotonic(), []
        # P15 waits for its limit nearly all the time, and P17 for its windows: they wait together.
        if "P15" in group.numbers and bench.arriving is None and any("P17" in each.numbers for each in groups):
            bench.arriving = relay_measures.arriving(bench)
        for row in group.run(bench, figures):
            if bench.wants(row.number):
                rows.append(row)
                say(f"{row.number} {row.name}: {row.ours} against {row.peer}, {row.ratio_text}")
        say(f"({', '.join(group.numbers)}: {time.monotonic() - begin:.0f} s)")
        found.append(rows)
    return found


def held(bench, groups, found):
    """The rows, and what is wrong with them beside those that are kept."""
    def again(index):
        say("measured once more:")
        # Without the figures of before, which may be what is wrong.
        return run(bench, [groups[index]], {})[0]

    kept = {name: ratio for name, ratio in baseline.read().items() if bench.wants(name.split()[0])}
    rows = baseline.measured_again(found, kept, again)
    for change in baseline.compare(rows, kept):
        say(change.text)
    return rows, baseline.problems(rows, kept)


def measure(options):
    """The rows, every figure, the machine, and what is wrong beside the baseline."""
    temporary = tempfile.TemporaryDirectory
    with temporary(prefix="catalog-bench-") as folder, temporary(prefix="catalog-pg-") as home:
        pathlib.Path(home).chmod(0o755)
        with cluster.Cluster(pathlib.Path(home) / "cluster") as database:
            bench, figures = Bench(options, pathlib.Path(folder), database), {}
            bench.prepare()
            groups = [group for group in GROUPS if any(map(bench.wants, group.numbers))]
            try:
                found = run(bench, groups, figures)
            finally:
                if bench.arriving:
                    bench.arriving.terminate()
                    bench.arriving.wait()
            rows, problems = [row for rows in found for row in rows], []
            if options.quick and not options.keep:
                rows, problems = held(bench, groups, found)
            return rows, figures, machine(database, options.quick), problems


def main():
    options = arguments()
    # A termination request must still stop the server: as an exception it passes through the context managers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    rows, figures, place, problems = measure(options)
    print(place, table(rows), sep="\n\n")
    if options.keep:
        baseline.write(rows)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")
    if options.chart:
        options.chart.write_text(chart.draw(map(chart.bar, rows)), encoding="utf-8")
    for problem in problems:
        say(f"bench: {problem}")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()

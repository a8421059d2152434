"""The measure P30: what a command needs that has little to do, and the first one, which makes a database of its own."""
import subprocess
import tempfile
import time

from measures import Group, Row, check, median

STARTS = 20
PSQL = "select upload_id, vendor_id, file_name, status from audit.uploads order by upload_timestamp desc limit 20"


def starting(bench, figures):
    """Processor time of the processes; what they ask of the server is not in it."""
    commands = {
        "catalog --version": (bench.build / "catalog", "--version"),
        "catalog upload list": (bench.build / "catalog", "upload", "list"),
        "psql": (bench.database.bin / "psql", "-Xqc", PSQL),
    }
    found = {name: [] for name in commands}
    for _ in range(STARTS):
        for name, command in commands.items():
            found[name].append(bench.process(*command))
    figures["P30"] = found
    milliseconds = {name: median(results, "processor") * 1000 for name, results in found.items()}
    for name, limit in (("catalog --version", 20), ("catalog upload list", 40)):
        yield Row("P30", f"`{name}`, processor time, median of {STARTS}", f"{milliseconds[name]:.1f} ms", f"limit {limit} ms",
                  milliseconds[name] / limit, 1, False, compared=False)
    yield Row("P30", "`catalog upload list`, beside psql that asks for the same", f"{milliseconds['catalog upload list']:.1f} ms",
              f"{milliseconds['psql']:.1f} ms", milliseconds["catalog upload list"] / milliseconds["psql"], None, False)


def first(bench):
    """Seconds of a command where there is no database yet."""
    environment = {name: value for name, value in bench.environment.items() if not name.startswith(("PG", "CATALOG_"))}
    with tempfile.TemporaryDirectory(prefix="catalog-first-") as folder:
        def run(*arguments):
            return subprocess.run([bench.build / "catalog", *arguments], cwd=folder, env=environment, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, text=True, check=True).stdout

        begin = time.perf_counter()
        try:
            run("upload", "list")
            seconds = time.perf_counter() - begin
            check("P30, rows of the new database", run("psql", "-XAtqc", "select count(*) from catalog.upload_history").strip(), "0")
        finally:
            run("postgres", "stop")
        return {"seconds": seconds}


def beginning(bench, figures):
    # Nothing of it is compared: disk and cores decide.
    if bench.options.quick:
        return
    results = [first(bench) for _ in range(bench.options.runs)]
    figures["P30/first"] = results
    yield Row("P30", "the first command where no database is yet", f"{median(results):.2f} s", "limit 1 s", median(results), 1, False,
              compared=False)


GROUPS = [Group(("P30",), starting), Group(("P30",), beginning)]
ALL = ("P30",)

"""The measure P27: a workbook read and its rows checked, beside programs that only read it."""
import subprocess
import sys

from measures import HERE, Group, Row, check, median, middle, parsed, rate

PEER = HERE / "workbook_peer.py"


def workbook(bench, rows):
    """The file of mixed rows as a workbook, made once."""
    source = bench.file("mixed", rows)
    target = source.with_suffix(".xlsx")
    if not target.exists():
        subprocess.run([sys.executable, PEER, "write", source, target], check=True)
    return target


def reading(bench, figures):
    rows = middle(bench)
    file = workbook(bench, rows)
    commands = {
        "ours": (bench.build / "parse-benchmark", "file", file, "--categories", bench.categories(), "--runs", "1"),
        "openpyxl": (sys.executable, PEER, "openpyxl", file),
        "calamine": (sys.executable, PEER, "calamine", file),
    }
    results = {name: [] for name in commands}
    for _ in range(bench.options.runs):
        for name, command in commands.items():
            results[name].append(parsed(bench, name, *command))
    for name, found in results.items():
        check(f"P27, number of rows of {name}", {result["rows"] for result in found}, {rows})
    figures["P27"] = results
    mine = median(results["ours"])
    for peer, target in (("openpyxl", 3.0), ("calamine", None)):
        theirs = median(results[peer])
        yield Row("P27", f"read and check a workbook, {rows:,} rows; {peer} reads it", rate(rows, mine), rate(rows, theirs),
                  theirs / mine, target, at_least=True)


GROUPS = [Group(("P27",), reading)]
ALL = ("P27",)

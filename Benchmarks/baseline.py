"""The ratios that `bench.py --quick` holds its own against: Benchmarks/baseline.tsv, one line a measure."""
import pathlib
import re
from dataclasses import dataclass
from typing import Any

FILE = pathlib.Path(__file__).resolve().parent / "baseline.tsv"
# So many times as bad a ratio may be as the one that is kept.
MOST = 1.5
HEAD = "# Ratios of bench.py --quick, ours to the peer's; bench.py --quick --keep writes them anew.\n"


@dataclass
class Change:
    """A measure beside its kept ratio, and how many times it is as bad; below 1 it is better."""

    row: Any
    kept: float | None
    factor: float

    @property
    def is_new(self):
        return self.kept is None

    @property
    def is_worse(self):
        return self.factor > MOST

    @property
    def text(self):
        name = f"{key(self.row)}: {self.row.ratio:.3g} ×"
        if self.is_new:
            return f"{name} has no line in {FILE.name}: bench.py --quick --keep writes it"
        if self.is_worse:
            return f"{name} is {self.factor:.2f} times as bad as the {self.kept:.3g} × of {FILE.name}"
        if self.factor < 1 / MOST:
            return f"{name} is much better than the {self.kept:.3g} × of {FILE.name}: bench.py --quick --keep holds on to it"
        return f"{name}, {self.kept:.3g} × kept"


def key(row):
    """Number and name, without what stands in parentheses: it may tell of the run."""
    return f"{row.number} {re.sub(r' [(].*[)]', '', row.name)}"


def read(path=FILE):
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return {name: float(ratio) for name, ratio in (line.split("\t") for line in lines)}


def write(rows, path=FILE):
    path.write_text(HEAD + "".join(f"{key(row)}\t{row.ratio:.3g}\n" for row in rows if row.compared), encoding="utf-8")


def change(row, ratio):
    if ratio is None:
        return Change(row, None, 1)
    now, before = (ratio, row.ratio) if row.at_least else (row.ratio, ratio)
    # Where nothing was needed, anything is worse.
    return Change(row, ratio, now / before if before else float("inf") if now else 1)


def compare(rows, kept):
    return [change(row, kept.get(key(row))) for row in rows if row.compared]


def better(row, again):
    """Of two rows of one measure: what disturbs a measure only makes it worse."""
    return (max if row.at_least else min)(row, again, key=lambda one: one.ratio)


def measured_again(groups, kept, again):
    """The rows of all groups; those of a group that has one past its limit are the better ones of it and of `again(index)`."""
    rows = []
    for index, found in enumerate(groups):
        if any(one.is_worse for one in compare(found, kept)):
            found = [better(*pair) for pair in zip(found, again(index), strict=True)]
        rows += found
    return rows


def problems(rows, kept):
    """What fails: ratios that are worse or have none to compare with, and lines that no row is measured for."""
    failed = [one.text for one in compare(rows, kept) if one.is_new or one.is_worse]
    return failed + [f"{name} was not measured" for name in sorted(set(kept) - {key(row) for row in rows if row.compared})]

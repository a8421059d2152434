#!/usr/bin/env python3
"""Draws the table of bench.py as SVG: for each measure how far its ratio is from its target, on a logarithmic scale.

    chart.py PAGE.md OUT.svg      the first table of measures of the page

A bar to the right of the line is that much better than the target, one to the left that much worse. Colours are those of the
reader's scheme, light or dark; the direction says the same as the colour.
"""
import html
import math
import pathlib
import re
import sys
from dataclasses import dataclass

WIDTH, LEFT, RIGHT, LINE, TOP = 960, 452, 150, 24, 58
# Beyond it a bar ends in an arrow.
MOST = 8
SIZE = 13
# Of a sans-serif letter at that size, so that a name is cut before it meets a bar.
LETTER = 7
STYLE = """
    text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: #1f2328 }
    .page { fill: #ffffff } .small { font-size: 12px; fill: #59636e } .title { font-size: 15px; font-weight: 600 }
    .grid { stroke: #d1d9e0 } .target { stroke: #1f2328; stroke-width: 1.5 }
    .met { fill: #1a7f64 } .missed { fill: #bc4c00 }
    @media (prefers-color-scheme: dark) {
      text { fill: #f0f6fc } .page { fill: #0d1117 } .small { fill: #9198a1 }
      .grid { stroke: #3d444d } .target { stroke: #f0f6fc } .met { fill: #3fb68b } .missed { fill: #f0883e }
    }
"""


@dataclass
class Bar:
    """A measure; `factor` is how many times it is as good as its target."""

    number: str
    name: str
    ratio: str
    target: str
    factor: float


def factor(ratio, target, at_least):
    # A ratio of nothing is as good as can be drawn, and so is one that a target of nothing asks for.
    if not ratio or not target:
        return MOST if at_least == (ratio > target) or ratio == target else 1 / MOST
    return ratio / target if at_least else target / ratio


def bar(row):
    """Of a row of bench.py; None where it has no target."""
    if row.target is None:
        return None
    return Bar(row.number, plain(row.name), row.ratio_text, row.target_text, factor(row.ratio, row.target, row.at_least))


def plain(name):
    return re.sub(r" [(].*[)]", "", name).replace("`", "").replace("\\", "")


def bars(page):
    """Of the first table of measures in Markdown."""
    found, inside = [], False
    for line in page.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if cells[:2] == ["#", "measure"]:
            inside = True
        elif inside and len(cells) != 7:
            break
        elif inside and (target := re.fullmatch(r"([≥≤]) ([\d.]+) ×", cells[5])):
            ratio = float(cells[4].removesuffix(" ×"))
            found.append(Bar(cells[0], plain(cells[1]), cells[4], cells[5], factor(ratio, float(target[2]), target[1] == "≥")))
    return found


def shortened(text, width):
    most = int(width / LETTER)
    return text if len(text) <= most else text[:most - 1].rstrip(" ,:") + "…"


def place(value):
    """Of a factor on the page."""
    share = math.log(min(max(value, 1 / MOST), MOST)) / math.log(MOST)
    return LEFT + (WIDTH - LEFT - RIGHT) * (1 + share) / 2


def text(x, y, words, kind="", anchor="start"):
    kind = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}"{kind}>{html.escape(words)}</text>'


def shape(one, top):
    """A bar from the line of the target; one that leaves the page ends in a point."""
    start, end, middle = place(1), place(one.factor), top + LINE / 2
    kind, above, below = "met" if one.factor >= 1 else "missed", middle - 7, middle + 7
    # What is just met is still seen.
    end = max(end, start + 3) if one.factor >= 1 else min(end, start - 3)
    if 1 / MOST < one.factor < MOST:
        corners = [(start, above), (end, above), (end, below), (start, below)]
    else:
        neck = end - math.copysign(8, end - start)
        corners = [(start, above), (neck, above), (end, middle), (neck, below), (start, below)]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
    return f'<polygon class="{kind}" points="{points}"><title>{html.escape(words(one))}</title></polygon>'


def words(one):
    return f"{one.number} {one.name}: {one.ratio}, target {one.target}"


def draw(rows):
    """The picture; rows without a target are left out."""
    rows = [row for row in rows if row]
    bottom = TOP + LINE * len(rows)
    met = sum(one.factor >= 1 for one in rows)
    title = f"{met} of {len(rows)} targets met"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom + 14}" width="{WIDTH}" height="{bottom + 14}" role="img" '
        'aria-labelledby="title">',
        f'<title id="title">{title}: each ratio beside its target</title>', f"<style>{STYLE}</style>",
        f'<rect class="page" width="{WIDTH}" height="{bottom + 14}"/>', text(12, 24, title, "title"),
        text(12, 44, "Bars: better than the target to the right, worse to the left", "small"),
        text(WIDTH - 12, 44, "ratio, target", "small", "end")]
    power = round(math.log2(MOST))
    for step in range(-power, power + 1):
        x, label = place(2.0**step), f"{2**step} ×" if step > 0 else f"1/{2**-step}" if step < 0 else "target"
        if step:
            lines.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 8}" y2="{bottom}"/>')
        lines.append(text(x, 44, label, "small", "middle"))
    for index, one in enumerate(rows):
        top = TOP + LINE * index
        baseline = top + LINE / 2 + SIZE * 0.35
        lines += [
            text(12, baseline, one.number), text(48, baseline, shortened(one.name, LEFT - 56)), shape(one, top),
            text(WIDTH - 12, baseline, f"{one.ratio}, {one.target}", "", "end")]
    x = place(1)
    lines += [f'<line class="target" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 8}" y2="{bottom}"/>', "</svg>"]
    return "\n".join(lines) + "\n"


def main():
    if len(sys.argv) != 3:
        raise SystemExit("usage: chart.py PAGE.md OUT.svg")
    page, out = map(pathlib.Path, sys.argv[1:])
    out.write_text(draw(bars(page.read_text(encoding="utf-8"))), encoding="utf-8")


if __name__ == "__main__":
    main()

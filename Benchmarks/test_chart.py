"""The picture of docs/performance.md is that of its table, and bars stand on the side where they belong."""
import pathlib
import unittest
import xml.etree.ElementTree as xml

import chart
from measures import Row

DOCS = pathlib.Path(__file__).resolve().parent.parent / "docs"
HEAD = "| # | measure | ours | peer | ratio | target | met |\n|---|---|---|---|---|---|---|\n"


class ChartTest(unittest.TestCase):
    def test_the_picture_of_the_page_is_that_of_its_table(self):
        drawn = chart.draw(chart.bars((DOCS / "performance.md").read_text(encoding="utf-8")))
        kept = (DOCS / "images/performance.svg").read_text(encoding="utf-8")
        self.assertTrue(drawn == kept, "run make docs")

    def test_a_row_and_its_line_in_markdown_make_the_same_bar(self):
        row = Row("P3", "ingest (psql \\copy)", "1 s", "1 s", 1.5, 2, False)
        line = "| P3 | ingest (psql \\copy) | 1 s | 1 s | 1.50 × | ≤ 2 × | yes |\n"
        self.assertEqual(chart.bars(HEAD + line), [chart.bar(row)])

    def test_only_the_first_table_is_read_and_rows_with_a_target(self):
        page = HEAD + "| P1 | parse \\| count | a | b | 3.00 × | ≥ 2 × | yes |\n| P1 | more | a | b | 3.00 × | – | – |\n\ntext\n" + HEAD
        page += "| P2 | rules | a | b | 1.00 × | ≥ 2 × | no |\n"
        self.assertEqual([(one.number, one.factor) for one in chart.bars(page)], [("P1", 1.5)])

    def test_a_ratio_below_its_target_is_good_or_bad_as_the_target_says(self):
        self.assertEqual([chart.factor(1.5, 3, True), chart.factor(1.5, 3, False)], [0.5, 2])
        self.assertEqual([chart.factor(0, 0, False), chart.factor(2, 0, False)], [chart.MOST, 1 / chart.MOST])

    def test_bars_stand_on_their_side_of_the_target(self):
        for factor, kind in ((2, "met"), (1, "met"), (0.9, "missed"), (100, "met"), (0.01, "missed")):
            drawn = xml.fromstring(chart.draw([chart.Bar("P1", "a < b", "2.00 ×", "≥ 1 ×", factor)]))
            polygon = drawn.find("{*}polygon")
            self.assertEqual(polygon.get("class"), kind)
            places = [float(pair.split(",")[0]) for pair in polygon.get("points").split()]
            side = min(places) >= chart.place(1) if kind == "met" else max(places) <= chart.place(1)
            self.assertTrue(side and chart.LEFT <= min(places) < max(places) <= chart.WIDTH - chart.RIGHT, factor)

    def test_a_name_ends_before_the_bars(self):
        self.assertEqual(chart.shortened("x" * 100, 70), "x" * 9 + "…")


if __name__ == "__main__":
    unittest.main()

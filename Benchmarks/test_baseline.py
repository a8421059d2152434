"""What bench.py --quick lets pass beside the ratios that are kept, what it measures again, and what fails."""
import pathlib
import tempfile
import unittest

import baseline
from measures import Row


def row(ratio, at_least=False, number="P5", name="ingest 30,000 rows, 5 % errors (psql)", **more):
    return Row(number, name, "1 s", "1 s", ratio, None, at_least, **more)


KEPT = {"P5 ingest 30,000 rows, 5 % errors": 1.2}


class BaselineTest(unittest.TestCase):
    def test_what_stands_in_parentheses_is_no_part_of_the_key(self):
        self.assertEqual(baseline.key(row(1, name="drain (pgqueuer (batch 100), 2 s)")), "P5 drain")

    def test_what_is_written_is_read(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "baseline.tsv"
            baseline.write([row(1.23456), row(9, name="a time against a limit", compared=False)], path)
            self.assertEqual(baseline.read(path), {"P5 ingest 30,000 rows, 5 % errors": 1.23})

    def test_a_ratio_may_be_half_as_bad_again(self):
        self.assertEqual(baseline.problems([row(1.79)], KEPT), [])
        self.assertIn("1.51 times as bad", baseline.problems([row(1.81)], KEPT)[0])

    def test_of_a_speed_up_less_is_worse(self):
        self.assertEqual(baseline.problems([row(0.81, at_least=True)], KEPT), [])
        self.assertIn("1.52 times as bad", baseline.problems([row(0.79, at_least=True)], KEPT)[0])

    def test_what_is_much_better_passes_and_is_said(self):
        self.assertEqual(baseline.problems([row(0.5)], KEPT), [])
        self.assertIn("much better", baseline.compare([row(0.5)], KEPT)[0].text)

    def test_a_new_measure_and_one_that_is_gone_fail(self):
        found = baseline.problems([row(1, name="export")], KEPT)
        self.assertIn("P5 export: 1 × has no line", found[0])
        self.assertEqual(found[1], "P5 ingest 30,000 rows, 5 % errors was not measured")

    def test_a_time_against_a_limit_is_not_compared(self):
        self.assertEqual(baseline.compare([row(9, compared=False)], {}), [])

    def test_where_nothing_was_needed_anything_is_worse(self):
        self.assertEqual(baseline.problems([row(0)], {**KEPT, baseline.key(row(0)): 0.0}), [])
        self.assertIn("times as bad", baseline.problems([row(0.1)], {baseline.key(row(0)): 0.0})[0])

    def test_only_what_is_past_its_limit_is_measured_again_and_the_better_counts(self):
        other, asked = row(1, number="P7", name="upsert"), []

        def again(index):
            asked.append(index)
            return [row(1.3)]

        rows = baseline.measured_again([[other], [row(2)]], {**KEPT, "P7 upsert": 1.0}, again)
        self.assertEqual(asked, [1])
        self.assertEqual([one.ratio for one in rows], [1, 1.3])
        self.assertEqual(baseline.problems(rows, {**KEPT, "P7 upsert": 1.0}), [])

    def test_what_is_bad_twice_fails(self):
        rows = baseline.measured_again([[row(2)]], KEPT, lambda _: [row(2.4)])
        self.assertIn("1.67 times as bad", baseline.problems(rows, KEPT)[0])

    def test_the_kept_ones_can_be_read(self):
        self.assertTrue(all(ratio >= 0 for ratio in baseline.read().values()))


if __name__ == "__main__":
    unittest.main()

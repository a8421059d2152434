"""deploy/cost.py counts what the template makes, and its bill is the sum that one can do by hand."""

import dataclasses
import pathlib
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent / "deploy")]

import cost
from files import resources, template, text


class CostTest(unittest.TestCase):
    def test_the_smallest_shape_is_under_the_budget_in_every_region(self):
        for region in cost.PRICES:
            self.assertLess(cost.total(cost.Shape(region=region)), cost.BUDGET, region)

    def test_a_line_is_the_product_one_can_do_by_hand(self):
        lines = [dollars for _, dollars, _ in cost.month(cost.Shape())]
        self.assertAlmostEqual(lines[0], 730 * (0.25 * 0.03238 + 0.5 * 0.00356))
        self.assertAlmostEqual(lines[1], 730 * 0.005)

    def test_the_poller_lists_what_is_kept_again_and_again(self):
        # A round a minute: one request for up to 1,000 keys, and one that finds nothing more.
        self.assertEqual(cost.lists(cost.Shape()), 2 * 43_800)
        self.assertEqual(cost.lists(cost.Shape(kept=100_000)), 102 * 43_800)
        self.assertEqual(cost.lists(cost.Shape(balancer=True)), 2 * 43_800 + 2 * 87_600)

    def test_what_breaks_the_budget(self):
        dearest = [words for words, dollars in cost.breakers(cost.Shape()) if dollars > 14]
        self.assertIn("--nat", dearest)
        self.assertIn("--balancer", dearest)
        self.assertIn("--database new", dearest)
        self.assertNotIn("--nat", [words for words, _ in cost.breakers(cost.Shape(nat=True))])

    def test_alarms_and_metrics_are_those_of_the_template(self):
        filters = [properties.get("Condition") for properties in template()["Resources"].values()
                   if properties["Type"] == "AWS::Logs::MetricFilter"]
        self.assertEqual(cost.Shape().metrics, filters.count(None))
        self.assertEqual(cost.Shape(measured=True).metrics, len(filters) + 10)
        for change, conditions in [
            ({}, {None, "IsRunning"}),
            ({"layout": "split"}, {None, "IsRunning", "SplitAndRunning"}),
            ({"balancer": True}, {None, "IsRunning", "IsPublic"}),
            ({"database": "new"}, {None, "IsRunning", "NewDatabase"}),
            ({"measured": True}, {None, "IsRunning", "IsMeasured", "MeasuredAndRunning"}),
        ]:
            made = [
                name for name, resource in template()["Resources"].items()
                if resource["Type"] == "AWS::CloudWatch::Alarm" and resource.get("Condition") in conditions
            ]
            self.assertEqual(cost.Shape(**change).alarms, len(made), change)

    def test_the_smallest_shape_is_the_template_s_default(self):
        defaults = {name: parameter.get("Default") for name, parameter in template()["Parameters"].items()}
        shape = cost.Shape()
        self.assertEqual((shape.cpu * 1024, shape.memory * 1024), (defaults["Cpu"], defaults["Memory"]))
        self.assertEqual((shape.layout, shape.poll_seconds), (defaults["Layout"], defaults["PollSeconds"]))
        self.assertEqual(defaults["Architecture"], "ARM64")
        self.assertEqual(defaults["DatabaseClass"], "db.t4g.micro")

    def test_every_price_says_where_it_is_from(self):
        for region, prices in cost.PRICES.items():
            self.assertEqual(prices.keys(), cost.UNITS.keys(), region)
            for name, price in prices.items():
                self.assertTrue(price.page.startswith("https://aws.amazon.com/"), name)
                self.assertTrue(price.source is None or ", " in price.source, name)

    def test_assumed_prices_are_marked(self):
        marked = [assumed for _, _, assumed in cost.month(cost.Shape(region="eu-central-1"))]
        self.assertEqual(marked.count(False), 1)
        bill = "\n".join(cost.report(cost.Shape(balancer=True)))
        self.assertRegex(bill, r"a load balancer.* \*")

    def test_the_command_line(self):
        def ask(*arguments):
            ran = subprocess.run([sys.executable, cost.__file__, *arguments], capture_output=True, text=True)
            return ran.returncode, ran.stdout
        self.assertIn("a month in us-east-1, under $20", ask()[1])
        self.assertIn("more than $20", ask("--nat", "--uploads", "5000", "--megabytes", "20")[1])
        self.assertIn("assumed", ask("--prices")[1])
        self.assertEqual(ask("--region", "mars-1")[0], 2)

    def test_the_page_shows_what_the_command_prints(self):
        bill = "\n".join(list(cost.report(cost.Shape()))[:8])
        self.assertIn(bill, text("docs/operations/cost.md"))

    def test_more_uploads_cost_more(self):
        small = cost.Shape()
        self.assertGreater(cost.total(dataclasses.replace(small, uploads=100_000)), cost.total(small))


if __name__ == "__main__":
    unittest.main()

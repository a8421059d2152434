#!/usr/bin/env python3
"""What a month of the service costs on AWS: list prices without any free allowance, for N uploads of M MB.

usage: deploy/cost.py [--uploads N] [--megabytes M] [--region REGION] [--database existing|new] [--layout single|split]
                      [--balancer] [--nat] … ; --help lists all, --prices shows each price with its page

The shape is that of deploy/cloudformation/catalog.yml. AWS changes its prices: the page where each stands is beside it.
"""

import argparse
import dataclasses
import math
import sys

HOURS = 730
SECONDS = HOURS * 3600
BUDGET = 20.0
ZONES = 2


@dataclasses.dataclass(frozen=True)
class Price:
    """Dollars for a unit, the page of AWS where it is to be checked, and the dated page where it was read; nobody has read an
    assumed one."""

    dollars: float
    unit: str
    page: str
    source: str | None

    @property
    def is_assumed(self):
        return self.source is None


FARGATE = "https://aws.amazon.com/fargate/pricing/"
VPC = "https://aws.amazon.com/vpc/pricing/"
BALANCER = "https://aws.amazon.com/elasticloadbalancing/pricing/"
RDS = "https://aws.amazon.com/rds/postgresql/pricing/"
S3 = "https://aws.amazon.com/s3/pricing/"
SNS = "https://aws.amazon.com/sns/pricing/"
CLOUDWATCH = "https://aws.amazon.com/cloudwatch/pricing/"
SECRETS = "https://aws.amazon.com/secrets-manager/pricing/"
ECR = "https://aws.amazon.com/ecr/pricing/"
EC2 = "https://aws.amazon.com/ec2/pricing/on-demand/"

# Name: unit, page.
UNITS = {
    "arm_vcpu": ("vCPU-hour", FARGATE),
    "arm_memory": ("GB-hour", FARGATE),
    "x86_vcpu": ("vCPU-hour", FARGATE),
    "x86_memory": ("GB-hour", FARGATE),
    "address": ("public IPv4 address and hour", VPC),
    "nat": ("hour", VPC),
    "nat_data": ("GB", VPC),
    "balancer": ("hour", BALANCER),
    "balancer_unit": ("LCU-hour", BALANCER),
    "database": ("hour of db.t4g.micro", RDS),
    "database_storage": ("GB-month of gp3", RDS),
    "s3_storage": ("GB-month", S3),
    "s3_write": ("PUT or LIST request", S3),
    "s3_read": ("GET or HEAD request", S3),
    "mail": ("mail, after the first 1,000", SNS),
    "event": ("HTTP delivery", SNS),
    "log": ("GB taken in", CLOUDWATCH),
    "metric": ("metric of our own", CLOUDWATCH),
    "alarm": ("alarm", CLOUDWATCH),
    "dashboard": ("dashboard", CLOUDWATCH),
    "secret": ("secret", SECRETS),
    "image": ("GB-month of an image", ECR),
    "out": ("GB to the internet", EC2),
    "zones": ("GB between zones, both ways", EC2),
}
# The pages of AWS fill their tables by script and cannot be kept; these report them, with the date that each gives itself.
VANTAGE = "vantage.sh/blog/fargate-pricing, 2021-04-22; the same in 2026 for x86: wring.co/blog/aws-fargate-pricing-guide, 2026-03-10"
WRING = "wring.co/blog/aws-fargate-pricing-guide, 2026-03-10"
LANTERN = "pocketlantern.dev/briefs/aws-public-ipv4-charge-avoidance-vpc-and-load-balancer-design-2026, 2026-03-15"
HELENA = "projecthelena.com/blog/aws-bill-breakdown-2026, 2026"
TOOLZ = "help-toolz.com/blog/why-your-aws-bill-is-3x-your-estimate, undated"
TALLY = "infratally.com/articles/aws-rds-pricing-explained-2026.html, 2026"
USAGE = "usage.ai/blogs/aws/reserved-instances/rds/pricing-calculator, 2026-06"
MINDS = "factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards, 2026-06-13"
SNS_MINDS = "factualminds.com/blog/amazon-sns-pricing-publishes-fanout-protocols, 2026-06-13"
SIGNOZ = "signoz.io/guides/cloudwatch-pricing, 2026-02-15"
HIVE = "hivebook.wiki/wiki/aws-secrets-manager-rotated-secrets-dynamic-db-credentials-kms, undated"
# Region: name: dollars, where they were read. None: assumed; look it up before you rely on it.
_PRICES = {
    "us-east-1": {
        "arm_vcpu": (0.03238, VANTAGE), "arm_memory": (0.00356, VANTAGE), "x86_vcpu": (0.04048, WRING), "x86_memory": (0.004445, WRING),
        "address": (0.005, LANTERN), "nat": (0.045, HELENA), "nat_data": (0.045, TOOLZ),
        "balancer": (0.0225, None), "balancer_unit": (0.008, None),
        "database": (0.016, TALLY), "database_storage": (0.115, USAGE),
        "s3_storage": (0.023, None), "s3_write": (0.005 / 1000, None), "s3_read": (0.0004 / 1000, None),
        "mail": (2.0 / 100_000, SNS_MINDS), "event": (0.60 / 1_000_000, SNS_MINDS),
        "log": (0.50, MINDS), "metric": (0.30, SIGNOZ), "alarm": (0.10, None), "dashboard": (3.0, MINDS),
        "secret": (0.40, HIVE), "image": (0.10, None), "out": (0.09, HELENA), "zones": (0.02, TOOLZ),
    },
    # Assumed, but for what costs the same everywhere: no dated page with the prices of Frankfurt could be read.
    "eu-central-1": {
        "arm_vcpu": (0.03725, None), "arm_memory": (0.00409, None), "x86_vcpu": (0.04656, None), "x86_memory": (0.00511, None),
        "address": (0.005, LANTERN), "nat": (0.052, None), "nat_data": (0.052, None),
        "balancer": (0.027, None), "balancer_unit": (0.008, None),
        "database": (0.018, None), "database_storage": (0.137, None),
        "s3_storage": (0.0245, None), "s3_write": (0.0054 / 1000, None), "s3_read": (0.00043 / 1000, None),
        "mail": (2.0 / 100_000, None), "event": (0.60 / 1_000_000, None),
        "log": (0.63, None), "metric": (0.30, None), "alarm": (0.10, None), "dashboard": (3.0, None),
        "secret": (0.40, None), "image": (0.10, None), "out": (0.09, None), "zones": (0.02, None),
    },
}
PRICES = {
    region: {name: Price(dollars, *UNITS[name], source) for name, (dollars, source) in prices.items()}
    for region, prices in _PRICES.items()
}


@dataclasses.dataclass(frozen=True)
class Shape:
    uploads: int = 1000
    megabytes: float = 5.0
    # Of earlier months, still below the routed prefix: the poller lists every one of them.
    kept: int = 0
    region: str = "us-east-1"
    database: str = "existing"
    layout: str = "single"
    workers: int = 1
    balancer: bool = False
    nat: bool = False
    architecture: str = "arm"
    cpu: float = 0.25
    memory: float = 0.5
    poll_seconds: int = 60
    measured: bool = False

    @property
    def tasks(self):
        return 1 if self.layout == "single" else 2 + self.workers

    @property
    def gigabytes(self):
        return self.uploads * self.megabytes / 1024

    @property
    def alarms(self):
        """As the template makes them; a test counts."""
        split = 2 if self.layout == "split" else 0
        return 6 + split + (4 if self.balancer else 0) + (2 if self.database == "new" else 0) + (14 if self.measured else 0)

    @property
    def metrics(self):
        """Lines of the log that the template counts, and what the service writes itself: ten series, and two that are counted."""
        return 8 + (12 if self.measured else 0)


# Assumed: bytes of the log of an upload, part of a file that comes back as reports, of an image.
LOG_BYTES, REPORT_SHARE, IMAGE_GIGABYTES = 5_000, 0.05, 0.15


def month(shape):
    """Lines of the bill: words, dollars, whether an assumed price is in it."""
    price = PRICES[shape.region]

    def line(words, *parts):
        return words, sum(price[name].dollars * amount for name, amount in parts), any(price[name].is_assumed for name, _ in parts)

    hours, cpu = shape.tasks * HOURS, shape.architecture
    yield line(f"{shape.tasks} task(s) of {shape.cpu} vCPU and {shape.memory} GB, {cpu}",
               (f"{cpu}_vcpu", hours * shape.cpu), (f"{cpu}_memory", hours * shape.memory))
    if shape.nat:
        yield line("a NAT gateway, with its address", ("nat", HOURS), ("address", HOURS), ("nat_data", 2 * shape.gigabytes))
    else:
        yield line("public addresses of the tasks", ("address", hours))
    if shape.balancer:
        yield line(f"a load balancer, with addresses in {ZONES} zones", ("balancer", HOURS), ("balancer_unit", HOURS * 0.1), ("address", ZONES * HOURS))
    if shape.database == "new":
        yield line("a database of its own, db.t4g.micro and 20 GB", ("database", HOURS), ("database_storage", 20))
    yield line(f"S3: {lists(shape):,} lists, {shape.uploads:,} files", *store(shape))
    yield line("SNS: mails and events", ("mail", max(0, shape.uploads - 1000)), ("event", shape.uploads if shape.balancer else 0))
    yield line(f"CloudWatch: {shape.alarms} alarms, {shape.metrics} metrics, a dashboard, logs",
               ("alarm", shape.alarms), ("metric", shape.metrics), ("dashboard", 1), ("log", shape.uploads * LOG_BYTES / 1e9))
    # That of the links, without a balancer; that of a new database's master.
    yield line("secrets, image", ("secret", (not shape.balancer) + (shape.database == "new")), ("image", IMAGE_GIGABYTES))
    yield line("transfer: reports out, rows to a database in another zone",
               ("out", shape.gigabytes * REPORT_SHARE), ("zones", shape.gigabytes))


def lists(shape):
    """A round lists the whole prefix, a thousand keys a request, and one request that finds nothing more. /readyz, which
    each zone of the balancer asks every 30 s, lists once; health checks of containers ask /healthz, which lists nothing."""
    rounds = SECONDS / shape.poll_seconds
    poller = rounds * (math.ceil((shape.kept + shape.uploads / 2) / 1000) + 1)
    ready = ZONES * SECONDS / 30 if shape.balancer else 0
    return round(poller + ready)


def store(shape):
    # The vendor's PUT and two reports; a HEAD by the poller and a GET, and the reader of the report.
    yield "s3_write", lists(shape) + 3 * shape.uploads
    yield "s3_read", 3 * shape.uploads
    yield "s3_storage", shape.gigabytes * (1 + REPORT_SHARE) + shape.kept * shape.megabytes / 1024


def total(shape):
    return sum(dollars for _, dollars, _ in month(shape))


def breakers(shape):
    """What each choice adds to this month, dearest first."""
    choices = {
        "--nat": {"nat": True},
        "--balancer": {"balancer": True},
        "--database new": {"database": "new"},
        "--layout split": {"layout": "split"},
        "--architecture x86": {"architecture": "x86"},
        "--cpu 1 --memory 2": {"cpu": 1.0, "memory": 2.0},
        "--measured": {"measured": True},
        "--poll-seconds 5": {"poll_seconds": 5},
        "--kept 100000": {"kept": 100_000},
    }
    now = total(shape)
    added = [(words, total(dataclasses.replace(shape, **change)) - now) for words, change in choices.items()]
    return sorted([choice for choice in added if choice[1] > 0.005], key=lambda choice: -choice[1])


def report(shape):
    for words, dollars, assumed in month(shape):
        yield f"{words + (' *' if assumed else ''):<64}{dollars:>8.2f}"
    sum_ = total(shape)
    verdict = f"under ${BUDGET:.0f}" if sum_ < BUDGET else f"more than ${BUDGET:.0f}"
    yield f"{'a month in ' + shape.region + ', ' + verdict:<64}{sum_:>8.2f}"
    yield ""
    yield "What would add to it:"
    for words, dollars in breakers(shape):
        breaks = f"  breaks ${BUDGET:.0f}" if sum_ < BUDGET <= sum_ + dollars else ""
        yield f"  {words:<62}{dollars:>8.2f}{breaks}"
    yield ""
    yield "* with a price that is assumed, and not read: see --prices"


def prices(region):
    for name, price in PRICES[region].items():
        yield f"{name:<18}{price.dollars:<12.8g} {price.unit:<32}{price.page}\n{'':<18}{price.source or 'assumed'}"


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for field in dataclasses.fields(Shape):
        name = "--" + field.name.replace("_", "-")
        values = {"region": list(PRICES), "database": ["existing", "new"], "layout": ["single", "split"], "architecture": ["arm", "x86"]}
        if field.type is bool:
            parser.add_argument(name, action="store_true")
        else:
            parser.add_argument(name, type=field.type, default=field.default, choices=values.get(field.name), help=f"{field.default} by default")
    parser.add_argument("--prices", action="store_true", help="show the prices instead")
    given = vars(parser.parse_args(arguments))
    wants_prices = given.pop("prices")
    return Shape(**given), wants_prices


def main(arguments):
    shape, wants_prices = parse(arguments)
    print("\n".join(prices(shape.region) if wants_prices else report(shape)))


if __name__ == "__main__":
    main(sys.argv[1:])

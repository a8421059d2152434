"""The measure P28: what a page of the portal costs the processor of the service, and what it weighs with its assets."""
import gzip
import http.client
import os
import re
import subprocess
import urllib.parse

import api_measures
from cluster import times
from measures import Group, Row, check

REQUESTS, ROWS = 200, 1_000
MOST_SECONDS, MOST_BYTES = 0.020, 100_000


def processor_seconds(process):
    """Of the process since it began: user and system."""
    return sum(times(process.pid)[:2]) / os.sysconf("SC_CLK_TCK")


class Visitor:
    """Somebody who is signed in, on one connection."""

    def __init__(self, port, token):
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
        self.connection.request("POST", "/sign-in", urllib.parse.urlencode({"token": token}), headers)
        answer = self.connection.getresponse()
        answer.read()
        self.cookie = answer.headers["Set-Cookie"].split(";")[0]

    def get(self, path):
        """The bytes as they came over the line."""
        self.connection.request("GET", path, headers={"Cookie": self.cookie, "Accept-Encoding": "gzip"})
        answer = self.connection.getresponse()
        body = answer.read()
        check(f"status of {path}", answer.status, 200)
        return body


def prepare(bench):
    """An upload with a thousand rejected rows beside a thousand good ones; tokens of its vendor and of an operator."""
    def run(*arguments):
        return subprocess.run([bench.build / "catalog", *arguments], env=bench.environment, cwd=bench.folder,
                              check=False, capture_output=True, text=True).stdout.strip()

    run("vendor", "add", "PAGES", "--name", "Pages", "--email", "p@example.com")
    run("category", "add", "Bench")
    path = bench.folder / "pages.csv"
    lines = [f"P{n},Product {n},Bench,PAGES-{n},{'free' if n % 2 else '9.99'},5" for n in range(2 * ROWS)]
    path.write_text("vendor_product_id,product_name,category,sku,price,stock_quantity\n" + "\n".join(lines) + "\n")
    run("ingest", str(path), "--vendor", "PAGES")
    upload = bench.database.query("select upload_id from catalog.upload_history where vendor_id = 'PAGES'")[0][0]
    return upload, run("vendor", "token", "PAGES"), run("token", "add", "--role", "operator")


def weight(visitor, body):
    """Bytes of a page with the assets that it names."""
    page = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
    assets = set(re.findall(r'(?:href|src)="(/assets/[^"]+)"', page.decode()))
    return len(body) + sum(len(visitor.get(path)) for path in assets)


def viewing(bench, figures):
    bench.empty()
    upload, vendor, operator = prepare(bench)
    port = api_measures.free_port()
    settings = {"CATALOG_HTTP_ADDRESS": f"127.0.0.1:{port}", "CATALOG_HTTP_RATE": "1000000", "CATALOG_LOG_LEVEL": "warning"}
    of_vendor = ["/portal", f"/portal/uploads/{upload}", f"/portal/uploads/{upload}/fix", f"/portal/uploads/{upload}/undo",
                 "/portal/products", "/portal/products/PAGES/P0", "/portal/mappings", "/portal/tokens"]
    of_staff = ["/ops", "/ops/jobs", "/ops/vendors", "/ops/categories", "/ops/routes", "/ops/relay", "/ops/enrichment",
                "/audit", "/audit/actions", "/audit/products/PAGES/P0"]
    found = {}
    with api_measures.running(bench, [bench.build / "catalog", "serve", "--roles", "api,portal"], port, **settings) as process:
        for token, paths in ((vendor, of_vendor), (operator, of_staff)):
            visitor = Visitor(port, token)
            for path in paths:
                body = visitor.get(path)
                begin = processor_seconds(process)
                for _ in range(REQUESTS):
                    visitor.get(path)
                found[path.replace(upload, "{id}")] = {
                    "seconds": (processor_seconds(process) - begin) / REQUESTS, "bytes": weight(visitor, body)}
    figures["P28"] = found
    slowest = max(found, key=lambda path: found[path]["seconds"])
    heaviest = max(found, key=lambda path: found[path]["bytes"])
    seconds, size = found[slowest]["seconds"], found[heaviest]["bytes"]
    yield Row("P28", f"{len(found)} pages, {REQUESTS} times each: processor time of the dearest, {slowest}",
              f"{seconds * 1000:.1f} ms", "limit 20 ms", seconds / MOST_SECONDS, 1, False)
    yield Row("P28", f"the same, weight of the heaviest with its assets, {heaviest}",
              f"{size / 1000:.0f} kB", "limit 100 kB", size / MOST_BYTES, 1, False)


GROUPS = [Group(("P28",), viewing)]
ALL = ("P28",)

"""The measure P19: requests of the HTTP interface beside the bare server, and memory while many upload."""
import concurrent.futures
import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request

from measures import Group, Row, check, median

PRODUCTS, VENDORS, UPLOADS = 100_000, 10_000, 10_000
CONNECTIONS, SECONDS = 64, 5
CLIENTS, MEGABYTES = 50, 10
TARGETS = ("GET /uploads/{id}", "GET /products")
UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running(bench, command, port, **environment):
    """A server until the block ends."""
    process = subprocess.Popen(
        [str(part) for part in command], env={**bench.environment, **environment}, cwd=bench.folder,
        stdout=subprocess.DEVNULL)
    try:
        while process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def load(url, token=None):
    """Requests a second and the 99th percentile in seconds, of wrk."""
    program = shutil.which("wrk")
    if not program:
        raise SystemExit("wrk is not installed: apt-get install wrk")
    headers = ["-H", f"Authorization: Bearer {token}"] if token else []
    output = subprocess.run(
        [program, "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", *headers, url],
        check=True, capture_output=True, text=True).stdout
    check("answers that are no success", "Non-2xx" in output, False)
    value, unit = re.search(r"99%\s+([0-9.]+)(us|ms|s)", output).groups()
    return {"rate": float(re.search(r"Requests/sec:\s+([0-9.]+)", output)[1]), "p99": float(value) * UNITS[unit]}


def prepare(bench):
    """Products, vendors and uploads; tokens of an operator and of a vendor."""
    bench.database.query(
        "insert into catalog.vendors (vendor_id, vendor_name, email) "
        f"select format('A%s', n), 'n', 'n@example.com' from generate_series(1, {VENDORS}) n on conflict do nothing",
        "insert into catalog.product_categories (category_name) values ('Bench') on conflict do nothing",
        "insert into catalog.products (vendor_id, vendor_product_id, product_name, category, description, sku, price, stock_quantity) "
        f"select format('A%s', n % {VENDORS} + 1), 'P' || n, 'Product ' || n, 'Bench', repeat('words ', 20), 'API-' || n, 9.99, 5 "
        f"from generate_series(1, {PRODUCTS}) n",
        "insert into catalog.upload_history (upload_id, vendor_id, file_name, status, total_records, valid_records, error_records, "
        "created_records, updated_records, unchanged_records, started_at, completed_at) "
        f"select 'UPLOAD_' || n, format('A%s', n % {VENDORS} + 1), 'f.csv', 'completed', 10, 10, 0, 10, 0, 0, now(), now() "
        f"from generate_series(1, {UPLOADS}) n",
        "analyze", "checkpoint")

    def token(*arguments):
        result = subprocess.run([bench.build / "catalog", *arguments], env=bench.environment, cwd=bench.folder,
                                check=True, capture_output=True, text=True)
        return result.stdout.strip()

    return token("token", "add", "--role", "operator"), token("vendor", "token", "A2")


def anonymous_kilobytes(process):
    """Memory that is the process's own: neither the file cache nor the program."""
    text = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"RssAnon:\s+(\d+)", text)[1])


def upload(port, token, body):
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/uploads?fileName=m.csv", data=body, method="POST",
        headers={"Authorization": f"Bearer {token}", "Content-Type": "text/csv"})
    with urllib.request.urlopen(request) as answer:
        return answer.status


def growth(process, requests):
    """Megabytes of the service beyond its idle state while all of these are made at once; each is to be accepted."""
    idle, peak = anonymous_kilobytes(process), 0
    with concurrent.futures.ThreadPoolExecutor(len(requests)) as pool:
        running = [pool.submit(request) for request in requests]
        while not all(done.done() for done in running):
            peak = max(peak, anonymous_kilobytes(process))
            time.sleep(0.01)
        check("requests accepted", {done.result() for done in running}, {202})
    return (peak - idle) / 1024


def requesting(bench, figures):
    bench.empty()
    operator, vendor = prepare(bench)
    port, peer_port = free_port(), free_port()
    settings = {"CATALOG_HTTP_ADDRESS": f"127.0.0.1:{port}", "CATALOG_HTTP_RATE": "1000000", "CATALOG_LOG_LEVEL": "warning"}
    base = f"http://127.0.0.1:{port}"
    paths = {
        "GET /uploads/{id}": (f"{base}/uploads/UPLOAD_1", vendor),
        "GET /products": (f"{base}/products", operator),
        "GET /products of a vendor": (f"{base}/products", vendor),
    }
    found, peer = {name: [] for name in paths}, []
    with running(bench, [bench.build / "catalog", "serve", "--roles", "api"], port, **settings) as process:
        for url, token in paths.values():
            load(url, token)
        for _ in range(bench.options.runs):
            with running(bench, [bench.build / "http-benchmark", peer_port], peer_port):
                peer.append(load(f"http://127.0.0.1:{peer_port}/"))
            for name, (url, token) in paths.items():
                found[name].append(load(url, token))
        body = b"x" * (MEGABYTES << 20)
        megabytes = growth(process, [lambda: upload(port, vendor, body)] * CLIENTS)
    figures["P19"] = {"hello": peer, **found, "memory": megabytes}
    hello = median(peer, "rate")
    for name, results in found.items():
        targets = (0.15, 1) if name in TARGETS else (None, None)
        worst = median(results, "p99")
        yield Row("P19", f"{name}, {PRODUCTS:,} products, {CONNECTIONS} connections (hello world of the same server)",
                  f"{median(results, 'rate'):,.0f}/s", f"{hello:,.0f}/s", median(results, "rate") / hello, targets[0], True)
        yield Row("P19", f"{name}, the same, p99 (hello world {median(peer, 'p99') * 1000:.1f} ms)",
                  f"{worst * 1000:.1f} ms", "10 ms", worst / 0.010, targets[1], False)
    yield Row("P19", f"memory while {CLIENTS} clients upload {MEGABYTES} MB each (limit 100 MB more than idle)",
              f"{megabytes:.0f} MB more", "100 MB", megabytes / 100, 1, False)


GROUPS = [Group(("P19",), requesting)]
ALL = ("P19",)

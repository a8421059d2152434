#!/usr/bin/env python3
"""The measures P14 and P15: enrichment of 100,000 contacts by a provider that invents its answers, three processes at one limit,
and the memory of lists that come over HTTP.

Alone, on a private PostgreSQL of its own:

    enrich_measures.py [--contacts 100000] [--build .build/release] [--only P14,P15,KILL] [--runs 3]

KILL kills one of two workers again and again during the work, and checks that the one file has every contact once.
"""
import argparse
import contextlib
import csv
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

import psycopg

import api_measures
import cluster
import contacts
from measures import Group, Row, check, median

TABLES = ("records", "results", "cache")
RATE, INPUTS = 25, 25
# Of those that share a limit.
PROCESSES = 3
POSTS, POST_MEGABYTES = 5, 9.8


def say(text):
    print(text, file=sys.stderr, flush=True)


def list_of(bench, count):
    path = bench.files / f"contacts_{count}.csv"
    if not path.exists():
        bench.files.mkdir(parents=True, exist_ok=True)
        contacts.write(path.with_suffix(".part"), count)
        path.with_suffix(".part").rename(path)
    return path


def empty(bench):
    bench.database.query(
        "truncate enrichment.requests, enrichment.records, enrichment.batches, enrichment.results, enrichment.cache, "
        "enrichment.calls, enrichment.providers, enrichment.buckets, intake.object_events, intake.seen_objects, jobs.jobs cascade", "checkpoint")


def provider(bench, *limits, **settings):
    settings = {"capabilities": ["contact_enrich"], "inputsPerCall": INPUTS, **settings}
    bench.process(bench.build / "catalog", "provider", "add", "mock", "--kind", "mock", "--settings", json.dumps(settings), *limits)


def verify(source, output, count):
    """Every contact once, in order, and asked for."""
    with open(source, newline="", encoding="utf-8") as before, open(output, newline="", encoding="utf-8") as after:
        found = 0
        for one, other in zip(csv.DictReader(before), csv.DictReader(after), strict=True):
            check("a record of the output", [other[name] for name in one], list(one.values()))
            check("its status", other["enrichment_status"] in ("matched", "no_match"), True)
            found += 1
    check("records of the output", found, count)


def transactions(bench):
    """Of the whole database so far, so that a difference is a bound."""
    return bench.database.query("select xact_commit from pg_stat_database where datname = current_database()")[0][0]


def enrich(bench, count, *arguments):
    source, output = list_of(bench, count), bench.folder / "enriched.csv"
    before = transactions(bench)
    result = bench.process(
        bench.build / "catalog", "enrich", source, "--provider", "mock", "--output", output, "--json", *arguments)
    verify(source, output, count)
    summary = json.loads(result["output"])
    check("calls", summary["usage"]["calls"] >= -(-count // 100) * -(-100 // INPUTS), True)
    return {"seconds": result["seconds"], "megabytes": result["megabytes"], "transactions": transactions(bench) - before}


def copy(bench):
    """Wall time of storing the rows that are there anew, by COPY, in one transaction as a load would be."""
    folder = bench.folder / "copies"
    folder.mkdir(exist_ok=True)
    with psycopg.connect(bench.database.conninfo) as connection, connection.cursor() as cursor:
        for table in TABLES:
            with open(folder / table, "wb") as file, cursor.copy(f"copy enrichment.{table} to stdout") as rows:
                for piece in rows:
                    file.write(piece)
        cursor.execute("truncate enrichment.records, enrichment.results, enrichment.cache")
        connection.commit()
        cursor.execute("commit")
        connection.autocommit = True
        cursor.execute("checkpoint")
        connection.autocommit = False
        start = bench.now()
        for table in TABLES:
            with open(folder / table, "rb") as file, cursor.copy(f"copy enrichment.{table} from stdin") as rows:
                while piece := file.read(1 << 18):
                    rows.write(piece)
        connection.commit()
        return {"seconds": bench.now() - start}


def unlimited(bench, figures):
    count = min(100_000, bench.options.rows)
    ours, peer = [], []
    for _ in range(bench.options.runs):
        empty(bench)
        provider(bench)
        ours.append(enrich(bench, count))
        peer.append(copy(bench))
    figures["P14"] = {"ours": ours, "copy": peer}
    seconds, limit = median(ours), median(peer)
    each = median(ours, "transactions") / -(-count // 100)
    text = f"{seconds:.2f} s, {count / seconds:,.0f} contacts/s, {median(ours, 'megabytes'):.0f} MB, {each:.1f} transactions a batch"
    yield Row("P14", f"enrich {count:,} contacts, a provider of 0 ms (COPY of the same rows)", text, f"{limit:.2f} s",
              seconds / limit, 4, False)


def limited(bench, figures):
    count = bench.options.calls * INPUTS
    figures["P15"] = {}
    for latency in (0, 100):
        empty(bench)
        provider(bench, "--per-second", RATE, latencyMilliseconds=latency)
        result = enrich(bench, count)
        calls = bench.database.query("select count(*) from enrichment.calls where state = 'answered'")[0][0]
        floor = calls / RATE
        figures["P15"][f"{latency} ms"] = {**result, "calls": calls}
        yield Row("P15", f"the same at {RATE} calls/s of {INPUTS}, a provider of {latency} ms, 1 run (the limit itself)",
                  f"{result['seconds']:.1f} s", f"{floor:.1f} s", result["seconds"] / floor, 1.03, False)


def crowd(stamps):
    """The most calls in any second, wherever it begins."""
    stamps, first, most = sorted(stamps), 0, 0
    for last, stamp in enumerate(stamps):
        while stamp - stamps[first] >= 1:
            first += 1
        most = max(most, last - first + 1)
    return most


@contextlib.contextmanager
def rate_server(bench):
    """The URL of a server that notes when the kernel got each call."""
    pipe = bench.folder / "port"
    os.mkfifo(pipe)
    script = pathlib.Path(__file__).resolve().parent.parent / "Tests/Servers/rate_server.py"
    process = subprocess.Popen([sys.executable, script, pipe])
    try:
        yield f"http://127.0.0.1:{int(pipe.read_text())}"
    finally:
        process.kill()
        process.wait()
        pipe.unlink()


def shared(bench, figures):
    """Three processes at one limit: how long, and the most calls of any second as the server's kernel saw them."""
    # A call asks for one contact.
    count = bench.options.calls // 2
    empty(bench)
    catalog = bench.build / "catalog"
    with rate_server(bench) as url, services(bench, PROCESSES) as raw:
        settings = {"capabilities": {"contact_enrich": {
            "url": f"{url}/person", "request": {"email": "mail"}, "response": {"job_title": "title"}}}}
        bench.process(catalog, "provider", "add", "crm", "--kind", "http-json", "--settings", json.dumps(settings), "--per-second", RATE)
        bench.process(catalog, "route", "add", "s3://inbox/raw/", "enrich", "--provider", "crm", "--fields", "contact")
        raw.joinpath("list.csv").write_text("email\n" + "".join(f"p{n}@example.com\n" for n in range(count)), encoding="utf-8")
        wait(bench, "completed")
        with urllib.request.urlopen(f"{url}/log") as answer:
            stamps = json.load(answer)["stamps"]
    check("calls", len(stamps), count)
    seconds, floor, most = max(stamps) - min(stamps), (count - 1) / RATE, crowd(stamps)
    # Of one call more than the limit.
    shortest = min(later - stamp for stamp, later in zip(stamps, stamps[RATE:]))
    figures["P15"][f"{PROCESSES} processes"] = {"seconds": seconds, "most": most, "shortest": shortest}
    yield Row("P15", f"{PROCESSES} processes at one limit, {count:,} calls, first to last, 1 run (the limit itself)",
              f"{seconds:.1f} s", f"{floor:.1f} s", seconds / floor, 1.03, False)
    yield Row("P15", "the same, the most calls in any second", f"{most}", f"limit {RATE}", most / RATE, 1, False)


def list_of_json(prefix):
    """Nearly 10 MB, of contacts that no other prefix has."""
    one = {"email": f"{prefix}.123456@example.com", "note": "words " * 20}
    count = int(POST_MEGABYTES * (1 << 20)) // (len(json.dumps(one)) + len(", "))
    many = [{**one, "email": f"{prefix}.{100_000 + number}@example.com"} for number in range(count)]
    return json.dumps({"contacts": many, "providers": ["mock"]}).encode()


def posting(bench, figures):
    """Lists of nearly 10 MB of JSON at once: what the service needs more than idle."""
    empty(bench)
    provider(bench)
    token = bench.process(bench.build / "catalog", "token", "add", "--role", "operator")["output"].strip()
    bodies = [list_of_json(f"p{number}") for number in range(POSTS)]
    check("a list of the size that may be", 9 << 20 < len(bodies[0]) <= 10 << 20, True)
    port = api_measures.free_port()
    address = {"CATALOG_HTTP_ADDRESS": f"127.0.0.1:{port}", "CATALOG_LOG_LEVEL": "warning"}

    def post(body):
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/enrichment", data=body, method="POST",
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            return answer.status

    with api_measures.running(bench, [bench.build / "catalog", "serve", "--roles", "api"], port, **address) as process:
        megabytes = api_measures.growth(process, [lambda body=body: post(body) for body in bodies])
    figures["POST"] = {"megabytes": megabytes}
    yield Row("P14", f"memory while {POSTS} lists of 10 MB of JSON are posted at once", f"{megabytes:.0f} MB more than idle", "limit 100 MB",
              megabytes / 100, 1, False)


@contextlib.contextmanager
def services(bench, count):
    """So many services, the first of which looks for lists in the folder that is given."""
    shutil.rmtree(bench.folder / "objects", ignore_errors=True)
    raw = bench.folder / "objects" / "buckets" / "inbox" / "raw"
    raw.mkdir(parents=True)
    environment = {**bench.environment, "CATALOG_POLL_SECONDS": "1"}
    processes = [
        subprocess.Popen([bench.build / "catalog", *command], env=environment, cwd=bench.folder, stdout=subprocess.DEVNULL)
        for command in [["serve", "--roles", "worker,poller"]] + [["worker"]] * (count - 1)]
    try:
        yield raw
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait()


def wait(bench, status):
    """Until a request has it."""
    while bench.database.query(f"select count(*) from enrichment.requests where status = '{status}'")[0][0] == 0:
        time.sleep(0.1)


def killing(bench, figures):
    """Two workers, one of them killed every now and then."""
    count = min(100_000, bench.options.rows)
    empty(bench)
    provider(bench, latencyMilliseconds=20)
    catalog = str(bench.build / "catalog")
    bench.process(catalog, "route", "add", "s3://inbox/raw/", "enrich", "--provider", "mock")
    shutil.rmtree(bench.folder / "objects", ignore_errors=True)
    raw = bench.folder / "objects" / "buckets" / "inbox" / "raw"
    raw.mkdir(parents=True)
    environment = {**bench.environment, "CATALOG_POLL_SECONDS": "1", "CATALOG_LEASE_SECONDS": "2"}

    def start(*command):
        return subprocess.Popen([catalog, *command], env=environment, cwd=bench.folder, stdout=subprocess.DEVNULL)

    shutil.copy(list_of(bench, count), raw / "people.csv")
    workers, dice, kills, begin = [start("serve", "--roles", "worker,poller"), start("worker")], random.Random(1), 0, time.perf_counter()
    try:
        while bench.database.query("select count(*) from enrichment.requests where status = 'completed'")[0][0] == 0:
            time.sleep(dice.uniform(0.5, 2))
            workers[1].send_signal(signal.SIGKILL)
            workers[1].wait()
            workers[1] = start("worker")
            kills += 1
    finally:
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
            worker.wait()
    verify(list_of(bench, count), bench.folder / "objects" / "enhanced" / "people.csv", count)
    twice = bench.database.query(
        "select count(*) from (select hash from enrichment.calls, unnest(inputs) hash where state = 'answered' "
        "group by hash having count(*) > 1) twice")[0][0]
    check("contacts paid for twice", twice, 0)
    unknown = bench.database.query("select count(*) from enrichment.calls where state = 'unknown'")[0][0]
    figures["KILL"] = {"seconds": time.perf_counter() - begin, "kills": kills, "unknown": unknown}
    yield Row("KILL", f"{count:,} contacts, a worker killed {kills} times: every record once", f"{time.perf_counter() - begin:.1f} s",
              f"{unknown} calls unknown", 1, None, False)


GROUPS = [Group(("P14",), unlimited), Group(("P14",), posting), Group(("P15",), limited), Group(("P15",), shared)]
ALL = ("P14", "P15")


class Alone:
    """What the measures need of `bench.Bench`, without products."""

    def __init__(self, options, folder, database):
        self.options, self.folder, self.database, self.build = options, folder, database, options.build
        self.files, self.now = folder, time.perf_counter
        self.environment = {**os.environ, **database.environment(), "CATALOG_STORE": f"file:{folder}/objects"}

    def process(self, *command):
        output = self.folder / "output"
        helper = [sys.executable, "-I", "-S", str(pathlib.Path(__file__).with_name("spawn.py")), str(output)]
        done = subprocess.run(
            [*helper, *map(str, command)], env=self.environment, cwd=self.folder, stdout=subprocess.PIPE, check=True, text=True)
        result = {**json.loads(done.stdout), "output": output.read_text(encoding="utf-8")}
        if result["status"]:
            raise SystemExit(f"{command} ended with status {result['status']}: {result['output'][:2000]}")
        return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contacts", dest="rows", type=int, default=100_000)
    parser.add_argument("--calls", type=int, default=4_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default="P14,P15,KILL")
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent / ".build/release")
    options = parser.parse_args()
    options.build = options.build.resolve()
    temporary = tempfile.TemporaryDirectory
    with temporary(prefix="catalog-bench-") as folder, temporary(prefix="catalog-pg-") as home:
        pathlib.Path(home).chmod(0o755)
        with cluster.Cluster(pathlib.Path(home) / "cluster") as database:
            bench, figures = Alone(options, pathlib.Path(folder), database), {}
            bench.process(options.build / "catalog", "migrate", "up")
            for group in [*GROUPS, Group(("KILL",), killing)]:
                for row in group.run(bench, figures) if set(group.numbers) & set(options.only.split(",")) else ():
                    print(f"{row.number} {row.name}: {row.ours} against {row.peer}, {row.ratio_text} (target {row.target_text})", flush=True)
            say(json.dumps(figures))


if __name__ == "__main__":
    main()

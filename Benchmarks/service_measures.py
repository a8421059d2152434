"""The measures P11 and P26: a hundred uploads at once through the service, and the death of its workers."""
import csv
import itertools
import signal
import subprocess
import time

import psycopg

import generate
from measures import Group, Row, check, ingest_mixed, median

UPLOADS, VENDORS = 100, 20
ENDED = """
    select count(*), coalesce(sum(created_records), 0), coalesce(sum(error_records), 0),
        extract(epoch from max(completed_at) - min(upload_timestamp))::float8,
        percentile_cont(array[0.5, 0.99]) within group (order by extract(epoch from completed_at - upload_timestamp))
    from catalog.upload_history where completed_at is not null"""


def prepare(bench, rows):
    """Files of one size below the folders of some vendors, where the poller finds them; nothing is running yet."""
    inbox = bench.folder / "objects" / "buckets" / "inbox" / "uploads"
    subprocess.run(["rm", "-rf", inbox], check=True)
    bench.database.query(
        "insert into catalog.vendors (vendor_id, vendor_name, email) "
        f"select format('U%s', n), 'n', 'n@example.com' from generate_series(1, {VENDORS}) n on conflict do nothing",
        "truncate intake.object_events, intake.seen_objects, catalog.report_links, jobs.jobs",
        "insert into intake.routes (bucket, prefix, pipeline, accepts_from) values ('inbox', 'uploads/', 'onboard', '-infinity') "
        "on conflict do nothing", "checkpoint")
    # By records, not by lines: some values hold line breaks.
    with open(bench.file("mixed", rows * UPLOADS), newline="", encoding="utf-8") as file:
        records = csv.reader(file)
        header = next(records)
        for number in range(UPLOADS):
            folder = inbox / f"U{number % VENDORS + 1}"
            folder.mkdir(parents=True, exist_ok=True)
            with open(folder / f"{number}.csv", "w", newline="", encoding="utf-8") as part:
                csv.writer(part).writerows([header, *itertools.islice(records, rows)])


def serve(bench, rows, workers):
    prepare(bench, rows)
    environment = {**bench.environment, "CATALOG_POLL_SECONDS": "1"}
    commands = [["serve", "--roles", "worker,poller"]] + [["worker"]] * (workers - 1)
    processes = [
        subprocess.Popen([bench.build / "catalog", *command], env=environment, cwd=bench.folder, stdout=subprocess.DEVNULL)
        for command in commands]
    connections = 0
    try:
        while (ended := bench.database.query(ENDED))[0][0] < UPLOADS:
            found = bench.database.query("select count(*) from pg_stat_activity where application_name like 'catalog%'")
            connections = max(connections, found[0][0])
            time.sleep(0.05)
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait()
    count, created, errors, seconds, percentiles = ended[0]
    expected = bench.expected(rows * UPLOADS)
    # Ids that are duplicates within one file are none of different vendors.
    check("uploads, and rows that met a fate", (count, created + errors), (UPLOADS, rows * UPLOADS))
    check("at least the rows that are good in one file", created >= expected["valid"], True)
    return {"seconds": seconds, "p50": percentiles[0], "p99": percentiles[1], "connections": connections}


def uploading(bench, figures):
    rows = max(10, min(1000, bench.options.rows // UPLOADS))
    functions = [lambda workers=workers: serve(bench, rows, workers) for workers in (1, 2)]
    peer, results = [], [[], []]
    for _ in range(bench.options.runs):
        bench.empty()
        peer.append(ingest_mixed(bench, rows * UPLOADS))
        for function, found in zip(functions, results):
            bench.empty()
            found.append(function())
    figures["P11"] = {"ingest": peer, "1 worker": results[0], "2 workers": results[1]}
    for workers, found in zip((1, 2), results):
        text = (f"{median(found):.2f} s, p50 {median(found, 'p50'):.2f} s, p99 {median(found, 'p99'):.2f} s, "
                f"{median(found, 'connections'):.0f} connections")
        yield Row("P11", f"{UPLOADS} uploads × {rows:,} rows at once, {workers} worker{'s' * (workers > 1)} (one ingest of all rows)",
                  text, f"{median(peer):.2f} s", median(found) / median(peer), 2 if workers == 1 else None, False)


# P26: how long the jobs of a killed worker are nobody's

GATE = 4711
TAKEN = "select count(*) from jobs.jobs where kind = 'onboard' and state = 'running' and attempt = 2"
STUCK = "select count(*) from pg_stat_activity where wait_event = 'advisory' and datname = current_database()"


def wait_until(bench, statement, expected):
    with psycopg.connect(bench.database.conninfo, autocommit=True) as connection:
        while connection.execute(statement).fetchone()[0] != expected:
            time.sleep(0.002)
        return time.monotonic()


def start(bench, *command):
    return subprocess.Popen([bench.build / "catalog", *command], cwd=bench.folder, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL, env={**bench.environment, "CATALOG_POLL_SECONDS": "1"})


def killed(bench, number):
    """Seconds from the kill of a worker in the middle of a load until another one has its job."""
    folder = bench.folder / "objects" / "buckets" / "inbox" / "uploads" / "V001"
    folder.mkdir(parents=True, exist_ok=True)
    row = f"G{number},Gate,{generate.CATEGORIES[0]},GATE-{number},1.00,1\n"
    text = "vendor_product_id,product_name,category,sku,price,stock_quantity\n" + row
    with psycopg.connect(bench.database.conninfo, autocommit=True) as gate:
        gate.execute("select pg_advisory_lock(%s)", [GATE])
        victim = start(bench, "serve", "--roles", "worker,poller")
        (folder / f"{number}.csv").write_text(text)
        wait_until(bench, STUCK, 1)
        heir = start(bench, "serve", "--roles", "worker,poller")
        wait_until(bench, "select count(*) from jobs.workers", 2)
        victim.kill()
        begin = time.monotonic()
        seconds = wait_until(bench, TAKEN, 1) - begin
        victim.wait()
    wait_until(bench, "select count(*) from jobs.jobs where kind <> 'upkeep'", 0)
    heir.send_signal(signal.SIGTERM)
    heir.wait()
    return {"seconds": seconds}


def dying(bench, figures):
    kills = 4 * bench.options.runs
    bench.empty()
    bench.database.query(
        "insert into intake.routes (bucket, prefix, pipeline, accepts_from) values ('inbox', 'uploads/', 'onboard', '-infinity') "
        "on conflict do nothing", "truncate intake.object_events, catalog.report_links, jobs.jobs",
        "create function public.gate() returns trigger language plpgsql as $$ begin "
        f"perform pg_advisory_xact_lock_shared({GATE}); return new; end $$",
        "create trigger gate before insert on catalog.products for each row when (new.sku like 'GATE-%') "
        "execute function public.gate()")
    found = [killed(bench, number) for number in range(kills)]
    bench.database.query("drop trigger gate on catalog.products", "drop function public.gate()")
    check("P26, products", bench.database.query("select count(*) from catalog.products where sku like 'GATE-%'")[0][0], kills)
    figures["P26"] = found
    middle, most = median(found), max(result["seconds"] for result in found)
    yield Row("P26", f"a killed worker's job is another's, {kills} kills, median (max {most:.2f} s)",
              f"{middle:.2f} s", "limit 2 s", middle / 2, 1, False)
    yield Row("P26", "the same, the longest", f"{most:.2f} s", "limit 2 s", most / 2, 1, False)


GROUPS = [Group(("P11",), uploading), Group(("P26",), dying)]
ALL = ("P11", "P26")

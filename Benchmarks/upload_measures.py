"""The measures P21, P22 and P24: what a small upload costs PostgreSQL, how many fit into a second, and what daily prices cost."""
import concurrent.futures
import contextlib
import json
import pathlib
import subprocess
import tempfile
import threading
import time
import urllib.request

import psycopg

import api_measures
import cluster
from measures import Group, Row, check, median

HEADER = "vendor_product_id,product_name,category,sku,price,stock_quantity\n"
PRODUCTS, ROWS, UPLOADS = 30_000, 50, 40
# Mails that are not out, and jobs that are left.
QUIET = """
    select count(*) from catalog.notifications where state <> 'sent'
    union all select count(*) from jobs.jobs"""


class Server:
    """A server of its own, with settings that the others do without, and the service on it."""

    def __init__(self, bench, home, *settings):
        self.bench = bench
        self.database = cluster.Cluster(pathlib.Path(home) / "cluster", *settings)

    def __enter__(self):
        self.database.__enter__()
        self.environment = {**self.bench.environment, **self.database.environment()}
        self.catalog("migrate", "up")
        self.catalog("category", "add", "Bench")
        return self

    def __exit__(self, *error):
        self.database.__exit__(*error)

    @property
    def folder(self):
        return self.bench.folder

    def catalog(self, *arguments):
        done = subprocess.run([self.bench.build / "catalog", *map(str, arguments)], env=self.environment, cwd=self.folder,
                              check=True, stdout=subprocess.PIPE, text=True)
        return done.stdout.strip()

    def token(self, vendor):
        return self.catalog("vendor", "token", vendor).splitlines()[0]

    @contextlib.contextmanager
    def serving(self, roles="api,worker", **environment):
        port = api_measures.free_port()
        settings = {"CATALOG_HTTP_ADDRESS": f"127.0.0.1:{port}", "CATALOG_HTTP_RATE": "1000000", "CATALOG_LOG_LEVEL": "warning"}
        with api_measures.running(self, [self.bench.build / "catalog", "serve", "--roles", roles], port, **settings,
                                  **environment):
            yield f"http://127.0.0.1:{port}"

    def vendors(self, count):
        self.database.query(
            "insert into catalog.vendors (vendor_id, vendor_name, email) "
            f"select 'V' || n, 'n', 'n@example.com' from generate_series(1, {count}) n")

    def stock(self, count):
        """Products of another vendor, and statistics of them."""
        self.database.query(
            "insert into catalog.vendors (vendor_id, vendor_name, email) values ('STOCK', 'n', 'n@example.com')",
            "insert into catalog.products (vendor_id, vendor_product_id, product_name, category, sku, price, stock_quantity) "
            f"select 'STOCK', 'P' || n, 'Product ' || n, 'Bench', 'STOCK-' || n, 9.99, 5 from generate_series(1, {count}) n",
            "vacuum analyze", "checkpoint")


def rows(name, count):
    return (HEADER + "".join(f"{name}-{n},Product {n},Bench,{name}-S{n},9.99,5\n" for n in range(count))).encode()


def post(base, token, name, body, vendor=None):
    query = f"fileName={name}.csv" + (f"&vendor={vendor}" if vendor else "")
    request = urllib.request.Request(
        f"{base}/uploads?{query}", data=body, method="POST",
        headers={"Authorization": f"Bearer {token}", "Content-Type": "text/csv"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["uploadId"]


def stocked(bench, home, *settings):
    return Server(bench, home, "autovacuum=off", *settings)


def settled(database):
    """Waits until no job is left and every mail is out."""
    while max(database.query(QUIET)) != (0,):
        time.sleep(0.005)


# P21: what an upload of 50 rows costs

COUNTED = "query not like '%pg_stat%' and query not like '%catalog.notifications where state <>%'"


def totals(database):
    """Counts since the server began. A session tells its own at the latest a second after its transaction."""
    time.sleep(2)
    found = database.query(f"""
        select (select coalesce(sum(calls), 0)::float8 from pg_stat_statements where {COUNTED}),
            (select coalesce(sum(total_exec_time + total_plan_time), 0)::float8 from pg_stat_statements where {COUNTED}),
            (select xact_commit::float8 from pg_stat_database where datname = current_database()),
            (pg_current_wal_insert_lsn() - '0/0')::float8""")[0]
    return dict(zip(("statements", "milliseconds", "commits", "wal"), found))


def difference(later, earlier):
    return {name: later[name] - earlier[name] for name in later}


def idle(database, seconds):
    """What the service does in so many seconds by itself: it looks for work and gives changes their ticks."""
    before = totals(database)
    time.sleep(seconds)
    # Both of the counts ask twice.
    return difference(totals(database), before)


def busy(server, base, token, run):
    """The same while uploads come one after another, each when the former one is mailed; how long it took; and the asking itself."""
    asked, begin = 0, time.monotonic()
    before = totals(server.database)
    for number in range(UPLOADS):
        post(base, token, f"r{run}u{number}", rows(f"R{run}U{number}", ROWS))
        while True:
            asked += 1
            if max(server.database.query(QUIET)) == (0,):
                break
            time.sleep(0.02)
    found = difference(totals(server.database), before)
    return found, time.monotonic() - begin, asked


def costing(bench, figures):
    settings = ("shared_preload_libraries=pg_stat_statements", "pg_stat_statements.track_planning=on")
    # Counts are the same each time, and most of it waits.
    found, runs = [], bench.options.runs if bench.options.full else 1
    with tempfile.TemporaryDirectory(prefix="catalog-pg-") as home:
        pathlib.Path(home).chmod(0o755)
        with stocked(bench, home, *settings) as server:
            server.stock(PRODUCTS)
            server.vendors(1)
            server.database.query("create extension pg_stat_statements")
            token = server.token("V1")
            with server.serving() as base:
                # Connections are open, and every page was written once since the last checkpoint, as in the middle of a day.
                busy(server, base, token, "warm")
                for run in range(runs):
                    share = {name: value / 10 for name, value in idle(server.database, 8).items()}
                    whole, seconds, asked = busy(server, base, token, run)
                    whole["commits"] -= asked
                    found.append({name: (value - share[name] * seconds) / UPLOADS for name, value in whole.items()})
            check("P21, products", server.database.query("select count(*) from catalog.products where vendor_id = 'V1'")[0][0],
                  (runs + 1) * UPLOADS * ROWS)
    figures["P21"] = found
    what = f"an upload of {ROWS} rows beside {PRODUCTS:,} products"
    for name, key, limit, unit, digits in (("statements", "statements", 45, "", 1), ("commits", "commits", 8, "", 1),
                                           ("write-ahead log", "wal", 36 * 1024, " bytes", 0),
                                           ("PostgreSQL's time", "milliseconds", 5, " ms", 1)):
        value = median(found, key)
        yield Row("P21", f"{what}: {name}", f"{value:,.{digits}f}{unit}", f"limit {limit:,}{unit}", value / limit, 1, False,
                  # A slow machine makes the service look for work more often in between.
                  compared=key in ("statements", "wal"))


# P22: how many uploads a second fit through the commits

COMMIT_MILLISECONDS, CLIENTS, RATE = 3, 32, 200
WAITS = """
    select wait_event_type || ':' || wait_event, count(*)::integer from pg_stat_activity
    where backend_type = 'client backend' and state = 'active' and wait_event is not null and pid <> pg_backend_pid() group by 1"""


UNCUT = "select count(*) from pg_partitioned_table p where (select count(*) from pg_inherits i where i.inhparent = p.partrelid) < 2"


def wait_for_partitions(database):
    """Upkeep cuts the partitions of a new database once, and locks what uploads write while it does."""
    end = time.monotonic() + 60
    while database.query(UNCUT) != [(0,)]:
        if time.monotonic() > end:
            raise SystemExit("upkeep has made no partitions within a minute")
        time.sleep(0.1)


def sample(database, found, stop):
    """What sessions wait for, fifty times a second."""
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        while not stop.is_set():
            for event, count in connection.execute(WAITS).fetchall():
                found[event] = found.get(event, 0) + count
            time.sleep(0.02)


def flooding(bench, figures):
    # A commit waits so long before it goes to disk, as for a disk or a standby far away, whoever else commits.
    settings = (f"commit_delay={COMMIT_MILLISECONDS * 1000}", "commit_siblings=0", "max_connections=200")
    count = RATE * bench.options.upload_seconds
    with tempfile.TemporaryDirectory(prefix="catalog-pg-") as home:
        pathlib.Path(home).chmod(0o755)
        with stocked(bench, home, *settings) as server:
            server.vendors(CLIENTS)
            tokens = [server.token(f"V{n + 1}") for n in range(CLIENTS)]
            with server.serving(CATALOG_CONCURRENCY="onboard=12,notify=12", CATALOG_HTTP_CONNECTIONS="16") as base:
                wait_for_partitions(server.database)
                result = flood(server, base, tokens, count)
            check("P22, products", server.database.query("select count(*) from catalog.products")[0][0], count)
    figures["P22"] = [result]
    waits = ", ".join(f"{event} {number}" for event, number in
                      sorted(result["waits"].items(), key=lambda one: -one[1])[:4])
    yield Row("P22", f"{count:,} uploads of one row by {CLIENTS} clients, a commit takes {COMMIT_MILLISECONDS} ms: to the last mail",
              f"{result['rate']:.0f}/s", f"{RATE}/s", result["rate"] / RATE, 1, True)
    locks = result["waits"].get("Lock:object", 0)
    yield Row("P22", f"the same, samples of Lock:object ({waits})", str(locks), "0", float(locks), 0, False)


def flood(server, base, tokens, count):
    waits, stop = {}, threading.Event()
    sampler = threading.Thread(target=sample, args=(server.database, waits, stop))
    sampler.start()
    begin = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(lambda n: post(base, tokens[n % CLIENTS], f"f{n}", rows(f"F{n}", 1)), range(count)))
    settled(server.database)
    seconds = time.monotonic() - begin
    stop.set()
    sampler.join()
    return {"seconds": seconds, "rate": count / seconds, "waits": waits}


# P24: daily prices

DAYS, DAILY = 10, 100_000


def pricing(bench, figures):
    daily = min(DAILY, bench.options.rows // 10)
    file = bench.folder / "prices.csv"
    days = []
    with tempfile.TemporaryDirectory(prefix="catalog-pg-") as home:
        pathlib.Path(home).chmod(0o755)
        with Server(bench, home, "max_wal_size=8GB") as server:
            server.vendors(1)
            for day in range(DAYS + 1):
                file.write_text(HEADER + "".join(
                    f"P{n},Product {n},Bench,SKU-{n},{day + 1}.{n % 100:02},5\n" for n in range(daily)))
                before = moment(server.database)
                server.catalog("ingest", file, "--vendor", "V1", "--mode", "upsert")
                days.append(difference(moment(server.database), before))
            size = server.database.query("select pg_table_size('catalog.products')::float8 / 1048576")[0][0]
    created, updates = days[0], days[1:]
    check("P24, updates", [day["updates"] for day in updates], [daily] * DAYS)
    share = sum(day["hot"] for day in updates) / sum(day["updates"] for day in updates)
    wal = updates[-1]["wal"] / daily
    figures["P24"] = days
    what = f"{DAYS} daily prices of {daily:,} products"
    yield Row("P24", f"{what}: updates that touch no index", f"{share * 100:.1f} %", "95 %", share / 0.95, 1, True)
    yield Row("P24", f"the same: write-ahead log of a row on the last day (first load: {created['wal'] / daily:,.0f})",
              f"{wal:,.0f} bytes", "–", wal / 1000, None, False)
    yield Row("P24", "the same: the table's size at the end", f"{size:.0f} MB", "–", size / 100, None, False)


def moment(database):
    time.sleep(1)
    found = database.query("""
        select n_tup_upd::float8, n_tup_hot_upd::float8, (pg_current_wal_insert_lsn() - '0/0')::float8
        from pg_stat_user_tables where relid = 'catalog.products'::regclass""")[0]
    return dict(zip(("updates", "hot", "wal"), found))


GROUPS = [Group(("P21",), costing), Group(("P22",), flooding), Group(("P24",), pricing)]
ALL = ("P21", "P22", "P24")

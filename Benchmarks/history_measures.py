#!/usr/bin/env python3
"""The measures P20 and P31: what a person asks of the history, at the size of a year, as the owner, an auditor and a vendor; and reverts.

    history_measures.py CONNINFO    prints the table question × role × ms of a database that history_scale.sql has filled

Each question runs five times, without parallel workers; the median of the server's processor time counts, as the kernel has it
(/proc/PID/schedstat), because that is what an idle machine needs with the tables in memory, and what a busy one does not distort. What was
read by walking through tables is taken from the server's statistics, so that functions cannot hide it.
"""
import pathlib
import re
import statistics
import subprocess
import sys

import psycopg

from measures import Group, Row, check, fresh, ingest, median, middle, rate

HERE = pathlib.Path(__file__).resolve().parent
QUERIES = HERE.parent / "sql" / "queries"
LIMIT_MS, LIMIT_ROWS = 100, 10_000
ROLES = {"owner": ("catalog_owner", ""), "auditor": ("catalog_auditor", ""), "vendor": ("catalog_vendor", "V00077")}
WALKED = """
    select relid, seq_tup_read from pg_stat_xact_all_tables
    where schemaname in ('catalog', 'intake', 'jobs', 'enrichment') and seq_tup_read > 0"""
EXAMPLE = """
    select u.upload_id, u.upload_timestamp::text, p.product_id, p.vendor_product_id, p.sku, v.version_id,
        (u.upload_timestamp + interval '1 hour')::text, u.upload_timestamp::date::text, (u.upload_timestamp::date + 1)::text
    from catalog.upload_history u
    join catalog.products p on p.vendor_id = u.vendor_id and p.made_by <> 0
    join catalog.product_versions v using (product_id)
    where u.vendor_id = 'V00077' and u.status = 'partial' and u.upload_id = p.upload_id
    order by u.upload_timestamp desc, p.product_id limit 1"""


def values(connection):
    """What the questions are asked about: a vendor's upload with errors that changed a product, and moments after it."""
    found = connection.execute(EXAMPLE).fetchone()
    names = ("upload", "at", "product_id", "product", "sku", "version", "moment", "day", "next_day")
    known = dict(zip(names, map(str, found)))
    head = connection.execute("select audit.changes_head()").fetchone()[0]
    early = connection.execute(
        "select tick_id || '-' || left(encode(hash, 'hex'), 8) from catalog.ticks where tick_id = (select max(tick_id) / 2 from catalog.ticks)")
    return {**known, "vendor": "V00077", "object": "V00077", "from": known["day"], "to": known["next_day"], "days": "7", "status": "failed",
            "event": "report.given_up", "cursor": early.fetchone()[0], "head": head}


def asked(known):
    """{name: statement} of every view, function and ready question."""
    v = {name: "'" + value.replace("'", "''") + "'" for name, value in known.items()}
    views = {
        "audit.uploads, the newest 100": "select * from audit.uploads order by upload_timestamp desc, upload_id desc limit 100",
        "audit.uploads of a vendor": f"select * from audit.uploads where vendor_id = {v['vendor']}",
        "audit.upload_errors of an upload": f"select * from audit.upload_errors where upload_id = {v['upload']}",
        "audit.upload_errors, the newest 100": "select * from audit.upload_errors order by upload_timestamp desc limit 100",
        "audit.vendor_quality of a vendor": f"select * from audit.vendor_quality where vendor_id = {v['vendor']}",
        "audit.vendor_quality": "select * from audit.vendor_quality",
        "audit.product_rows of a SKU": f"select * from audit.product_rows where sku = {v['sku']}",
        "audit.product_rows of a product": f"select * from audit.product_rows where product_id = {v['product_id']}",
        "audit.row_of_version": f"select * from audit.row_of_version({v['version']})",
        "audit.products_as_of, a SKU": f"select * from audit.products_as_of({v['moment']}) where sku = {v['sku']}",
        "audit.products_as_of, a product":
            f"select * from audit.products_as_of({v['moment']}) where vendor_id = {v['vendor']} and vendor_product_id = {v['product']}",
        "audit.products_as_of, a vendor": f"select * from audit.products_as_of({v['moment']}) where vendor_id = {v['vendor']}",
        "audit.product_history": f"select * from audit.product_history({v['vendor']}, {v['product']})",
        "audit.upload_diff": f"select * from audit.upload_diff({v['upload']})",
        "audit.upload_timeline": f"select * from audit.upload_timeline({v['upload']})",
        "audit.sku_holders": f"select * from audit.sku_holders({v['upload']})",
        "audit.changes_since, 100": f"select * from audit.changes_since({v['cursor']}, 100)",
        "audit.changes_since, a vendor, 100": f"select * from audit.changes_since(null, 100, {v['vendor']})",
        "audit.changes_head": "select audit.changes_head()",
        "audit.head": "select * from audit.head()",
        "audit.tick, nothing new": "select audit.tick()",
        "audit.enrichment, the newest 100": "select * from audit.enrichment order by created_at desc limit 100",
    }
    for file in sorted(QUERIES.glob("*.sql")):
        statement = re.sub(r":'(\w+)'", lambda match: v[match[1]], file.read_text(encoding="utf-8"))
        views[file.name] = statement.rstrip().rstrip(";")
    return views


def processor(connection):
    """Seconds that the server's side of the connection has run."""
    return int(pathlib.Path(f"/proc/{connection.info.backend_pid}/schedstat").read_text(encoding="utf-8").split()[0]) / 1e9


def ask(connection, role, statement):
    """(ms, rows read by walking through one table), or None where the role may not."""
    name, vendor = ROLES[role]
    times, walked = [], 0
    for _ in range(5):
        try:
            with connection.transaction(force_rollback=True):
                connection.execute(f"set local role {name}")
                connection.execute("select set_config('catalog.vendor_id', %s, true)", [vendor])
                before = dict(connection.execute(WALKED).fetchall())
                begin = processor(connection)
                connection.execute(statement).fetchall()
                times.append(1000 * (processor(connection) - begin))
                after = connection.execute(WALKED).fetchall()
                walked = max((rows - before.get(name, 0) for name, rows in after), default=0)
        except psycopg.errors.InsufficientPrivilege:
            return None
    return statistics.median(times), walked


def table(conninfo):
    """{question: {role: (ms, rows) or None}}"""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("set max_parallel_workers_per_gather = 0")
        questions = asked(values(connection))
        return {name: {role: ask(connection, role, statement) for role in ROLES} for name, statement in questions.items()}


def cell(found):
    if found is None:
        return "–"
    milliseconds, walked = found
    text = f"{milliseconds:.1f}"
    return f"**{text}**" if milliseconds > LIMIT_MS else text + (f" ({walked:,} rows walked)" if walked > LIMIT_ROWS else "")


def printed(results):
    lines = ["| question | owner, ms | auditor, ms | vendor, ms |", "|---|---|---|---|"]
    for name, by_role in results.items():
        lines.append(f"| {name} | " + " | ".join(cell(by_role[role]) for role in ROLES) + " |")
    return "\n".join(lines)


def fill(bench):
    """A hundred products, ten uploads, 500 events and 100 errors for each vendor."""
    rows = bench.options.rows
    sizes = {"products": rows, "vendors": rows // 100, "uploads": rows // 10, "events": 5 * rows, "errors": rows}
    settings = [part for name, value in sizes.items() for part in ("-v", f"{name}={value}")]
    subprocess.run(["psql", "-Xq", bench.database.conninfo, *settings, "-f", HERE / "history_scale.sql"], check=True,
                   stdout=subprocess.DEVNULL)


def measure(bench, figures):
    bench.empty()
    bench.database.query("delete from catalog.product_categories", "delete from catalog.vendors")
    fill(bench)
    results = table(bench.database.conninfo)
    print(printed(results))
    figures["P20"] = results
    found = [answer for by_role in results.values() for answer in by_role.values() if answer]
    slow = [milliseconds for milliseconds, walked in found if milliseconds > LIMIT_MS or walked > LIMIT_ROWS]
    worst = max(max(milliseconds / LIMIT_MS, walked / LIMIT_ROWS) for milliseconds, walked in found)
    yield Row("P20", f"{len(found)} audit questions, the slowest", f"{max(found)[0]:.0f} ms, {len(slow)} above the limits",
              f"limit {LIMIT_MS} ms, {LIMIT_ROWS:,} rows", worst, 1, False)


# P31: what undoing an upload takes


def reverting(bench, figures):
    rows = middle(bench)
    for kind, undoing in (("created products", created), ("changed prices", repriced)):
        found = [fresh(bench, lambda: undoing(bench, rows)) for _ in range(bench.options.runs)]
        loads, reverts = zip(*found)
        figures[f"P31/{kind}"] = {"load": loads, "revert": reverts}
        mine, theirs = median(reverts), median(loads)
        yield Row("P31", f"revert of {rows:,} {kind} (their load)", rate(rows, mine), rate(rows, theirs), mine / theirs, 0.5, False)


def created(bench, rows):
    loaded = ingest(bench, bench.file("clean", rows), allowed=(0,))
    reverted = revert(bench, loaded)
    check("P31, products left", bench.database.query("select count(*) from catalog.products"), [(0,)])
    return loaded, reverted


def repriced(bench, rows):
    ingest(bench, bench.file("clean", rows), allowed=(0,))
    # As autovacuum leaves a table that has been there for a while.
    bench.database.query("vacuum analyze catalog.products", "checkpoint")
    loaded = ingest(bench, bench.file("repriced", rows), "--mode", "upsert", allowed=(0,))
    reverted = revert(bench, loaded)
    check("P31, images kept", bench.database.query("select count(*) from catalog.product_versions"), [(2 * rows,)])
    return loaded, reverted


def revert(bench, loaded):
    bench.database.query("checkpoint")
    return bench.process(bench.build / "catalog", "upload", "revert", loaded["summary"]["uploadId"])


# P20 is the last, since it leaves other vendors behind.
GROUPS = [Group(("P31",), reverting), Group(("P20",), measure)]
ALL = ("P20", "P31")

if __name__ == "__main__":
    print(printed(table(sys.argv[1])))

#!/usr/bin/env python3
"""Writes the dashboard of Grafana, deploy/grafana/catalog.json; with --check only compares.

usage: deploy/grafana/dashboard.py [--check]      wants grafana-foundation-sdk (scripts/deployment/requirements.txt)
"""

import pathlib
import sys

from grafana_foundation_sdk.builders import common, dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import BigValueGraphMode
from grafana_foundation_sdk.models.dashboard import DataSourceRef

FILE = pathlib.Path(__file__).resolve().parent / "catalog.json"
SOURCE = DataSourceRef(type_val="prometheus", uid="${source}")


def rate(metric, by=""):
    return f"sum {by and f'by ({by}) '}(rate({metric}[$__rate_interval]))"


def quantile(metric, share=0.99):
    return f"histogram_quantile({share}, sum by (le) (rate({metric}_bucket[$__rate_interval])))"


# Gauges of the database are the same in every process: max, not sum.
# Title of a row: panels, each a title, a unit and its questions with their legends.
ROWS = {
    "Uploads": [
        ("Uploads by status", "short", [(rate("catalog_uploads_total", "status"), "{{status}}")]),
        ("Rows a second", "rowsps", [(rate("catalog_upload_rows_total", "result"), "{{result}}")]),
        ("Errors by type", "short", [(rate("catalog_upload_errors_total", "error_type"), "{{error_type}}")]),
        ("Duration of uploads", "s", [
            (quantile("catalog_upload_duration_seconds", 0.5), "half"), (quantile("catalog_upload_duration_seconds"), "99 %")]),
        ("From the commit to report and mail, 99 %", "s", [
            (quantile("catalog_report_delay_seconds"), "report"), (quantile("catalog_mail_delay_seconds"), "mail")]),
        ("Objects announced or found", "short", [
            (rate("catalog_intake_events_total", "source, result"), "{{source}} {{result}}")]),
        ("Since the poller's last whole round", "s", [("max(catalog_poller_lag_seconds)", "lag")]),
    ],
    "Queue": [
        ("Jobs that wait or run", "short", [
            ('max by (queue, state) (catalog_jobs{state!="dead"})', "{{queue}} {{state}}")]),
        ("Dead jobs", "short", [('max by (queue) (catalog_jobs{state="dead"})', "{{queue}}")]),
        ("Oldest job", "s", [("max by (queue) (catalog_job_oldest_age_seconds)", "{{queue}}")]),
        ("Paused", "short", [("max by (queue) (catalog_queue_paused)", "{{queue}}")]),
        ("Attempts a second", "ops", [(rate("catalog_job_attempts_total", "queue, outcome"), "{{queue}} {{outcome}}")]),
        ("Duration of jobs, 99 %", "s", [
            ("histogram_quantile(0.99, sum by (le, queue) (rate(catalog_job_duration_seconds_bucket[$__rate_interval])))",
             "{{queue}}")]),
    ],
    "Relay": [
        ("Windows that are not verified", "short", [("max by (state) (catalog_relay_windows)", "{{state}}")]),
        ("Oldest window", "s", [("max(catalog_relay_oldest_age_seconds)", "age")]),
        ("Objects a second", "ops", [(rate("catalog_relay_objects_total"), "objects")]),
        ("Bytes a second", "Bps", [(rate("catalog_relay_bytes_total"), "bytes")]),
        ("From a window's opening to the target, 99 %", "s", [(quantile("catalog_relay_delivery_seconds"), "delivery")]),
    ],
    "Enrichment": [
        ("Results a second", "ops", [
            (rate("catalog_enrichment_records_total", "provider, outcome"), "{{provider}} {{outcome}}")]),
        ("Calls a second", "ops", [
            (rate("catalog_enrichment_calls_total", "provider, outcome"), "{{provider}} {{outcome}}")]),
        ("Duration of calls, 99 %", "s", [
            ("histogram_quantile(0.99, sum by (le, provider) (rate(catalog_enrichment_call_seconds_bucket[$__rate_interval])))",
             "{{provider}}")]),
        ("Credits used a second", "short", [(rate("catalog_enrichment_credits_used_total", "provider"), "{{provider}}")]),
        ("Share of credits left", "percentunit", [
            ("min by (provider) (catalog_enrichment_credits_left / catalog_enrichment_credit_budget)", "{{provider}}")]),
        ("Circuit open", "short", [("max by (provider) (catalog_enrichment_circuit_open)", "{{provider}}")]),
    ],
    "HTTP": [
        ("Requests a second by status", "reqps", [(rate("catalog_http_requests_total", "status"), "{{status}}")]),
        ("Requests a second by route", "reqps", [(rate("catalog_http_requests_total", "route"), "{{route}}")]),
        ("Time to the answer's head", "s", [
            (quantile("catalog_http_request_duration_seconds", 0.5), "half"),
            (quantile("catalog_http_request_duration_seconds"), "99 %")]),
    ],
    "Database and processes": [
        ("Open connections", "short", [("sum by (pool) (catalog_database_connections)", "{{pool}}")]),
        ("Wait for a connection, 99 %", "s", [
            ("histogram_quantile(0.99, sum by (le, pool) (rate(catalog_database_wait_seconds_bucket[$__rate_interval])))",
             "{{pool}}")]),
        ("Dead row versions of the queue", "short", [("max(catalog_dead_tuples)", "dead")]),
        ("Oldest transaction", "s", [("max(catalog_oldest_transaction_seconds)", "age")]),
        ("Tables without a partition ahead", "short", [("max(catalog_partitions_missing)", "tables")]),
        ("Age of the database's gauges", "s", [("max by (instance) (catalog_gauges_age_seconds)", "{{instance}}")]),
        ("Processor", "short", [("rate(process_cpu_seconds_total{job=\"catalog\"}[$__rate_interval])", "{{instance}}")]),
        ("Memory", "bytes", [("process_resident_memory_bytes{job=\"catalog\"}", "{{instance}}")]),
        ("Open files and connections", "short", [("process_open_fds{job=\"catalog\"}", "{{instance}}")]),
    ],
}

STATS = [
    ("Dead jobs", "short", 'sum(max by (queue) (catalog_jobs{state="dead"}))'),
    ("Oldest job", "s", "max(catalog_job_oldest_age_seconds)"),
    ("Answered 5xx", "percentunit",
     'sum(rate(catalog_http_requests_total{status=~"5.."}[5m])) / sum(rate(catalog_http_requests_total[5m]))'),
    ("Schema", "short", "max(catalog_schema_version)"),
    ("Processes", "short", "count(catalog_build_info)"),
]


def question(letter, expression, legend):
    return prometheus.Dataquery().ref_id(letter).expr(expression).legend_format(legend)


def panel(title, unit, questions):
    made = (
        timeseries.Panel().title(title).unit(unit).min(0).legend(common.VizLegendOptions().show_legend(True))
        .datasource(SOURCE).height(7).span(8)
    )
    for letter, (expression, legend) in zip("AB", questions, strict=False):
        made = made.with_target(question(letter, expression, legend))
    return made


def built():
    board = (
        dashboard.Dashboard("Catalog").uid("catalog").tags(["catalog"]).refresh("30s").time("now-6h", "now")
        .with_variable(dashboard.DatasourceVariable("source").type("prometheus").label("Prometheus"))
    )
    for title, unit, expression in STATS:
        board = board.with_panel(
            stat.Panel().title(title).unit(unit).graph_mode(BigValueGraphMode.NONE)
            .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"])).datasource(SOURCE).height(4).span(4)
            .with_target(question("A", expression, title)))
    for title, panels in ROWS.items():
        board = board.with_row(dashboard.Row(title))
        for one in panels:
            board = board.with_panel(panel(*one))
    return JSONEncoder(sort_keys=True, indent=2).encode(board.build()) + "\n"


def main(arguments):
    text = built()
    if "--check" in arguments:
        if FILE.read_text(encoding="utf-8") != text:
            print(f"{FILE}: is not what dashboard.py makes: run it", file=sys.stderr)
            return 1
        return 0
    FILE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

#!/usr/bin/env python3
"""Kills workers and PostgreSQL while uploads are loaded, and holds PostgreSQL's log of it against the queue's protocol.

usage: queue_chaos.py CATALOG [--rounds 20] [--vendors 3] [--files 8] [--rows 300] [--seed 1]
Needs PostgreSQL's server programs, with the plugin test_decoding, which comes with them. Prints what was seen; fails if a rule is broken."""

import argparse
import glob
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from queue_trace import Replay, damaged

HEADER = "vendor_product_id,product_name,category,sku,price,stock_quantity\n"


class Server:
    """A private PostgreSQL that writes everything needed for decoding into its log."""

    def __init__(self, folder):
        self.folder, self.data = folder, folder / "data"
        self.programs = pathlib.Path(sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1])
        # A server does not run as root.
        self.become = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
        if self.become:
            subprocess.run(["chown", "postgres", folder], check=True)
        self.call("initdb", "-A", "trust", "-U", "postgres", "-D", self.data)
        with open(self.data / "postgresql.auto.conf", "a", encoding="utf-8") as settings:
            settings.write(f"listen_addresses = ''\nunix_socket_directories = '{folder}'\nwal_level = logical\n")
        self.start()
        self.url = f"postgresql:///catalog?host={folder}&user=postgres"
        self.ask("create database catalog", database="postgres")

    def call(self, program, *arguments):
        subprocess.run([*self.become, self.programs / program, *arguments], check=True, cwd="/",
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def start(self):
        self.call("pg_ctl", "start", "-w", "-s", "-D", self.data, "-l", self.folder / "log")

    def crash(self):
        """As a crash of the machine would: what is not on disk is gone."""
        self.call("pg_ctl", "stop", "-s", "-m", "immediate", "-D", self.data)

    def stop(self):
        self.call("pg_ctl", "stop", "-s", "-m", "fast", "-D", self.data)

    def ask(self, sql, database="catalog"):
        return subprocess.run(
            [self.programs / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-U", "postgres", "-d", database, "-c", sql],
            check=True, capture_output=True, text=True).stdout


class Workers:
    def __init__(self, catalog, folder, url):
        self.catalog, self.folder = catalog, folder
        self.environment = os.environ | {
            "CATALOG_DATABASE_URL": url, "CATALOG_STORE": f"file:{folder}/objects", "CATALOG_NOTIFY": f"file:{folder}/mail",
            "CATALOG_LEASE_SECONDS": "2", "CATALOG_POLL_SECONDS": "1", "CATALOG_HTTP_ADDRESS": "127.0.0.1:0"}
        self.running = []

    def command(self, *arguments):
        subprocess.run([self.catalog, *arguments], check=True, env=self.environment, cwd=self.folder, capture_output=True)

    def start(self):
        with open(self.folder / "workers.log", "ab") as log:
            self.running.append(subprocess.Popen(
                [self.catalog, "serve", "--roles", "worker,poller"], env=self.environment, cwd=self.folder,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log))

    def end(self, worker, how):
        self.running.remove(worker)
        worker.send_signal(how)
        worker.wait()


def drop(folder, vendor, number, rows):
    """As a vendor would: the file appears whole."""
    inbox = folder / "objects/buckets/inbox/uploads" / vendor
    inbox.mkdir(parents=True, exist_ok=True)
    staged = folder / "staged"
    staged.write_text(HEADER + "".join(f"P{number}-{n},Name,Audio,{vendor}-{number}-{n},1.00,1\n" for n in range(rows)))
    staged.rename(inbox / f"{number}.csv")


def disturb(server, workers, dice):
    kind = dice.choice(["kill", "kill", "sleep", "crash"])
    if kind == "kill":
        workers.end(dice.choice(workers.running), signal.SIGKILL)
        workers.start()
    elif kind == "sleep":
        # Longer than its lease: it wakes up and believes that its jobs are still its own.
        worker = dice.choice(workers.running)
        worker.send_signal(signal.SIGSTOP)
        time.sleep(3)
        worker.send_signal(signal.SIGCONT)
    else:
        server.crash()
        server.start()
    return kind


def run(options, folder):
    dice, server = random.Random(options.seed), Server(folder)
    workers = Workers(os.path.abspath(options.catalog), folder, server.url)
    vendors = [f"V{n:03}" for n in range(options.vendors)]
    try:
        workers.command("migrate", "up")
        server.ask("select pg_create_logical_replication_slot('trace', 'test_decoding')")
        for vendor in vendors:
            workers.command("vendor", "add", vendor, "--name", vendor, "--email", f"{vendor}@example.com")
        workers.command("category", "add", "Audio")
        workers.command("route", "add", "s3://inbox/uploads/", "onboard")
        workers.start()
        workers.start()
        faults = {}
        for number in range(max(options.rounds, options.files)):
            if number < options.files:
                for vendor in vendors:
                    drop(folder, vendor, number, options.rows)
            time.sleep(dice.uniform(0.1, 1.5))
            if number < options.rounds:
                kind = disturb(server, workers, dice)
                faults[kind] = faults.get(kind, 0) + 1
        expected = len(vendors) * options.files
        limit = time.monotonic() + 300
        while server.ask("select count(*) from catalog.upload_history where status = 'completed'").strip() != str(expected) \
                or server.ask("select count(*) from jobs.jobs where unique_key !~ '@' and state <> 'dead'").strip() != "0":
            if time.monotonic() > limit:
                print("queue-chaos: after five minutes not everything has ended", file=sys.stderr)
                break
            time.sleep(0.5)
        for worker in list(workers.running):
            workers.end(worker, signal.SIGTERM)
        trace = server.ask("select data from pg_logical_slot_get_changes('trace', null, null, 'include-timestamp', 'on')")
        products = int(server.ask("select count(*) from catalog.products"))
        return faults, trace, products, expected * options.rows
    finally:
        for worker in list(workers.running):
            workers.end(worker, signal.SIGKILL)
        server.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("catalog")
    for name, default in [("rounds", 20), ("vendors", 3), ("files", 8), ("rows", 300), ("seed", 1)]:
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--keep", help="where the trace is written")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="queue-chaos-") as folder:
        os.chmod(folder, 0o755)
        faults, trace, products, wanted = run(options, pathlib.Path(folder))
    if options.keep:
        pathlib.Path(options.keep).write_text(trace)
    replay = Replay().run(trace.splitlines()).check_end()
    if products != wanted:
        replay.problems.append(f"{products} products instead of {wanted}")
    print("faults:", ", ".join(f"{count} × {kind}" for kind, count in sorted(faults.items())))
    print("trace: ", ", ".join(f"{count} {name}" for name, count in replay.counts.items()))
    for problem in replay.problems:
        print("wrong: ", problem)
    if replay.problems:
        sys.exit(1)
    for name, lines in damaged(trace.splitlines()):
        if not Replay().run(lines).check_end().problems:
            sys.exit(f"queue-chaos: the replay does not see it when {name}")
    print(f"{products} products, as wanted; the trace follows the protocol")


main()

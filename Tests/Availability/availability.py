#!/usr/bin/env python3
"""Uploads go on while a primary, its synchronous standby, Patroni, etcd and the service meet one fault after the other; an oracle counts.

usage: availability.py CATALOG [--full] [--only FAULT…] [--kills 30] [--burst 100] [--lease 10] [--seed 1] [--postgres FOLDER]
Takes root, and what `scripts/setup.sh --availability Tests/Availability/requirements.txt` installs. Prints the table of docs/operations/availability.md; fails if an upload is lost,
doubled, stuck or wrong, and then keeps the folder with the logs."""

import argparse
import glob
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import faults
from fleet import Fleet
from load import Load
from machines import PATRONICTL, Machines, until
from network import Network
from oracle import KINDS, judge

CLOCKS = "/usr/lib/*/faketime/libfaketime.so.1"
VENDORS = ["V1", "V2", "V3", "V4"]


class Run:
    """What the faults need: the machines, the network, the service, the load, and a watch."""

    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.network = self.machines = self.fleet = self.load = None
        self.began = 0

    def patronictl(self, *words):
        settings = self.machines.servers[0].folder / "patroni.json"
        done = subprocess.run([*PATRONICTL, "-c", settings, *words], capture_output=True, text=True, check=False, timeout=120)
        if done.returncode:
            raise RuntimeError(f"patronictl {' '.join(words)}: {done.stdout}{done.stderr}")

    def watch(self, former):
        """Waits until a file that was sent after the fault is loaded. Returns who is the primary, and seconds since the fault."""
        primary = self.machines.primary()
        upload = until("an upload is taken again", 180, lambda: next(
            (upload for upload in self.load.snapshot() if upload.begin > self.began and upload.id), None))
        ended = f"select 1 from catalog.upload_history where upload_id = '{upload.id}' and status = 'partial'"
        until("it is loaded", 180, lambda: self.machines.primary().ask(ended) == ["1"])
        loaded = time.monotonic() - self.began
        moved = "the standby" if self.machines.primary() is not former else "the same"
        return moved, upload.taken - self.began, loaded

    def one(self, fault):
        """A row of the table, and the oracle's sentences."""
        before = {upload.name for upload in self.load.snapshot()}
        self.load.go()
        until("the load begins", 60, lambda: sum(upload.id is not None for upload in self.load.snapshot()) >= len(before) + 4)
        self.began = time.monotonic()
        try:
            moved, taken, loaded = fault(self)
        finally:
            untaken = self.load.rest()
        self.machines.wait_until_whole()
        self.fleet.wait_until_ready()
        uploads = self.load.snapshot()
        verdict = judge(self.machines.primary(), uploads, untaken, limit=30 + 3 * self.options.lease)
        for sentence in self.fleet.ended():
            verdict.add("wrong", sentence)
        mine = [upload for upload in uploads if upload.name not in before]
        longest = max((upload.taken or time.monotonic()) - upload.begin for upload in mine)
        name = fault.__doc__.format(kills=self.options.kills, burst=self.options.burst)
        counts = [str(len(verdict.problems[kind])) for kind in KINDS]
        row = [name, moved, f"{taken:.0f} s", f"{loaded:.0f} s", f"{longest:.0f} s", str(len(mine)),
               str(sum(len(upload.refusals) for upload in mine)), *counts]
        print("| " + " | ".join(row) + " |", flush=True)
        for sentence in verdict.sentences():
            print(f"  {sentence}", file=sys.stderr, flush=True)
        return verdict.sentences()

    def all(self, chosen):
        titles = ["fault", "primary afterwards", "taken again after", "loaded again after", "longest wait of a client", "files",
                  "refused and repeated", *KINDS]
        print("| " + " | ".join(titles) + " |\n" + "|---" * len(titles) + "|", flush=True)
        return [sentence for fault in chosen for sentence in self.one(fault)]


def perform(options, folder):
    run = Run(options, folder)
    programs = options.postgres or pathlib.Path(sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1])
    clock = next(iter(glob.glob(CLOCKS)), None)
    chosen = faults.USUAL + (faults.MORE if options.full else [])
    if options.only:
        chosen = [getattr(faults, name) for name in options.only]
    if not clock:
        print("availability: no libfaketime here: no clock is stepped", file=sys.stderr)
        chosen = [fault for fault in chosen if not fault.__name__.startswith("clock")]
    with Network(["db1", "db2", "witness", "service"]) as run.network:
        run.network.enter("service")
        with Machines(run.network, folder, programs, clock) as run.machines:
            run.fleet = Fleet(os.path.abspath(options.catalog), folder, run.machines.url, options.lease)
            run.fleet.command("migrate", "up")
            run.fleet.command("category", "add", "Audio")
            for vendor in VENDORS:
                run.fleet.command("vendor", "add", vendor, "--name", vendor, "--email", f"{vendor}@example.com")
            tokens = {vendor: run.fleet.command("vendor", "token", vendor) for vendor in VENDORS}
            with run.fleet:
                run.load = Load(tokens)
                return run.all(chosen)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("catalog")
    parser.add_argument("--full", action="store_true", help="more faults, 1,000 kills, the service's usual lease of 30 s")
    parser.add_argument("--only", nargs="+", help="names of functions in faults.py")
    parser.add_argument("--kills", type=int)
    parser.add_argument("--burst", type=int, default=100)
    parser.add_argument("--lease", type=int, help="CATALOG_LEASE_SECONDS")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgres", type=pathlib.Path, help="folder of the server's programs")
    options = parser.parse_args()
    options.kills = options.kills or (1000 if options.full else 30)
    options.lease = options.lease or (30 if options.full else 10)
    if os.geteuid() != 0:
        sys.exit("availability: network namespaces take root")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="availability-"))
    folder.chmod(0o755)
    begin = time.monotonic()
    problems = None
    # Also in the background, where a shell has it ignore them: nothing of it is left behind.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        problems = perform(options, folder)
    finally:
        if problems == []:
            shutil.rmtree(folder)
        else:
            print(f"availability: the logs are in {folder}", file=sys.stderr)
    print(f"{time.monotonic() - begin:.0f} s")
    if problems:
        sys.exit(1)


main()

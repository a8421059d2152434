#!/usr/bin/env python3
"""Ten minutes of the relay as it is meant to work, with an outage of the target and a worker killed in between.

    relay_run.py [--minutes 10] [--rate 10] [--burst 100] [--outage 180] [--no-kill | --kill-every SECONDS] [--static]
                 [--bytes 100000] [--build DIR]

An outside client puts objects into one S3 server (moto; with --static nginx plays it) and announces each; the service relays them to another one (OpenStack
Swift). Every minute has five seconds of bursts. A third of the way in, the worker is killed with signal 9 and started again five
seconds later; then the target refuses every connection for the outage. With --kill-every that is done all the time instead, a second
apart, and 95 % of the objects have to be verified within two minutes, 99.9 % within three. At the end the archives are fetched by the client and every
object must be in exactly one of them, whole. Prints latencies from the end of the PUT to the verified archive.

Needs the release build and the packages of Tests/requirements.txt and Benchmarks/*requirements.txt. The exit status is 1 if an
object is missing, doubled or damaged, or too many are late.
"""
import argparse
import atexit
import concurrent.futures
import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
TESTS = HERE.parent / "Tests"
sys.path.insert(0, str(TESTS / "Clients"))

import cluster
import relay
from static_source import StaticSource

BURST_SECONDS = 5
KEYS = "test:tester", "testing"


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def say(text):
    print(text, flush=True)


class Servers:
    """Source, target, the way to the target, and a database."""

    def __init__(self, folder, static):
        self.folder, self.static = pathlib.Path(folder), static
        self.mode = self.folder / "mode"

    def start(self):
        moto, *swift = free_ports(5)
        owner = str(os.getpid())
        for script, ports in (("moto.sh", [moto]), ("swift-s3.sh", swift)):
            place = self.folder / script
            place.mkdir()
            with open(place / "log", "w") as log:
                subprocess.run([TESTS / "Servers" / script, place, owner, *map(str, ports)], check=True, stdout=log, stderr=log)
        self.source = self.static.url if self.static else f"http://127.0.0.1:{moto}"
        self.target = f"http://127.0.0.1:{swift[0]}"
        self.set_mode("pass")
        pipe = self.folder / "port"
        os.mkfifo(pipe)
        self.proxy = subprocess.Popen([sys.executable, TESTS / "Servers/store_proxy.py", pipe, str(swift[0]), self.mode])
        with open(pipe) as file:
            self.way = f"http://127.0.0.1:{int(file.readline())}"
        self.source_store, self.target_store = f"{self.source},AKID,secret", f"{self.target},{','.join(KEYS)}"
        if not self.static:
            relay.s3(self.source_store).create_bucket(Bucket="inbox")
        relay.s3(self.target_store).create_bucket(Bucket="archive")

    def put(self, bucket, key, content):
        """Returns the ETag."""
        if self.static:
            return self.static.put(bucket, key, content)
        return relay.s3(self.source_store).put_object(Bucket=bucket, Key=key, Body=content)["ETag"]

    def set_mode(self, mode):
        self.mode.with_suffix(".new").write_text(mode)
        self.mode.with_suffix(".new").rename(self.mode)


class Service:
    """The API in one process, the worker in another."""

    def __init__(self, build, folder, database, servers):
        self.catalog, self.folder = build / "catalog", pathlib.Path(folder)
        self.port = free_ports(1)[0]
        self.environment = {
            **os.environ, **database.environment(), "CATALOG_STORE": "s3://inbox", "AWS_ENDPOINT_URL": servers.source,
            "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1",
            "CATALOG_HTTP_ADDRESS": f"127.0.0.1:{self.port}", "CATALOG_RELAY_TARGET": f"s3://archive?endpoint={servers.way}",
            "CATALOG_RELAY_ACCESS_KEY_ID": KEYS[0], "CATALOG_RELAY_SECRET_ACCESS_KEY": KEYS[1], "CATALOG_LOG_FORMAT": "json",
        }
        self.memory = self.seconds = 0

    def run(self, *words):
        return subprocess.run([self.catalog, *words], env=self.environment, cwd=self.folder, check=True, text=True,
                              stdout=subprocess.PIPE).stdout

    def start(self, *words):
        with open(self.folder / "service.log", "a") as log:
            return subprocess.Popen([self.catalog, *words], env=self.environment, cwd=self.folder, stdout=log, stderr=log)

    def begin(self):
        self.run("migrate", "up")
        self.run("route", "add", "s3://inbox/landing/", "relay")
        self.api = self.start("serve", "--roles", "api")
        self.worker = self.start("worker")
        while subprocess.run(["curl", "-sf", "-o", "/dev/null", f"http://127.0.0.1:{self.port}/healthz"]).returncode:
            time.sleep(0.1)

    def account(self):
        """Memory and processor time of the worker so far."""
        status = pathlib.Path(f"/proc/{self.worker.pid}/status").read_text()
        self.memory = max(self.memory, int(status.split("VmHWM:")[1].split()[0]) / 1024)
        fields = pathlib.Path(f"/proc/{self.worker.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def kill(self, pause=5):
        self.seconds += self.account()
        self.worker.send_signal(signal.SIGKILL)
        self.worker.wait()
        time.sleep(pause)
        self.worker = self.start("worker")

    def end(self):
        self.seconds += self.account()
        for process in (self.worker, self.api):
            process.send_signal(signal.SIGTERM)
            process.wait()


class Load:
    """Puts objects at their time, whatever became of those before."""

    def __init__(self, options, servers, service):
        self.options, self.service = options, service
        self.store = servers.put
        self.url = f"http://127.0.0.1:{service.port}/events/s3"
        self.lines, self.lock = [], threading.Lock()

    def put(self, number):
        content = relay.body(self.options.bytes)
        key = f"landing/{number:08}.json"
        etag = self.store("inbox", key, content)
        line = {"key": key, "sha256": relay.hashlib.sha256(content).hexdigest(), "put_at": time.time()}
        relay.announce(self.url, "inbox", key, len(content), etag)
        with self.lock:
            self.lines.append(line)

    def run(self, seconds, events):
        """`events`: second to function."""
        begin, number = time.time(), 0
        with concurrent.futures.ThreadPoolExecutor(32) as pool:
            for second in range(seconds):
                if second in events:
                    threading.Thread(target=events[second]).start()
                rate = self.options.burst if second % 60 >= 60 - BURST_SECONDS else self.options.rate
                for _ in range(rate):
                    pool.submit(self.put, number)
                    number += 1
                time.sleep(max(0, begin + second + 1 - time.time()))
        return number


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def latencies(title, values):
    if not values:
        return say(f"{title:<28} none")
    figures = "  ".join(f"p{share * 100:g} {percentile(values, share):.1f} s" for share in (0.5, 0.95, 0.99, 0.999))
    within = "  ".join(f"within {limit} s {sum(v <= limit for v in values) / len(values):.2%}" for limit in (120, 180))
    say(f"{title:<28} {len(values):,} objects  {figures}  max {max(values):.1f} s  {within}")


def late(ages):
    """What the relay promises while workers are killed."""
    for share, limit in ((0.95, 120), (0.999, 180)):
        within = sum(age <= limit for age in ages) / len(ages)
        if within < share:
            yield f"{within:.2%} were verified within {limit} s, not {share:.1%}"


def judge(database, load, outage, folder):
    """Latencies, which are returned; those of the outage apart: what came within it, or less than two windows before."""
    verified = dict(database.query(
        "select m.object_key, extract(epoch from a.verified_at)::float8 from relay.members m "
        "join relay.archives a on (a.window_at, a.part) = (m.window_at, m.part)"))
    ages = [(line["put_at"], verified[line["key"]] - line["put_at"]) for line in load.lines if line["key"] in verified]
    inside = [age for at, age in ages if outage[0] - 120 <= at <= outage[1] + 60]
    if inside:
        latencies("outside the outage", [age for at, age in ages if not outage[0] - 120 <= at <= outage[1] + 60])
        latencies("around the outage", inside)
    latencies("all", [age for _, age in ages])
    windows, attempts, archives = database.query(
        "select count(*), max(attempt), (select count(*) from relay.archives) from relay.windows where member_count > 0")[0]
    say(f"{windows} windows in {archives} archives, {attempts} attempts at most")
    with open(folder / "expected", "w") as file:
        for line in load.lines:
            print(json.dumps(line), file=file)
    return [age for _, age in ages]


def measure(options, folder, database, static):
    servers = Servers(folder, static)
    servers.start()
    service = Service(options.build, folder, database, servers)
    service.begin()
    # Whatever ends the run; the worker may be another one by then.
    atexit.register(lambda: [process.kill() for process in (servers.proxy, service.api, service.worker)])
    load, outage = Load(options, servers, service), [0, 0]

    def fail():
        outage[0] = time.time()
        servers.set_mode("refuse")
        say(f"{time.strftime('%H:%M:%S')} the target refuses connections")

    def mend():
        outage[1] = time.time()
        servers.set_mode("pass")
        say(f"{time.strftime('%H:%M:%S')} the target works again")

    def kill():
        say(f"{time.strftime('%H:%M:%S')} the worker is killed")
        service.kill()

    seconds = options.minutes * 60
    third = seconds // 3
    say(f"{time.strftime('%H:%M:%S')} {options.minutes} minutes of {options.rate}/s with bursts of {options.burst}/s begin")
    begin = time.time()
    events = {third + 60: fail, third + 60 + options.outage: mend} if options.outage else {}
    if options.kill_every:
        events.update({second: lambda: service.kill(pause=1) for second in range(options.kill_every, seconds, options.kill_every)})
    elif not options.no_kill:
        events[third] = kill
    count = load.run(seconds, events)
    say(f"{time.strftime('%H:%M:%S')} {count:,} objects were put, {len(load.lines):,} announced")
    while (left := database.query(
            "select count(*) from relay.windows where state <> 'verified'")[0][0]):
        time.sleep(0.5)
    say(f"{time.strftime('%H:%M:%S')} all windows are verified")
    elapsed = time.time() - begin
    service.end()
    ages = judge(database, load, outage, pathlib.Path(folder))
    say(f"worker: {service.memory:.0f} MB at most, {service.seconds:.1f} s of processor time, "
        f"{service.seconds / elapsed:.1%} of a core")
    problems = list(relay.check(servers.target_store, "archive", f"{folder}/expected"))
    if options.kill_every:
        problems += late(ages)
    if len(load.lines) != count:
        problems.append(f"{count - len(load.lines)} objects could not be put or announced")
    servers.proxy.kill()
    say("\n".join(problems) if problems else f"all {count:,} objects are in exactly one archive each, whole")
    return not problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("minutes", 10), ("rate", 10), ("burst", 100), ("outage", 180), ("bytes", 100_000)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--static", action="store_true", help="nginx as the source: as fast as a store can be")
    parser.add_argument("--no-kill", action="store_true", help="let the worker live")
    parser.add_argument("--kill-every", type=int, default=0, metavar="SECONDS", help="kill the worker again and again")
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent / ".build/release")
    options = parser.parse_args()
    options.build = options.build.resolve()
    # As an exception a request to end passes through what stops the servers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="relay-run-", dir="/var/tmp") as folder, \
            cluster.Cluster(tempfile.mkdtemp(prefix="relay-cluster-", dir="/tmp")) as database, \
            (StaticSource(f"{folder}/static") if options.static else contextlib.nullcontext()) as static:
        raise SystemExit(0 if measure(options, folder, database, static) else 1)


if __name__ == "__main__":
    main()

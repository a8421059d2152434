"""The measures P16 to P18: packing, ten minutes of arrivals, and the drain of a backlog."""
import ctypes
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
import zlib

import psycopg

from measures import Group, Row, check, median
from static_source import StaticSource

HERE = pathlib.Path(__file__).resolve().parent
OBJECTS, BYTES = 600, 100_000
CORES = len(os.sched_getaffinity(0))


def json_object(number):
    """About 100 KB of JSON, as sensors or shops send it; gzip -6 leaves a quarter."""
    rows, size = [], 0
    while size < BYTES:
        index = number * 1000 + len(rows)
        noise = zlib.crc32(str(index).encode())
        rows.append(json.dumps({
            "id": index, "device": f"sensor-{noise % 977}", "reading": noise / 1000, "status": ["ok", "late", "lost"][noise % 3],
            "token": f"{noise * 2654435761 % 2**64:016x}", "comment": "measured and stored"}))
        size += len(rows[-1]) + 2
    return ("[" + ",\n".join(rows))[:BYTES - 1] + "]"


class Source(StaticSource):
    """With the objects of one window."""

    def __init__(self, bench):
        super().__init__(bench.folder / "relay")
        self.files = self.objects / "inbox" / "landing"

    def __enter__(self):
        super().__enter__()
        names = [f"{number:06}.json" for number in range(OBJECTS)]
        self.etags = {
            name: self.put("inbox", f"landing/{name}", json_object(number).encode()) for number, name in enumerate(names)}
        return self


def worker(bench, source):
    environment = {
        **bench.environment, "CATALOG_STORE": "s3://inbox", "AWS_ENDPOINT_URL_S3": source.url,
        "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1",
        "CATALOG_RELAY_TARGET": f"file:{source.folder}/target", "CATALOG_LOG_LEVEL": "error"}
    return subprocess.Popen([bench.build / "catalog", "worker"], env=environment, cwd=bench.folder, stdout=subprocess.DEVNULL)


def backlog(bench, source, windows):
    """Sealed windows of the past, each with every object."""
    rows = [(f"landing/{name}", etag) for name, etag in source.etags.items()]
    # The relay's own duties are due at once. The others are those of a worker that has been there for a while, and were done before.
    bench.database.query(
        "truncate relay.windows, relay.members, relay.archives, relay.alerts, jobs.jobs", "delete from jobs.periods where kind like 'relay.%'")
    bench.database.query(
        "select relay.ensure_member_partitions(now() - interval '1 day', 3)",
        f"""
        insert into relay.windows (opens_at, closes_at, state, member_count, byte_count, sealed_at)
        select at, at + interval '1 minute', 'sealed', {OBJECTS}, {OBJECTS * BYTES}, now()
        from generate_series(date_trunc('minute', now()) - interval '{windows} minutes', now() - interval '1 minute', interval '1 minute') at
        """,
        "insert into relay.members (window_at, bucket, object_key, object_version, etag, size_bytes) "
        f"select opens_at, 'inbox', key, etag, etag, {BYTES} from relay.windows, jsonb_to_recordset('"
        + json.dumps([{"key": key, "etag": etag} for key, etag in rows]) + "') as o (key text, etag text)",
        "vacuum analyze relay.members", "checkpoint")


def drain(bench, source, windows):
    """Seconds from the first claim to the last verified window."""
    backlog(bench, source, windows)
    process = worker(bench, source)
    try:
        # One connection: a new one each time would cost a twentieth of the cores.
        with psycopg.connect(bench.database.conninfo, autocommit=True) as connection:
            while connection.execute("select from relay.windows where state <> 'verified' limit 1").rowcount:
                time.sleep(0.1)
    finally:
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        process.send_signal(signal.SIGTERM)
        process.wait()
    packed = bench.database.query("select count(*) from relay.members where state = 'packed'")[0][0]
    check("objects in archives", packed, windows * OBJECTS)
    seconds = bench.database.query(
        "select extract(epoch from max(verified_at) - min(dispatched_at))::float8 from relay.windows")[0][0]
    stored = sum(path.stat().st_size for path in (source.folder / "target").rglob("*.tar.gz"))
    shutil.rmtree(source.folder / "target")
    return {"seconds": seconds, "bytes": stored, "megabytes": int(status.split("VmHWM:")[1].split()[0]) / 1024}


def timed(command, cwd):
    start = time.perf_counter()
    subprocess.run(command, shell=True, cwd=cwd, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def zlib_once(content):
    """One thread of zlib -6 over bytes in memory: seconds, and bytes that are left."""
    start = time.perf_counter()
    compressor = zlib.compressobj(6, zlib.DEFLATED, 31)
    left = len(compressor.compress(content)) + len(compressor.flush())
    return time.perf_counter() - start, left


def libdeflate_seconds(content):
    """One thread of libdeflate -5 over bytes in memory, in pieces of a megabyte."""
    library = ctypes.CDLL("libdeflate.so.0")
    library.libdeflate_alloc_compressor.restype = ctypes.c_void_p
    library.libdeflate_gzip_compress.restype = ctypes.c_size_t
    pieces = [content[start:start + (1 << 20)] for start in range(0, len(content), 1 << 20)]
    room = ctypes.create_string_buffer(2 << 20)
    start = time.perf_counter()
    compressor = ctypes.c_void_p(library.libdeflate_alloc_compressor(5))
    for piece in pieces:
        library.libdeflate_gzip_compress(compressor, piece, ctypes.c_size_t(len(piece)), room, ctypes.c_size_t(len(room)))
    return time.perf_counter() - start


def packing(bench, figures):
    with Source(bench) as source:
        content = b"".join(path.read_bytes() for path in sorted(source.files.iterdir()))
        found = {"ours": [], "libdeflate": [], "zlib": [], "tar | gzip -6": [], f"tar | pigz -6 -p {CORES}": []}
        for _ in range(bench.options.runs):
            ours = drain(bench, source, 1)
            found["ours"].append(ours["seconds"])
            found["libdeflate"].append(libdeflate_seconds(content))
            seconds, left = zlib_once(content)
            found["zlib"].append(seconds)
            for command in list(found)[3:]:
                found[command].append(timed(f"tar -cf - inbox | {command.split(' | ')[1]}", source.folder / "source"))
        figures["P16"] = found
        size = OBJECTS * BYTES / 1e6
        speeds = {name: size / median([{"seconds": s} for s in seconds]) for name, seconds in found.items()}
        others = ", ".join(f"{name} {speed:.0f} MB/s" for name, speed in list(speeds.items())[3:])
        yield Row(
            "P16", f"relay: {OBJECTS} objects of 100 KB read, packed, delivered and verified ({CORES} × libdeflate -5; {others})",
            f"{speeds['ours']:.0f} MB/s", f"{CORES} × {speeds['libdeflate']:.0f} MB/s",
            speeds["ours"] / (CORES * speeds["libdeflate"]), 1, True)
        yield Row(
            "P16", f"the same ({CORES} × zlib -6)", f"{speeds['ours']:.0f} MB/s", f"{CORES} × {speeds['zlib']:.0f} MB/s",
            speeds["ours"] / (CORES * speeds["zlib"]), 0.95, True)
        yield Row(
            "P16", "the archive, with its manifest (the objects by zlib -6)", f"{ours['bytes'] / 1e6:.2f} MB", f"{left / 1e6:.2f} MB",
            ours["bytes"] / left, 1, False)


def arriving(bench):
    """A process of its own, because it has a cluster of its own."""
    command = [sys.executable, HERE / "relay_run.py", "--build", bench.build, "--outage", "0", "--no-kill", "--static"]
    return subprocess.Popen([*command, "--minutes", str(bench.options.minutes)], text=True, stdout=subprocess.PIPE)


def arrivals(bench, figures):
    process = bench.arriving or arriving(bench)
    bench.arriving = None
    lines = process.communicate()[0].splitlines()
    check("P17, exit status", process.returncode, 0)
    line = next(line for line in lines if line.startswith("all "))
    figures["P17"] = lines
    worst = float(re.search(r"p99\.9 ([\d.]+) s", line)[1])
    rest = line.split("objects", 1)[1].strip()
    yield Row(
        "P17", f"relay: {bench.options.minutes} minutes of 10/s with bursts of 100/s, arrival to verified, p99.9 ({rest})",
        f"{worst:.1f} s", "window + 10 s", worst / 70, 1, False)


def draining(bench, figures):
    windows = 60 if bench.options.full else 20
    with Source(bench) as source:
        found = drain(bench, source, windows)
    figures["P18"] = found
    rate = windows * OBJECTS / found["seconds"]
    yield Row(
        "P18", f"relay: drain of {windows} minutes, {windows * OBJECTS:,} objects, {found['megabytes']:.0f} MB of memory (arrivals)",
        f"{rate:.0f}/s", "10/s", rate / 10, 5, True)


GROUPS = [Group(("P16",), packing), Group(("P17",), arrivals), Group(("P18",), draining)]
ALL = ("P16", "P17", "P18")

"""An outside client of the relay: puts objects and says so, and judges the archives.

usage: relay.py put SOURCE BUCKET PREFIX COUNT BYTES EVENTS_URL OUT   puts objects, posts an event of each unless the URL is '-',
                                                                     appends {"key", "sha256", "put_at"} lines to OUT
       relay.py check TARGET BUCKET EXPECTED                         prints what is wrong with the archives: nothing if every
                                                                     expected object is in exactly one, whole
SOURCE and TARGET are ENDPOINT,ACCESS_KEY,SECRET_KEY.
"""

import collections
import concurrent.futures
import datetime
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import threading
import time
import urllib.parse
import urllib.request

import boto3
from botocore.config import Config

local = threading.local()


def s3(store):
    """One client for each thread and store."""
    clients = local.__dict__.setdefault("clients", {})
    if store not in clients:
        endpoint, access_key, secret_key = store.split(",")
        clients[store] = boto3.session.Session().client(
            "s3", endpoint_url=endpoint, aws_access_key_id=access_key, aws_secret_access_key=secret_key,
            region_name="us-east-1", config=Config(s3={"addressing_style": "path"}))
    return clients[store]


def announce(url, bucket, key, size, etag):
    event = {"Records": [{
        "eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
        "eventTime": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds"),
        "s3": {"bucket": {"name": bucket},
               "object": {"key": urllib.parse.quote_plus(key), "size": size, "eTag": etag.strip('"')}}}]}
    request = urllib.request.Request(url, json.dumps(event).encode(), {
        "Content-Type": "application/json", "Authorization": "Bearer " + os.environ.get("CATALOG_EVENTS_TOKEN", "")})
    for attempt in range(60):
        try:
            return urllib.request.urlopen(request, timeout=10).read()
        except OSError:
            if attempt == 59:
                raise
            time.sleep(0.5)  # a store sends an event again until it is taken


def body(size):
    """JSON-like, so that it compresses; each of its own."""
    unit = os.urandom(max(1, size // 8)).hex().encode()
    return (unit * 5)[:size]


def put_one(store, bucket, key, content, url):
    etag = s3(store).put_object(Bucket=bucket, Key=key, Body=content)["ETag"]
    line = {"key": key, "sha256": hashlib.sha256(content).hexdigest(), "put_at": time.time()}
    if url != "-":
        announce(url, bucket, key, len(content), etag)
    return line


def put(store, bucket, prefix, count, size, url, out):
    with concurrent.futures.ThreadPoolExecutor(8) as pool, open(out, "a") as file:
        for line in pool.map(
                lambda number: put_one(store, bucket, f"{prefix}{number:06}.json", body(int(size)), url),
                range(int(count))):
            print(json.dumps(line), file=file)


def archives(store, bucket):
    for page in s3(store).get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for item in page.get("Contents", []):
            yield item["Key"], s3(store).get_object(Bucket=bucket, Key=item["Key"])


def check_archive(key, answer, seen):
    content = answer["Body"].read()
    digest = hashlib.sha256(content).hexdigest()
    if answer["Metadata"].get("sha256_checksum") != digest or digest[:16] not in key:
        yield f"{key}: its checksum is not that of its contents"
    if key.endswith(".zst"):
        content = subprocess.run(["zstd", "-q", "-dc"], input=content, stdout=subprocess.PIPE, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        first, *entries = archive.getmembers()
        if first.name != "manifest.json":
            yield f"{key}: begins with {first.name}"
        members = json.load(archive.extractfile(first))["members"]
        for member, entry in zip(members, entries, strict=True):
            found = hashlib.sha256(archive.extractfile(entry).read()).hexdigest()
            if (entry.name, found) != (member["name"], member["sha256"]):
                yield f"{key}: {entry.name} is not what the manifest says"
            seen[member["key"], found] += 1


def check(store, bucket, expected):
    seen = collections.Counter()
    for key, answer in archives(store, bucket):
        yield from check_archive(key, answer, seen)
    wanted = {(line["key"], line["sha256"]) for line in map(json.loads, open(expected))}
    yield from (f"{key} is in {count} archives" for (key, _), count in seen.items() if count > 1)
    yield from (f"{key} is in no archive" for key, sha256 in wanted if (key, sha256) not in seen)
    yield from (f"{key} was never put" for key, sha256 in seen if (key, sha256) not in wanted)


if __name__ == "__main__":
    if sys.argv[1] == "put":
        put(*sys.argv[2:])
    else:
        for problem in check(*sys.argv[2:]):
            print(problem)

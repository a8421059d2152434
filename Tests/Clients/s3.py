"""An outside client of a bucket.

usage: s3.py ENDPOINT ACCESS_KEY SECRET_KEY make BUCKET…
       s3.py ENDPOINT ACCESS_KEY SECRET_KEY put BUCKET KEY FILE      prints the event a store would send, as JSON
"""

import datetime
import json
import sys
import urllib.parse

import boto3
from botocore.config import Config

endpoint, access_key, secret_key, verb, bucket, *rest = sys.argv[1:]
client = boto3.client(
    "s3", endpoint_url=endpoint, aws_access_key_id=access_key, aws_secret_access_key=secret_key,
    region_name="us-east-1", config=Config(s3={"addressing_style": "path"}))

if verb == "make":
    for name in [bucket, *rest]:
        client.create_bucket(Bucket=name)
else:
    key, path = rest
    client.upload_file(path, bucket, key)
    head = client.head_object(Bucket=bucket, Key=key)
    item = {"key": urllib.parse.quote_plus(key), "size": head["ContentLength"], "eTag": head["ETag"].strip('"')}
    if head.get("VersionId", "null") != "null":
        item["versionId"] = head["VersionId"]
    print(json.dumps({"Records": [{
        "eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
        "eventTime": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds"),
        "s3": {"bucket": {"name": bucket}, "object": item}}]}))

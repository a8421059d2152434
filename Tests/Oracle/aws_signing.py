"""Signs requests with botocore, as a second opinion.

Standard input: a JSON list of requests (see `sign`). Standard output: a JSON list of what botocore makes of each.
"""

import datetime
import json
import sys
import unittest.mock

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.credentials

SIGNERS = {
    ("s3", "header"): botocore.auth.S3SigV4Auth,
    ("s3", "query"): botocore.auth.S3SigV4QueryAuth,
    ("general", "header"): botocore.auth.SigV4Auth,
    ("general", "query"): botocore.auth.SigV4QueryAuth,
}


def sign(request, credentials):
    url = request["url"]
    if "database_user" in request:
        client = boto3.client(
            "rds",
            region_name=request["region"],
            aws_access_key_id=credentials.access_key,
            aws_secret_access_key=credentials.secret_key,
            aws_session_token=credentials.token,
        )
        host, port = url.split(":")
        return client.generate_db_auth_token(host, int(port), request["database_user"])
    signer_class = SIGNERS[request["rules"], request["place"]]
    expiry = {"expires": request["expires"]} if request["place"] == "query" else {}
    signer = signer_class(credentials, request["service"], request["region"], **expiry)
    unsigned = botocore.awsrequest.AWSRequest(
        method=request["method"], url=url, headers=request["headers"], data=request["body"].encode()
    )
    signer.add_auth(unsigned)
    return unsigned.headers.get("Authorization") if request["place"] == "header" else unsigned.url


def answer(request):
    moment = datetime.datetime.strptime(request["date"], "%Y%m%dT%H%M%SZ")
    credentials = botocore.credentials.Credentials(
        request["access_key"], request["secret_key"], request.get("token")
    )
    with unittest.mock.patch("botocore.auth.get_current_datetime", return_value=moment):
        return sign(request, credentials)


json.dump([answer(request) for request in json.load(sys.stdin)], sys.stdout)

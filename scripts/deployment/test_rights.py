"""Least privilege, recorded: the service runs with a key for each of its roles, and what it asks of AWS is what the template's policies
allow that role, no less.

CATALOG names the binary. moto takes every request, whoever signs it: the policies are compared here.
"""

import fnmatch
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import permissions
from files import ROOT, template

try:
    import boto3
    from recorder import Recorder
except ImportError:
    Recorder = None

BUCKETS = {"acme-vendor-files": "VendorFiles", "acme-reports": "Reports"}
# Which policies the template gives to a process of one role.
RIGHTS = {"api": {"ApiRights", "DatabaseRights"}, "worker": {"WorkerRights", "DatabaseRights"}, "poller": {"PollerRights", "DatabaseRights"}}
# What this run does not come to, or not always: broken transfers, deleted objects, what is done once a day, the relay, secrets, the link of a list. permissions.tsv has the reasons.
NOT_ASKED = {
    ("ApiRights", "s3:AbortMultipartUpload", "Reports/api-enrichments/*"), ("ApiRights", "s3:AbortMultipartUpload", "Reports/api-uploads/*"),
    ("ApiRights", "s3:GetObject", "Reports/api-enrichments/*"), ("ApiRights", "s3:GetObject", "Reports/enhanced/*"),
    ("WorkerRights", "s3:AbortMultipartUpload", "Reports/enhanced/*"), ("WorkerRights", "s3:AbortMultipartUpload", "Reports/errors/*"),
    ("WorkerRights", "s3:AbortMultipartUpload", "Reports/history/*"), ("WorkerRights", "s3:AbortMultipartUpload", "Reports/retention/*"),
    ("WorkerRights", "s3:PutObject", "Reports/retention/*"), ("WorkerRights", "s3:PutObject", "Reports/history/*"),
    ("WorkerRights", "s3:GetObject", "VendorFiles/*"), ("WorkerRights", "s3:ListBucket", "Reports"), ("WorkerRights", "s3:ListBucket", "VendorFiles"),
    ("WorkerRights", "secretsmanager:GetSecretValue", "OtherSecretArns"),
    ("PollerRights", "s3:GetObject", "Reports/api-uploads/*"),
}


def resource(name):
    """As the table names it."""
    if name.startswith("arn:"):
        return "MailTopic"
    bucket, slash, key = name.partition("/")
    return BUCKETS.get(bucket, bucket) + slash + key


@unittest.skipUnless(os.environ.get("CATALOG") and Recorder, "CATALOG names no binary, or moto is not installed")
class RightsTest(unittest.TestCase):
    def setUp(self):
        held = tempfile.TemporaryDirectory(dir="/var/tmp")
        self.addCleanup(held.cleanup)
        self.folder = pathlib.Path(held.name)
        self.folder.chmod(0o755)
        self.aws = Recorder()
        self.addCleanup(self.aws.close)
        # The test's own requests are not the service's.
        keys = {"endpoint_url": self.aws.url, "region_name": "us-east-1", "aws_access_key_id": "test", "aws_secret_access_key": "secret"}
        store = boto3.client("s3", **keys)
        for bucket in BUCKETS:
            store.create_bucket(Bucket=bucket)
            store.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        self.store = store
        topic = boto3.client("sns", **keys).create_topic(Name="mails")["TopicArn"]
        self.settings = {
            "PATH": os.environ["PATH"], "AWS_ENDPOINT_URL": self.aws.url, "AWS_REGION": "us-east-1", "AWS_SECRET_ACCESS_KEY": "secret",
            # As a task's credentials, which end within hours.
            "AWS_SESSION_TOKEN": "temporary", "CATALOG_STORE": "s3://acme-reports", "CATALOG_NOTIFY": f"sns:{topic}", "CATALOG_POLL_SECONDS": "1",
            "CATALOG_HTTP_ADDRESS": "127.0.0.1:0", "CATALOG_LOG_FORMAT": "json",
        }
        self.settings["CATALOG_DATABASE_URL"] = self.catalog("postgres", "start", CATALOG_DATABASE_URL=None)
        self.addCleanup(lambda: self.catalog("postgres", "stop", CATALOG_DATABASE_URL=None))

    def catalog(self, *arguments, **changes):
        environment = {name: value for name, value in {**self.settings, "AWS_ACCESS_KEY_ID": "operator", **changes}.items() if value is not None}
        return subprocess.run(
            [os.environ["CATALOG"], *arguments], cwd=self.folder, env=environment, check=True, text=True, capture_output=True).stdout.strip()

    def serve(self, role, **changes):
        # Nobody reads the log of the others: they must not wait for it.
        process = subprocess.Popen(
            [os.environ["CATALOG"], "serve", "--roles", role], cwd=self.folder, text=True,
            stdout=subprocess.PIPE if role == "api" else subprocess.DEVNULL, env={**self.settings, "AWS_ACCESS_KEY_ID": role, **changes})

        def stop():
            process.terminate()
            process.communicate(timeout=60)
        self.addCleanup(stop)
        return process

    def address(self, process):
        for line in process.stdout:
            if '"http.listening"' in line:
                return "127.0.0.1:" + json.loads(line)["address"].rpartition(":")[2]
        self.fail("the service ended without listening")

    def post(self, url, token, body):
        request = urllib.request.Request(url, data=body, headers={"Authorization": f"Bearer {token}", "Content-Type": "text/csv"})
        return urllib.request.urlopen(request, timeout=30).read()

    def test_each_role_asks_for_what_its_policies_allow_and_no_policy_is_idle(self):
        self.catalog("migrate", "up")
        self.catalog("vendor", "add", "VEND001", "--name", "Northwind Audio", "--email", "uploads@vend001.example")
        self.catalog("category", "import", str(ROOT / "examples/categories.csv"))
        self.catalog("provider", "add", "mock", "--kind", "mock")
        self.catalog("route", "add", "s3://acme-vendor-files/uploads/", "onboard")
        self.catalog("route", "add", "s3://acme-vendor-files/raw/", "enrich", "--provider", "mock")
        token = self.catalog("vendor", "token", "VEND001")
        operator = self.catalog("token", "add", "--role", "operator")

        api = f"http://{self.address(self.serve('api'))}"
        urllib.request.urlopen(f"{api}/readyz", timeout=30).read()
        self.serve("poller")
        self.serve("worker", CATALOG_PUBLIC_URL=api)
        products, contacts = (ROOT / "examples" / name for name in ("VEND001_products.csv", "contacts.csv"))
        self.store.upload_file(str(products), "acme-vendor-files", "uploads/VEND001/products.csv")
        self.store.upload_file(str(contacts), "acme-vendor-files", "raw/contacts.csv")
        self.post(f"{api}/uploads?fileName=more.csv", token, products.read_bytes())
        announced = json.loads(self.post(f"{api}/enrichment?upload=true&providers=mock&format=csv", operator, b""))
        urllib.request.urlopen(urllib.request.Request(announced["uploadUrl"], data=contacts.read_bytes(), method="PUT"), timeout=30).read()

        wanted = [
            ("worker", "sns:Publish", ""), ("worker", "s3:PutObject", "acme-reports/errors/"), ("worker", "s3:PutObject", "acme-reports/enhanced/contacts.csv"),
            ("worker", "s3:GetObjectVersion", "acme-reports/api-uploads/"), ("worker", "s3:GetObjectVersion", "acme-reports/api-enrichments/"),
            ("poller", "s3:ListBucket", "acme-reports"), ("poller", "s3:GetObject", "acme-vendor-files/"),
        ]
        for who, action, prefix in wanted:
            self.assertTrue(self.aws.wait(who, action, prefix), f"{who} did not ask for {action} on {prefix}: {sorted(self.aws.asked)}")
        self.open_report(api, token)
        self.compare()

    def open_report(self, api, token):
        """As the link in a mail leads to it: with the rights of the service's key."""
        upload = self.catalog("psql", "-Atc", "select upload_id from catalog.upload_history where error_file_s3_key is not null limit 1")
        request = urllib.request.Request(f"{api}/uploads/{upload}/rejected", headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            self.assertEqual(answer.status, 200)

    def compare(self):
        granted = permissions.granted_rights(template())
        used = set()
        for who, action, name in sorted(self.aws.asked):
            if who not in RIGHTS:
                continue
            matching = {
                right for right in granted
                if right[0] in RIGHTS[who] and right[1] == action and fnmatch.fnmatchcase(resource(name), right[2])
            }
            self.assertTrue(matching, f"{who} asks for {action} on {resource(name)}, and no policy allows it")
            used |= matching
        # Logging in is asked of the database.
        tasks = set().union(*RIGHTS.values()) - {"DatabaseRights"}
        idle = {right for right in granted if right[0] in tasks} - used
        self.assertEqual(idle - NOT_ASKED, set(), "nothing has asked for these, and no reason is known")


if __name__ == "__main__":
    unittest.main()

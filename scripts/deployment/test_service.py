"""The service runs on what the template made, each task with the rights of its role: no request is refused, and no right is idle.

CATALOG names the binary.
"""

import json
import os
import sys
import tempfile
import unittest
import urllib.error
import urllib.request
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from files import ROOT, resources

try:
    import boto3
    import stack
    from tasks import Account, Tasks, counted, eventually
except ImportError:
    boto3 = None

KEY = "arn:aws:kms:eu-central-1:123456789012:key/own"
DATABASE = "db-ABC"
# What ECS asks for by itself before a task begins, as "Amazon ECS task execution IAM role" has it.
OF_ECS = {"start"}
# A PartSize of the store's client and a bit, so that it goes in parts.
LARGE = 17 << 20


@unittest.skipUnless(os.environ.get("CATALOG") and boto3, "CATALOG names no binary, or moto is not installed")
class ServiceTest(unittest.TestCase):
    def make(self, **parameters):
        warnings.simplefilter("ignore")
        held = tempfile.TemporaryDirectory(dir="/var/tmp")
        self.addCleanup(held.cleanup)
        Path(held.name).chmod(0o755)
        attributes = {"DbiResourceId": DATABASE, "Endpoint.Address": "localhost", "MasterUserSecret.SecretArn": None}
        for patch in stack.patches(attributes):
            patch.__enter__()
            self.addCleanup(patch.__exit__, None, None, None)
        self.account = Account(held.name, self.addCleanup, DATABASE)
        master = stack.new_secret(username="master", password="of the master")
        attributes["MasterUserSecret.SecretArn"] = master
        for bucket in ("archive", "cold"):
            boto3.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": stack.REGION})
        # ARNs, each of a right of its own.
        target, cold = (stack.new_secret(access_key_id="target", secret_access_key="secret") for _ in range(2))
        given = {name: value.format(master=master, target=target, cold=cold, aws=self.account.aws.url) for name, value in parameters.items()}
        self.stack = stack.Stack(Running="yes", PollSeconds="1", DatabaseName="shop", DatabasePort=str(self.account.door.port), **given)
        self.tasks = Tasks(self.account, self.stack, self.addCleanup)
        self.store = boto3.client("s3")
        for bucket in ("acme-vendor-files", "acme-reports"):
            # moto knows no conditions: it would refuse everybody, TLS or not.
            self.store.delete_bucket_policy(Bucket=bucket)
        self.mails = self.queue(self.stack.resources["MailTopic"])
        self.prepare()

    def queue(self, topic):
        """Somebody who gets what vendors get."""
        sqs = boto3.client("sqs")
        url = sqs.create_queue(QueueName="vendor")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        boto3.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        return lambda: [json.loads(mail["Body"])["Message"] for mail in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])]

    def prepare(self):
        """As docs/operations/aws.md has it: migrate, then commands in the same task."""
        self.tasks.run("migrate")
        for command in (
            "catalog vendor add VEND001 --name 'Northwind Audio' --email uploads@vend001.example",
            "catalog vendor subscribe VEND001", f"catalog category import {ROOT}/examples/categories.csv",
            "catalog provider add mock --kind mock", "catalog route add s3://acme-vendor-files/raw/ enrich --provider mock",
        ):
            self.tasks.run("migrate", command)

    def put(self, key, data):
        self.store.put_object(Bucket="acme-vendor-files", Key=key, Body=data)

    def products(self, letter, note="", count=20):
        """One row in two is refused: its price is missing."""
        rows = ["vendor_product_id,product_name,category,sku,price,stock_quantity,note"]
        rows += [f"{letter}{row},Lamp,Electronics,{letter}-{row},{'9.99' if row % 2 else ''},1,{note}" for row in range(count)]
        return "\n".join(rows).encode()

    def sql(self, statement):
        return self.account.sql(statement)

    def finished(self, count):
        eventually(lambda: self.sql(f"select count(*) >= {count} from catalog.upload_history where completed_at > '2025-01-01'") == "t")

    def check_rights(self, *idle):
        self.assertEqual(self.account.aws.denied, [])
        self.assertEqual(self.account.door.refused, [])
        given = set().union(*(rights for who, rights in self.account.aws.rights.items() if who not in OF_ECS))
        unused = {(owner, action, resource.rpartition(":")[2]) for owner, action, resource in given - self.account.aws.used}
        self.assertEqual(unused, set(idle))


class SplitTest(ServiceTest):
    """Public, in three services, under a key of its own, with an RDS of its own, a password, and the relay."""

    def setUp(self):
        self.make(
            Layout="split", PublicHost="catalog.example.com",
            DatabaseLogin="password", KmsKeyArn=KEY, KeepErrorsDays="400", Measured="yes", OtherSecretArns="{target},{cold}",
            RelayTarget="s3://archive?endpoint={aws}&secret={target}", RelayNamedTargets="COLD=s3://cold?endpoint={aws}&secret={cold}")
        self.account.aws.key = KEY
        self.tasks.run("migrate", "catalog route add s3://acme-vendor-files/landing/ relay")
        self.tasks.run("migrate", "catalog route add s3://acme-vendor-files/orders/ relay --name orders --target cold")
        self.vendor = self.tasks.run("migrate", "catalog vendor token VEND001").splitlines()[-1]
        self.operator = self.tasks.run("migrate", "catalog token add --role operator").splitlines()[-1]

    def ask(self, path, body=None, token=None, kind="text/csv", method=None):
        request = urllib.request.Request(
            path if "://" in path else self.api + path, data=body, method=method,
            headers={"Content-Type": kind, **({} if "://" in path else {"Authorization": f"Bearer {token or self.vendor}"})})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.read()

    def announce(self, name, data):
        """A file by a presigned link."""
        announced = json.loads(self.ask("/uploads", json.dumps({"fileName": name}).encode(), kind="application/json"))
        self.ask(announced["uploadUrl"], data, method="PUT")

    def test_each_role_asks_for_what_its_policies_allow_and_no_policy_is_idle(self):
        self.archive_old_errors()
        self.tasks.start("service")
        self.api = self.tasks.address("service")
        self.ask("/readyz")
        self.assertIn(b"<html", self.ask("/portal"))
        stop_polling = self.tasks.start("poller")
        self.lose_objects_before_they_are_read()
        self.tasks.start("worker")
        self.bring_small_files()
        self.bring_large_files()
        self.read_links()
        self.restore_errors()
        self.check_only()
        stop_polling()
        self.assertEqual(
            counted(resources("AWS::Logs::MetricFilter")["UploadsFinishedFilter"]["FilterPattern"], self.tasks.log("worker")),
            int(self.sql("select count(*) from catalog.upload_history where completed_at > '2025-01-01'")))
        self.check_rights()

    def archive_old_errors(self):
        """A month that is over, too large for one part."""
        self.sql("""
            alter table catalog.validation_errors detach partition catalog.validation_errors_rest;
            create table catalog.validation_errors_old partition of catalog.validation_errors for values from (minvalue) to ('2024-02-01');
            alter table catalog.validation_errors_old owner to catalog_owner;
            alter table catalog.validation_errors attach partition catalog.validation_errors_rest for values from ('2024-02-01') to (maxvalue);
            set session_replication_role = replica;
            insert into catalog.upload_history (upload_id, vendor_id, file_name, status, object_key, completed_at, total_records, valid_records, error_records)
            values ('OLD', 'VEND001', 'old.csv', 'reverted', 'old.csv', '2024-01-15', 40, 0, 40);
            insert into catalog.validation_errors (upload_id, row_number, line_number, error_type, error_message, original_data, created_at)
            select 'OLD', row, row, 'INVALID_PRICE', 'bad', jsonb_build_object('note', (select string_agg(md5(row || ' ' || n || random()::text), '')
                from generate_series(1, 32000) n)), '2024-01-15'
            from generate_series(1, 40) row;
            """)
        self.account.aws.fail_parts("retention/")

    def lose_objects_before_they_are_read(self):
        for key in ("uploads/VEND001/gone.csv", "landing/gone.json", "landing/altered.json"):
            self.put(key, self.products("G"))
        self.announce("gone.csv", self.products("H"))
        eventually(lambda: self.sql("select count(*) from intake.object_events") == "4")
        for bucket in ("acme-vendor-files", "acme-reports"):
            for version in self.store.list_object_versions(Bucket=bucket).get("Versions", []):
                self.store.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])
        self.put("landing/altered.json", b"{}")

    def bring_small_files(self):
        self.put("uploads/VEND001/small.csv", self.products("A"))
        self.put("orders/one.json", b"{}")
        self.put("raw/contacts.csv", (ROOT / "examples/contacts.csv").read_bytes())
        self.ask("/uploads?fileName=body.csv", self.products("B"))
        self.announce("link.csv", self.products("C"))

    def check_only(self):
        """A dry run whose hour is over."""
        checked = json.loads(self.ask("/uploads?fileName=check.csv&dryRun=true", self.products("E")))["uploadId"]
        this = f"from catalog.upload_history where upload_id = '{checked}'"
        eventually(lambda: self.sql(f"select completed_at is not null and keeps_file {this}") == "t")
        self.sql(f"update catalog.upload_history set completed_at = completed_at - interval '2 hours' where upload_id = '{checked}'")
        self.sql("insert into jobs.jobs (queue, kind, payload) values ('notify', 'upkeep.expiry', '{}')")
        eventually(lambda: self.sql(f"select keeps_file {this}") == "f")

    def bring_large_files(self):
        """In parts, of which the first is refused, as by a store that goes away: what was begun is given up, and done again."""
        note = "x" * (LARGE // 20)
        # So many that what is rejected of them is large, too.
        large = self.products("D", note, count=40)
        for prefix in ("api-uploads/", "errors/", "enhanced/"):
            self.account.aws.fail_parts(prefix)
        with self.assertRaises(urllib.error.HTTPError) as refused:
            self.ask("/uploads?fileName=large.csv", large)
        self.assertGreaterEqual(refused.exception.code, 500)
        self.ask("/uploads?fileName=large.csv", large)
        contacts = (ROOT / "examples/contacts.csv").read_text().splitlines()[:21]
        self.put("raw/large.csv", "\n".join([contacts[0] + ",note", *(line + "," + note for line in contacts[1:])]).encode())
        self.tasks.run("migrate", "catalog relay flush")
        # Two of the six were lost.
        self.finished(6)
        self.assertEqual(self.sql("select count(*) from catalog.upload_history where status = 'partial'"), "4")
        for name in ("contacts.csv", "large.csv"):
            eventually(lambda: self.store.list_objects_v2(Bucket="acme-reports", Prefix=f"enhanced/{name}")["KeyCount"])
        # Not that it is verified: moto drops headers with an underscore, as the one of the checksum has.
        for bucket in ("archive", "cold"):
            eventually(lambda: self.store.list_objects_v2(Bucket=bucket)["KeyCount"])

    def read_links(self):
        """Those in mails lead through the service, whose own name is somebody else's here."""
        mails = []
        eventually(lambda: mails.extend(self.mails()) or sum("Download Error Report" in mail for mail in mails) >= 4)
        link = next(word for mail in mails for word in mail.split() if word.startswith("https://catalog.example.com/reports/"))
        self.assertIn(b"MISSING_REQUIRED_FIELD", self.ask(link.replace("https://catalog.example.com", self.api)))
        request = json.loads(self.ask("/enrichment?providers=mock&format=csv", (ROOT / "examples/contacts.csv").read_bytes(), self.operator))
        done = eventually(lambda: (
            lambda state: state if state["status"] in ("completed", "partial") else None)(json.loads(self.ask(f"/enrichment/{request['requestId']}", token=self.operator))))
        self.assertIn(b"Kira", self.ask(done["downloadUrl"]))
        listed = json.loads(self.ask("/enrichment?upload=true&providers=mock&format=csv", b"", self.operator))
        self.ask(listed["uploadUrl"], (ROOT / "examples/contacts.csv").read_bytes()[:4000].rpartition(b"\n")[0], method="PUT")
        self.assertTrue(self.account.aws.wait(("WorkerRights", "s3:GetObjectVersion", "api-enrichments/*")))

    def restore_errors(self):
        released = eventually(lambda: self.sql("select release_id from retention.released_partitions where state = 'released'"))
        self.tasks.run("migrate", f"catalog retention restore {released} --days 14")
        self.assertEqual(self.sql("select count(*) from catalog.validation_errors where upload_id = 'OLD'"), "40")


class SingleTest(ServiceTest):
    """Beside an RDS that exists, with tokens of IAM, one service, nothing public: the poller finds files, a user's key signs links."""

    def setUp(self):
        self.make(DatabaseHost="localhost", DatabaseResourceId=DATABASE, DatabaseAdminSecretArn="{master}", DatabaseSecurityGroupId="sg-0")

    def test_a_file_is_loaded_and_its_report_and_mail_arrive(self):
        self.tasks.start("service")
        self.put("uploads/VEND001/first.csv", self.products("A"))
        self.finished(1)
        mail = eventually(lambda: next(iter(self.mails()), None))
        self.assertIn("Total Products: 20\nValid Products: 10 (50%)", mail)
        link = next(word for word in mail.split() if word.startswith(self.account.aws.url))
        with urllib.request.urlopen(link, timeout=30) as report:
            self.assertEqual(len(report.read().splitlines()), 11)
        self.assertEqual(self.sql("select count(*) from catalog.products"), "10")
        self.assertIn(("LinkUser", "s3:GetObject", "arn:aws:s3:::acme-reports/errors/*"), self.account.aws.used)
        self.assertIn(("DatabaseRights", "rds-db:connect"), {right[:2] for right in self.account.aws.used})
        self.assertEqual(self.account.aws.denied, [])


if __name__ == "__main__":
    unittest.main()

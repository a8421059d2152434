"""A stack is made of the template, in each shape, by moto and by applied.py, and has what the template says."""

import json
import sys
import unittest
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from files import resources, template

try:
    import boto3
    import stack
except ImportError:
    boto3 = None

MASTER = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:master"
EXISTING = {
    "DatabaseHost": "db.example.com", "DatabaseResourceId": "db-ABC", "DatabaseAdminSecretArn": MASTER, "DatabaseSecurityGroupId": "sg-0123456789abcdef0",
}
PUBLIC = {"PublicHost": "catalog.example.com"}


@unittest.skipIf(boto3 is None, "moto is not installed")
class StackTest(unittest.TestCase):
    def setUp(self):
        warnings.simplefilter("ignore")
        for patch in stack.patches({"DbiResourceId": "db-ABC", "MasterUserSecret.SecretArn": MASTER}):
            patch.__enter__()
            self.addCleanup(patch.__exit__, None, None, None)

    def make(self, **parameters):
        made = stack.Stack(**parameters)
        self.assertEqual(made.status, "CREATE_COMPLETE")
        return made

    def test_beside_an_existing_database_nothing_runs_before_the_migration(self):
        made = self.make(**EXISTING)
        self.assertEqual(made.services(), {"service": 0})
        self.assertFalse(made.resources.keys() & {"Database", "Balancer", "WorkerService", "ArrivalSubscription"})
        self.assertIn("LinkUser", made.resources)
        given = made.environment("service")
        self.assertEqual(given["ROLES"], "api,portal,worker,poller")
        self.assertIn("host=db.example.com port=5432 dbname=catalog user=onboarding", given["CATALOG_DATABASE_URL"])
        self.assertEqual(given["CATALOG_STORE"], "s3://acme-reports")
        self.assertNotIn("CATALOG_PUBLIC_URL", given)
        self.assertEqual(made.environment("migrate")["CATALOG_DATABASE_SECRET"], MASTER)
        self.assertEqual(made.secrets("service").keys(), {"LINK_KEY_ID", "LINK_KEY_SECRET"})

    def test_split_and_public_with_a_database_of_its_own(self):
        made = self.make(Running="yes", Layout="split", Workers="3", **PUBLIC)
        self.assertEqual(made.services(), {"service": 1, "worker": 3, "poller": 1})
        self.assertLessEqual({"Database", "Balancer", "WorkerRole", "PollerRole"}, made.resources.keys())
        self.assertNotIn("LinkUser", made.resources)
        given = made.environment("service")
        self.assertEqual(given["ROLES"], "api,portal")
        self.assertEqual(given["CATALOG_PUBLIC_URL"], "https://catalog.example.com")
        self.assertEqual(given["CATALOG_EVENTS_TOPIC"], made.resources["ArrivalTopic"])
        self.assertEqual(made.environment("migrate")["CATALOG_DATABASE_SECRET"], MASTER)

    def test_people_sign_in_at_an_issuer_with_a_secret_that_stands_in_no_environment(self):
        secret = MASTER.replace("master", "client")
        issuer = dict(IssuerUrl="https://login.acme.example", IssuerClientId="catalog-portal", **PUBLIC)
        made = self.make(Layout="split", IssuerClientSecretArn=secret, **issuer)
        given = made.environment("service")
        self.assertEqual(
            {name: value for name, value in given.items() if "OIDC" in name},
            {"CATALOG_OIDC_ISSUER": "https://login.acme.example", "CATALOG_OIDC_AUDIENCE": "catalog",
             "CATALOG_OIDC_CLIENT_ID": "catalog-portal", "CATALOG_OIDC_CLIENT_SECRET": "file:/var/tmp/client-secret"})
        self.assertEqual(made.secrets("service"), {"CLIENT_SECRET": secret})
        self.assertIn(secret, {resource for _, action, resource in made.rights("StartRole") if action == "secretsmanager:GetSecretValue"})

    def test_all_that_is_conditional_is_made_when_its_condition_holds(self):
        """Each resource of the template stands in one of the two shapes."""
        shapes = [
            dict(Running="yes", Layout="split", DatabaseLogin="password", KmsKeyArn="arn:aws:kms:eu-central-1:123456789012:key/own",
                 KeepErrorsDays="400", Measured="yes", AlarmEmail="operations@acme.example", RelayTarget="s3://archive", **PUBLIC),
            EXISTING,
        ]
        made = set()
        for shape in shapes:
            made |= self.make(**shape).resources.keys()
            boto3.client("cloudformation").delete_stack(StackName="catalog")
            self.doCleanups()
            self.setUp()
        # Its function is the operator's.
        self.assertEqual(template()["Resources"].keys() - made, {"LoginRotation"})

    def test_alarms_tell_the_topic_and_filters_count_lines_of_the_log(self):
        made = self.make(Running="yes", Layout="split", Measured="yes", AlarmEmail="operations@acme.example", RelayTarget="s3://archive", **PUBLIC)
        alarms = boto3.client("cloudwatch").describe_alarms()["MetricAlarms"]
        self.assertEqual(len(alarms), len(resources("AWS::CloudWatch::Alarm")))
        for alarm in alarms:
            self.assertEqual((alarm["AlarmActions"], alarm["OKActions"]), ([made.resources["AlarmTopic"]],) * 2, alarm["AlarmName"])
        filters = boto3.client("logs").describe_metric_filters()["metricFilters"]
        self.assertEqual(len(filters), len(resources("AWS::Logs::MetricFilter")))
        self.assertEqual({entry["logGroupName"] for entry in filters}, {"/catalog/catalog/service"})
        heard = {(entry["TopicArn"], entry["Protocol"], entry["Endpoint"]) for entry in boto3.client("sns").list_subscriptions()["Subscriptions"]}
        self.assertEqual(heard, {
            (made.resources["AlarmTopic"], "email", "operations@acme.example"),
            (made.resources["ArrivalTopic"], "https", "https://catalog.example.com/events/s3"),
        })
        board = json.loads(boto3.client("cloudwatch").get_dashboard(DashboardName="catalog")["DashboardBody"])
        self.assertGreater(len(board["widgets"]), 5)

    def test_buckets_are_private_encrypted_keep_versions_and_announce(self):
        key = "arn:aws:kms:eu-central-1:123456789012:key/own"
        made, store = self.make(KmsKeyArn=key, OldVersionDays="7", **PUBLIC), boto3.client("s3")
        for name in ("acme-vendor-files", "acme-reports"):
            self.assertEqual(store.get_bucket_versioning(Bucket=name)["Status"], "Enabled")
            self.assertEqual(set(store.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values()), {True})
            (rule,) = store.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
            self.assertEqual(rule["ApplyServerSideEncryptionByDefault"], {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key})
            old, unfinished = store.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
            self.assertEqual(old["NoncurrentVersionExpiration"], {"NoncurrentDays": 7})
            self.assertEqual(unfinished["AbortIncompleteMultipartUpload"], {"DaysAfterInitiation": 1})
            (statement,) = json.loads(store.get_bucket_policy(Bucket=name)["Policy"])["Statement"]
            self.assertEqual((statement["Effect"], statement["Condition"]), ("Deny", {"Bool": {"aws:SecureTransport": "false"}}))
            for entry in store.get_bucket_notification_configuration(Bucket=name)["TopicConfigurations"]:
                self.assertEqual((entry["TopicArn"], entry["Events"]), (made.resources["ArrivalTopic"], ["s3:ObjectCreated:*"]))

    def test_the_service_has_a_password_that_is_nobody_elses_and_rotates(self):
        made = self.make(DatabaseLogin="password", **PUBLIC)
        login = json.loads(boto3.client("secretsmanager").get_secret_value(SecretId=made.resources["LoginSecret"])["SecretString"])
        self.assertEqual((login["username"], login["port"], login["dbname"], len(login["password"])), ("onboarding", 5432, "catalog", 40))
        self.assertTrue(made.secrets("migrate")["LOGIN_PASSWORD"].startswith(made.resources["LoginSecret"]))


if __name__ == "__main__":
    unittest.main()

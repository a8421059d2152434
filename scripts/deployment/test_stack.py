"""A stack is made of the template, in each shape, by moto.

moto leaves out what it does not know: secrets, policies of buckets and topics, subscriptions, alarms, filters, most of a bucket. What it
takes, it checks as AWS does: references, attributes, policies of roles, conditions.
"""

import json
import os
import pathlib
import sys
import unittest
import unittest.mock
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from files import template

try:
    import boto3
    import moto
    import moto.cloudformation.parsing
    import moto.rds.models
except ImportError:
    moto = None

REGION = "eu-central-1"
MASTER = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:master"
# Attributes of a database that AWS documents and moto lacks.
UNKNOWN_TO_MOTO = {"DbiResourceId": "db-ABC", "MasterUserSecret.SecretArn": MASTER}
EXISTING = {
    "DatabaseHost": "db.example.com", "DatabaseResourceId": "db-ABC", "DatabaseAdminSecretArn": MASTER, "DatabaseSecurityGroupId": "sg-0123456789abcdef0",
}


def without_gaps(value, resources, clean=moto and moto.cloudformation.parsing.clean_json):
    """AWS::NoValue takes an entry out of a list, where moto leaves a null."""
    made = clean(value, resources)
    return [entry for entry in made if entry is not None] if isinstance(made, list) else made


@unittest.skipIf(moto is None, "moto is not installed")
class StackTest(unittest.TestCase):
    def setUp(self):
        warnings.simplefilter("ignore")
        Instance = moto.rds.models.DBInstance
        has, get = Instance.has_cfn_attr, Instance.get_cfn_attribute
        for patch in (
            unittest.mock.patch.dict(os.environ, {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": REGION}),
            unittest.mock.patch.object(moto.cloudformation.parsing, "clean_json", without_gaps),
            unittest.mock.patch.object(Instance, "has_cfn_attr", classmethod(lambda _, name: name in UNKNOWN_TO_MOTO or has(name))),
            unittest.mock.patch.object(Instance, "get_cfn_attribute", lambda database, name: UNKNOWN_TO_MOTO.get(name) or get(database, name)),
            moto.mock_aws(),
        ):
            patch.__enter__()
            self.addCleanup(patch.__exit__, None, None, None)

    def make(self, **parameters):
        ec2 = boto3.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{index}.0/24", AvailabilityZone=REGION + zone)["Subnet"]["SubnetId"]
            for index, zone in enumerate("ab")
        ]
        if "DatabaseSecurityGroupId" in parameters:
            parameters["DatabaseSecurityGroupId"] = ec2.create_security_group(GroupName="db", Description="db", VpcId=vpc)["GroupId"]
        given = {"Image": "catalog", "BucketPrefix": "acme", "VpcId": vpc, "SubnetIds": ",".join(subnets), **parameters}
        stacks = boto3.client("cloudformation")
        stacks.create_stack(
            StackName="catalog", TemplateBody=json.dumps(template()), Capabilities=["CAPABILITY_IAM"],
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()])
        stack = stacks.describe_stacks(StackName="catalog")["Stacks"][0]
        self.assertEqual(stack["StackStatus"], "CREATE_COMPLETE")
        made = stacks.list_stack_resources(StackName="catalog")["StackResourceSummaries"]
        return {resource["LogicalResourceId"] for resource in made}

    def services(self):
        ecs = boto3.client("ecs")
        names = [arn.rpartition("/")[2] for arn in ecs.list_services(cluster="catalog")["serviceArns"]]
        described = ecs.describe_services(cluster="catalog", services=names)["services"]
        return {service["serviceName"]: service["desiredCount"] for service in described}

    def environment(self, name):
        ecs = boto3.client("ecs")
        definition = ecs.describe_task_definition(taskDefinition=f"catalog-{name}")["taskDefinition"]
        return {entry["name"]: entry["value"] for entry in definition["containerDefinitions"][0]["environment"]}

    def test_beside_an_existing_database_nothing_runs_before_the_migration(self):
        made = self.make(**EXISTING)
        self.assertEqual(self.services(), {"service": 0})
        self.assertFalse(made & {"Database", "Balancer", "WorkerService"})
        self.assertIn("LinkUser", made)
        given = self.environment("service")
        self.assertEqual(given["ROLES"], "api,worker,poller")
        self.assertIn("host=db.example.com port=5432 dbname=catalog user=onboarding", given["CATALOG_DATABASE_URL"])
        self.assertEqual(given["CATALOG_STORE"], "s3://acme-reports")
        self.assertNotIn("CATALOG_PUBLIC_URL", given)
        self.assertEqual(self.environment("migrate")["CATALOG_DATABASE_SECRET"], MASTER)

    def test_split_and_public_with_a_database_of_its_own(self):
        certificate = boto3.client("acm").request_certificate(DomainName="catalog.example.com")["CertificateArn"]
        made = self.make(Running="yes", Layout="split", Workers="3", PublicHost="catalog.example.com", CertificateArn=certificate)
        self.assertEqual(self.services(), {"service": 1, "worker": 3, "poller": 1})
        self.assertLessEqual({"Database", "Balancer", "WorkerRole", "PollerRole"}, made)
        self.assertNotIn("LinkUser", made)
        given = self.environment("service")
        self.assertEqual(given["ROLES"], "api")
        self.assertEqual(given["CATALOG_PUBLIC_URL"], "https://catalog.example.com")
        self.assertTrue(given["CATALOG_EVENTS_TOPIC"].endswith(":catalog-arrivals"))
        self.assertEqual(self.environment("migrate")["CATALOG_DATABASE_SECRET"], MASTER)


if __name__ == "__main__":
    unittest.main()

"""A stack of the template, made by moto and by what applied.py adds to it."""

import json
import unittest.mock
import uuid

import applied  # noqa: F401, what moto leaves out
import boto3
import moto.cloudformation.parsing
import moto.elbv2.models
import moto.rds.models
from files import template

REGION = "eu-central-1"
ZONES = "ab"


def without_gaps(value, resources, clean=moto.cloudformation.parsing.clean_json):
    """AWS::NoValue takes an entry out of a list, where moto leaves a null."""
    made = clean(value, resources)
    return [entry for entry in made if entry is not None] if isinstance(made, list) else made


def patches(database):
    """For the time of a test; `database` are attributes of it that AWS documents and moto lacks."""
    balancer = {"LoadBalancerFullName": lambda made: made.arn.partition("loadbalancer/")[2]}
    keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": REGION}
    return [
        unittest.mock.patch.dict("os.environ", keys),
        unittest.mock.patch.object(moto.cloudformation.parsing, "clean_json", without_gaps),
        *knowing(moto.rds.models.DBInstance, {name: lambda _, name=name: database[name] for name in database}),
        *knowing(moto.elbv2.models.FakeLoadBalancer, balancer),
        moto.mock_aws(),
    ]


def knowing(model, attributes):
    """Lets a model of moto know more attributes."""
    has, get = model.has_cfn_attr, model.get_cfn_attribute
    return [
        unittest.mock.patch.object(model, "has_cfn_attr", classmethod(lambda _, name: name in attributes or has(name))),
        unittest.mock.patch.object(
            model, "get_cfn_attribute", lambda made, name: attributes[name](made) if name in attributes else get(made, name)),
    ]


class Stack:
    def __init__(self, **parameters):
        self.name = "catalog"
        self._make(parameters)
        made = self._client.list_stack_resources(StackName=self.name)["StackResourceSummaries"]
        # Logical name: id.
        self.resources = {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in made}

    def _make(self, parameters):
        ec2 = boto3.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{index}.0/24", AvailabilityZone=REGION + zone)["Subnet"]["SubnetId"]
            for index, zone in enumerate(ZONES)
        ]
        if "DatabaseSecurityGroupId" in parameters:
            parameters["DatabaseSecurityGroupId"] = ec2.create_security_group(GroupName="db", Description="db", VpcId=vpc)["GroupId"]
        if "PublicHost" in parameters:
            parameters["CertificateArn"] = boto3.client("acm").request_certificate(DomainName=parameters["PublicHost"])["CertificateArn"]
        given = {"Image": "catalog", "BucketPrefix": "acme", "VpcId": vpc, "SubnetIds": ",".join(subnets), **parameters}
        self._client = boto3.client("cloudformation")
        self._client.create_stack(
            StackName=self.name, TemplateBody=json.dumps(template()), Capabilities=["CAPABILITY_IAM"],
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()])
        self.status = self._client.describe_stacks(StackName=self.name)["Stacks"][0]["StackStatus"]

    def services(self):
        """How many tasks of each are wanted."""
        ecs = boto3.client("ecs")
        names = [arn.rpartition("/")[2] for arn in ecs.list_services(cluster=self.name)["serviceArns"]]
        described = ecs.describe_services(cluster=self.name, services=names)["services"]
        return {service["serviceName"]: service["desiredCount"] for service in described}

    def definition(self, task):
        return boto3.client("ecs").describe_task_definition(taskDefinition=f"{self.name}-{task}")["taskDefinition"]

    def container(self, task):
        return self.definition(task)["containerDefinitions"][0]

    def environment(self, task):
        """Without secrets."""
        return {entry["name"]: entry["value"] for entry in self.container(task)["environment"]}

    def secrets(self, task):
        """Name, and ARN:FIELD:: as ECS takes it."""
        return {entry["name"]: entry["valueFrom"] for entry in self.container(task).get("secrets", [])}

    def rights(self, role):
        """What policies allow a role, as (owner, action, pattern of resources); owner is the policy's logical name, or the role's."""
        iam, names = boto3.client("iam"), {id: name for name, id in self.resources.items()}
        found, physical = set(), self.resources[role]
        for attached in iam.list_attached_role_policies(RoleName=physical)["AttachedPolicies"]:
            version = iam.get_policy(PolicyArn=attached["PolicyArn"])["Policy"]["DefaultVersionId"]
            document = iam.get_policy_version(PolicyArn=attached["PolicyArn"], VersionId=version)["PolicyVersion"]["Document"]
            found |= allowed(names[attached["PolicyArn"]], document)
        for name in iam.list_role_policies(RoleName=physical)["PolicyNames"]:
            found |= allowed(role, iam.get_role_policy(RoleName=physical, PolicyName=name)["PolicyDocument"])
        return found

    def user_rights(self, user):
        iam, physical = boto3.client("iam"), self.resources[user]
        found = set()
        for name in iam.list_user_policies(UserName=physical)["PolicyNames"]:
            found |= allowed(user, iam.get_user_policy(UserName=physical, PolicyName=name)["PolicyDocument"])
        return found


def allowed(owner, document):
    return {
        (owner, action, resource)
        for statement in document["Statement"] if statement["Effect"] == "Allow"
        for action in as_list(statement["Action"]) for resource in as_list(statement["Resource"])
    }


def as_list(value):
    return value if isinstance(value, list) else [value]


def new_secret(**values):
    """As RDS, or an operator, makes one."""
    return boto3.client("secretsmanager").create_secret(Name=f"test-{uuid.uuid4()}", SecretString=json.dumps(values))["ARN"]

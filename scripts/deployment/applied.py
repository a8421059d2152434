"""What moto's CloudFormation leaves out of a stack, made: import it before the first stack.

moto has the services, and lacks the way from a template to them: secrets, policies of buckets and topics, subscriptions, filters,
alarms, all of a bucket but its name, and the policies of a role that stand elsewhere.
"""

import json
import secrets

import boto3
import moto.iam.models  # noqa: F401, whose models ours come after
import moto.s3.models  # noqa: F401
from moto.core.common_models import CloudFormationModel

REFUSED = "Unable to validate the following destination configurations"


def makes(kind):
    """The function gets properties and a name, and returns the resource's id and its attributes."""
    def register(make):
        class Made(CloudFormationModel):
            # moto takes the service from the second word.
            __module__ = "moto.cloudformation.models"

            @staticmethod
            def cloudformation_name_type():
                return ""

            @staticmethod
            def cloudformation_type():
                return kind

            @classmethod
            def has_cfn_attr(cls, _):
                return True

            def get_cfn_attribute(self, name):
                return self.attributes[name]

            @classmethod
            def create_from_cloudformation_json(cls, resource_name, cloudformation_json, *_, **__):
                resource = cls()
                resource.physical_resource_id, resource.attributes = make(cloudformation_json["Properties"], resource_name)
                return resource

        # The class stays known to its parent, which holds it weakly.
        make.model = Made
        return make
    return register


@makes("AWS::S3::Bucket")
def bucket(properties, _):
    name, store = properties["BucketName"], boto3.client("s3")
    store.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": store.meta.region_name})
    store.put_bucket_versioning(Bucket=name, VersioningConfiguration=properties["VersioningConfiguration"])
    store.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [
        {"ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"], "BucketKeyEnabled": rule["BucketKeyEnabled"]}
        for rule in properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    ]})
    store.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=properties["PublicAccessBlockConfiguration"])
    store.put_bucket_ownership_controls(Bucket=name, OwnershipControls=properties["OwnershipControls"])
    store.put_bucket_lifecycle_configuration(
        Bucket=name, LifecycleConfiguration={"Rules": [lifecycle(rule) for rule in properties["LifecycleConfiguration"]["Rules"]]})
    if "NotificationConfiguration" in properties:
        store.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration={
            "TopicConfigurations": [announced(name, entry) for entry in properties["NotificationConfiguration"]["TopicConfigurations"]]})
    return name, {"Arn": f"arn:aws:s3:::{name}"}


def lifecycle(rule):
    """The names that the API has for those of a template."""
    made = {"ID": rule["Id"], "Status": rule["Status"], "Filter": {"Prefix": ""}}
    if "NoncurrentVersionExpiration" in rule:
        made["NoncurrentVersionExpiration"] = {"NoncurrentDays": int(rule["NoncurrentVersionExpiration"]["NoncurrentDays"])}
    if "ExpiredObjectDeleteMarker" in rule:
        made["Expiration"] = {"ExpiredObjectDeleteMarker": True}
    if "AbortIncompleteMultipartUpload" in rule:
        made["AbortIncompleteMultipartUpload"] = rule["AbortIncompleteMultipartUpload"]
    return made


def announced(name, entry):
    """S3 takes a topic only if its policy lets this bucket publish."""
    policy = json.loads(boto3.client("sns").get_topic_attributes(TopicArn=entry["Topic"])["Attributes"]["Policy"])
    if not any(
        statement["Principal"] == {"Service": "s3.amazonaws.com"}
        and f"arn:aws:s3:::{name}" in statement["Condition"]["ArnEquals"]["aws:SourceArn"]
        for statement in policy["Statement"]
    ):
        raise ValueError(f"{REFUSED}: {name} may not publish to {entry['Topic']}")
    made = {"TopicArn": entry["Topic"], "Events": [entry["Event"]]}
    if "Filter" in entry:
        made["Filter"] = {"Key": {"FilterRules": entry["Filter"]["S3Key"]["Rules"]}}
    return made


@makes("AWS::S3::BucketPolicy")
def bucket_policy(properties, name):
    boto3.client("s3").put_bucket_policy(Bucket=properties["Bucket"], Policy=json.dumps(properties["PolicyDocument"]))
    return name, {}


@makes("AWS::IAM::Role")
def role(properties, name):
    iam = boto3.client("iam")
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(properties["AssumeRolePolicyDocument"]))["Role"]
    for policy in properties.get("ManagedPolicyArns", []):
        iam.attach_role_policy(RoleName=name, PolicyArn=policy)
    for policy in properties.get("Policies", []):
        iam.put_role_policy(RoleName=name, PolicyName=policy["PolicyName"], PolicyDocument=json.dumps(policy["PolicyDocument"]))
    return name, {"Arn": made["Arn"]}


@makes("AWS::IAM::User")
def user(properties, name):
    iam = boto3.client("iam")
    made = iam.create_user(UserName=name)["User"]
    for policy in properties.get("Policies", []):
        iam.put_user_policy(UserName=name, PolicyName=policy["PolicyName"], PolicyDocument=json.dumps(policy["PolicyDocument"]))
    return name, {"Arn": made["Arn"]}


@makes("AWS::IAM::AccessKey")
def access_key(properties, _):
    made = boto3.client("iam").create_access_key(UserName=properties["UserName"])["AccessKey"]
    return made["AccessKeyId"], {"SecretAccessKey": made["SecretAccessKey"]}


@makes("AWS::SNS::TopicPolicy")
def topic_policy(properties, name):
    for topic in properties["Topics"]:
        boto3.client("sns").set_topic_attributes(
            TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(properties["PolicyDocument"]))
    return name, {}


@makes("AWS::SNS::Subscription")
def subscription(properties, _):
    made = boto3.client("sns").subscribe(
        TopicArn=properties["TopicArn"], Protocol=properties["Protocol"], Endpoint=properties["Endpoint"], ReturnSubscriptionArn=True)
    return made["SubscriptionArn"], {}


@makes("AWS::SecretsManager::Secret")
def secret(properties, name):
    value = properties.get("SecretString")
    if "GenerateSecretString" in properties:
        wanted = properties["GenerateSecretString"]
        password = secrets.token_hex(int(wanted["PasswordLength"]) // 2)
        value = json.dumps({**json.loads(wanted["SecretStringTemplate"]), wanted["GenerateStringKey"]: password})
    return boto3.client("secretsmanager").create_secret(Name=name, SecretString=value)["ARN"], {}


@makes("AWS::SecretsManager::RotationSchedule")
def rotation(properties, name):
    boto3.client("secretsmanager").rotate_secret(
        SecretId=properties["SecretId"], RotationLambdaARN=properties["RotationLambdaARN"], RotateImmediately=properties["RotateImmediatelyOnUpdate"],
        RotationRules=properties["RotationRules"])
    return name, {}


@makes("AWS::Logs::MetricFilter")
def metric_filter(properties, name):
    transformations = [
        {entry[0].lower() + entry[1:]: value for entry, value in transformation.items()}
        for transformation in properties["MetricTransformations"]
    ]
    boto3.client("logs").put_metric_filter(
        logGroupName=properties["LogGroupName"], filterName=name, filterPattern=properties["FilterPattern"],
        metricTransformations=transformations)
    return name, {}


@makes("AWS::CloudWatch::Alarm")
def alarm(properties, name):
    boto3.client("cloudwatch").put_metric_alarm(AlarmName=name, **properties)
    return name, {}

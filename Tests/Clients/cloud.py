"""An outside client of SNS, SQS, Secrets Manager and S3.

usage: cloud.py ENDPOINT topic NAME                      prints the topic's ARN
       cloud.py ENDPOINT queue NAME TOPIC_ARN VENDOR     a queue that gets the vendor's messages of the topic; prints its URL
       cloud.py ENDPOINT read QUEUE_URL                  prints what the queue got, one JSON object a line
       cloud.py ENDPOINT subscriptions TOPIC_ARN         prints endpoint and filter policy, one JSON object a line
       cloud.py ENDPOINT secret NAME TEXT                creates a secret or changes it
       cloud.py ENDPOINT kept BUCKET KEY                 prints class, encryption, key and tags of an object
"""

import json
import sys

import boto3

endpoint, verb, *rest = sys.argv[1:]


def client(service):
    return boto3.client(
        service, endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="secret")


if verb == "topic":
    print(client("sns").create_topic(Name=rest[0])["TopicArn"])
elif verb == "queue":
    name, topic, vendor = rest
    sqs = client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    client("sns").subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"FilterPolicy": json.dumps({"vendor_id": [vendor]})})
    print(url)
elif verb == "read":
    while messages := client("sqs").receive_message(QueueUrl=rest[0], MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            print(json.dumps(json.loads(message["Body"])))
            client("sqs").delete_message(QueueUrl=rest[0], ReceiptHandle=message["ReceiptHandle"])
elif verb == "subscriptions":
    sns = client("sns")
    for subscription in sns.list_subscriptions_by_topic(TopicArn=rest[0])["Subscriptions"]:
        attributes = sns.get_subscription_attributes(SubscriptionArn=subscription["SubscriptionArn"])["Attributes"]
        print(json.dumps({"endpoint": subscription["Endpoint"], "policy": attributes.get("FilterPolicy")}))
elif verb == "secret":
    name, text = rest
    secrets = client("secretsmanager")
    try:
        secrets.create_secret(Name=name, SecretString=text)
    except secrets.exceptions.ResourceExistsException:
        secrets.put_secret_value(SecretId=name, SecretString=text)
elif verb == "kept":
    bucket, key = rest
    s3 = client("s3")
    head = s3.head_object(Bucket=bucket, Key=key)
    tags = s3.get_object_tagging(Bucket=bucket, Key=key)["TagSet"]
    print(head["StorageClass"], head["ServerSideEncryption"], head["SSEKMSKeyId"],
          *sorted(f"{tag['Key']}={tag['Value']}" for tag in tags))

"""Sends requests by boto3. One JSON object per line in, one per line out. Argument: URL."""

import base64
import datetime
import json
import sys

import boto3
import botocore.config
import botocore.exceptions
from botocore import xform_name

config = botocore.config.Config(retries={"max_attempts": 0})
clients = {}


def client(region):
    if region not in clients:
        clients[region] = boto3.client("kms", endpoint_url=sys.argv[1], region_name=region, config=config)
    return clients[region]


def blobs(value):
    return base64.b64decode(value["$blob"]) if "$blob" in value else value


def plain(value):
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    raise TypeError(type(value))


for line in sys.stdin:
    request = json.loads(line, object_hook=blobs)
    try:
        call = getattr(client(request["region"]), xform_name(request["operation"]))
        reply = {"ok": call(**request["input"])}
    except botocore.exceptions.ClientError as error:
        reply = {"code": error.response["Error"]["Code"], "text": error.response["Error"]["Message"]}
    print(json.dumps(reply, default=plain), flush=True)

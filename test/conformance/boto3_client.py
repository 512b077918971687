"""Uses the KMS API by boto3. Prints one JSON object: what came of each step. Arguments: URL, region."""

import json
import sys

import boto3
import botocore.config
import botocore.exceptions

url, region = sys.argv[1:]
config = botocore.config.Config(retries={"max_attempts": 0})
kms = boto3.client("kms", endpoint_url=url, region_name=region, config=config)
context = {"purpose": "Prüfung", "__proto__": "x"}


def error_of(call):
    """The error that a call must end with, as boto3 parsed it."""
    try:
        call()
    except botocore.exceptions.ClientError as error:
        return {
            "code": error.response["Error"]["Code"],
            "message": error.response["Error"]["Message"],
            "status": error.response["ResponseMetadata"]["HTTPStatusCode"],
            "type": type(error).__name__,
        }
    raise AssertionError("the call was not refused")


created = kms.create_key(Description="from Python", Tags=[{"TagKey": "__proto__", "TagValue": "b"}])
key = created["KeyMetadata"]
tags = kms.list_resource_tags(KeyId=key["KeyId"])["Tags"]
kms.create_alias(AliasName="alias/python", TargetKeyId=key["KeyId"])
encrypted = kms.encrypt(KeyId="alias/python", Plaintext=b"secret", EncryptionContext=context)
decrypted = kms.decrypt(CiphertextBlob=encrypted["CiphertextBlob"], EncryptionContext=context)
data_key = kms.generate_data_key(KeyId=key["Arn"], KeySpec="AES_256")
unwrapped = kms.decrypt(CiphertextBlob=data_key["CiphertextBlob"], KeyId=key["KeyId"])
damaged = bytearray(encrypted["CiphertextBlob"])
damaged[-1] ^= 1
pages = kms.get_paginator("list_aliases").paginate(PaginationConfig={"PageSize": 1})

print(
    json.dumps(
        {
            "creationTime": key["CreationDate"].timestamp(),
            "requestId": created["ResponseMetadata"]["RequestId"],
            "tags": tags,
            "plaintext": decrypted["Plaintext"].decode(),
            "keyId": decrypted["KeyId"] == key["Arn"],
            "dataKey": unwrapped["Plaintext"] == data_key["Plaintext"],
            "aliases": [alias["AliasName"] for page in pages for alias in page["Aliases"]],
            "wrongContext": error_of(lambda: kms.decrypt(CiphertextBlob=encrypted["CiphertextBlob"])),
            "damaged": error_of(lambda: kms.decrypt(CiphertextBlob=bytes(damaged), EncryptionContext=context)),
            "unknown": error_of(lambda: kms.describe_key(KeyId="alias/nobody")),
            "malformed": error_of(lambda: kms.encrypt(KeyId="fake-key-id", Plaintext=b"x")),
            "exists": error_of(lambda: kms.create_alias(AliasName="alias/python", TargetKeyId=key["KeyId"])),
        }
    )
)

"""Uses AWS STS by boto3, and the KMS API with what it gives. Arguments: URL, region, ARN of a role, id of a key."""

import json
import sys
import urllib.request

import boto3
import botocore.config
import botocore.exceptions

url, region, role, key = sys.argv[1:]
config = botocore.config.Config(retries={"max_attempts": 0})
place = {"endpoint_url": url, "region_name": region, "config": config}
sts = boto3.client("sts", **place)


def error_of(call):
    """The code and status of the error that a call must end with."""
    try:
        call()
    except botocore.exceptions.ClientError as error:
        response = error.response
        return {"code": response["Error"]["Code"], "status": response["ResponseMetadata"]["HTTPStatusCode"]}
    raise AssertionError("the call was not refused")


def session_of(credentials, token=None):
    return {
        "aws_access_key_id": credentials["AccessKeyId"],
        "aws_secret_access_key": credentials["SecretAccessKey"],
        "aws_session_token": token or credentials["SessionToken"],
    }


opened = sts.assume_role(RoleArn=role, RoleSessionName="python", DurationSeconds=900)["Credentials"]
as_role = session_of(opened)
forged = session_of(opened, "A" * 64)
kms = boto3.client("kms", **place, **as_role)
blob = kms.encrypt(KeyId=key, Plaintext=b"secret")["CiphertextBlob"]


def status_of(method):
    """What a presigned request is answered, sent without any header of the SDK."""
    presigned = sts.generate_presigned_url("get_caller_identity", HttpMethod=method)
    return urllib.request.urlopen(urllib.request.Request(presigned, method=method)).status



print(
    json.dumps(
        {
            "user": sts.get_caller_identity()["Arn"],
            "session": boto3.client("sts", **place, **as_role).get_caller_identity()["Arn"],
            "isTimeZoned": opened["Expiration"].tzinfo is not None,
            "plaintext": kms.decrypt(CiphertextBlob=blob)["Plaintext"].decode(),
            "presigned": [status_of("GET"), status_of("POST")],
            "denied": error_of(lambda: sts.assume_role(RoleArn=role + "x", RoleSessionName="python")),
            "invalid": error_of(lambda: sts.assume_role(RoleArn=role, RoleSessionName="a/b")),
            "wrongToken": error_of(lambda: boto3.client("sts", **place, **forged).get_caller_identity()),
            "wrongTokenOfKms": error_of(lambda: boto3.client("kms", **place, **forged).list_keys()),
        }
    )
)

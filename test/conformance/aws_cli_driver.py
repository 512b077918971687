"""Runs commands of the AWS CLI within one process. One JSON object per line in, one per line out. Argument: URL."""

import contextlib
import io
import json
import re
import sys

from awscli.clidriver import create_clidriver
from botocore import xform_name

# As the CLI reports what the server refused.
REFUSED = re.compile(r"An error occurred \((\w+)\) when calling the \w+ operation(?: \(.*?\))?: ?(.*)", re.DOTALL)

out = sys.stdout
driver = create_clidriver()


def blobs(value):
    return value["$blob"] if "$blob" in value else value


def run(request):
    arguments = [
        "--endpoint-url", sys.argv[1], "--region", request["region"], "--output", "json", "--no-cli-pager",
        "kms", xform_name(request["operation"], "-"), "--cli-input-json", json.dumps(request["input"]),
    ]
    stdout, stderr = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        status = driver.main(arguments)
    if status == 0:
        return {"ok": json.loads(stdout.getvalue() or "{}")}
    refused = REFUSED.search(stderr.getvalue())
    if refused is None:
        raise RuntimeError(stderr.getvalue())
    return {"code": refused[1], "text": refused[2].strip()}


for line in sys.stdin:
    print(json.dumps(run(json.loads(line, object_hook=blobs))), file=out, flush=True)

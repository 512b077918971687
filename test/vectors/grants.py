"""The vectors of docs/spec/grants.md, from its text, key-hierarchy.md and records.md alone. Prints one JSON object."""

import base64
import hashlib
import hmac
import json
import uuid

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def prefixed(*parts):
    out = b""
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        out += len(data).to_bytes(4, "big") + data
    return out


def kbkdf(key, label, context, bits):
    message = b"\x00\x00\x00\x01" + label + b"\x00" + context + bits.to_bytes(4, "big")
    return hmac.new(key, message, hashlib.sha512).digest()[: bits // 8]


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


TENANT = "11111111-1111-4111-8111-111111111111"
REGION = "eu-central-1"
KEY = "1234abcd-12ab-4cd3-96ef-1234567890ab"
GRANT = "0c237476b39f8bc44e45212e08498fbe3151305030726c0590dd8d3e9f3d6a60"
ROOT = bytes(range(32))
SALT = bytes(range(100, 132))

content = {
    "name": "backup",
    "grantee": {"type": "principal", "name": "arn:aws:iam::123456789012:user/u"},
    "retiring": {"type": "service", "name": "backup.example.com"},
    "issuingAccountId": "123456789012",
    "operations": ["Encrypt", "Decrypt"],
    "constraints": {"encryptionContextSubset": [["purpose", "\u00e9"]]},
}
body = canonical({"format": 1, "region": REGION, "keyId": KEY, "createdAtMs": 1800000000000, **content})
digest = hashlib.sha256(
    prefixed("keystead/record/v1", TENANT, "grant", GRANT, REGION + "/" + KEY, "1", body)
).hexdigest()
same = hashlib.sha256(canonical({**content, "operations": sorted(content["operations"])})).hexdigest()

wrapping_key = kbkdf(ROOT, b"keystead/tenant/wrap/v1", b"", 256)
header = b"KW\x01" + SALT
context = hashlib.sha256(header + prefixed("grant-token", TENANT)).digest()
output = kbkdf(wrapping_key, b"keystead/wrap/v1", SALT + context, 512)
sealed = header + output[32:] + AESGCM(output[:32]).encrypt(bytes(12), prefixed(REGION, KEY, GRANT), None)
token = base64.urlsafe_b64encode(b"KG\x01" + uuid.UUID(TENANT).bytes + sealed).decode().rstrip("=")

print(json.dumps({"body": body.decode(), "digest": digest, "sameName": same, "token": token}))

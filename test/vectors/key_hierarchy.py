"""Computes docs/spec/key-hierarchy.vectors.json again, from docs/spec/key-hierarchy.md alone.

Usage: python3 key_hierarchy.py <vectors.json>. Prints how many vectors agree; fails at the first that does not.
"""

import hashlib
import hmac
import json
import struct
import sys

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FIELDS = {
    "barrier-key": 1,
    "tenant-key": 1,
    "instance-key": 2,
    "material": 10,
    "import-key": 5,
    "credential": 2,
    "checkpoint-key": 1,
    "token-signing-key": 1,
    "environment-secret": 3,
}


def prefixed(data):
    return struct.pack(">I", len(data)) + data


def derive(root, label):
    message = b"\x00\x00\x00\x01" + label.encode() + b"\x00" + b"\x00\x00\x01\x00"
    return hmac.new(root, message, hashlib.sha512).digest()[:32]


def keys_of(wrapping_key, header, purpose, fields):
    assert len(fields) == FIELDS[purpose], purpose
    aad = b"".join(prefixed(part.encode()) for part in [purpose, *fields])
    context = hashlib.sha256(header + aad).digest()
    message = b"\x00\x00\x00\x01keystead/wrap/v1\x00" + header[-32:] + context + b"\x00\x00\x02\x00"
    output = hmac.new(wrapping_key, message, hashlib.sha512).digest()
    return output[:32], output[32:]


def wrap(wrapping_key, purpose, fields, salt, secret):
    header = b"KW\x01" + salt
    key, commitment = keys_of(wrapping_key, header, purpose, fields)
    return header + commitment + AESGCM(key).encrypt(bytes(12), secret, None)


def unwrap(wrapping_key, purpose, fields, wrapped):
    assert wrapped[:3] == b"KW\x01" and 84 <= len(wrapped) <= 83 + 16384
    key, commitment = keys_of(wrapping_key, wrapped[:35], purpose, fields)
    assert hmac.compare_digest(commitment, wrapped[35:67])
    return AESGCM(key).decrypt(bytes(12), wrapped[67:], None)


def check_levels(levels):
    """The chain from the seal file down; answers how many wrapped roots agree."""
    salt = bytes.fromhex(levels["salt"])
    tenant, region = levels["tenantId"], levels["region"]
    chain = [
        ("sealKey", "keystead/seal/barrier/v1", "barrier-key", [levels["sealId"]], "barrierRoot", "wrappedBarrier"),
        ("barrierRoot", "keystead/barrier/wrap/v1", "tenant-key", [tenant], "tenantRoot", "wrappedTenant"),
        ("tenantRoot", "keystead/tenant/wrap/v1", "instance-key", [tenant, region], "instanceRoot", "wrappedInstance"),
    ]
    for above, label, purpose, fields, root, wrapped in chain:
        key = derive(bytes.fromhex(levels[above]), label)
        secret, expected = bytes.fromhex(levels[root]), bytes.fromhex(levels[wrapped])
        assert wrap(key, purpose, fields, salt, secret) == expected, wrapped
        assert unwrap(key, purpose, fields, expected) == secret, wrapped
    return len(chain)


def main(path):
    with open(path, encoding="utf-8") as file:
        vectors = json.load(file)
    assert vectors["format"] == "keystead-key-hierarchy-vectors/1"
    agreed = 0
    for vector in vectors["derived"]:
        assert derive(bytes.fromhex(vector["root"]), vector["label"]).hex() == vector["key"], vector["label"]
        agreed += 1
    for vector in vectors["wrapped"]:
        key, salt, secret, expected = (bytes.fromhex(vector[field]) for field in ("key", "salt", "secret", "wrapped"))
        purpose, fields = vector["purpose"], vector["fields"]
        assert wrap(key, purpose, fields, salt, secret) == expected, purpose
        assert unwrap(key, purpose, fields, expected) == secret, purpose
        agreed += 1
    agreed += check_levels(vectors["levels"])
    for vector in vectors["materialIds"]:
        key = derive(bytes.fromhex(vector["tenantRoot"]), "keystead/tenant/material-id/v1")
        message = prefixed(vector["keyId"].encode()) + prefixed(bytes.fromhex(vector["material"]))
        assert hmac.new(key, message, hashlib.sha256).hexdigest() == vector["materialId"], vector["keyId"]
        agreed += 1
    for vector in vectors["materialUses"]:
        key = derive(bytes.fromhex(vector["tenantRoot"]), "keystead/tenant/material-use/v1")
        assert hmac.new(key, bytes.fromhex(vector["material"]), hashlib.sha256).hexdigest() == vector["materialUse"]
        agreed += 1
    for vector in vectors["keyCheckValues"]:
        value = hmac.new(bytes.fromhex(vector["material"]), b"keystead/key-check-value/v1", hashlib.sha256).digest()[:8]
        assert value.hex() == vector["keyCheckValue"], vector["material"]
        agreed += 1
    print(f"{agreed} vectors agree")


if __name__ == "__main__":
    main(sys.argv[1])

"""Computes docs/spec/wrapped-key.vectors.json again, from docs/spec/wrapped-key.md alone.

Usage: python3 wrapped_key.py <vectors.json>. Prints how many vectors agree; fails at the first that does not.
"""

import base64
import hashlib
import hmac
import json
import struct
import sys
import uuid

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FRAME = b"KS\x01\x03"
LABEL = b"keystead/ciphertext/wrap/v1"


def encode_list(texts):
    if not texts:
        return b"\x00"
    values = [text.encode() for text in texts]
    return b"\x02" + struct.pack(">I", len(values)) + b"".join(struct.pack(">I", len(v)) + v for v in values)


def derive(material, handle, salt, aad):
    header = FRAME + uuid.UUID(handle).bytes + salt
    context = hashlib.sha256(header + aad).digest()
    message = b"\x00\x00\x00\x01" + LABEL + b"\x00" + salt + context + b"\x00\x00\x02\x00"
    output = hmac.new(material, message, hashlib.sha512).digest()
    return output[:32], output[32:]


def b64(data):
    return base64.b64encode(data).decode()


def spell(sealed, salt, handle):
    return '{"ciphertext":"%s","iv":"%s","version":"4.0.0","handle":"%s"}' % (b64(sealed), b64(salt), handle)


def wrap(material, handle, salt, aad, secret):
    key, commitment = derive(material, handle, salt, aad)
    return b64(spell(commitment + AESGCM(key).encrypt(bytes(12), secret, None), salt, handle).encode())


def unwrap(material, aad, wrapped):
    """The secret, or the name of the check that failed."""
    text = base64.b64decode(wrapped, validate=True).decode("ascii")
    try:
        parts = json.loads(text)
        sealed, salt, handle = base64.b64decode(parts["ciphertext"]), base64.b64decode(parts["iv"]), parts["handle"]
    except (ValueError, KeyError):
        return "unreadable"
    # Whatever differs from the one spelling is refused.
    if spell(sealed, salt, handle) != text or handle != handle.lower():
        return "unreadable"
    if len(salt) != 32 or not 49 <= len(sealed) <= 8240:
        return "unreadable"
    key, commitment = derive(material, handle, salt, aad)
    if not hmac.compare_digest(commitment, sealed[:32]):
        return "wrong-context"
    try:
        return AESGCM(key).decrypt(bytes(12), sealed[32:], None)
    except InvalidTag:
        return "damaged"


def main(path):
    with open(path, encoding="utf-8") as file:
        vectors = json.load(file)
    assert vectors["format"] == "keystead-wrapped-key-vectors/1"
    agreed = 0
    for vector in vectors["made"]:
        material, salt, aad, secret = (bytes.fromhex(vector[field]) for field in ("material", "salt", "aad", "secret"))
        assert encode_list(vector["list"]) == aad, vector["name"]
        assert wrap(material, vector["handle"], salt, aad, secret) == vector["wrapped"], vector["name"]
        assert unwrap(material, aad, vector["wrapped"]) == secret, vector["name"]
        agreed += 1
    for vector in vectors["refused"]:
        material, aad = bytes.fromhex(vector["material"]), bytes.fromhex(vector["aad"])
        assert unwrap(material, aad, vector["wrapped"]) == vector["reason"], vector["name"]
        agreed += 1
    print(f"{agreed} vectors agree")


if __name__ == "__main__":
    main(sys.argv[1])

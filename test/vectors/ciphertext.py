"""Computes docs/spec/ciphertext.vectors.json again, from docs/spec/ciphertext.md alone.

Usage: python3 ciphertext.py <vectors.json>. Prints how many vectors agree; fails at the first that does not.
"""

import hashlib
import hmac
import json
import struct
import sys

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC, FORMAT, SUITE = b"KS", b"\x01", b"\x01"
LABEL = b"keystead/ciphertext/message/v1"


def prefixed(data):
    return struct.pack(">I", len(data)) + data


def encode_context(context):
    if context is None:
        return b"\x00"
    if "map" in context:
        entries = [(name.encode(), value.encode()) for name, value in context["map"]]
        assert len({name for name, _ in entries}) == len(entries)
        if not entries:
            return b"\x00"
        body = b"".join(prefixed(name) + prefixed(value) for name, value in sorted(entries))
        return b"\x01" + struct.pack(">I", len(entries)) + body
    values = [value.encode() for value in context["list"]]
    if not values:
        return b"\x00"
    return b"\x02" + struct.pack(">I", len(values)) + b"".join(map(prefixed, values))


def derive(material, header, aad):
    context = hashlib.sha256(header + aad).digest()
    salt = header[-32:]
    message = b"\x00\x00\x00\x01" + LABEL + b"\x00" + salt + context + b"\x00\x00\x02\x00"
    output = hmac.new(material, message, hashlib.sha512).digest()
    return output[:32], output[32:]


def encrypt(material, handle, salt, aad, plaintext):
    header = MAGIC + FORMAT + SUITE + handle + salt
    key, commitment = derive(material, header, aad)
    return header + commitment + AESGCM(key).encrypt(bytes(12), plaintext, None)


def decrypt(material, aad, ciphertext):
    """Plaintext, or the name of the check that failed."""
    if not 101 <= len(ciphertext) <= 4196 or ciphertext[:4] != MAGIC + FORMAT + SUITE:
        return "unreadable"
    key, commitment = derive(material, ciphertext[:52], aad)
    if not hmac.compare_digest(commitment, ciphertext[52:84]):
        return "wrong-context"
    try:
        return AESGCM(key).decrypt(bytes(12), ciphertext[84:], None)
    except InvalidTag:
        return "damaged"


def main(path):
    with open(path, encoding="utf-8") as file:
        vectors = json.load(file)
    assert vectors["format"] == "keystead-ciphertext-vectors/1"
    agreed = 0
    for vector in vectors["made"]:
        material, handle, salt, aad, plaintext, ciphertext = (
            bytes.fromhex(vector[field])
            for field in ("material", "handle", "salt", "aad", "plaintext", "ciphertext")
        )
        assert encode_context(vector["context"]) == aad, vector["name"]
        assert encrypt(material, handle, salt, aad, plaintext) == ciphertext, vector["name"]
        assert decrypt(material, aad, ciphertext) == plaintext, vector["name"]
        agreed += 1
    for vector in vectors["refused"]:
        material, aad, ciphertext = (bytes.fromhex(vector[field]) for field in ("material", "aad", "ciphertext"))
        assert decrypt(material, aad, ciphertext) == vector["reason"], vector["name"]
        agreed += 1
    print(f"{agreed} vectors agree")


if __name__ == "__main__":
    main(sys.argv[1])

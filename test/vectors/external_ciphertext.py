"""Computes docs/spec/external-ciphertext.vectors.json again, from docs/spec/ciphertext.md and docs/spec/xks.md alone.

Usage: python3 external_ciphertext.py <vectors.json>. Prints how many vectors agree; fails at the first that does not.
"""

import hashlib
import hmac
import json
import struct
import sys

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def step(material, label, salt, context):
    message = b"\x00\x00\x00\x01" + label + b"\x00" + salt + context + b"\x00\x00\x02\x00"
    return hmac.new(material, message, hashlib.sha512).digest()


def inner(material, header, aad, plaintext):
    output = step(material, b"keystead/ciphertext/external/v1", header[-32:], hashlib.sha256(header + aad).digest())
    return output[32:] + AESGCM(output[:32]).encrypt(bytes(12), plaintext, None)


def outer(external, handle, salt, aad, message):
    iv, metadata = salt[:16], b"\x01" + handle + salt[16:]
    bound = struct.pack(">H", len(aad)) + aad + struct.pack("B", len(metadata)) + metadata
    key = step(external, b"keystead/ciphertext/xks/v1", salt, hashlib.sha256(bound).digest())[:32]
    return bytes((len(iv), len(metadata))) + iv + metadata + AESGCM(key).encrypt(bytes(12), message, None)


def main(path):
    with open(path, encoding="utf-8") as file:
        vectors = json.load(file)
    assert vectors["format"] == "keystead-external-ciphertext-vectors/1"
    for vector in vectors["made"]:
        fields = {name: bytes.fromhex(value) for name, value in vector.items() if name != "name"}
        header = b"KS\x01\x02" + fields["handle"] + fields["salt"]
        message = inner(fields["material"], header, fields["aad"], fields["plaintext"])
        bound = header + hashlib.sha256(fields["aad"]).digest()
        made = outer(fields["external"], fields["externalHandle"], fields["externalSalt"], bound, message)
        assert header + made == fields["ciphertext"], vector["name"]
    print(f"{len(vectors['made'])} vectors agree")


if __name__ == "__main__":
    main(sys.argv[1])

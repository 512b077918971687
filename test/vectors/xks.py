"""Computes docs/spec/xks.vectors.json again, from docs/spec/xks.md alone.

Usage: python3 xks.py <vectors.json>. Prints how many vectors agree; fails at the first that does not.
"""

import base64
import hashlib
import hmac
import json
import struct
import sys

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

LABEL = b"keystead/ciphertext/xks/v1"


def derive(material, iv, aad, metadata):
    bound = struct.pack(">H", len(aad)) + aad + struct.pack("B", len(metadata)) + metadata
    salt = iv + metadata[17:]
    message = b"\x00\x00\x00\x01" + LABEL + b"\x00" + salt + hashlib.sha256(bound).digest() + b"\x00\x00\x02\x00"
    return hmac.new(material, message, hashlib.sha512).digest()[:32]


def encrypt(material, handle, salt, aad, plaintext):
    iv, metadata = salt[:16], b"\x01" + handle + salt[16:]
    sealed = AESGCM(derive(material, iv, aad, metadata)).encrypt(bytes(12), plaintext, None)
    return sealed[:-16], iv, sealed[-16:], metadata


def decrypt(material, aad, ciphertext, iv, tag, metadata):
    """Plaintext, or None."""
    lengths = 1 <= len(ciphertext) <= 8192 and (len(iv), len(tag), len(metadata)) == (16, 16, 20)
    if not lengths or metadata[:1] != b"\x01":
        return None
    try:
        return AESGCM(derive(material, iv, aad, metadata)).decrypt(bytes(12), ciphertext + tag, None)
    except InvalidTag:
        return None


def integrity(aad, ciphertext, iv, tag, metadata):
    return hashlib.sha256(aad + metadata + iv + ciphertext + tag).digest()


def parts(vector):
    return [bytes.fromhex(vector[field]) for field in ("ciphertext", "iv", "tag", "metadata")]


def main(path):
    with open(path, encoding="utf-8") as file:
        vectors = json.load(file)
    assert vectors["format"] == "keystead-xks-vectors/1"
    agreed = 0
    for vector in vectors["made"]:
        material, handle, salt, aad, plaintext = (
            bytes.fromhex(vector[field]) for field in ("material", "handle", "salt", "aad", "plaintext")
        )
        made = encrypt(material, handle, salt, aad, plaintext)
        assert list(made) == parts(vector), vector["name"]
        assert decrypt(material, aad, *made) == plaintext, vector["name"]
        assert integrity(aad, *made).hex() == vector["integrity"], vector["name"]
        agreed += 1
    for vector in vectors["refused"]:
        material, aad = (bytes.fromhex(vector[field]) for field in ("material", "aad"))
        assert decrypt(material, aad, *parts(vector)) is None, vector["name"]
        agreed += 1
    # The example of the specification's appendix C.
    example = vectors["specificationExample"]
    got = integrity(bytes.fromhex(example["aad"]), *parts(example))
    assert base64.b64encode(got).decode() == example["integrity"]
    print(f"{agreed + 1} vectors agree")


if __name__ == "__main__":
    main(sys.argv[1])

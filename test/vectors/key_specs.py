"""Computes docs/spec/key-specs.vectors.json again, from docs/spec/key-specs.md alone.

Usage: python3 key_specs.py <vectors.json>. Prints how many vectors agree; fails at the first that does not.
"""

import functools
import hashlib
import hmac
import json
import math
import sys

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, utils

HASHES = {"224": hashlib.sha224, "256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}
RAW = {"aes-128": 16, "aes-192": 24, "aes-256": 32, "hmac-224": 28, "hmac-256": 32, "hmac-384": 48, "hmac-512": 64}
RSA = {"rsa-2048": 2048, "rsa-3072": 3072, "rsa-4096": 4096}
LATTICES = {
    "ml-dsa-44": ("2.16.840.1.101.3.4.3.17", 32, 2560),
    "ml-dsa-65": ("2.16.840.1.101.3.4.3.18", 32, 4032),
    "ml-dsa-87": ("2.16.840.1.101.3.4.3.19", 32, 4896),
    "ml-kem-512": ("2.16.840.1.101.3.4.4.1", 64, 1632),
    "ml-kem-768": ("2.16.840.1.101.3.4.4.2", 64, 2400),
    "ml-kem-1024": ("2.16.840.1.101.3.4.4.3", 64, 3168),
}
# Object identifier, field, a, b, base point, order.
CURVES = {
    "ec-p256": (
        "1.2.840.10045.3.1.7",
        0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF,
        -3,
        0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
        0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
        0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
        0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    ),
    "ec-p384": (
        "1.3.132.0.34",
        2**384 - 2**128 - 2**96 + 2**32 - 1,
        -3,
        0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
        0xAA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7,
        0x3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F,
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
    ),
    "ec-p521": (
        "1.3.132.0.35",
        2**521 - 1,
        -3,
        0x0051953EB9618E1C9A1F929A21A0B68540EEA2DA725B99B315F3B8B489918EF109E156193951EC7E937B1652C0BD3BB1BF073573DF883D2C34F1EF451FD46B503F00,
        0x00C6858E06B70404E9CD9E3ECB662395B4429C648139053FB521F828AF606B4D3DBAA14B5E77EFE75928FE1DC127A2FFA8DE3348B3C1856A429BF97E7E31C2E5BD66,
        0x011839296A789A3BC0045C8A5FB42C7D1BD998F54449579B446817AFBD17273E662C97EE72995EF42640C550B9013FAD0761353C7086A272C24088BE94769FD16650,
        0x01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFA51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409,
    ),
    "ec-secp256k1": (
        "1.3.132.0.10",
        2**256 - 2**32 - 977,
        0,
        7,
        0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
        0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,
    ),
    "sm2": (
        "1.2.156.10197.1.301",
        0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF,
        -3,
        0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93,
        0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
        0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
        0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123,
    ),
}


class Refused(Exception):
    """The argument is the code."""


# DER


def take(data, tag):
    """The content of the first value, which has this tag, and what follows it."""
    if len(data) < 2 or data[0] != tag:
        raise Refused("malformed")
    length, start = data[1], 2
    if length >= 0x80:
        count = length & 0x7F
        start = 2 + count
        length = int.from_bytes(data[2:start], "big")
        if count == 0 or len(data) < start or length < 0x80 or data[2] == 0:
            raise Refused("malformed")
    if len(data) < start + length:
        raise Refused("malformed")
    return data[start : start + length], data[start + length :]


def whole(data, tag):
    content, rest = take(data, tag)
    if rest:
        raise Refused("malformed")
    return content


def integer(data):
    content, rest = take(data, 0x02)
    if not content or content[0] >= 0x80 or (content[0] == 0 and len(content) > 1 and content[1] < 0x80):
        raise Refused("malformed")
    return int.from_bytes(content, "big"), rest


def put(tag, *parts):
    content = b"".join(parts)
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    size = (length.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + length.to_bytes(size, "big") + content


def oid(dotted):
    first, second, *rest = map(int, dotted.split("."))
    out = bytes([first * 40 + second])
    for arc in rest:
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.insert(0, 0x80 | (arc & 0x7F))
        out += bytes(groups)
    return put(0x06, out)


# Curves


def add(curve, one, two):
    _, p, a = curve[:3]
    if one is None or two is None:
        return one or two
    if one[0] == two[0]:
        if (one[1] + two[1]) % p == 0:
            return None
        slope = (3 * one[0] ** 2 + a) * pow(2 * one[1], -1, p)
    else:
        slope = (two[1] - one[1]) * pow(two[0] - one[0], -1, p)
    x = (slope * slope - one[0] - two[0]) % p
    return x, (slope * (one[0] - x) - one[1]) % p


def multiply(curve, scalar, point):
    result = None
    while scalar:
        if scalar & 1:
            result = add(curve, result, point)
        point, scalar = add(curve, point, point), scalar >> 1
    return result


def size_of(curve):
    return (curve[1].bit_length() + 7) // 8


def encode_point(curve, point):
    return b"\x04" + b"".join(part.to_bytes(size_of(curve), "big") for part in point)


def decode_point(curve, data):
    size = size_of(curve)
    assert len(data) == 1 + 2 * size and data[0] == 4
    x, y = int.from_bytes(data[1 : 1 + size], "big"), int.from_bytes(data[1 + size :], "big")
    assert (y * y - x**3 - curve[2] * x - curve[3]) % curve[1] == 0
    return x, y


# Material


def read(spec, material):
    """What is in material of this spec: bytes for raw keys, otherwise by its kind. Refuses with a code."""
    if spec in RAW:
        if len(material) != RAW[spec]:
            raise Refused("wrong-length")
        return material
    info = whole(material, 0x30)
    version, info = integer(info)
    if version > 1:
        raise Refused("malformed")
    algorithm, info = take(info, 0x30)
    key, info = take(info, 0x04)
    assert not info, "attributes and public keys beside the key are not in these vectors"
    if spec in RSA:
        return read_rsa(spec, algorithm, key)
    if spec in CURVES:
        return read_ec(CURVES[spec], algorithm, key)
    wanted, tag, length = ("1.3.101.112", 0x04, 32) if spec == "ed25519" else (LATTICES[spec][0], 0x80, LATTICES[spec][1])
    if algorithm != oid(wanted):
        raise Refused("other-spec")
    seed = whole(key, tag)
    if len(seed) != length:
        raise Refused("malformed")
    return seed


def read_ec(curve, algorithm, key):
    if algorithm != oid("1.2.840.10045.2.1") + oid(curve[0]):
        raise Refused("other-spec")
    version, key = integer(whole(key, 0x30))
    scalar, key = take(key, 0x04)
    if version != 1 or len(scalar) != size_of(curve):
        raise Refused("malformed")
    secret = int.from_bytes(scalar, "big")
    if not 0 < secret < curve[6]:
        raise Refused("unsound")
    claimed = whole(whole(key, 0xA1), 0x03)
    if claimed != b"\x00" + encode_point(curve, multiply(curve, secret, curve[4:6])):
        raise Refused("unsound")
    return secret


def read_rsa(spec, algorithm, key):
    if algorithm != oid("1.2.840.113549.1.1.1") + put(0x05):
        raise Refused("other-spec")
    rest, numbers = whole(key, 0x30), []
    while rest:
        number, rest = integer(rest)
        numbers.append(number)
    if len(numbers) != 9 or numbers[0] != 0:
        raise Refused("malformed")
    _, n, e, d, p, q, dp, dq, inverse = numbers
    if n.bit_length() != RSA[spec]:
        raise Refused("other-spec")
    half = RSA[spec] // 2
    sound = (
        e % 2 == 1
        and 17 <= e.bit_length() <= 64
        and p.bit_length() == q.bit_length() == half
        and p >> (half - 96) != q >> (half - 96)
        and half < d.bit_length() <= RSA[spec]
        and p * q == n
        and is_prime(p)
        and is_prime(q)
        and d * e % math.lcm(p - 1, q - 1) == 1
        and (dp, dq) == (d % (p - 1), d % (q - 1))
        and inverse == pow(q, -1, p)
    )
    if not sound:
        raise Refused("unsound")
    return serialization.load_der_private_key(
        put(0x30, b"\x02\x01\x00", put(0x30, algorithm), put(0x04, key)), None
    )


@functools.cache
def is_prime(number):
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for base in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37):
        value = pow(base, odd, number)
        if value in (1, number - 1):
            continue
        if not any((value := value * value % number) == number - 1 for _ in range(twos - 1)):
            return False
    return True


def public_key(spec, material):
    key = read(spec, material)
    if spec in RSA:
        return key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    if spec in CURVES:
        curve = CURVES[spec]
        point = encode_point(curve, multiply(curve, key, curve[4:6]))
        return put(0x30, put(0x30, oid("1.2.840.10045.2.1"), oid(curve[0])), put(0x03, b"\x00", point))
    if spec == "ed25519":
        point = ed25519.Ed25519PrivateKey.from_private_bytes(key).public_key()
        raw = point.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return put(0x30, put(0x30, oid("1.3.101.112")), put(0x03, b"\x00", raw))
    return None


# Ed25519ph, RFC 8032 sections 5.1 and 6

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def edwards_add(one, two):
    (x1, y1), (x2, y2) = one, two
    product = D * x1 * x2 * y1 * y2
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, P) % P
    return x, (y1 * y2 + x1 * x2) * pow(1 - product, -1, P) % P


def edwards_multiply(scalar, point):
    result = (0, 1)
    while scalar:
        if scalar & 1:
            result = edwards_add(result, point)
        point, scalar = edwards_add(point, point), scalar >> 1
    return result


def edwards_base():
    y = 4 * pow(5, -1, P) % P
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    return (P - x if x & 1 else x), y


def edwards_encode(point):
    return (point[1] | ((point[0] & 1) << 255)).to_bytes(32, "little")


def ed25519ph(secret, digest):
    dom = b"SigEd25519 no Ed25519 collisions\x01\x00"
    prehash = hashlib.sha512(digest).digest()
    hashed = hashlib.sha512(secret).digest()
    scalar = (int.from_bytes(hashed[:32], "little") & ((1 << 254) - 8)) | (1 << 254)
    base = edwards_base()
    public = edwards_encode(edwards_multiply(scalar, base))
    nonce = int.from_bytes(hashlib.sha512(dom + hashed[32:] + prehash).digest(), "little") % L
    commitment = edwards_encode(edwards_multiply(nonce, base))
    challenge = int.from_bytes(hashlib.sha512(dom + commitment + public + prehash).digest(), "little") % L
    return commitment + ((nonce + challenge * scalar) % L).to_bytes(32, "little")


# The vectors

PADDINGS = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}


def check_signature(material, vector):
    key = read(vector["spec"], material)
    message, signature = bytes.fromhex(vector["message"]), bytes.fromhex(vector["signature"])
    if vector["algorithm"] == "ED25519_PH_SHA_512":
        assert ed25519ph(key, message) == signature
    elif vector["algorithm"] == "ED25519_SHA_512":
        assert ed25519.Ed25519PrivateKey.from_private_bytes(key).sign(message) == signature
    else:
        algorithm = PADDINGS[vector["algorithm"][-3:]]
        how = utils.Prehashed(algorithm) if vector["messageType"] == "DIGEST" else algorithm
        assert key.sign(message, padding.PKCS1v15(), how) == signature


def check_shared_secret(material, vector):
    curve = CURVES[vector["spec"]]
    info = whole(bytes.fromhex(vector["publicKey"]), 0x30)
    algorithm, bits = take(info, 0x30)
    assert algorithm == oid("1.2.840.10045.2.1") + oid(curve[0])
    peer = decode_point(curve, whole(bits, 0x03)[1:])
    x, _ = multiply(curve, read(vector["spec"], material), peer)
    assert x.to_bytes(size_of(curve), "big").hex() == vector["sharedSecret"]


def check_value(spec, material, public):
    if spec in RAW:
        return hmac.new(material, b"keystead/key-check-value/v1", hashlib.sha256).hexdigest()[:16]
    return hashlib.sha256(public).hexdigest()


def sm2_digest(secret, message):
    curve = CURVES["sm2"]
    name = b"1234567812345678"
    numbers = [curve[2] % curve[1], curve[3], *curve[4:6], *multiply(curve, secret, curve[4:6])]
    parts = b"".join(number.to_bytes(32, "big") for number in numbers)
    signer = hashlib.new("sm3", (8 * len(name)).to_bytes(2, "big") + name + parts).digest()
    return hashlib.new("sm3", signer + message).hexdigest()


def main(path):
    with open(path, encoding="utf-8") as file:
        vectors = json.load(file)
    assert vectors["format"] == "keystead-key-specs-vectors/1"
    materials = {vector["spec"]: bytes.fromhex(vector["material"]) for vector in vectors["keys"]}
    for vector in vectors["keys"]:
        spec, material = vector["spec"], materials[vector["spec"]]
        read(spec, material)
        public = public_key(spec, material)
        if public is not None:
            assert public.hex() == vector["publicKey"], spec
        assert check_value(spec, material, bytes.fromhex(vector.get("publicKey", ""))) == vector["checkValue"], spec
    for vector in vectors["signatures"]:
        check_signature(materials[vector["spec"]], vector)
    for vector in vectors["macs"]:
        digest = HASHES[vector["algorithm"][-3:]]
        made = hmac.new(materials[vector["spec"]], bytes.fromhex(vector["message"]), digest).hexdigest()
        assert made == vector["mac"], vector["spec"]
    for vector in vectors["sharedSecrets"]:
        check_shared_secret(materials[vector["spec"]], vector)
    for vector in vectors["rejected"]:
        seed = read(vector["spec"], materials[vector["spec"]])
        made = hashlib.shake_256(seed[32:] + bytes.fromhex(vector["ciphertext"])).hexdigest(32)
        assert made == vector["sharedSecret"], vector["spec"]
    for vector in vectors["sm2Digests"]:
        secret = read("sm2", bytes.fromhex(vector["material"]))
        assert sm2_digest(secret, bytes.fromhex(vector["message"])) == vector["digest"]
    for vector in vectors["refused"]:
        try:
            read(vector["spec"], bytes.fromhex(vector["material"]))
        except Refused as refused:
            assert refused.args[0] == vector["code"], vector["what"]
        else:
            raise AssertionError(f"{vector['spec']} is taken with {vector['what']}")
    count = sum(len(group) for name, group in vectors.items() if name != "format")
    print(f"{count} vectors agree")


main(sys.argv[1])

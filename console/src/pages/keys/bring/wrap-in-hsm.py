#!/usr/bin/env python3
"""Wraps a key inside an HSM, under the wrapping key of an import: the key never leaves the HSM in the clear.

  python3 wrap-in-hsm.py --module MODULE --key ID --algorithm NAME wrapping-key.der wrapped.bin

MODULE is the PKCS #11 library of the HSM, ID the CKA_ID of the key in hexadecimal digits, NAME the wrapping algorithm
that the wrapping key was fetched for. With --nonce, of an import token in base64, and --proof FILE it encrypts the nonce
under the key too, by AES-GCM, and writes that with its iv: the key must be an AES key then. The HSM must let the key out wrapped (CKA_EXTRACTABLE). The PIN is asked for, or
read from the variable HSM_PIN. Prints the check value of the key where the HSM can compute it.

Needs Python 3.8 and nothing else. It asks nobody on a network, and writes what it is told to alone.
"""

import argparse
import base64
import ctypes
import getpass
import hashlib
import os
import sys

ULONG = ctypes.c_ulong
BUFFER = ctypes.POINTER(ctypes.c_ubyte)

# PKCS #11 v3.1, the header pkcs11t.h.
CKO_PUBLIC_KEY, CKO_PRIVATE_KEY, CKO_SECRET_KEY = 2, 3, 4
CKA_CLASS, CKA_TOKEN, CKA_PRIVATE, CKA_KEY_TYPE, CKA_ID = 0x0, 0x1, 0x2, 0x100, 0x102
CKA_SENSITIVE, CKA_ENCRYPT, CKA_WRAP, CKA_SIGN, CKA_MODULUS, CKA_PUBLIC_EXPONENT = 0x103, 0x104, 0x106, 0x108, 0x120, 0x122
CKA_VALUE_LEN, CKA_EXTRACTABLE, CKA_EC_PARAMS, CKA_EC_POINT = 0x161, 0x162, 0x180, 0x181
CKK_RSA = 0x0
CKM_RSA_PKCS_OAEP, CKM_SHA_1, CKM_SHA256, CKM_SHA256_HMAC = 0x9, 0x220, 0x250, 0x251
CKM_AES_KEY_GEN, CKM_AES_GCM, CKM_AES_KEY_WRAP_PAD, CKM_AES_KEY_WRAP_KWP = 0x1080, 0x1087, 0x210A, 0x210B
CKF_RW_SESSION, CKF_SERIAL_SESSION, CKF_WRAP = 0x2, 0x4, 0x20000
CKU_USER = 1
CKZ_DATA_SPECIFIED = 1
ERRORS = {
    0x07: "bad arguments: it may lack the hash of this algorithm. Fetch the wrapping key for one with SHA_1",
    0x62: "the key has a size that it does not take here",
    0x68: "the key may not be used for this: it was made without the right to",
    0x69: "it wraps no keys of this kind",
    0x6A: "the key is unextractable: it was made so that it never leaves",
    0x70: "it has no such mechanism",
    0x71: "it does not take the parameters of the mechanism: fetch the wrapping key for an algorithm with SHA_1",
    0xA0: "the PIN is wrong",
    0xA4: "the PIN is locked",
}
# Their object identifiers in DER: RFC 8017 appendix A.1, RFC 5480 section 2.1.1.
RSA_ENCRYPTION = bytes.fromhex("06092a864886f70d010101")
EC_PUBLIC_KEY = bytes.fromhex("06072a8648ce3d0201")
# RFC 8410 section 3, and how modules name the curve: by that, by its name (PKCS #11 v3.0), by an older identifier.
ED25519 = bytes.fromhex("06032b6570")
ED25519_NAMES = [ED25519, b"\x13\x0cedwards25519", bytes.fromhex("06092b06010401da470f01")]
IV_LENGTH, TAG_LENGTH = 12, 16
HASHES = {"SHA_1": (CKM_SHA_1, 1), "SHA_256": (CKM_SHA256, 2)}
ALGORITHMS = ["RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256", "RSA_AES_KEY_WRAP_SHA_1"]

# The order of CK_FUNCTION_LIST, as far as it is needed.
FUNCTIONS = """Initialize Finalize GetInfo GetFunctionList GetSlotList GetSlotInfo GetTokenInfo GetMechanismList
GetMechanismInfo InitToken InitPIN SetPIN OpenSession CloseSession CloseAllSessions GetSessionInfo GetOperationState
SetOperationState Login Logout CreateObject CopyObject DestroyObject GetObjectSize GetAttributeValue SetAttributeValue
FindObjectsInit FindObjects FindObjectsFinal EncryptInit Encrypt EncryptUpdate EncryptFinal DecryptInit Decrypt
DecryptUpdate DecryptFinal DigestInit Digest DigestUpdate DigestKey DigestFinal SignInit Sign SignUpdate SignFinal
SignRecoverInit SignRecover VerifyInit Verify VerifyUpdate VerifyFinal VerifyRecoverInit VerifyRecover
DigestEncryptUpdate DecryptDigestUpdate SignEncryptUpdate DecryptVerifyUpdate GenerateKey GenerateKeyPair
WrapKey""".split()


class FunctionList(ctypes.Structure):
    _fields_ = [("version", ctypes.c_ubyte * 2), ("functions", ctypes.c_void_p * len(FUNCTIONS))]


class Attribute(ctypes.Structure):
    _fields_ = [("type", ULONG), ("value", ctypes.c_void_p), ("length", ULONG)]


class Mechanism(ctypes.Structure):
    _fields_ = [("mechanism", ULONG), ("parameter", ctypes.c_void_p), ("length", ULONG)]


class MechanismInfo(ctypes.Structure):
    _fields_ = [("minimum", ULONG), ("maximum", ULONG), ("flags", ULONG)]


class OaepParameters(ctypes.Structure):
    _fields_ = [("hash", ULONG), ("mgf", ULONG), ("source", ULONG), ("data", ctypes.c_void_p), ("length", ULONG)]


class GcmParameters(ctypes.Structure):
    _fields_ = [
        ("iv", ctypes.c_void_p), ("iv_length", ULONG), ("iv_bits", ULONG), ("aad", ctypes.c_void_p), ("aad_length", ULONG),
        ("tag_bits", ULONG),
    ]


class Refused(Exception):
    """What the HSM did not do, and why."""


class Hsm:
    """One session with a token. Every function is called by its name without C_."""

    def __init__(self, module, token, pin):
        library = ctypes.CDLL(module)
        found = ctypes.POINTER(FunctionList)()
        if library.C_GetFunctionList(ctypes.byref(found)) != 0:
            raise Refused("the library gives no list of its functions")
        self.library, self.list = library, found.contents
        self.call("Initialize", None)
        self.slot = self.slot_of(token)
        session = ULONG()
        self.call("OpenSession", ULONG(self.slot), ULONG(CKF_SERIAL_SESSION | CKF_RW_SESSION), None, None, ctypes.byref(session))
        self.session = session
        secret = pin.encode()
        self.call("Login", session, ULONG(CKU_USER), ctypes.c_char_p(secret), ULONG(len(secret)))

    def call(self, name, *arguments):
        code = self.code_of(name, *arguments)
        if code != 0:
            raise Refused("C_%s: %s (0x%x)" % (name, ERRORS.get(code, "refused"), code))

    def code_of(self, name, *arguments):
        prototype = ctypes.CFUNCTYPE(ULONG, *[argument_type(one) for one in arguments])
        return prototype(self.list.functions[FUNCTIONS.index(name)])(*arguments)

    def slot_of(self, token):
        count = ULONG()
        self.call("GetSlotList", ctypes.c_ubyte(1), None, ctypes.byref(count))
        slots = (ULONG * count.value)()
        self.call("GetSlotList", ctypes.c_ubyte(1), slots, ctypes.byref(count))
        labels = {}
        for slot in slots[: count.value]:
            # CK_TOKEN_INFO begins with the label, 32 characters padded with blanks.
            info = ctypes.create_string_buffer(512)
            self.call("GetTokenInfo", ULONG(slot), info)
            label = info.raw[:32].decode("utf-8", "replace").rstrip()
            if label != "":
                labels[slot] = label
        wanted = [slot for slot, label in labels.items() if token in (None, label)]
        if len(wanted) == 1:
            return wanted[0]
        there = ", ".join(sorted(labels.values())) or "none"
        raise Refused("name one token by --token. There: %s" % there)

    def can_wrap(self, mechanism):
        info = MechanismInfo()
        code = self.code_of("GetMechanismInfo", ULONG(self.slot), ULONG(mechanism), ctypes.byref(info))
        return code == 0 and info.flags & CKF_WRAP != 0

    def find(self, kind, key_id):
        wanted = template((CKA_CLASS, kind), (CKA_ID, key_id))
        self.call("FindObjectsInit", self.session, wanted, ULONG(len(wanted)))
        found, count = (ULONG * 2)(), ULONG()
        self.call("FindObjects", self.session, found, ULONG(2), ctypes.byref(count))
        self.call("FindObjectsFinal", self.session)
        if count.value > 1:
            raise Refused("several keys have the id %s" % key_id.hex())
        return ULONG(found[0]) if count.value == 1 else None

    def write_public_key(self, modulus, exponent):
        handle = ULONG()
        wanted = template(
            (CKA_CLASS, CKO_PUBLIC_KEY), (CKA_KEY_TYPE, CKK_RSA), (CKA_TOKEN, False), (CKA_PRIVATE, False),
            (CKA_WRAP, True), (CKA_ENCRYPT, True), (CKA_MODULUS, modulus), (CKA_PUBLIC_EXPONENT, exponent),
        )
        self.call("CreateObject", self.session, wanted, ULONG(len(wanted)), ctypes.byref(handle))
        return handle

    def make_once(self):
        """An AES key that lives as long as this session, and carries one key."""
        handle = ULONG()
        wanted = template(
            (CKA_TOKEN, False), (CKA_PRIVATE, True), (CKA_SENSITIVE, True), (CKA_EXTRACTABLE, True), (CKA_WRAP, True),
            (CKA_VALUE_LEN, 32),
        )
        mechanism = Mechanism(CKM_AES_KEY_GEN, None, 0)
        self.call("GenerateKey", self.session, ctypes.byref(mechanism), wanted, ULONG(len(wanted)), ctypes.byref(handle))
        return handle

    def wrap(self, mechanism, wrapping, key):
        arguments = (self.session, ctypes.byref(mechanism), wrapping, key)
        length = ULONG(16384)
        wrapped = (ctypes.c_ubyte * length.value)()
        self.call("WrapKey", *arguments, wrapped, ctypes.byref(length))
        return bytes(wrapped[: length.value])

    def seal(self, key, message):
        """AES-GCM with a random iv: the iv, and the body with the tag behind it."""
        iv = os.urandom(IV_LENGTH)
        held = ctypes.create_string_buffer(iv, len(iv))
        parameters = GcmParameters(ctypes.addressof(held), len(iv), len(iv) * 8, None, 0, TAG_LENGTH * 8)
        mechanism = Mechanism(CKM_AES_GCM, ctypes.addressof(parameters), ctypes.sizeof(parameters))
        self.call("EncryptInit", self.session, ctypes.byref(mechanism), key)
        data = ctypes.create_string_buffer(message, len(message))
        sealed, length = (ctypes.c_ubyte * (len(message) + TAG_LENGTH))(), ULONG(len(message) + TAG_LENGTH)
        self.call("Encrypt", self.session, data, ULONG(len(message)), sealed, ctypes.byref(length))
        return iv, bytes(sealed[: length.value])

    def read(self, handle, kind):
        """One attribute that is no secret; None where the object has none such."""
        content = ctypes.create_string_buffer(2048)
        wanted = (Attribute * 1)(Attribute(kind, ctypes.addressof(content), len(content)))
        code = self.code_of("GetAttributeValue", self.session, handle, wanted, ULONG(1))
        return content.raw[: wanted[0].length] if code == 0 and wanted[0].length <= len(content) else None

    def mac(self, key, message):
        """HMAC with SHA-256; None where the HSM makes none with this kind of key."""
        mechanism = Mechanism(CKM_SHA256_HMAC, None, 0)
        if self.code_of("SignInit", self.session, ctypes.byref(mechanism), key) != 0:
            return None
        mac, length = (ctypes.c_ubyte * 64)(), ULONG(64)
        data = ctypes.create_string_buffer(message, len(message))
        code = self.code_of("Sign", self.session, data, ULONG(len(message)), mac, ctypes.byref(length))
        return bytes(mac[: length.value]) if code == 0 else None


def argument_type(argument):
    if argument is None or isinstance(argument, (ctypes.Array, ctypes.c_char_p)):
        return ctypes.c_void_p
    return type(argument) if isinstance(argument, ctypes._SimpleCData) else ctypes.c_void_p


def template(*attributes):
    array = (Attribute * len(attributes))()
    array.kept = []
    for place, (kind, value) in enumerate(attributes):
        content = bytes([value]) if isinstance(value, bool) else value
        held = ULONG(content) if isinstance(content, int) else ctypes.create_string_buffer(content, len(content))
        array.kept.append(held)
        array[place] = Attribute(kind, ctypes.cast(ctypes.byref(held), ctypes.c_void_p), ctypes.sizeof(held))
    return array


def rsa_key_in(der):
    """Modulus and exponent of a SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7, RFC 8017 appendix A.1.1)."""
    whole, _ = value_at(der, 0x30)
    _, rest = value_at(whole, 0x30)
    bits, _ = value_at(rest, 0x03)
    numbers, _ = value_at(bits[1:], 0x30)
    modulus, rest = value_at(numbers, 0x02)
    exponent, _ = value_at(rest, 0x02)
    return modulus.lstrip(b"\0"), exponent.lstrip(b"\0")


def value_at(der, tag):
    if len(der) < 2 or der[0] != tag:
        raise Refused("the first file is not wrapping-key.der as it was saved")
    size = der[1] & 0x7F if der[1] & 0x80 else 0
    length = int.from_bytes(der[2 : 2 + size], "big") if size else der[1]
    begin = 2 + size
    return der[begin : begin + length], der[begin + length :]


def tlv(tag, content):
    length = len(content)
    size = b"" if length < 128 else length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + content if size else bytes([tag, length]) + content


def public_key_of(hsm, private, key_id):
    """SubjectPublicKeyInfo of a pair; None where the HSM shows no public half of a kind that is known here."""
    modulus, exponent = hsm.read(private, CKA_MODULUS), hsm.read(private, CKA_PUBLIC_EXPONENT)
    if modulus and exponent:
        numbers = [tlv(0x02, b"\0" * (number[0] >> 7) + number) for number in (modulus.lstrip(b"\0"), exponent.lstrip(b"\0"))]
        return spki(RSA_ENCRYPTION + tlv(0x05, b""), tlv(0x30, b"".join(numbers)))
    public = hsm.find(CKO_PUBLIC_KEY, key_id)
    curve, point = (hsm.read(public, kind) if public else None for kind in (CKA_EC_PARAMS, CKA_EC_POINT))
    if not curve or not point:
        return None
    # Modules give the point as it is, or in an OCTET STRING as the standard has it.
    bare = point if len(point) in (32, 65, 97, 133) else value_at(point, 0x04)[0]
    if curve in ED25519_NAMES:
        return spki(ED25519, bare)
    return spki(EC_PUBLIC_KEY + curve, bare)


def spki(algorithm, key):
    return tlv(0x30, tlv(0x30, algorithm) + tlv(0x03, b"\0" + key))


def check_value_of(hsm, secret, private, key_id):
    """docs/spec/key-hierarchy.md and docs/spec/key-specs.md, "Key check value"; None where the HSM cannot tell it."""
    if secret is not None:
        mac = hsm.mac(secret, b"keystead/key-check-value/v1")
        return mac[:8].hex() if mac else None
    public_key = public_key_of(hsm, private, key_id)
    return hashlib.sha256(public_key).hexdigest() if public_key else None


def wrap(hsm, key_id, algorithm, wrapping_key):
    """The wrapped key, and its check value where the HSM can tell it."""
    secret = hsm.find(CKO_SECRET_KEY, key_id)
    private = hsm.find(CKO_PRIVATE_KEY, key_id) if secret is None else None
    key = secret or private
    if key is None:
        raise Refused("no secret key and no private key in it has the id %s" % key_id.hex())
    hash_mechanism, mgf = HASHES["SHA_256" if algorithm.endswith("SHA_256") else "SHA_1"]
    parameters = OaepParameters(hash_mechanism, mgf, CKZ_DATA_SPECIFIED, None, 0)
    oaep = Mechanism(CKM_RSA_PKCS_OAEP, ctypes.addressof(parameters), ctypes.sizeof(parameters))
    wrapping = hsm.write_public_key(*rsa_key_in(wrapping_key))
    if algorithm.startswith("RSAES_OAEP"):
        if secret is None:
            raise Refused("a private key goes by RSA_AES_KEY_WRAP: fetch the wrapping key for that")
        wrapped = hsm.wrap(oaep, wrapping, key)
    else:
        # CKM_AES_KEY_WRAP_PAD is what KWP (RFC 5649) was called before PKCS #11 had a name for it.
        padded = [one for one in (CKM_AES_KEY_WRAP_KWP, CKM_AES_KEY_WRAP_PAD) if hsm.can_wrap(one)]
        if not padded:
            raise Refused("it has no AES key wrap with padding (CKM_AES_KEY_WRAP_KWP)")
        once = hsm.make_once()
        wrapped = hsm.wrap(oaep, wrapping, once) + hsm.wrap(Mechanism(padded[0], None, 0), once, key)
    return wrapped, check_value_of(hsm, secret, private, key_id)


def prove(hsm, key_id, nonce):
    """The lines of proof.txt: the nonce of an import token, encrypted under the key (docs/spec/import-token.md)."""
    secret = hsm.find(CKO_SECRET_KEY, key_id)
    if secret is None:
        raise Refused("no secret key in it has the id %s: an import token takes AES keys alone" % key_id.hex())
    iv, sealed = hsm.seal(secret, nonce)
    return "iv: %s\nnonce: %s\n" % (base64.b64encode(iv).decode(), base64.b64encode(sealed).decode())


def main():
    parser = argparse.ArgumentParser(description="Wraps a key inside an HSM, under the wrapping key of an import.")
    parser.add_argument("--module", required=True, help="the PKCS #11 library of the HSM")
    parser.add_argument("--key", required=True, type=bytes.fromhex, help="the id of the key, in hexadecimal digits")
    parser.add_argument("--algorithm", required=True, choices=ALGORITHMS, help="what the wrapping key was fetched for")
    parser.add_argument("--token", help="the label of the token, where there are several")
    parser.add_argument("--nonce", type=base64.b64decode, help="the nonce of an import token, in base64")
    parser.add_argument("--proof", help="the file to write the encrypted nonce into")
    parser.add_argument("wrapping_key", help="wrapping-key.der")
    parser.add_argument("wrapped", help="the file to write")
    given = parser.parse_args()
    if (given.nonce is None) != (given.proof is None):
        parser.error("--nonce and --proof belong together")
    try:
        with open(given.wrapping_key, "rb") as file:
            wrapping_key = file.read()
        pin = os.environ.get("HSM_PIN") or getpass.getpass("PIN: ")
        hsm = Hsm(given.module, given.token, pin)
        try:
            wrapped, check_value = wrap(hsm, given.key, given.algorithm, wrapping_key)
            proof = None if given.nonce is None else prove(hsm, given.key, given.nonce)
        finally:
            hsm.code_of("Finalize", None)
        with open(given.wrapped, "wb") as file:
            file.write(wrapped)
        if proof is not None:
            with open(given.proof, "w") as file:
                file.write(proof)
    except (Refused, OSError) as problem:
        sys.exit("Nothing was wrapped. The HSM: %s" % problem if isinstance(problem, Refused) else str(problem))
    print("Check value: %s" % (check_value or "this HSM tells none for this kind of key"))


if __name__ == "__main__":
    main()

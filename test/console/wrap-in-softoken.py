"""Wraps a key made in NSS softoken by the script for HSMs: another PKCS #11 module than SoftHSM, which has OAEP with
SHA-256 and the key wrap of PKCS #11 v3. It wants words at its start that no HSM does, and keeps its keys for the session.

  wrap-in-softoken.py SCRIPT ALGORITHM KIND WRAPPING-KEY WRAPPED [NONCE]

KIND is the length of a secret in bytes, aes: and that of an AES key, the modulus of an RSA key in bits, or the DER of a curve's name in hexadecimal
digits. Prints the check value; with a nonce of an import token, in base64, the proof that goes with it.
"""

import base64
import ctypes
import importlib.util
import sys

script, algorithm, kind, wrapping_key, wrapped, *nonces = sys.argv[1:]
found = importlib.util.spec_from_file_location("wrap_in_hsm", script)
tool = importlib.util.module_from_spec(found)
sys.dont_write_bytecode = True
found.loader.exec_module(tool)

CKA_MODULUS_BITS = 0x121
CKM_RSA_PKCS_KEY_PAIR_GEN, CKM_GENERIC_SECRET_KEY_GEN, CKM_EC_KEY_PAIR_GEN = 0x0, 0x350, 0x1040
KEY_ID = b"\1"
OWN = [(tool.CKA_TOKEN, False), (tool.CKA_SENSITIVE, True), (tool.CKA_EXTRACTABLE, True), (tool.CKA_ID, KEY_ID)]


class Start(ctypes.Structure):
    _fields_ = [("mutexes", ctypes.c_void_p * 4), ("flags", ctypes.c_ulong), ("words", ctypes.c_char_p), ("reserved", ctypes.c_void_p)]


class Softoken(tool.Hsm):
    def __init__(self):
        library = ctypes.CDLL("libsoftokn3.so")
        functions = ctypes.POINTER(tool.FunctionList)()
        assert library.NSC_GetFunctionList(ctypes.byref(functions)) == 0
        self.library, self.list, self.slot, self.session = library, functions.contents, 1, tool.ULONG()
        words = b"configdir='' certPrefix='' keyPrefix='' secmod='' flags=readOnly,noCertDB,noModDB,forceOpen"
        self.call("Initialize", ctypes.byref(Start(words=words, flags=2)))
        flags = tool.ULONG(tool.CKF_SERIAL_SESSION | tool.CKF_RW_SESSION)
        self.call("OpenSession", tool.ULONG(self.slot), flags, None, None, ctypes.byref(self.session))

    def make_secret(self, length):
        handle = tool.ULONG()
        wanted = tool.template(*OWN, (tool.CKA_SIGN, True), (tool.CKA_VALUE_LEN, length))
        mechanism = tool.Mechanism(CKM_GENERIC_SECRET_KEY_GEN, None, 0)
        self.call("GenerateKey", self.session, ctypes.byref(mechanism), wanted, tool.ULONG(len(wanted)), ctypes.byref(handle))

    def make_aes(self, length):
        handle = tool.ULONG()
        wanted = tool.template(*OWN, (tool.CKA_ENCRYPT, True), (tool.CKA_VALUE_LEN, length))
        mechanism = tool.Mechanism(tool.CKM_AES_KEY_GEN, None, 0)
        self.call("GenerateKey", self.session, ctypes.byref(mechanism), wanted, tool.ULONG(len(wanted)), ctypes.byref(handle))

    def make_pair(self, mechanism, *attributes):
        public, private = tool.ULONG(), tool.ULONG()
        of_public = tool.template((tool.CKA_TOKEN, False), (tool.CKA_ID, KEY_ID), *attributes)
        of_private = tool.template(*OWN)
        self.call(
            "GenerateKeyPair", self.session, ctypes.byref(tool.Mechanism(mechanism, None, 0)), of_public,
            tool.ULONG(len(of_public)), of_private, tool.ULONG(len(of_private)), ctypes.byref(public), ctypes.byref(private),
        )


softoken = Softoken()
if kind.startswith("06"):
    softoken.make_pair(CKM_EC_KEY_PAIR_GEN, (tool.CKA_EC_PARAMS, bytes.fromhex(kind)))
elif kind.startswith("aes:"):
    softoken.make_aes(int(kind[4:]))
elif int(kind) > 512:
    exponent = (tool.CKA_PUBLIC_EXPONENT, b"\1\0\1")
    softoken.make_pair(CKM_RSA_PKCS_KEY_PAIR_GEN, (CKA_MODULUS_BITS, int(kind)), exponent)
else:
    softoken.make_secret(int(kind))
content, check_value = tool.wrap(softoken, KEY_ID, algorithm, open(wrapping_key, "rb").read())
with open(wrapped, "wb") as file:
    file.write(content)
print(check_value)
for nonce in nonces:
    print(tool.prove(softoken, KEY_ID, base64.b64decode(nonce)))

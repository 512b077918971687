#!/usr/bin/env python3
"""Lists or restores the snapshots of a Keystead vault with nothing but its store and the right to decrypt.

  decrypt.py STORE --list
  decrypt.py STORE --to FOLDER [--snapshot ID] [--path PATH ...]

STORE is a folder or s3://bucket/prefix. Needs Debian's python3-cryptography and python3-zstandard, for buckets and AWS
KMS also python3-boto3, which finds credentials where it always does. What opens the backup, one of:

  AWS KMS or Keystead   kms:Decrypt; --kms-endpoint URL where the key is not in AWS
  IBM Key Protect       --key-protect URL, with a bearer token in IBM_TOKEN and the instance in IBM_INSTANCE
  a recovery key        --recovery-key FILE: the private half that was kept offline
  the data keys         --data-keys FILE: {"<keyId>": "<hex>"}

Say --writer ID (whoever made the vault, as you noted it), so that nobody can put another vault in its place. FOLDER must
be new or empty. What cannot be verified is not written, and is named. Exit code: 0 all is well; 1 refused; 4 done, but
something is missing or damaged.

Written from docs/spec/backup-format.md alone: the section numbers are its own. It remembers nothing, so it cannot tell
that a store went back in time as a whole: compare --list with what you know. Keep a copy of it beside that id.
"""
import argparse, base64, datetime, functools, hashlib, hmac, json, os, re, struct, sys, urllib.request
import zstandard
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

MIB = 1 << 20
UNSPOKEN = """this tool does not speak to such a key: re-wrap the vault for one that it speaks to, restore by
  "keystead vault restore --offline", or unwrap the data keys by hand and give them as --data-keys"""


class Refused(Exception):
    pass


def need(condition, why):
    if not condition:
        raise Refused(why)


def lp(*parts):
    parts = [part.encode() if isinstance(part, str) else part for part in parts]
    return b"".join(struct.pack(">I", len(part)) + part for part in parts)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def hkdf(key, salt, info, length):
    return HKDF(SHA256(), length, salt or None, info).derive(key)


def unseal(what, key, aad, sealed, nonce):
    try:
        return AESGCM(key).decrypt(nonce if isinstance(nonce, bytes) else nonce.to_bytes(12, "big"), sealed, aad)
    except InvalidTag:
        raise Refused(what + " was changed")


def parse(what, data):
    def whole(text):
        need(abs(int(text)) < 1 << 53, what + " has a number that is not safe")
        return int(text)

    def never(_):
        raise Refused(what + " has a number that is not whole")

    try:
        value = json.loads(data, parse_int=whole, parse_float=never, parse_constant=never)
        need(canonical(value) == data, what + " is not canonical JSON")
        return value
    except (ValueError, RecursionError):
        raise Refused(what + " is not JSON")


def canonical(value):  # names in this format are ASCII: code points and UTF-16 code units sort alike
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, n):
        need(self.at + n <= len(self.data), "the bytes end too early")
        self.at += n
        return self.data[self.at - n : self.at]

    def number(self, size, signed=False):
        return int.from_bytes(self.take(size), "big", signed=signed)

    def numbers(self, *sizes):
        return [self.number(size) for size in sizes]

    def end(self, what):
        need(self.at == len(self.data), "bytes follow " + what)

    def zeros(self, what):
        need(not any(self.data[self.at :]), "the padding of %s is not zero" % what)


# --- where the vault lies -------------------------------------------------------------------------------------------


class Folder:
    def __init__(self, path):
        self.path = path
        need(os.path.isfile(os.path.join(path, "vault.json")), "%s is no vault: there is no vault.json in it" % path)

    def read(self, name, limit):
        try:
            with open(os.path.join(self.path, name), "rb") as file:
                return file.read(limit + 1)
        except FileNotFoundError:
            raise Refused(name + " is not in the store")

    def names(self, prefix):
        for folder, _, files in os.walk(os.path.join(self.path, prefix)):
            yield from (os.path.relpath(os.path.join(folder, file), self.path) for file in files)


class Bucket:
    def __init__(self, bucket, prefix, endpoint, profile):
        import boto3
        self.s3 = boto3.Session(profile_name=profile).client("s3", endpoint_url=endpoint)
        self.bucket, self.prefix = bucket, prefix

    def read(self, name, limit):
        try:
            return self.s3.get_object(Bucket=self.bucket, Key=self.prefix + name)["Body"].read(limit + 1)
        except self.s3.exceptions.NoSuchKey:
            raise Refused(name + " is not in the store")

    def names(self, prefix):
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix + prefix)
        for page in pages:
            yield from (item["Key"][len(self.prefix) :] for item in page.get("Contents", []))


# --- who opens data keys (section 4) ---------------------------------------------------------------------------------


@functools.lru_cache
def kms(region, endpoint):
    import boto3
    return boto3.client("kms", region_name=region, endpoint_url=endpoint)


def ask_aws(endpoint, key_id, wrapped, context):
    client = kms(key_id.split(":")[3], endpoint)
    return client.decrypt(KeyId=key_id, CiphertextBlob=wrapped, EncryptionContext=context)["Plaintext"]


def ask_ibm(url, key_id, wrapped, context):
    need(url, "say --key-protect URL, and set IBM_TOKEN and IBM_INSTANCE")
    body = {"ciphertext": wrapped.decode(), "aad": ["%s=%s" % pair for pair in sorted(context.items())]}
    headers = {"Authorization": "Bearer " + os.environ["IBM_TOKEN"], "Bluemix-Instance": os.environ["IBM_INSTANCE"],
               "Content-Type": "application/vnd.ibm.kms.key_action_unwrap+json"}
    address = "%s/api/v2/keys/%s/actions/unwrap" % (url.rstrip("/"), key_id.rsplit(":", 1)[-1])
    with urllib.request.urlopen(urllib.request.Request(address, json.dumps(body).encode(), headers)) as answer:
        return base64.b64decode(json.load(answer)["plaintext"])


def ask_recovery_key(file, key_id, wrapped, context):
    need(file, "say --recovery-key FILE, with its private half")
    with open(file) as text:
        lines = [line.strip() for line in text if line.strip() and not line.startswith("#")]
    need(len(lines) == 1 and re.fullmatch("keystead-recovery-key-1( [0-9a-f]{8}){9}", lines[0]), file + " holds none")
    digits = bytes.fromhex("".join(lines[0].split()[1:]))
    seed, check = digits[:32], hashlib.sha256(lp("keystead/backup/recovery-key/v1", digits[:32])).digest()[:4]
    need(check == digits[32:], "a digit in %s is wrong: its last group does not fit the others" % file)
    return open_sealed("recovery", key_id, seed, wrapped, context)


def open_sealed(provider, key_id, seed, wrapped, context):
    """HPKE (RFC 9180), mode base, one message, with X-Wing, HKDF-SHA-256 and AES-256-GCM."""
    suite = b"HPKE-v1HPKE\x64\x7a\0\1\0\2"

    def extract(salt, label, data):
        return hmac.new(salt, suite + label + data, hashlib.sha256).digest()

    def expand(key, label, length):
        return HKDFExpand(SHA256(), length, struct.pack(">H", length) + suite + label + schedule).derive(key)

    public, shared = x_wing(seed, wrapped[:1120])
    need(provider == "pair" or key_id == "x-wing:" + sha256(public)[:32], "it is another recovery key")
    info = lp("keystead/backup/sealed/v1", provider, key_id)
    schedule = b"\0" + extract(b"", b"psk_id_hash", b"") + extract(b"", b"info_hash", info)
    secret = extract(shared, b"secret", b"")
    aad = lp(*(part for pair in sorted(context.items()) for part in pair))
    return unseal("the wrapped key", expand(secret, b"key", 32), aad, wrapped[1120:], expand(secret, b"base_nonce", 12))


def x_wing(seed, encapsulation):
    """draft-connolly-cfrg-xwing-kem: the public key of a seed, and the secret of an encapsulation to it."""
    need(len(encapsulation) == 1120, "a sealed key is too short")
    expanded, ephemeral = hashlib.shake_256(seed).digest(96), encapsulation[1088:]
    curve = X25519PrivateKey.from_private_bytes(expanded[64:])
    own = curve.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    agreed = curve.exchange(X25519PublicKey.from_public_bytes(ephemeral))
    lattice, shared = ml_kem_768(expanded[:64], encapsulation[:1088])
    return lattice + own, hashlib.sha3_256(shared + agreed + ephemeral + own + b"\\.//^\\").digest()


# --- ML-KEM-768 (FIPS 203), which Debian's packages lack; not in constant time, as it runs where the seed is read ----

Q = 3329
ZETAS = [pow(17, int(format(i, "07b")[::-1], 2), Q) for i in range(128)]


def unpack(data, bits):
    number, mask = int.from_bytes(data, "little"), (1 << bits) - 1
    return [number >> bits * i & mask for i in range(len(data) * 8 // bits)]


def pack(values, bits):
    return sum(value << bits * i for i, value in enumerate(values)).to_bytes(32 * bits, "little")


def squeeze(f, bits):
    return [((x << bits + 1) + Q) // (2 * Q) % (1 << bits) for x in f]


def stretch(f, bits):
    return [2 * x * Q + (1 << bits) >> bits + 1 for x in f]


def add(*polynomials):
    return [sum(column) % Q for column in zip(*polynomials)]


def ntt(f):
    f, k, size = list(f), 1, 128
    while size > 1:
        for start in range(0, 256, 2 * size):
            for j in range(start, start + size):
                t = ZETAS[k] * f[j + size]
                f[j], f[j + size] = (f[j] + t) % Q, (f[j] - t) % Q
            k += 1
        size //= 2
    return f


def inverse_ntt(f):
    f, k, size = list(f), 127, 2
    while size < 256:
        for start in range(0, 256, 2 * size):
            for j in range(start, start + size):
                f[j], f[j + size] = (f[j] + f[j + size]) % Q, ZETAS[k] * (f[j + size] - f[j]) % Q
            k -= 1
        size *= 2
    return [x * 3303 % Q for x in f]


def dot(a, b):
    def times(f, g):
        for i in range(128):
            (f0, f1), (g0, g1) = f[2 * i : 2 * i + 2], g[2 * i : 2 * i + 2]
            yield (f0 * g0 + f1 * g1 * ZETAS[i] ** 2 * 17) % Q
            yield (f0 * g1 + f1 * g0) % Q

    return add(*(list(times(f, g)) for f, g in zip(a, b)))


def noise(seed, n):
    four = unpack(hashlib.shake_256(seed + bytes([n])).digest(128), 4)
    return [(x & 1) + (x >> 1 & 1) - (x >> 2 & 1) - (x >> 3) for x in four]


def matrix(rho):
    def uniform(i, j):  # 3 KiB hold 2,048 candidates of which four in five count: 256 are always among them
        return [x for x in unpack(hashlib.shake_128(rho + bytes([j, i])).digest(3072), 12) if x < Q][:256]

    return [[uniform(i, j) for j in range(3)] for i in range(3)]


def k_pke_encrypt(t, rho, message, coins):
    y = [ntt(noise(coins, n)) for n in range(3)]
    u = [add(inverse_ntt(dot(column, y)), noise(coins, 3 + n)) for n, column in enumerate(zip(*matrix(rho)))]
    v = add(inverse_ntt(dot(t, y)), noise(coins, 6), stretch(unpack(message, 1), 1))
    return b"".join(pack(squeeze(f, 10), 10) for f in u) + pack(squeeze(v, 4), 4)


def ml_kem_768(seed, cipher):
    """The public key of a seed (d and z, 64 bytes), and the secret of a ciphertext to it."""
    expanded = hashlib.sha3_512(seed[:32] + b"\3").digest()
    rho, sigma = expanded[:32], expanded[32:]
    s = [ntt(noise(sigma, n)) for n in range(3)]
    t = [add(dot(row, s), ntt(noise(sigma, 3 + n))) for n, row in enumerate(matrix(rho))]
    public = b"".join(pack(f, 12) for f in t) + rho
    u = [ntt(stretch(unpack(cipher[320 * i : 320 * i + 320], 10), 10)) for i in range(3)]
    v = stretch(unpack(cipher[960:], 4), 4)
    message = pack(squeeze(add(v, [-x for x in inverse_ntt(dot(s, u))]), 1), 1)
    both = hashlib.sha3_512(message + hashlib.sha3_256(public).digest()).digest()
    if hmac.compare_digest(k_pke_encrypt(t, rho, message, both[32:]), cipher):
        return public, both[:32]
    return public, hashlib.shake_256(seed[32:] + cipher).digest(32)


# --- the vault -------------------------------------------------------------------------------------------------------


class Vault:
    def __init__(self, store, openers, given, creator=None):
        self.store, self.openers, self.given = store, openers, given
        self.keys, self.chunks, self.opened = {}, {}, {}
        outer = parse("vault.json", self.read("vault.json"))
        self.descriptor = d = outer["descriptor"]
        need(d["format"] == 1 and d["suite"] == 1, "the vault has a format that is not known: look for a newer tool")
        need(creator in (None, d["creator"]), "the vault was made by %s, not by %s" % (d["creator"], creator))
        self.writers = {writer["id"]: self.writer(writer) for writer in d["writers"]}
        self.verify("vault.json", "descriptor", d["creator"], canonical(d), base64.b64decode(outer["signature"]))
        self.id, self.through, enrolled = bytes.fromhex(d["vault"]), {}, {}
        for name in self.names("writers/", r"[0-9a-f]{32}/\d{8}\.json"):  # the highest revision comes last and counts
            body = self.signed("writer", name, [d["creator"]])
            need(name == "writers/%s/%08d.json" % (body["id"], body["revision"]), name + " lies under another's name")
            enrolled[body["id"]] = body
        for writer, body in enrolled.items():
            need((body["state"], body["through"] is None) in (("active", True), ("revoked", False)), "a writer's state")
            self.writers[writer] = self.writer(body)
            self.through[writer] = body["through"]

    def read(self, name, limit=MIB):
        data = self.store.read(name, limit)
        need(len(data) <= limit, name + " is longer than it may be")
        return data

    def names(self, prefix, form):
        return sorted(name for name in self.store.names(prefix) if re.fullmatch(prefix + form, name))

    def writer(self, writer):
        key = base64.b64decode(writer["publicKey"])
        need(sha256(key)[:32] == writer["id"], "a writer is not its key")
        return Ed25519PublicKey.from_public_bytes(key)

    def verify(self, name, kind, writer, message, signature):
        try:
            self.writers[writer].verify(signature, lp("keystead/backup/%s/v1" % kind, message))
        except (KeyError, InvalidSignature):
            raise Refused(name + " is not signed by a writer of the vault")

    def signed(self, kind, name, by=None):
        outer = parse(name, self.read(name))
        body, signature = outer[kind], outer["signature"]
        need(by is None or signature["writer"] in by, name + " is signed by somebody who may not")
        self.verify(name, kind, signature["writer"], canonical(body), base64.b64decode(signature["value"]))
        need(body["format"] == 1 and body["vault"] == self.descriptor["vault"], name + " belongs to another vault")
        return {**body, "signer": signature["writer"]}

    def head(self, name):  # section 8
        data = self.read(name, 128 * MIB)
        need(data[:8] == b"KSSNAP01", name + " is no manifest")
        length = int.from_bytes(data[8:12], "big")
        need(length <= 16 * MIB and length + 76 <= len(data), name + " is too short for its head, or too long")
        text, signature, sealed = data[12 : 12 + length], data[12 + length : 76 + length], data[76 + length :]
        head = parse(name, text)
        self.verify(name, "manifest", head["writer"], text, signature)
        need("snapshots/" + id_of(head).replace("-", "/") == name, name + " lies under another's name")
        need(head["format"] == 1 and head["vault"] == self.descriptor["vault"], name + " belongs to another vault")
        through = self.through.get(head["writer"])
        need(through is None or head["sequence"] <= through, name + " came after its writer was let go")
        own = head["writer"] == self.descriptor["creator"]
        need(own or not {"replaces", "takenMs"} & set(head), name + " takes the place of another, and may not")
        return head, sha256(text), sealed

    def snapshots(self):
        """Every head that counts, oldest first, tombstones, and what is wrong with the chains (sections 9 and 13)."""
        heads, gone, findings = {}, {}, []
        for name in self.names("tombstones/", r"[0-9a-f]{32}/\d{10}\.json"):
            try:
                body = self.signed("tombstone", name, [self.descriptor["creator"]])
                need(name == "tombstones/%s.json" % id_of(body).replace("-", "/"), name + " lies under another's name")
                gone[body["writer"], body["sequence"]] = body
            except Refused as refused:
                findings.append(str(refused))
        for name in self.names("snapshots/", r"[0-9a-f]{32}/\d{10}"):
            try:
                head, digest, _ = self.head(name)
                heads[head["writer"], head["sequence"]] = (head, digest)
            except Refused as refused:
                findings.append(str(refused))
        before = {}
        for key in sorted({*heads, *gone}):
            (writer, number), (head, digest) = key, heads.get(key, (None, None))
            link, (last, previous) = gone.get(key) or head, before.get(writer, (0, None))
            for gap in range(last + 1, min(number, last + 1000)):  # a number may be any: its writer says it
                findings.append("%s-%010d was there and is gone" % (writer, gap))
            if number == last + 1 and link["previous"] != previous:
                findings.append("%s does not follow the one before it" % id_of(link))
            before[writer] = (number, digest if link is head else link["head"])
        replaced = {head.get("replaces") for head, _ in heads.values()}
        count = [head for key, (head, _) in heads.items() if key not in gone and id_of(head) not in replaced]
        return sorted(count, key=taken), {id_of(body): body for body in gone.values()}, findings

    def envelope(self, key):  # section 4
        envelopes = [(name, self.signed("envelope", name)) for name in self.names("keys/%s/" % key, r"\d{8}\.json")]
        own = [writer["id"] for writer in self.descriptor["writers"]]
        envelopes = [(name, e) for name, e in envelopes if e["revision"] == 1 or e["signer"] in own]
        need(envelopes, "the envelope of data key %s is not in the store" % key)
        name, e = envelopes[-1]
        need(name == "keys/%s/%08d.json" % (e["key"], e["revision"]), name + " lies under another's name")
        place = (e["tenant"], e["environment"], e["key"])
        need(place == (self.descriptor["tenant"], self.descriptor["environment"], key), name + " belongs elsewhere")
        return e

    def data_key(self, key_id, purpose, commitment=None):
        e, why = self.envelope(key_id), []
        need(e["purpose"] == purpose and commitment in (None, e["commitment"]), "data key %s is another" % key_id)
        context = {"keystead:format": "1", "keystead:tenant": e["tenant"], "keystead:environment": e["environment"],
                   "keystead:purpose": purpose, "keystead:key": key_id}
        key = bytes.fromhex(self.given.get(key_id, ""))
        for recipient in [] if key else e["recipients"]:
            provider, whose, wrapped = recipient["provider"], recipient["keyId"], base64.b64decode(recipient["wrapped"])
            try:
                need(provider != "pair" or purpose != "pair", "a pair does not open a pair")
                if provider == "pair":
                    info = lp("keystead/backup/pair/v1", self.id, bytes.fromhex(whose))
                    seed = hkdf(self.data_key(whose, "pair"), b"", info, 32)
                    key = open_sealed("pair", whose, seed, wrapped, context)
                else:
                    need(provider in self.openers, UNSPOKEN)
                    key = self.openers[provider](whose, wrapped, context)
                break
            except Exception as error:
                why.append("%s %s: %s" % (provider, whose, str(error) or type(error).__name__))
        need(len(key) == 32, "nothing opens data key %s (%s):\n  %s" % (key_id, purpose, "\n  ".join(why)))
        info = lp("keystead/backup/data-key-commitment/v1", self.id, bytes.fromhex(key_id), purpose)
        same = hmac.compare_digest(hkdf(key, b"", info, 32).hex(), e["commitment"])
        need(same, "data key %s is not the one that was committed to" % key_id)
        return key

    def object_key(self, kind, key_id, salt, commitment):  # section 2
        need(key_id in self.keys, "the %s is under a key that the snapshot does not name" % kind)
        derived = hkdf(self.keys[key_id], salt, lp("keystead/backup/%s/v1" % kind, self.id, bytes.fromhex(key_id)), 68)
        need(hmac.compare_digest(derived[32:64], commitment), "the %s does not commit to its key" % kind)
        return derived[:32], derived[64:]

    def open_snapshot(self, snapshot):  # section 8
        head, _, sealed = self.head("snapshots/" + snapshot.replace("-", "/"))
        self.keys = {key["id"]: self.data_key(key["id"], key["purpose"], key["commitment"]) for key in head["keys"]}
        dedupe = [key["id"] for key in head["keys"] if key["purpose"] == "dedupe"]
        need(len(dedupe) == 1, "the head does not name one dedupe key")
        body = head["body"]
        need(sha256(sealed) == body["sha256"] and len(sealed) == body["length"], "the body is not the one signed")
        salt, commitment, writer = (bytes.fromhex(x) for x in (body["salt"], body["commitment"], head["writer"]))
        key, _ = self.object_key("manifest", body["key"], salt, commitment)
        place = lp("keystead/backup/manifest-body/v1", self.id, writer, struct.pack(">Q", head["sequence"]))
        reader = Reader(unseal("the body", key, place, sealed, 0))
        self.body = parse("the body", reader.take(reader.number(4)))
        indexes = [reader.take(32).hex() for _ in range(reader.number(4))]
        self.packs = {reader.take(32).hex() for _ in range(reader.number(4))}
        reader.zeros("the body")
        secrets = hkdf(self.keys[dedupe[0]], b"", lp("keystead/backup/dedupe/v1", self.id, self.body["source"]), 96)
        self.id_keys = (secrets[:32], secrets[32:64])
        domain = hmac.new(secrets[:32], b"keystead/backup/domain-id/v1", hashlib.sha256).hexdigest()[:32]
        need(domain == head["domain"], "the source is not that of the head")
        for index in indexes:
            self.open_index(index)

    def open_index(self, name):  # section 6
        data = self.read("index/" + name, 128 * MIB)
        need(sha256(data) == name and data[:10] == b"KSINDX01\0\1", "index/%s was changed" % name)
        self.verify("index/" + name, "index", data[10:26].hex(), data[:-64], data[-64:])
        key, _ = self.object_key("index", data[26:42].hex(), data[42:74], data[74:106])
        reader = Reader(unseal("index/" + name, key, data[:106], data[106:-64], 106))
        for _ in range(reader.number(4)):
            pack, _key, _length, entries = reader.take(32).hex(), reader.take(16), *reader.numbers(4, 4)
            for _ in range(entries):
                chunk, entry = reader.take(32), reader.numbers(1, 1, 4, 4, 4)
                if pack in self.packs:
                    self.chunks[chunk] = (pack, entry)
        reader.zeros("index/" + name)

    def open_pack(self, pack):  # section 5
        if pack not in self.opened:
            name = "packs/%s/%s" % (pack[:2], pack)
            data = self.read(name, 64 * MIB)
            need(sha256(data) == pack and data[:10] == b"KSPACK01\0\1", name + " was changed")
            key, mask = self.object_key("pack", data[10:26].hex(), data[26:58], data[58:90])
            start = len(data) - 4 - int.from_bytes(bytes(a ^ b for a, b in zip(data[-4:], mask)), "big")
            need(90 <= start, name + " is shorter than its footer")
            footer, table, at = Reader(unseal(name, key, data[:90], data[start:-4], start)), {}, 90
            for _ in range(footer.number(4)):
                chunk, (kind, codec, stored, plain) = footer.take(32), footer.numbers(1, 1, 4, 4)
                table[chunk] = [kind, codec, at, stored, plain]
                at += stored
            need(at == start, "the chunks of %s do not fill it" % name)
            footer.zeros(name)
            while len(self.opened) > 3:
                del self.opened[next(iter(self.opened))]
            self.opened[pack] = (data, key, table)
        return self.opened[pack]

    def chunk(self, chunk, kind):
        need(chunk in self.chunks, "a part of it is in no index")
        pack, entry = self.chunks[chunk]
        data, key, table = self.open_pack(pack)
        need(table.get(chunk) == entry, "index and pack differ")
        is_kind, codec, offset, stored, plain = entry
        need(is_kind == kind and codec in (0, 1) and plain <= 8 * MIB, "a chunk is of another kind, codec or length")
        aad = chunk + struct.pack(">BBI", kind, codec, plain)
        content = unseal("packs/%s/%s" % (pack[:2], pack), key, aad, data[offset : offset + stored], offset)
        if codec == 1:
            content = decompress(content, plain)
        need(len(content) == plain, "a chunk has another length")
        need(hmac.compare_digest(hmac.digest(self.id_keys[kind], content, "sha256"), chunk), "a chunk is not its id")
        return content

    # --- the tree (section 7) ---

    def extents(self, reader):
        return [(reader.take(32), *reader.numbers(4, 4)) for _ in range(reader.number(4))]

    def bytes_of(self, e):
        extents = e.content
        if e.flags & 2:
            extents = []
            for node in e.content:
                reader = Reader(self.chunk(node, 1))
                need(reader.number(1) == 2, "unknown version of a node of extents")
                extents += self.extents(reader)
                reader.end("a node of extents")
        need(sum(length for _, _, length in extents) == e.size, "extents do not sum to the size")
        for chunk, offset, length in extents:
            content = self.chunk(chunk, 0)
            need(offset + length <= len(content), "an extent is beyond its chunk")
            yield content[offset : offset + length]

    def entries(self, nodes):
        last = b""
        for node in nodes:
            reader = Reader(self.chunk(node, 1))
            need(reader.number(1) == 1, "unknown version of a node")
            page = [self.entry(reader) for _ in range(reader.number(4))]
            reader.end("a node")
            for e in page:
                need(e.name not in (b"", b".", b"..") and not {0, 47} & set(e.name), "a name cannot be one")
                need(e.name > last, "names are out of order")
                last = e.name
            yield from page

    def entry(self, reader):
        e = argparse.Namespace(kind=reader.number(1), name=reader.take(reader.number(2)), xattrs=[])
        need(e.kind in (1, 2, 3), "unknown type")
        e.mode, e.uid, e.gid = reader.numbers(4, 4, 4)
        e.mtime, _ctime = reader.number(8, signed=True), reader.number(8, signed=True)
        device, inode, links, e.flags = reader.numbers(8, 8, 4, 2)
        e.group = (device, inode) if links > 1 else None
        if e.kind == 1:
            e.size = reader.number(8)
        if e.kind == 1 and not e.flags & 2:
            e.content = self.extents(reader)
        elif e.kind != 3:
            e.content = [reader.take(32) for _ in range(reader.number(4))]
        else:
            e.content = reader.take(reader.number(4))
        for _ in range(reader.number(4)):
            tag, value = reader.number(2), Reader(reader.take(reader.number(4)))
            if tag == 1:
                e.xattrs.append((value.take(value.number(4)), value.data[value.at :]))
        return e


def decompress(data, length):
    try:  # bounded first: what a writer says of a length is not to fill the memory
        need(len(zstandard.ZstdDecompressor().decompress(data, max_output_size=length)) == length, "another length")
        frame = zstandard.ZstdDecompressor().decompressobj()
        content = frame.decompress(data)
    except zstandard.ZstdError:
        raise Refused("a chunk is not one zstd frame of its length")
    need(frame.eof and not frame.unused_data, "bytes follow a zstd frame")
    return content


def id_of(body):
    return "%s-%010d" % (body["writer"], body["sequence"])


def taken(head):
    return head.get("takenMs", head["createdMs"])


# --- the way back ----------------------------------------------------------------------------------------------------


class Restore:
    """Every problem is named and counted; the rest goes on."""

    def __init__(self, vault, wanted):
        self.vault, self.wanted, self.links, self.problems = vault, wanted, {}, 0
        self.owns = os.geteuid() == 0

    def problem(self, path, why):
        self.problems += 1
        print("problem: %r: %s" % (os.fsdecode(path), why), file=sys.stderr)

    def folder(self, nodes, to, at=b"", whole=False):
        try:
            for e in self.vault.entries(nodes):
                path, below = os.path.join(to, e.name), at + e.name
                all_of_it = whole or not self.wanted or any((below + b"/").startswith(w + b"/") for w in self.wanted)
                if all_of_it or e.kind == 2 and any(w.startswith(below + b"/") for w in self.wanted):
                    try:
                        self.entry(e, path, below, all_of_it)
                    except (Refused, OSError) as error:
                        self.problem(path, error)
        except Refused as refused:
            self.problem(to, "what follows in this folder cannot be read: %s" % refused)

    def entry(self, e, path, below, whole):
        if e.kind == 3:
            os.symlink(e.content, path)
        elif e.kind == 2:
            os.mkdir(path, 0o700)
            self.folder(e.content, path, below + b"/", whole)
        elif e.group and self.links.get(e.group, (None,))[0] == e.content:
            return os.link(self.links[e.group][1], path)
        else:
            self.file(e, path)
        if self.owns:
            os.chown(path, e.uid, e.gid, follow_symlinks=False)
        for name, value in e.xattrs:
            try:
                os.setxattr(path, name, value, follow_symlinks=False)
            except OSError as error:
                self.problem(path, "its attribute %r could not be set: %s" % (os.fsdecode(name), error))
        if e.kind != 3:  # without its owner, a set-id file would lend the rights of whoever runs this
            os.chmod(path, e.mode & (0o7777 if self.owns or e.kind == 2 else 0o1777))
        os.utime(path, ns=(e.mtime, e.mtime), follow_symlinks=False)

    def file(self, e, path):
        with open(path, "xb") as file:
            try:
                for part in self.vault.bytes_of(e):
                    file.write(part)
                file.flush()
            except BaseException:  # a part of a file is none
                os.unlink(path)
                raise
        if e.group:
            self.links[e.group] = (e.content, path)


def choose(heads, gone, snapshot):
    """The id of the snapshot that is meant: the newest, or the one that took the place of the one named."""
    if not snapshot:
        need(heads, "there is no snapshot")
        sources = {(head["domain"], head.get("replaces", head["writer"])[:32]) for head in heads}
        need(len(sources) == 1, "there are several sources, or writers: see --list, and say --snapshot")
        return id_of(heads[-1])
    need(re.fullmatch(r"[0-9a-f]{32}-\d{10}", snapshot), "%s is no id of a snapshot: see --list" % snapshot)
    replaced = {head["replaces"]: id_of(head) for head in heads if "replaces" in head}
    while snapshot in gone or snapshot in replaced:
        successor = replaced.get(snapshot) or gone[snapshot]["replacedBy"]
        need(successor, "%s was taken away on purpose (%s)" % (snapshot, snapshot in gone and gone[snapshot]["reason"]))
        snapshot = successor
    return snapshot


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("store", metavar="STORE")
    options = "snapshot to writer store-endpoint store-profile kms-endpoint key-protect recovery-key data-keys"
    for name in options.split():
        arguments.add_argument("--" + name)
    arguments.add_argument("--list", action="store_true")
    arguments.add_argument("--path", action="append", default=[])
    a = arguments.parse_args()
    need(a.list or a.to, "say --list, or --to and a new folder")
    bucket = re.fullmatch(r"s3://([^/]+)/?(.*?)/*", a.store)
    prefix = bucket[2] + "/" if bucket and bucket[2] else ""
    store = Bucket(bucket[1], prefix, a.store_endpoint, a.store_profile) if bucket else Folder(a.store)
    openers = {"aws-kms": functools.partial(ask_aws, a.kms_endpoint),
               "keystead": functools.partial(ask_aws, a.kms_endpoint),
               "key-protect": functools.partial(ask_ibm, a.key_protect),
               "recovery": functools.partial(ask_recovery_key, a.recovery_key)}
    given = json.load(open(a.data_keys)) if a.data_keys else {}
    vault = Vault(store, openers, given, a.writer)
    heads, gone, findings = vault.snapshots()
    for finding in findings:
        print("finding: " + finding, file=sys.stderr)
    if a.list:
        for head in heads:
            time = datetime.datetime.fromtimestamp(taken(head) / 1000, datetime.timezone.utc).isoformat()
            print("%s  %s  source %s" % (id_of(head), time, head["domain"]))
        return 4 if findings else 0
    vault.open_snapshot(choose(heads, gone, a.snapshot))
    os.umask(0o077)
    os.makedirs(a.to, exist_ok=True)
    need(not os.listdir(a.to), "%s is not empty: name a new folder" % a.to)
    sys.setrecursionlimit(20_000)  # folders may lie 4,096 deep
    restore = Restore(vault, [os.fsencode(path).strip(b"/") for path in a.path])
    restore.folder([bytes.fromhex(node) for node in vault.body["root"]], os.fsencode(a.to))
    return 4 if findings or restore.problems else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Refused as refused:
        sys.exit("refused: %s" % refused)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        sys.exit("refused: an object has not the form that it should have (%s: %s)" % (type(error).__name__, error))
    except Exception as error:  # the disk, the network, credentials: as they say it
        sys.exit("failed: %s: %s" % (type(error).__name__, error))

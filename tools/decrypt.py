#!/usr/bin/env python3
"""Lists or restores the snapshots of a Keystead vault with nothing but its store and the right to decrypt.

  decrypt.py STORE --list
  decrypt.py STORE --to FOLDER [--snapshot ID] [--path PATH ...]

STORE is a folder or s3://bucket/prefix, FOLDER new or empty. Say --writer ID too (whoever made the vault, as you noted
it), so that nobody can put another vault in its place. Needs Debian's python3-cryptography, python3-zstandard and
python3-boto3, which finds credentials where it always does. What opens the backup is one of

  AWS KMS or Keystead   kms:Decrypt; --kms-endpoint URL where the key is not in AWS
  IBM Key Protect       --key-protect URL, with a bearer token in IBM_TOKEN and the instance in IBM_INSTANCE
  a recovery key        --recovery-key FILE, the private half that was kept offline
  the data keys         --data-keys FILE: {"<keyId>": "<hex>"}

A recovery key, and what a host wrote that may write only, also need node 24.7 or later. What cannot be verified is not
written, and is named. Exit code: 0 all is well; 1 refused; 4 done, but something is missing or damaged. Written from
docs/spec/backup-format.md, whose sections are named. That a whole store went back in time only you can tell, by --list.
"""
import argparse, base64, datetime, functools, glob, hashlib, hmac, json, os, re, shutil, struct, subprocess, sys
import urllib.request
try:
    import boto3, zstandard
    from cryptography.exceptions import InvalidSignature, InvalidTag
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ed25519, x25519
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand
except ImportError as missing:
    sys.exit(f"{missing.name} is missing: apt install python3-cryptography python3-zstandard python3-boto3")

MIB = 1 << 20
# Members of objects: texts, counts, and others; those behind a question mark may be absent.
MEMBERS = {
    "descriptor": ("creator dedupeKey environment tenant vault", "createdMs format suite", "chunker writers", ""),
    "envelope": ("commitment environment key purpose tenant vault", "createdMs format revision", "previous recipients",
                 ""),
    "writer": ("id publicKey state vault", "createdMs format revision", "through", ""),
    "tombstone": ("head reason vault writer", "createdMs format sequence",
                  "destroyed domain previous readable replacedBy takenMs", ""),
    "manifest": ("domain vault writer", "createdMs format sequence", "body keys parent previous",
                 "recipients replaces takenMs"),
    "body": ("commitment key salt sha256", "length", "", ""),
    "key": ("commitment id purpose", "", "", ""),
    "recipient": ("keyId provider region wrapped", "", "", ""),
    "signature": ("value writer", "", "", "")}
NAMES = {"envelope": "keys/{key}/{revision:08d}.json", "writer": "writers/{id}/{revision:08d}.json",
         "tombstone": "tombstones/{writer}/{sequence:010d}.json", "manifest": "snapshots/{writer}/{sequence:010d}"}
OTHERWISE = '"keystead vault restore --offline" may do it, or --data-keys with data keys that were unwrapped elsewhere'

class Refused(Exception):
    pass

def need(condition, why):
    if not condition:
        raise Refused(why)

def lp(*parts):
    parts = [part.encode() if isinstance(part, str) else part for part in parts]
    return b"".join(struct.pack(">I", len(part)) + part for part in parts)
def label(kind, *parts):
    return lp("keystead/backup/%s/v1" % kind, *parts)
def sha256(data):
    return hashlib.sha256(data).hexdigest()
def hkdf(key, info, length, salt=None):
    return HKDF(SHA256(), length, salt, info).derive(key)

def unseal(what, key, aad, sealed, nonce):
    try:
        return AESGCM(key).decrypt(nonce if isinstance(nonce, bytes) else nonce.to_bytes(12, "big"), sealed, aad)
    except InvalidTag:
        raise Refused(what + " was changed")

def canonical(value):  # names in this format are ASCII: code points and UTF-16 code units sort alike
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

def parse(what, data):
    def whole(text):
        return int(text) if abs(int(text)) < 1 << 53 else text
    try:  # a number that may not be becomes a string, and so is not written as it was read
        value = json.loads(data, parse_int=whole, parse_float=str, parse_constant=str)
        need(canonical(value) == data, what + " is not canonical JSON")
        return value
    except (ValueError, RecursionError):
        raise Refused(what + " is not JSON")

def members(kind, what, value):
    texts, counts, others, perhaps = (names.split() for names in MEMBERS[kind])
    names = {*texts, *counts, *others}
    sound = isinstance(value, dict) and names <= set(value) <= names | set(perhaps)
    sound = sound and all(isinstance(value[name], str) for name in texts)
    need(sound and all(type(value[name]) is int and value[name] >= 0 for name in counts), what + " has odd members")
    return value

def unbase64(text):
    try:
        data = base64.b64decode(text, validate=True)
    except (TypeError, ValueError):
        raise Refused("what is to be base64 is not")
    need(base64.b64encode(data).decode() == text, "what is to be base64 is not")
    return data

class Reader:
    def __init__(self, what, data):
        self.what, self.data, self.at = what, data, 0

    def take(self, length):
        need(self.at + length <= len(self.data), self.what + " ends too early")
        self.at += length
        return self.data[self.at - length : self.at]

    def fields(self, form):  # B 1 byte, H 2, I 4, Q 8, q 8 with a sign, 32s 32 raw bytes
        return struct.unpack(">" + form, self.take(struct.calcsize(">" + form)))

    def count(self):
        return self.fields("I")[0]
    def ids(self):
        return [self.take(32) for _ in range(self.count())]
    def list(self, form):
        return [self.fields(form) for _ in range(self.count())]

    def rest(self):
        return self.data[self.at :]

def in_folder(path):
    return (lambda name, length: open(os.path.join(path, name), "rb").read(length),
            lambda prefix: glob.glob(prefix + "**", root_dir=path, recursive=True))

def in_bucket(name, prefix, endpoint, profile):
    bucket = boto3.Session(profile_name=profile).resource("s3", endpoint_url=endpoint).Bucket(name)
    at = prefix and prefix + "/"
    return (lambda name, length: bucket.Object(at + name).get()["Body"].read(length),
            lambda prefix: [item.key[len(at) :] for item in bucket.objects.filter(Prefix=at + prefix)])

def ask_aws(endpoint, key_id, wrapped, context):
    client = boto3.client("kms", region_name=key_id.split(":")[3], endpoint_url=endpoint)
    return client.decrypt(KeyId=key_id, CiphertextBlob=wrapped, EncryptionContext=context)["Plaintext"]

def ask_keystead(endpoint, *wanted):
    need(endpoint, "say --kms-endpoint URL, the address of that Keystead server")
    return ask_aws(endpoint, *wanted)

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
    groups = re.findall("^keystead-recovery-key-1((?: [0-9a-f]{8}){9}) *$", open(file).read(), re.MULTILINE)
    need(len(groups) == 1, file + " holds none")
    return open_sealed("recovery", key_id, bytes.fromhex(groups[0])[:32], wrapped, context)  # whose id is the key's own

def open_sealed(provider, key_id, seed, wrapped, context):
    """HPKE (RFC 9180), mode base, one message, with X-Wing, HKDF-SHA-256 and AES-256-GCM."""
    suite = b"HPKE-v1HPKE\x64\x7a\0\1\0\2"
    def extract(salt, name, data):
        return hmac.digest(salt, suite + name + data, "sha256")
    def expand(key, name, length):
        return HKDFExpand(SHA256(), length, struct.pack(">H", length) + suite + name + schedule).derive(key)

    public, shared = x_wing(seed, wrapped[:1120])
    need(provider == "pair" or key_id == "x-wing:" + sha256(public)[:32], "it is another recovery key, or mistyped")
    info = extract(b"", b"info_hash", label("sealed", provider, key_id))
    schedule, secret = b"\0" + extract(b"", b"psk_id_hash", b"") + info, extract(shared, b"secret", b"")
    aad = lp(*(part for pair in sorted(context.items()) for part in pair))
    return unseal("the wrapped key", expand(secret, b"key", 32), aad, wrapped[1120:], expand(secret, b"base_nonce", 12))

ML_KEM_768 = """
const { createPrivateKey, createPublicKey, decapsulate } = require('node:crypto')
const input = require('node:fs').readFileSync(0)
const pkcs8 = Buffer.from('3054020100300b060960864801650304040204428040', 'hex') // what comes before the seed
const key = createPrivateKey({ key: Buffer.concat([pkcs8, input.subarray(0, 64)]), format: 'der', type: 'pkcs8' })
const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-1184)
process.stdout.write(Buffer.concat([publicKey, decapsulate(key, input.subarray(64))]))
"""

def x_wing(seed, encapsulation):
    """draft-connolly-cfrg-xwing-kem: the public key of a seed, and the secret of an encapsulation to it."""
    expanded, ephemeral = hashlib.shake_256(seed).digest(96), encapsulation[1088:]
    curve = x25519.X25519PrivateKey.from_private_bytes(expanded[64:])
    own = curve.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    agreed = curve.exchange(x25519.X25519PublicKey.from_public_bytes(ephemeral))
    asked, node = expanded[:64] + encapsulation[:1088], shutil.which("node")  # Debian's own OpenSSL is too old
    answer = subprocess.run([node, "-e", ML_KEM_768], input=asked, capture_output=True).stdout if node else b""
    need(len(answer) == 1216, "it takes node 24.7 or later on the PATH, for ML-KEM-768; without, " + OTHERWISE)
    return answer[:1184] + own, hashlib.sha3_256(answer[1184:] + agreed + ephemeral + own + b"\\.//^\\").digest()

class Vault:
    def __init__(self, store, openers, given, creator):
        (self.get, self.list), self.openers, self.given = store, {**openers, "pair": self.ask_pair}, given
        outer = parse("vault.json", self.read("vault.json"))
        self.descriptor = d = members("descriptor", "vault.json", outer["descriptor"])
        need(d["format"] == 1 and d["suite"] == 1, "the vault has a format that is not known: look for a newer tool")
        need(creator in (None, d["creator"]), "the vault was made by %s, not by %s" % (d["creator"], creator))
        self.writers = {writer["id"]: self.writer(writer) for writer in d["writers"]}
        self.verify("vault.json", "descriptor", d["creator"], canonical(d), unbase64(outer["signature"]))
        self.id, self.through, self.chunks = bytes.fromhex(d["vault"]), {}, {}
        for name in self.names(r"writers/[0-9a-f]{32}/\d{8}\.json"):  # the highest revision comes last and counts
            body = self.signed("writer", name, [d["creator"]])
            need((body["state"], body["through"] is None) in (("active", True), ("revoked", False)), name + " is odd")
            self.writers[body["id"]], self.through[body["id"]] = self.writer(body), body["through"]

    def read(self, name, limit=MIB):
        try:
            data = self.get(name, limit + 1)
        except Exception as error:  # the disk, the network, credentials: as they say it
            raise Refused("%s cannot be read: %s" % (name, error))
        need(len(data) <= limit, name + " is longer than it may be")
        return data

    def names(self, form):
        return sorted(name for name in self.list(form.split("[")[0]) if re.fullmatch(form, name))

    def writer(self, writer):
        key = unbase64(writer["publicKey"])
        need(sha256(key)[:32] == writer["id"], "a writer is not its key")
        return ed25519.Ed25519PublicKey.from_public_bytes(key)

    def verify(self, name, kind, writer, message, signature):
        try:
            self.writers[writer].verify(signature, label(kind, message))
        except (KeyError, InvalidSignature):
            raise Refused(name + " is not signed by a writer of the vault")

    def fits(self, kind, name, body):
        need(body["format"] == 1 and body["vault"] == self.descriptor["vault"], name + " belongs to another vault")
        need(name == NAMES[kind].format(**body), name + " lies under another's name")

    def signed(self, kind, name, by=None):
        outer = parse(name, self.read(name))
        need(isinstance(outer, dict) and set(outer) == {kind, "signature"}, name + " has odd members")
        body, signature = members(kind, name, outer[kind]), members("signature", name, outer["signature"])
        need(by is None or signature["writer"] in by, name + " is signed by somebody who may not")
        self.verify(name, kind, signature["writer"], canonical(body), unbase64(signature["value"]))
        self.fits(kind, name, body)
        return {**body, "signer": signature["writer"]}

    def manifest(self, name):  # section 8
        reader = Reader(name, self.read(name, 128 * MIB))
        magic, length = reader.fields("8sI")
        need(magic == b"KSSNAP01" and length <= 16 * MIB, name + " is no manifest")
        text, signature = reader.take(length), reader.take(64)
        head = members("manifest", name, parse(name, text))
        self.verify(name, "manifest", head["writer"], text, signature)
        members("body", name, head["body"])
        need(isinstance(head["keys"], list) and ("replaces" in head) == ("takenMs" in head), name + " has odd members")
        for key in head["keys"]:
            members("key", name, key)
        self.fits("manifest", name, head)
        through = self.through.get(head["writer"])
        need(through is None or head["sequence"] <= through, name + " came after its writer was let go")
        own = head["writer"] == self.descriptor["creator"]
        need(own or not {"replaces", "takenMs"} & set(head), name + " takes the place of another, and may not")
        return {"takenMs": head["createdMs"], **head, "head": sha256(text)}, reader.rest()

    def snapshots(self):
        """Heads that count, oldest first; what became of others; what is wrong with the chains (sections 9 and 13)."""
        heads, gone, findings, ends = {}, {}, [], {}
        for name in self.names(r"tombstones/[0-9a-f]{32}/\d{10}\.json") + self.names(r"snapshots/[0-9a-f]{32}/\d{10}"):
            snapshot = name.split("/", 1)[1].replace("/", "-")[:43]
            try:
                if name.startswith("snapshots/"):
                    heads[snapshot] = {**self.manifest(name)[0], "id": snapshot}
                else:
                    gone[snapshot] = self.signed("tombstone", name, [self.descriptor["creator"]])
            except Refused as refused:
                findings.append(str(refused))
        for snapshot in sorted({*heads, *gone}):
            link = gone.get(snapshot) or heads[snapshot]
            last, head = ends.get(link["writer"], (0, None))
            if link["sequence"] > last + 1:
                findings.append("what came before %s, from number %d on, was there and is gone" % (snapshot, last + 1))
            elif link["previous"] != head:
                findings.append("%s does not follow the one before it" % snapshot)
            ends[link["writer"]] = (link["sequence"], link["head"])
        became = {snapshot: (body["replacedBy"], body["reason"]) for snapshot, body in gone.items()}
        became.update({head["replaces"]: (snapshot, "") for snapshot, head in heads.items() if "replaces" in head})
        counting = [head for snapshot, head in heads.items() if snapshot not in became]
        return sorted(counting, key=lambda head: head["takenMs"]), became, findings

    @functools.lru_cache(None)
    def data_key(self, key_id, purpose, commitment=None):  # section 4
        d, own, key, why = self.descriptor, [writer["id"] for writer in self.descriptor["writers"]], b"", []
        e = None
        for name in self.names(r"keys/%s/[0-9]{8}\.json" % key_id)[::-1]:
            first = name.endswith("/00000001.json")
            try:  # what is no later revision by who may sign one is passed over
                e = e or self.signed("envelope", name, None if first else own)
            except Refused:
                if first:
                    raise
        need(e, "the envelope of data key %s is not in the store" % key_id)
        need(isinstance(e["recipients"], list), "the envelope of data key %s has odd members" % key_id)
        same = (e["tenant"], e["environment"], e["purpose"]) == (d["tenant"], d["environment"], purpose)
        need(same and commitment in (None, e["commitment"]), "data key %s is another" % key_id)
        context = {"keystead:format": "1", "keystead:tenant": e["tenant"], "keystead:environment": e["environment"],
                   "keystead:purpose": purpose, "keystead:key": key_id}
        for recipient in e["recipients"] if key_id not in self.given else []:
            provider, whose = (members("recipient", "an envelope", recipient)[name] for name in ("provider", "keyId"))
            try:
                need(provider in self.openers, "this tool does not speak to such a key: " + OTHERWISE)
                key = self.openers[provider](whose, unbase64(recipient["wrapped"]), context)
                break
            except Exception as error:
                why.append("%s %s: %s" % (provider, whose, str(error) or type(error).__name__))
        key = key or bytes.fromhex(self.given.get(key_id, ""))
        need(len(key) == 32, "nothing opens data key %s (%s):\n  %s" % (key_id, purpose, "\n  ".join(why)))
        made = hkdf(key, label("data-key-commitment", self.id, bytes.fromhex(key_id), purpose), 32).hex()
        need(hmac.compare_digest(made, e["commitment"]), "data key %s is not the one that was committed to" % key_id)
        return key

    def ask_pair(self, key_id, wrapped, context):
        need(context["keystead:purpose"] != "pair", "a pair does not open a pair")
        seed = hkdf(self.data_key(key_id, "pair"), label("pair", self.id, bytes.fromhex(key_id)), 32)
        return open_sealed("pair", key_id, seed, wrapped, context)

    def object_key(self, kind, key_id, salt, commitment):  # section 2
        need(key_id in self.keys, "the %s is under a key that the snapshot does not name" % kind)
        derived = hkdf(self.keys[key_id], label(kind, self.id, bytes.fromhex(key_id)), 64, salt)
        need(hmac.compare_digest(derived[32:], commitment), "the %s does not commit to its key" % kind)
        return derived[:32]

    def open_snapshot(self, snapshot):  # section 8
        head, sealed = self.manifest("snapshots/" + snapshot.replace("-", "/"))
        self.keys = {key["id"]: self.data_key(key["id"], key["purpose"], key["commitment"]) for key in head["keys"]}
        dedupe = [key["id"] for key in head["keys"] if key["purpose"] == "dedupe"]
        need(len(dedupe) == 1, "the head does not name one dedupe key")
        body = head["body"]
        need(sha256(sealed) == body["sha256"] and len(sealed) == body["length"], "the body is not the one signed")
        salt, commitment, writer = (bytes.fromhex(x) for x in (body["salt"], body["commitment"], head["writer"]))
        key = self.object_key("manifest", body["key"], salt, commitment)
        place = label("manifest-body", self.id, writer, struct.pack(">Q", head["sequence"]))
        reader = Reader("the body", unseal("the body", key, place, sealed, 0))
        body = parse("the body", reader.take(reader.count()))
        indexes, packs = reader.ids(), set(reader.ids())
        need(not any(reader.rest()), "the padding of the body is not zero")
        secrets = hkdf(self.keys[dedupe[0]], label("dedupe", self.id, body["source"]), 96)
        self.id_keys = (secrets[:32], secrets[32:64])
        domain = hmac.digest(secrets[:32], b"keystead/backup/domain-id/v1", "sha256").hex()[:32]
        need(domain == head["domain"], "the source is not that of the head")
        for index in indexes:
            self.open_index("index/" + index.hex(), packs)
        return [bytes.fromhex(node) for node in body["root"]]

    def open_index(self, name, packs):  # section 6
        data = self.read(name, 128 * MIB)
        need(name == "index/" + sha256(data) and data[:10] == b"KSINDX01\0\1", name + " was changed")
        self.verify(name, "index", data[10:26].hex(), data[:-64], data[-64:])
        key = self.object_key("index", data[26:42].hex(), data[42:74], data[74:106])
        reader = Reader(name, unseal(name, key, data[:106], data[106:-64], 106))
        for _ in range(reader.count()):
            pack, key_id, _length = reader.fields("32s16sI")
            for chunk, *entry in reader.list("32sBBIII"):
                if pack in packs:
                    self.chunks[chunk] = (pack.hex(), key_id, *entry)
        need(not any(reader.rest()), "the padding of %s is not zero" % name)

    @functools.lru_cache(4)
    def open_pack(self, pack, key_id):  # section 5; what its footer tells, the index has told
        name = "packs/%s/%s" % (pack[:2], pack)
        data = self.read(name, 64 * MIB)
        need(sha256(data) == pack and data[:10] == b"KSPACK01\0\1", name + " was changed")
        need(data[10:26] == key_id, name + " names another key than its index")
        return name, data, self.object_key("pack", data[10:26].hex(), data[26:58], data[58:90])

    def chunk(self, chunk, kind):
        need(chunk in self.chunks, "a part of it is in no index")
        pack, key_id, is_kind, codec, offset, stored, plain = self.chunks[chunk]
        need(is_kind == kind and codec in (0, 1) and plain <= 8 * MIB, "a chunk is of another kind, codec or length")
        name, data, key = self.open_pack(pack, key_id)
        aad = chunk + struct.pack(">BBI", kind, codec, plain)
        content = unseal("a chunk of " + name, key, aad, data[offset : offset + stored], offset)
        if codec == 1:
            try:  # what its writer says of a length is not to fill the memory
                need(zstandard.frame_content_size(content) in (-1, plain), "a zstd frame has another length")
                content = zstandard.ZstdDecompressor().decompress(content, plain, allow_extra_data=False)
            except zstandard.ZstdError as error:
                raise Refused("a chunk is not one zstd frame: %s" % error)
        same = hmac.compare_digest(hmac.digest(self.id_keys[kind], content, "sha256"), chunk)
        need(same and len(content) == plain, "a chunk is not its id, or has another length")
        return content

    def node(self, chunk, version, read):  # section 7
        reader = Reader("a node", self.chunk(chunk, 1))
        need(reader.fields("B") == (version,), "unknown version of a node")
        page = [read(reader) for _ in range(reader.count())]
        need(not reader.rest(), "bytes follow a node")
        return page

    def content(self, e):
        extents = e.content
        if e.flags & 2:
            extents = [one for node in extents for one in self.node(node, 2, lambda reader: reader.fields("32sII"))]
        need(sum(length for _, _, length in extents) == e.size, "extents do not sum to the size")
        for chunk, offset, length in extents:
            content = self.chunk(chunk, 0)
            need(offset + length <= len(content), "an extent is beyond its chunk")
            yield content[offset : offset + length]

    def entries(self, nodes):
        last = b""
        for chunk in nodes:
            page = self.node(chunk, 1, self.entry)
            for e in page:
                need(e.name not in (b"", b".", b"..") and not {0, 47} & set(e.name), "a name cannot be one")
                need(e.name > last, "names are out of order")
                last = e.name
            yield from page

    def entry(self, reader):
        e = argparse.Namespace(xattrs=[])
        e.kind, length = reader.fields("BH")
        e.name = reader.take(length)
        e.mode, e.uid, e.gid, e.mtime, _ctime, device, inode, links, e.flags = reader.fields("IIIqqQQIH")
        e.group = (device, inode) if links > 1 else None
        need(e.kind in (1, 2, 3), "an entry has an unknown type")
        if e.kind == 1:
            (e.size,) = reader.fields("Q")
        if e.kind == 3:
            e.content = reader.take(reader.count())
            need(e.content and 0 not in e.content and len(e.content) <= 65_536, "a link leads to what is no path")
        else:
            e.content = reader.list("32sII") if e.kind == 1 and not e.flags & 2 else reader.ids()
        size = 0
        for _ in range(reader.count()):
            tag, length = reader.fields("HI")
            value, size = Reader("an attribute", reader.take(length)), size + length
            need(size <= MIB, "an entry has too many attributes")
            if tag == 1:
                e.xattrs.append((value.take(value.count()), value.rest()))
                need(0 < len(e.xattrs[-1][0]) <= 255 and 0 not in e.xattrs[-1][0], "an attribute has no such name")
        return e

def restore(vault, root, to, wanted):
    """Answers how many problems there were: each is named, and the rest goes on."""
    problems, links, missing, owns = [], {}, set(wanted), os.geteuid() == 0

    def problem(path, why):
        problems.append(path)
        print("problem: %r: %s" % (os.fsdecode(path), why), file=sys.stderr)

    def folder(nodes, to, at, whole):
        try:
            need(at.count(b"/") <= 4096, "the folders are nested too deep")
            for e in vault.entries(nodes):
                path, below = os.path.join(to, e.name), at + e.name + b"/"
                missing.discard(below)
                all_of_it = whole or any(below.startswith(one) for one in wanted)
                if all_of_it or e.kind == 2 and any(one.startswith(below) for one in wanted):
                    try:
                        entry(e, path, below, all_of_it)
                    except (Refused, OSError) as error:
                        problem(path, error)
        except Refused as refused:
            problem(to, "what follows in this folder cannot be read: %s" % refused)

    def entry(e, path, below, whole):
        if e.kind == 3:
            os.symlink(e.content, path)
        elif e.kind == 2:
            os.mkdir(path, 0o700)
            folder(e.content, path, below, whole)
        elif e.group in links and links[e.group][0] == e.content:
            return os.link(links[e.group][1], path)
        else:
            with open(path, "xb") as file:
                try:
                    file.writelines(vault.content(e))
                    file.flush()
                except BaseException:  # a part of a file is none
                    os.unlink(path)
                    raise
        if owns:
            os.chown(path, e.uid, e.gid, follow_symlinks=False)
        for name, value in e.xattrs:
            try:
                os.setxattr(path, name, value, follow_symlinks=False)
            except OSError as error:
                problem(path, "its attribute %r could not be set: %s" % (os.fsdecode(name), error))
        if e.kind != 3:  # without its owner, a set-id file would lend the rights of whoever runs this
            os.chmod(path, e.mode & (0o7777 if owns or e.kind == 2 else 0o1777))
        os.utime(path, ns=(e.mtime, e.mtime), follow_symlinks=False)
        if e.kind == 1 and e.group:
            links[e.group] = (e.content, path)

    folder(root, to, b"", not wanted)
    for path in missing:
        problem(path, "there is no such file or folder in the snapshot")
    return len(problems)

def choose(heads, became, snapshot):
    """The id of the snapshot that is meant: the newest, or the one that took the place of the one named."""
    if not snapshot:
        sources = {(head["domain"], head.get("replaces", head["writer"])[:32]) for head in heads}
        need(len(sources) == 1, "there are %d sources and writers: see --list, and say --snapshot" % len(sources))
        return heads[-1]["id"]
    while snapshot in became:
        snapshot, reason = became[snapshot]
        need(snapshot, "it was taken away on purpose (%s)" % reason)
    return snapshot

def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("store", metavar="STORE")
    arguments.add_argument("--list", action="store_true")
    arguments.add_argument("--path", action="append", default=[])
    options = "to snapshot writer store-endpoint store-profile kms-endpoint key-protect recovery-key data-keys"
    for name in options.split():
        arguments.add_argument("--" + name)
    a = arguments.parse_args()
    need(a.list or a.to, "say --list, or --to and a new folder")
    bucket = re.fullmatch("s3://([^/]+)/*(.*?)/*", a.store)
    store = in_bucket(*bucket.groups(), a.store_endpoint, a.store_profile) if bucket else in_folder(a.store)
    openers = {"aws-kms": functools.partial(ask_aws, a.kms_endpoint),
               "keystead": functools.partial(ask_keystead, a.kms_endpoint),
               "key-protect": functools.partial(ask_ibm, a.key_protect),
               "recovery": functools.partial(ask_recovery_key, a.recovery_key)}
    vault = Vault(store, openers, json.load(open(a.data_keys)) if a.data_keys else {}, a.writer)
    heads, became, findings = vault.snapshots()
    for finding in findings:
        print("finding: " + finding, file=sys.stderr)
    if a.list:
        for head in heads:
            time = datetime.datetime.fromtimestamp(head["takenMs"] / 1000, datetime.timezone.utc).isoformat()
            print("%s  %s  source %s" % (head["id"], time, head["domain"]))
        return 4 if findings else 0
    root = vault.open_snapshot(choose(heads, became, a.snapshot))
    os.umask(0o077)
    os.makedirs(a.to, exist_ok=True)
    need(not os.listdir(a.to), "%s is not empty: name a new folder" % a.to)
    sys.setrecursionlimit(20_000)  # folders may lie 4,096 deep
    problems = restore(vault, root, os.fsencode(a.to), [os.fsencode(path).strip(b"/") + b"/" for path in a.path])
    return 4 if findings or problems else 0

if __name__ == "__main__":
    try:
        sys.exit(main())
    except Refused as refused:
        sys.exit("refused: %s" % refused)
    except Exception as error:  # the disk, the network, credentials, an object without a member
        sys.exit("failed: %s: %s" % (type(error).__name__, error))

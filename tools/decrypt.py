#!/usr/bin/env python3
"""Lists or restores the snapshots of a Keystead vault with nothing but its store and the right to decrypt.

Written from docs/spec/backup-format.md alone; shares no code with Keystead. Needs Debian's python3-cryptography and
python3-zstandard; for buckets and AWS KMS also python3-boto3. Credentials come from where boto3 looks for them.

  decrypt.py STORE --list
  decrypt.py STORE --to FOLDER [--snapshot ID] [--path PATH ...]

STORE is a folder or s3://bucket/prefix (--store-profile names other credentials for it than for the key). The master key is asked at AWS KMS, or at anything that speaks its protocol
(--kms-endpoint). IBM Key Protect: --key-protect URL, with a bearer token in IBM_TOKEN and the instance in IBM_INSTANCE.
--data-keys FILE: {"<keyId>": "<hex>"} in place of any key service.
"""
import argparse, base64, datetime, hashlib, hmac, json, os, re, struct, sys, urllib.request
import zstandard
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class Refused(Exception):
    pass


def need(condition, why):
    if not condition:
        raise Refused(why)


def lp(*parts):
    parts = [p.encode() if isinstance(p, str) else p for p in parts]
    return b"".join(struct.pack(">I", len(p)) + p for p in parts)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def hkdf(key, salt, info, length):
    prk = hmac.new(salt or b"\0" * 32, key, hashlib.sha256).digest()
    out, block, n = b"", b"", 1
    while len(out) < length:
        block = hmac.new(prk, block + info + bytes([n]), hashlib.sha256).digest()
        out, n = out + block, n + 1
    return out[:length]


def parse(what, data):
    try:
        value = json.loads(data)
        need(canonical(value) == data, what + " is not canonical JSON")
        return value
    except ValueError:
        raise Refused(what + " is not JSON")


def canonical(value):
    # Names in this format are ASCII, so that code points and UTF-16 code units sort alike.
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def unseal(what, key, aad, sealed, offset):
    try:
        return AESGCM(key).decrypt(offset.to_bytes(12, "big"), sealed, aad)
    except InvalidTag:
        raise Refused(what + " was changed")


class Folder:
    def __init__(self, path):
        self.path = path

    def read(self, name):
        try:
            with open(os.path.join(self.path, name), "rb") as file:
                return file.read()
        except FileNotFoundError:
            raise Refused(name + " is not in the store")

    def list(self, prefix):
        for folder, _, files in os.walk(os.path.join(self.path, prefix)):
            yield from (os.path.relpath(os.path.join(folder, file), self.path) for file in files)


class Bucket:
    def __init__(self, bucket, prefix, endpoint, profile):
        import boto3
        self.s3 = boto3.Session(profile_name=profile).client("s3", endpoint_url=endpoint)
        self.bucket, self.prefix = bucket, prefix

    def read(self, name):
        try:
            return self.s3.get_object(Bucket=self.bucket, Key=self.prefix + name)["Body"].read()
        except self.s3.exceptions.NoSuchKey:
            raise Refused(name + " is not in the store")

    def list(self, prefix):
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix + prefix)
        for page in pages:
            yield from (item["Key"][len(self.prefix):] for item in page.get("Contents", []))


def aws_unwrap(endpoint):
    def unwrap(recipient, wrapped, context):
        import boto3
        kms = boto3.client("kms", endpoint_url=endpoint, region_name=recipient["keyId"].split(":")[3])
        return kms.decrypt(KeyId=recipient["keyId"], CiphertextBlob=wrapped, EncryptionContext=context)["Plaintext"]
    return unwrap


def key_protect_unwrap(url):
    def unwrap(recipient, wrapped, context):
        body = {"ciphertext": wrapped.decode(), "aad": ["%s=%s" % pair for pair in sorted(context.items())]}
        headers = {"Authorization": "Bearer " + os.environ["IBM_TOKEN"], "Bluemix-Instance": os.environ["IBM_INSTANCE"],
                   "Content-Type": "application/vnd.ibm.kms.key_action_unwrap+json"}
        address = "%s/api/v2/keys/%s/actions/unwrap" % (url.rstrip("/"), recipient["keyId"].rsplit(":", 1)[-1])
        with urllib.request.urlopen(urllib.request.Request(address, json.dumps(body).encode(), headers)) as answer:
            return base64.b64decode(json.load(answer)["plaintext"])
    return unwrap


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, n):
        need(self.at + n <= len(self.data), "the bytes end too early")
        self.at += n
        return self.data[self.at - n : self.at]

    def number(self, size, signed=False):
        return int.from_bytes(self.take(size), "big", signed=signed)


class Vault:
    def __init__(self, store, unwrappers, given, creator=None):
        self.store, self.unwrappers, self.given, self.opened, self.packs = store, unwrappers, given, {}, {}
        outer = parse("vault.json", store.read("vault.json"))
        self.descriptor = d = outer["descriptor"]
        need(d["format"] == 1 and d["suite"] == 1, "the vault has a format that is not known")
        need(creator in (None, d["creator"]), "the vault was made by %s, not by %s" % (d["creator"], creator))
        self.writers = {w["id"]: self.writer(w) for w in d["writers"]}
        self.verify("descriptor", d["creator"], canonical(d), base64.b64decode(outer["signature"]))
        self.vault, self.through, enrolled = bytes.fromhex(d["vault"]), {}, {}
        for name in sorted(store.list("writers/")):  # the highest revision comes last and counts
            body = self.signed("writer", name, [d["creator"]])
            need(name == "writers/%s/%08d.json" % (body["id"], body["revision"]), name + " lies under another's name")
            enrolled[body["id"]] = body
        for writer_id, body in enrolled.items():
            self.writers[writer_id] = self.writer(body)
            if body["state"] == "revoked":
                self.through[writer_id] = body["through"]

    def writer(self, writer):
        raw = base64.b64decode(writer["publicKey"])
        need(hashlib.sha256(raw).digest()[:16].hex() == writer["id"], "a writer is not its key")
        return Ed25519PublicKey.from_public_bytes(raw)

    def verify(self, kind, writer, message, signature):
        try:
            self.writers[writer].verify(signature, lp("keystead/backup/%s/v1" % kind, message))
        except (KeyError, InvalidSignature):
            raise Refused(kind + " is not signed by a writer of the vault")

    def signed(self, kind, name, by=None):
        outer = parse(name, self.store.read(name))
        body, signature = outer[kind], outer["signature"]
        need(by is None or signature["writer"] in by, name + " is signed by somebody who may not")
        self.verify(kind, signature["writer"], canonical(body), base64.b64decode(signature["value"]))
        need(body["format"] == 1 and body["vault"] == self.descriptor["vault"], name + " belongs to another vault")
        return dict(body, signer=signature["writer"])

    def head(self, name):
        data = self.store.read(name)
        need(data[:8] == b"KSSNAP01", name + " is no manifest")
        length = struct.unpack(">I", data[8:12])[0]
        head_bytes, signature, sealed = data[12 : 12 + length], data[12 + length : 76 + length], data[76 + length :]
        head = parse(name, head_bytes)
        self.verify("manifest", head["writer"], head_bytes, signature)
        need("snapshots/%s/%010d" % (head["writer"], head["sequence"]) == name, name + " lies under another's name")
        need(head["format"] == 1 and head["vault"] == self.descriptor["vault"], name + " belongs to another vault")
        need(head["sequence"] <= self.through.get(head["writer"], 1 << 53), name + " came after its writer was let go")
        need(head["writer"] == self.descriptor["creator"] or not {"replaces", "takenMs"} & set(head), name + " replaces")
        return head, sha256(head_bytes), sealed

    def snapshots(self):
        """Every head that counts, oldest first, and what is wrong with the chains (sections 9 and 13)."""
        heads, gone, findings, replaced = {}, {}, [], set()
        for name in self.store.list("tombstones/"):
            try:
                body = self.signed("tombstone", name, [self.descriptor["creator"]])
                need(name == "tombstones/%s/%010d.json" % (body["writer"], body["sequence"]), name + " has another's name")
                gone[body["writer"], body["sequence"]] = body
            except Refused as refused:
                findings.append(str(refused))
        for name in self.store.list("snapshots/"):
            try:
                head, digest, _ = self.head(name)
                heads[head["writer"], head["sequence"]] = (head, digest)
                replaced.add(head.get("replaces"))
            except Refused as refused:
                findings.append(str(refused))
        for writer in sorted({key[0] for key in [*heads, *gone]}):
            before, previous = 0, None
            for n in sorted({key[1] for key in [*heads, *gone] if key[0] == writer}):
                head, digest = heads.get((writer, n), (None, None))
                link = gone.get((writer, n)) or head
                for gap in range(before + 1, min(n, before + 1000)):  # a number may be any: its writer says it
                    findings.append("%s-%010d was there and is gone" % (writer, gap))
                if n == before + 1 and link["previous"] != previous:
                    findings.append("%s-%010d does not follow the one before it" % (writer, n))
                before, previous = n, digest if link is head else link["head"]
        count = [h for key, (h, _) in heads.items() if key not in gone and "%s-%010d" % key not in replaced]
        return sorted(count, key=lambda h: h.get("takenMs", h["createdMs"])), findings

    def data_key(self, key_id, purpose, commitment):
        names = sorted(name for name in self.store.list("keys/%s/" % key_id) if re.search(r"/\d{8}\.json$", name))
        own = [w["id"] for w in self.descriptor["writers"]]
        envelopes = [(name, self.signed("envelope", name)) for name in names]
        envelopes = [(n, e) for n, e in envelopes if e["revision"] == 1 or e["signer"] in own]
        need(envelopes, "the envelope of data key %s is not in the store" % key_id)
        name, e = envelopes[-1]
        need(name == "keys/%s/%08d.json" % (e["key"], e["revision"]), name + " lies under another's name")
        need((e["tenant"], e["environment"], e["purpose"], e["commitment"], e["key"]) ==
             (self.descriptor["tenant"], self.descriptor["environment"], purpose, commitment, key_id), name + " differs")
        context = {"keystead:format": "1", "keystead:tenant": e["tenant"], "keystead:environment": e["environment"],
                   "keystead:purpose": purpose, "keystead:key": key_id}
        key, why = bytes.fromhex(self.given.get(key_id, "")), []
        for recipient in e["recipients"]:
            if key:
                break
            unwrap = self.unwrappers.get(recipient["provider"])
            try:
                need(unwrap, "nothing here opens it")
                key = unwrap(recipient, base64.b64decode(recipient["wrapped"]), context)
            except Exception as error:
                why.append("%s %s: %s" % (recipient["provider"], recipient["keyId"], error))
        need(len(key) == 32, "no master key opens data key %s: %s" % (key_id, "; ".join(why)))
        info = lp("keystead/backup/data-key-commitment/v1", self.vault, bytes.fromhex(key_id), purpose)
        need(hmac.compare_digest(hkdf(key, b"", info, 32).hex(), commitment), "%s is not what was committed to" % key_id)
        return key

    def object_key(self, kind, key_id, salt, commitment):
        need(key_id in self.held, "a %s is under a key that the snapshot does not name" % kind)
        info = lp("keystead/backup/%s/v1" % kind, self.vault, bytes.fromhex(key_id))
        derived = hkdf(self.held[key_id], salt, info, 68)
        need(hmac.compare_digest(derived[32:64], commitment), "a %s does not commit to its key" % kind)
        return derived[:32], derived[64:]

    def open_snapshot(self, snapshot_id):
        writer, sequence = snapshot_id.split("-")
        head, _, sealed = self.head("snapshots/%s/%s" % (writer, sequence))
        self.held = {k["id"]: self.data_key(k["id"], k["purpose"], k["commitment"]) for k in head["keys"]}
        body = head["body"]
        need(sha256(sealed) == body["sha256"] and len(sealed) == body["length"], "the body is not the one signed")
        key, _ = self.object_key("manifest", body["key"], bytes.fromhex(body["salt"]), bytes.fromhex(body["commitment"]))
        aad = lp("keystead/backup/manifest-body/v1", self.vault, bytes.fromhex(writer), struct.pack(">Q", int(sequence)))
        reader = Reader(unseal("the body", key, aad, sealed, 0))
        self.body = parse("the body", reader.take(reader.number(4)))
        indexes = [reader.take(32).hex() for _ in range(reader.number(4))]
        self.reference_list = {reader.take(32).hex() for _ in range(reader.number(4))}
        need(not any(reader.data[reader.at :]), "padding is not zero")
        for index in indexes:
            self.open_index(index)
        dedupe = [k["id"] for k in head["keys"] if k["purpose"] == "dedupe"]
        need(len(dedupe) == 1, "the head does not name one dedupe key")
        secrets = hkdf(self.held[dedupe[0]], b"", lp("keystead/backup/dedupe/v1", self.vault, self.body["source"]), 96)
        self.id_keys = (secrets[:32], secrets[32:64])
        domain = hmac.new(secrets[:32], b"keystead/backup/domain-id/v1", hashlib.sha256).digest()[:16].hex()
        need(domain == head["domain"], "the domain differs")

    def open_index(self, index_id):
        data = self.store.read("index/" + index_id)
        need(sha256(data) == index_id, "index/%s was changed" % index_id)
        need(data[:10] == b"KSINDX01\0\1", "not an index object")
        self.verify("index", data[10:26].hex(), data[:-64], data[-64:])
        key, _ = self.object_key("index", data[26:42].hex(), data[42:74], data[74:106])
        reader = Reader(unseal("an index object", key, data[:106], data[106:-64], 106))
        for _ in range(reader.number(4)):
            pack, _, _ = reader.take(32).hex(), reader.take(16), reader.number(4)
            for _ in range(reader.number(4)):
                entry = (reader.take(32), *(reader.number(n) for n in (1, 1, 4, 4, 4)))
                if pack in self.reference_list:
                    self.packs[entry[0]] = (pack, entry)
        need(not any(reader.data[reader.at :]), "padding is not zero")

    def open_pack(self, name):
        if name not in self.opened:
            data = self.store.read("packs/%s/%s" % (name[:2], name))
            need(sha256(data) == name, "packs/%s/%s was changed" % (name[:2], name))
            need(data[:10] == b"KSPACK01\0\1", "not a pack")
            key, mask = self.object_key("pack", data[10:26].hex(), data[26:58], data[58:90])
            start = len(data) - 4 - struct.unpack(">I", bytes(a ^ b for a, b in zip(data[-4:], mask)))[0]
            footer = Reader(unseal("a footer", key, data[:90], data[start:-4], start))
            table, at = {}, 90
            for _ in range(footer.number(4)):
                chunk, kind, codec, stored, plain = footer.take(32), *(footer.number(n) for n in (1, 1, 4, 4))
                table[chunk] = (chunk, kind, codec, at, stored, plain)
                at += stored
            need(at == start and not any(footer.data[footer.at :]), "the chunks do not fill the pack")
            while len(self.opened) > 3:
                del self.opened[next(iter(self.opened))]
            self.opened[name] = (data, key, table)
        return self.opened[name]

    def chunk(self, chunk_id, kind):
        need(chunk_id in self.packs, "a chunk is in no index")
        pack, entry = self.packs[chunk_id]
        data, key, table = self.open_pack(pack)
        need(table.get(chunk_id) == entry, "index and pack differ")
        _, entry_kind, codec, offset, stored, plain = entry
        need(entry_kind == kind and codec in (0, 1) and plain <= 8 << 20, "a chunk is of another kind, codec or length")
        aad = chunk_id + bytes([kind, codec]) + struct.pack(">I", plain)
        content = unseal("a chunk", key, aad, data[offset : offset + stored], offset)
        need(not codec or zstandard.frame_content_size(content) <= plain, "a chunk has another length")
        content = zstandard.ZstdDecompressor().decompress(content, max_output_size=plain) if codec else content
        need(len(content) == plain, "a chunk has another length")
        need(hmac.new(self.id_keys[kind], content, hashlib.sha256).digest() == chunk_id, "a chunk is not its id")
        return content

    def extents(self, reader):
        return [(reader.take(32), reader.number(4), reader.number(4)) for _ in range(reader.number(4))]

    def extents_in_nodes(self, reader):
        for node in [reader.take(32) for _ in range(reader.number(4))]:
            inner = Reader(self.chunk(node, 1))
            need(inner.number(1) == 2, "unknown version of a node of extents")
            yield from self.extents(inner)
            need(inner.at == len(inner.data), "bytes follow a node of extents")

    def entries(self, nodes):
        last = b""
        for node in nodes:
            reader = Reader(self.chunk(node, 1))
            need(reader.number(1) == 1, "unknown version of a node")
            for _ in range(reader.number(4)):
                kind, name = reader.number(1), reader.take(reader.number(2))
                need(name not in (b".", b"..") and b"/" not in name and b"\0" not in name, "a name cannot be one")
                need(name > last, "names are out of order")
                last, (mode, uid, gid) = name, (reader.number(4) for _ in range(3))
                mtime, _ctime, device, inode = (reader.number(8, signed) for signed in (True, True, False, False))
                links, flags = reader.number(4), reader.number(2)
                if kind == 1:
                    size = reader.number(8)
                    content = list(self.extents_in_nodes(reader) if flags & 2 else self.extents(reader))
                    need(sum(extent[2] for extent in content) == size, "extents do not sum to the size")
                elif kind == 2:
                    content = [reader.take(32) for _ in range(reader.number(4))]
                else:
                    need(kind == 3, "unknown type")
                    content = reader.take(reader.number(4))
                attributes = [(reader.number(2), Reader(reader.take(reader.number(4)))) for _ in range(reader.number(4))]
                xattrs = [(value.take(value.number(4)), value.data[value.at :]) for tag, value in attributes if tag == 1]
                yield kind, name, mode & 0o7777, uid, gid, mtime, (device, inode) if links > 1 else None, content, xattrs
            need(reader.at == len(reader.data), "bytes follow a node")

    def restore(self, nodes, to, linked, wanted, at=b""):
        os.makedirs(to, exist_ok=at == b"")
        for kind, name, mode, uid, gid, mtime, group, content, xattrs in self.entries(nodes):
            path, below = os.path.join(to, name), at + name
            whole = not wanted or any(below == w or below.startswith(w + b"/") for w in wanted)
            if not whole and not (kind == 2 and any(w.startswith(below + b"/") for w in wanted)):
                continue
            if kind == 3:
                os.symlink(content, path)
            elif kind == 2:
                self.restore(content, path, linked, () if whole else wanted, below + b"/")
            elif (group, tuple(content)) in linked:
                os.link(linked[group, tuple(content)], path)
            else:
                with open(path + b".part", "xb") as file:
                    for chunk_id, offset, length in content:
                        chunk = self.chunk(chunk_id, 0)
                        need(offset + length <= len(chunk), "an extent is beyond its chunk")
                        file.write(chunk[offset : offset + length])
                os.rename(path + b".part", path)
                if group:
                    linked[group, tuple(content)] = path
            if os.geteuid() == 0:
                os.chown(path, uid, gid, follow_symlinks=False)
            for attribute, value in xattrs:
                try:
                    os.setxattr(path, attribute, value, follow_symlinks=False)
                except OSError as error:
                    print("%r: its attribute %r could not be set: %s" % (path, attribute, error), file=sys.stderr)
            if kind != 3:  # without its owner, a set-id file would lend the rights of whoever runs this
                os.chmod(path, mode if os.geteuid() == 0 or kind == 2 else mode & 0o1777)
            os.utime(path, ns=(mtime, mtime), follow_symlinks=False)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("store")
    for name in ("snapshot", "to", "writer", "store-endpoint", "store-profile", "kms-endpoint", "key-protect", "data-keys"):
        arguments.add_argument("--" + name)
    arguments.add_argument("--list", action="store_true")
    arguments.add_argument("--path", action="append", default=[])
    a = arguments.parse_args()
    bucket = re.fullmatch(r"s3://([^/]+)/?(.*?)/*", a.store)
    prefix = bucket and bucket[2] + "/" if bucket and bucket[2] else ""
    store = Bucket(bucket[1], prefix, a.store_endpoint, a.store_profile) if bucket else Folder(a.store)
    unwrappers = {"aws-kms": aws_unwrap(a.kms_endpoint), "keystead": aws_unwrap(a.kms_endpoint)}
    if a.key_protect:
        unwrappers["key-protect"] = key_protect_unwrap(a.key_protect)
    given = json.load(open(a.data_keys)) if a.data_keys else {}
    vault = Vault(store, unwrappers, given, a.writer)
    heads, findings = vault.snapshots()
    for finding in findings:
        print("finding: " + finding, file=sys.stderr)
    if a.list:
        for head in heads:
            taken = datetime.datetime.fromtimestamp(head.get("takenMs", head["createdMs"]) / 1000, datetime.timezone.utc)
            print("%s-%010d  %s  source %s" % (head["writer"], head["sequence"], taken.isoformat(), head["domain"]))
        return 4 if findings else 0
    need(a.to, "say --list, or --to and a folder")
    need(heads or a.snapshot, "there is no snapshot")
    sources = {(head["domain"], head.get("replaces", head["writer"])[:32]) for head in heads}
    need(a.snapshot or len(sources) == 1, "there are several sources, or writers: say --snapshot")
    os.umask(0o077)
    vault.open_snapshot(a.snapshot or "%s-%010d" % (heads[-1]["writer"], heads[-1]["sequence"]))
    wanted = [os.fsencode(path).strip(b"/") for path in a.path]
    vault.restore([bytes.fromhex(node) for node in vault.body["root"]], os.fsencode(a.to), {}, wanted)
    return 4 if findings else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Refused as refused:
        sys.exit("refused: %s" % refused)

#!/usr/bin/env python3
"""Restores a snapshot of a Keystead vault with nothing but the store, the unwrapped data keys and backup-format.md.

usage: decrypt.py STORE SNAPSHOT_ID KEYS.json DESTINATION
KEYS.json: {"<keyId>": "<hex of the 32 bytes that the master key unwraps>", ...}

Needs python3-cryptography, and libzstd where chunks are compressed. Independent of the TypeScript code.
"""
import base64, ctypes, ctypes.util, hashlib, hmac, json, os, struct, sys
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


def hkdf(key, salt, info, length):
    prk = hmac.new(salt or b"\0" * 32, key, hashlib.sha256).digest()
    out, block, n = b"", b"", 1
    while len(out) < length:
        block = hmac.new(prk, block + info + bytes([n]), hashlib.sha256).digest()
        out, n = out + block, n + 1
    return out[:length]


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def zstd(data, length):
    library = ctypes.util.find_library("zstd")
    need(library, "libzstd is missing and a chunk is compressed")
    z = ctypes.CDLL(library)
    z.ZSTD_decompress.restype = ctypes.c_size_t
    out = ctypes.create_string_buffer(length or 1)
    done = z.ZSTD_decompress(out, ctypes.c_size_t(length), data, ctypes.c_size_t(len(data)))
    need(done == length, "a chunk does not decompress to its length")
    return out.raw[:length]


def unseal(what, key, aad, sealed, offset):
    try:
        return AESGCM(key).decrypt(offset.to_bytes(12, "big"), sealed, aad)
    except InvalidTag:
        raise Refused(what + " was changed")


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
    def __init__(self, store, keys):
        self.store, self.keys, self.packs, self.opened = store, keys, {}, {}
        outer = json.loads(self.read("vault.json"))
        self.descriptor = outer["descriptor"]
        need(canonical(outer) == self.read("vault.json"), "vault.json is not canonical")
        self.writers = {}
        for writer in self.descriptor["writers"]:
            raw = base64.b64decode(writer["publicKey"])
            need(hashlib.sha256(raw).digest()[:16].hex() == writer["id"], "a writer is not its key")
            self.writers[writer["id"]] = Ed25519PublicKey.from_public_bytes(raw)
        signature = base64.b64decode(outer["signature"])
        self.verify("descriptor", self.descriptor["creator"], canonical(self.descriptor), signature)
        self.vault = bytes.fromhex(self.descriptor["vault"])

    def read(self, name):
        with open(os.path.join(self.store, name), "rb") as file:
            return file.read()

    def verify(self, kind, writer, message, signature):
        try:
            self.writers[writer].verify(signature, lp("keystead/backup/%s/v1" % kind, message))
        except (KeyError, InvalidSignature):
            raise Refused(kind + " is not signed by a writer of the vault")

    def data_key(self, key_id, purpose, commitment):
        key = bytes.fromhex(self.keys[key_id])
        info = lp("keystead/backup/data-key-commitment/v1", self.vault, bytes.fromhex(key_id), purpose)
        need(hkdf(key, b"", info, 32).hex() == commitment, "data key %s is not the one committed to" % key_id)
        folder = os.path.join(self.store, "keys", key_id)
        name = sorted(os.listdir(folder))[-1]
        outer = json.loads(self.read("keys/%s/%s" % (key_id, name)))
        signature = outer["signature"]
        self.verify("envelope", signature["writer"], canonical(outer["envelope"]), base64.b64decode(signature["value"]))
        need(outer["envelope"]["commitment"] == commitment, "envelope and manifest commit to different keys")
        return key

    def object_key(self, kind, key_id, salt, commitment):
        info = lp("keystead/backup/%s/v1" % kind, self.vault, bytes.fromhex(key_id))
        derived = hkdf(self.held[key_id], salt, info, 68)
        need(derived[32:64] == commitment, "a %s does not commit to its key" % kind)
        return derived[:32], derived[64:]

    def open_snapshot(self, snapshot_id):
        writer, sequence = snapshot_id.split("-")
        data = self.read("snapshots/%s/%s" % (writer, sequence))
        need(data[:8] == b"KSSNAP01", "not a manifest")
        length = struct.unpack(">I", data[8:12])[0]
        head_bytes, signature, sealed = data[12 : 12 + length], data[12 + length : 76 + length], data[76 + length :]
        head = json.loads(head_bytes)
        need(canonical(head) == head_bytes, "the head is not canonical")
        self.verify("manifest", head["writer"], head_bytes, signature)
        need(head["writer"] == writer and head["sequence"] == int(sequence), "the manifest lies under another's name")
        need(head["vault"] == self.descriptor["vault"], "the manifest belongs to another vault")
        self.held = {k["id"]: self.data_key(k["id"], k["purpose"], k["commitment"]) for k in head["keys"]}
        body = head["body"]
        need(hashlib.sha256(sealed).hexdigest() == body["sha256"], "the body is not the one signed")
        key, _ = self.object_key("manifest", body["key"], bytes.fromhex(body["salt"]), bytes.fromhex(body["commitment"]))
        aad = lp("keystead/backup/manifest-body/v1", self.vault, bytes.fromhex(writer), struct.pack(">Q", int(sequence)))
        reader = Reader(unseal("the body", key, aad, sealed, 0))
        self.body = json.loads(reader.take(reader.number(4)))
        indexes = [reader.take(32).hex() for _ in range(reader.number(4))]
        self.reference_list = {reader.take(32).hex() for _ in range(reader.number(4))}
        need(not any(reader.data[reader.at :]), "padding is not zero")
        for index in indexes:
            self.open_index(index)
        dedupe = self.held[self.descriptor["dedupeKey"]]
        secrets = hkdf(dedupe, b"", lp("keystead/backup/dedupe/v1", self.vault, self.body["source"]), 96)
        self.id_keys = (secrets[:32], secrets[32:64])
        domain = hmac.new(secrets[:32], b"keystead/backup/domain-id/v1", hashlib.sha256).digest()[:16].hex()
        need(domain == head["domain"], "the domain differs")

    def open_index(self, index_id):
        data = self.read("index/" + index_id)
        need(hashlib.sha256(data).hexdigest() == index_id, "an index object was changed")
        need(data[:10] == b"KSINDX01\0\1", "not an index object")
        self.verify("index", data[10:26].hex(), data[:-64], data[-64:])
        key, _ = self.object_key("index", data[26:42].hex(), data[42:74], data[74:106])
        reader = Reader(unseal("an index object", key, data[:106], data[106:-64], 106))
        for _ in range(reader.number(4)):
            pack, _, _ = reader.take(32).hex(), reader.take(16), reader.number(4)
            for _ in range(reader.number(4)):
                entry = (reader.take(32), reader.number(1), reader.number(1), reader.number(4), reader.number(4), reader.number(4))
                if pack in self.reference_list:
                    self.packs[entry[0]] = (pack, entry)

    def open_pack(self, name):
        if name not in self.opened:
            data = self.read("packs/%s/%s" % (name[:2], name))
            need(hashlib.sha256(data).hexdigest() == name, "a pack was changed")
            need(data[:10] == b"KSPACK01\0\1", "not a pack")
            key, mask = self.object_key("pack", data[10:26].hex(), data[26:58], data[58:90])
            length = struct.unpack(">I", bytes(a ^ b for a, b in zip(data[-4:], mask)))[0]
            start = len(data) - 4 - length
            footer = Reader(unseal("a footer", key, data[:90], data[start:-4], start))
            table, at = {}, 90
            for _ in range(footer.number(4)):
                chunk = footer.take(32)
                kind, codec, stored, plain = footer.number(1), footer.number(1), footer.number(4), footer.number(4)
                table[chunk] = (chunk, kind, codec, at, stored, plain)
                at += stored
            need(at == start and not any(footer.data[footer.at :]), "the chunks do not fill the pack")
            self.opened = {name: (data, key, table)}
        return self.opened[name]

    def chunk(self, chunk_id, kind):
        need(chunk_id in self.packs, "a chunk is in no index")
        pack, entry = self.packs[chunk_id]
        data, key, table = self.open_pack(pack)
        need(table[chunk_id] == entry, "index and pack differ")
        _, entry_kind, codec, offset, stored, plain = entry
        need(entry_kind == kind, "a chunk is of another kind")
        aad = chunk_id + bytes([kind, codec]) + struct.pack(">I", plain)
        content = unseal("a chunk", key, aad, data[offset : offset + stored], offset)
        content = zstd(content, plain) if codec else content
        need(len(content) == plain, "a chunk has another length")
        need(hmac.new(self.id_keys[kind], content, hashlib.sha256).digest() == chunk_id, "a chunk is not its id")
        return content

    def entries(self, nodes):
        for node in nodes:
            reader = Reader(self.chunk(node, 1))
            need(reader.number(1) == 1, "unknown version of a node")
            for _ in range(reader.number(4)):
                kind, name = reader.number(1), reader.take(reader.number(2))
                need(name not in (b"", b".", b"..") and b"/" not in name and b"\0" not in name, "a name cannot be one")
                mode, uid, gid = reader.number(4), reader.number(4), reader.number(4)
                mtime, _ctime, device, inode = reader.number(8, True), reader.number(8, True), reader.number(8), reader.number(8)
                links, _flags = reader.number(4), reader.number(2)
                if kind == 1:
                    size = reader.number(8)
                    content = [(reader.take(32), reader.number(4), reader.number(4)) for _ in range(reader.number(4))]
                    need(sum(extent[2] for extent in content) == size, "extents do not sum to the size")
                elif kind == 2:
                    content = [reader.take(32) for _ in range(reader.number(4))]
                else:
                    need(kind == 3, "unknown type")
                    content = reader.take(reader.number(4))
                for _ in range(reader.number(4)):
                    reader.number(2), reader.take(reader.number(4))
                yield kind, name, mode, mtime, (device, inode) if links > 1 else None, content
            need(reader.at == len(reader.data), "bytes follow a node")

    def restore(self, nodes, to, linked):
        os.mkdir(to)
        for kind, name, mode, mtime, group, content in self.entries(nodes):
            path = os.path.join(to, name)
            if kind == 3:
                os.symlink(content, path)
            elif kind == 2:
                self.restore(content, path, linked)
            elif group in linked:
                os.link(linked[group], path)
            else:
                with open(path, "xb") as file:
                    for chunk_id, offset, length in content:
                        chunk = self.chunk(chunk_id, 0)
                        need(offset + length <= len(chunk), "an extent is beyond its chunk")
                        file.write(chunk[offset : offset + length])
                if group:
                    linked[group] = path
            if kind != 3:
                os.chmod(path, mode)
            os.utime(path, ns=(mtime, mtime), follow_symlinks=False)


def main():
    store, snapshot, keys, to = sys.argv[1:]
    with open(keys) as file:
        vault = Vault(store, json.load(file))
    vault.open_snapshot(snapshot)
    vault.restore([bytes.fromhex(node) for node in vault.body["root"]], os.fsencode(to), {})


if __name__ == "__main__":
    try:
        main()
    except Refused as refused:
        sys.exit("refused: %s" % refused)

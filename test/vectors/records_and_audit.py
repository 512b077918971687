"""The vectors of docs/spec/records.md and docs/spec/audit-log.md, from their text and the standard library alone.

Prints one JSON object. It shares no code with the product: where the two agree, the specification says enough.
"""

import base64
import hashlib
import hmac
import json

MASK = 0xFFFF


def sha256(data):
    return hashlib.sha256(data).digest()


def prefixed(*parts):
    """Each part behind its length, unsigned 32-bit, big-endian."""
    out = b""
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        out += len(data).to_bytes(4, "big") + data
    return out


# Records


def record_digest(tenant, kind, ident, scope, revision, body):
    return sha256(prefixed("keystead/record/v1", tenant, kind, ident, scope, str(revision), body))


def lanes(digest):
    stream = hashlib.shake_256(b"keystead/state-root/v1" + digest).digest(2048)
    return [int.from_bytes(stream[i : i + 2], "little") for i in range(0, 2048, 2)]


def state_root(digests):
    total = [0] * 1024
    for digest in digests:
        total = [(a + b) & MASK for a, b in zip(total, lanes(digest))]
    return sha256(b"".join(lane.to_bytes(2, "little") for lane in total))


# The log


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def details_commitment(salt, details):
    return sha256(prefixed("keystead/audit-details/v1", salt, details))


def leaf_hash(leaf):
    return sha256(b"\x00" + leaf)


def tree_root(hashes):
    if not hashes:
        return sha256(b"")
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return sha256(b"\x01" + tree_root(hashes[:split]) + tree_root(hashes[split:]))


def tile_path(kind, index, width=256):
    groups = ["%03d" % (index % 1000)]
    while index >= 1000:
        index //= 1000
        groups.insert(0, "x%03d" % (index % 1000))
    folder = "details" if kind == "details" else "tile/%s" % kind
    return folder + "/" + "/".join(groups) + ("" if width == 256 else ".p/%d" % width)


# Ed25519, RFC 8032 section 5.1, slowly

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(a, b):
    (x1, y1), (x2, y2) = a, b
    t = D * x1 * x2 * y1 * y2 % P
    return (
        (x1 * y2 + x2 * y1) * pow(1 + t, P - 2, P) % P,
        (y1 * y2 + x1 * x2) * pow(1 - t, P - 2, P) % P,
    )


def times(n, point):
    result = (0, 1)
    while n:
        if n & 1:
            result = add(result, point)
        point = add(point, point)
        n >>= 1
    return result


def base_point():
    y = 4 * pow(5, P - 2, P) % P
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    return (P - x if x & 1 else x, y)


def compress(point):
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def ed25519(seed, message):
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little") & (2**254 - 8) | 2**254
    public = compress(times(scalar, base_point()))
    nonce = int.from_bytes(hashlib.sha512(digest[32:] + message).digest(), "little") % L
    commitment = compress(times(nonce, base_point()))
    challenge = int.from_bytes(hashlib.sha512(commitment + public + message).digest(), "little") % L
    return public, commitment + ((nonce + challenge * scalar) % L).to_bytes(32, "little")


def checkpoint(seed, origin, size, root, state, time):
    body = "%s\n%d\n%s\nstate %s\ntime %d\n" % (origin, size, base64.b64encode(root).decode(), state, time)
    public, signature = ed25519(seed, body.encode())
    key_id = sha256(origin.encode() + b"\n\x01" + public)[:4]
    line = base64.b64encode(key_id + signature).decode()
    verifier = "%s+%s+%s" % (origin, key_id.hex(), base64.b64encode(b"\x01" + public).decode())
    return body + "\n\u2014 " + origin + " " + line + "\n", verifier


def main():
    first = record_digest("t1", "key", "k1", "eu-1", 3, b'{"a":1}')
    second = record_digest("t1", "principal", "p1", "", 1, "{\"name\":\"\u00e9\"}".encode())
    salt = bytes(range(16))
    details = canonical({"source": "127.0.0.1", "context": {"b": "2", "a": "\u00e9"}})
    state = state_root([first, second]).hex()
    use = {
        "action": "kms:Encrypt",
        "details": details_commitment(salt, details).hex(),
        "key": "k1",
        "keyVersion": "v1",
        "outcome": "refused",
        "principal": "arn:test:\u00e9",
        "reason": "AccessDenied",
        "request": "r-1",
        "tenant": "t1",
        "time": 1800000000000,
        "v": 1,
    }
    change = {
        "action": "keystead:CreateKey",
        "changes": [{"digest": first.hex(), "id": "k1", "kind": "key", "revision": 3}],
        "details": details_commitment(salt, b"{}").hex(),
        "outcome": "done",
        "principal": "arn:test:admin",
        "request": "r-2",
        "stateRoot": state,
        "tenant": "t1",
        "time": 1800000000001,
        "v": 1,
    }
    leaves = [canonical(use), canonical(change), canonical(use)]
    root = tree_root([leaf_hash(leaf) for leaf in leaves])
    note, verifier = checkpoint(bytes(range(32)), "keystead.example/t1", 3, root, state, 1800000000002)
    print(
        json.dumps(
            {
                "recordDigest": first.hex(),
                "recordMac": hmac.new(bytes(range(32)), first, hashlib.sha256).hexdigest(),
                "emptyStateRoot": state_root([]).hex(),
                "stateRootOfOne": state_root([first]).hex(),
                "stateRoot": state,
                "detailsCommitment": use["details"],
                "leaf": leaves[0].decode(),
                "leafHash": leaf_hash(leaves[0]).hex(),
                "changeLeaf": leaves[1].decode(),
                "treeRoot": root.hex(),
                "checkpoint": note,
                "verifierKey": verifier,
                "paths": [tile_path(0, 0), tile_path(1, 1234067), tile_path("entries", 1000, 7), tile_path("details", 999)],
            }
        )
    )


if __name__ == "__main__":
    main()

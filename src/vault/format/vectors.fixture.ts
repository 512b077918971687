import { createPrivateKey, hash } from 'node:crypto';
import { bytesOf } from '../../bytes/bytes.ts';
import { Compressor } from './compress.ts';
import { sealDescriptor } from './descriptor.ts';
import { dedupeDomain, idOf } from './domain.ts';
import { sealEnvelope } from './envelope.ts';
import { ChunkKind, Codec } from './format.ts';
import { sealIndex } from './index-object.ts';
import { sealManifest, snapshotName } from './manifest.ts';
import { holdKey } from './object-key.ts';
import { PackWriter, PACK_BUFFER_LENGTH } from './pack.ts';
import { encodeNode, type FileEntry } from './tree.ts';
import { writerOf } from './writer-key.ts';

const vault = '000102030405060708090a0b0c0d0e0f';
const identity = { vault, tenant: 'tenant-1', environment: 'environment-1' };

class StoredOnly extends Compressor {
  override compress(plain: Uint8Array) {
    return { codec: Codec.stored, bytes: plain };
  }
}

/** Fixed bytes that nobody would take for a secret. */
function fixed(label: string, length = 32): Buffer {
  return hash('sha256', label, 'buffer').subarray(0, length);
}

function keyOf(purpose: 'data' | 'metadata' | 'dedupe') {
  const dataKey = fixed(`vector data key ${purpose}`);
  const id = fixed(`vector key id ${purpose}`, 16).toString('hex');
  return { dataKey: dataKey.toString('hex'), held: holdKey(bytesOf(dataKey), vault, id, purpose) };
}

/**
 * One object of each kind, made from fixed inputs: `docs/spec/vectors/backup-format.json`. Nothing in it is compressed,
 * since two zstd libraries need not write the same frame.
 *
 * @param nodeOf makes the one node of the tree of its one entry: tests of readers put there what no writer would
 */
export function makeVectors(nodeOf: (entry: FileEntry) => Buffer = (entry) => encodeNode([entry])) {
  const seed = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), fixed('vector writer')]);
  const privateKey = createPrivateKey({ key: seed, format: 'der', type: 'pkcs8' });
  const writer = writerOf(privateKey);
  const signer = { id: writer.id, privateKey };
  const [data, metadata, dedupe] = [keyOf('data'), keyOf('metadata'), keyOf('dedupe')];
  const domain = dedupeDomain(dedupe.held, vault, 'source');
  const pack = (held: typeof data.held, id: Buffer, kind: number, plain: Buffer) => {
    const buffer = Buffer.from(new ArrayBuffer(PACK_BUFFER_LENGTH));
    const packWriter = new PackWriter(held, vault, new StoredOnly(), buffer, Buffer.from(fixed(`vector salt ${kind}`)));
    packWriter.add(id, kind, plain);
    return packWriter.finish();
  };
  const content = noise('vector content', 200);
  const chunkId = idOf(domain.chunkIdKey, content);
  const dataPack = pack(data.held, chunkId, ChunkKind.content, content);
  const entry: FileEntry = {
    type: 'file',
    name: Buffer.from(noise('vector name', 24).map((byte) => byte | 0x80)),
    mode: 0o640,
    uid: 1,
    gid: 2,
    mtimeNs: 1_700_000_000_123_456_789n,
    ctimeNs: -1n,
    device: 3n,
    inode: 4n,
    links: 1,
    size: 200,
    extents: [{ chunk: chunkId, offset: 0, length: 200 }],
    changedWhileRead: false,
  };
  const node = nodeOf(entry);
  const nodeId = idOf(domain.treeIdKey, node);
  const treePack = pack(metadata.held, nodeId, ChunkKind.tree, node);
  const packs = [dataPack, treePack].map(({ id, keyId, bytes, entries }) => ({
    id,
    keyId,
    length: bytes.length,
    entries,
  }));
  const index = sealIndex(packs, metadata.held, vault, signer, fixed('vector salt index'));
  const keys = [data, metadata, dedupe].map(({ held }) => ({
    id: held.id,
    purpose: held.purpose,
    commitment: held.commitment.toString('hex'),
  }));
  const head = {
    vault,
    writer: writer.id,
    sequence: 1,
    previous: null,
    parent: null,
    domain: domain.id,
    createdMs: 3,
    keys,
  };
  const body = {
    source: 'source',
    startedMs: 1,
    finishedMs: 2,
    root: [nodeId],
    statistics: { files: 1, folders: 0, links: 0, bytes: 200, problems: 0 },
    problems: [],
    indexes: [index.id],
    packs: [dataPack.id, treePack.id],
  };
  const manifest = sealManifest(head, body, metadata.held, privateKey, fixed('vector salt manifest'));
  const envelopes = [data, metadata, dedupe].map(({ held }) => {
    const wrapped = bytesOf<'WrappedKey'>(fixed(`vector wrapped ${held.purpose}`));
    const recipients = [{ provider: 'none', keyId: 'key', region: 'region', wrapped }];
    const { id: key, purpose, commitment } = held;
    const envelope = { key, revision: 1, purpose, commitment, createdMs: 1, previous: null, recipients };
    return [`keys/${key}/00000001.json`, sealEnvelope(envelope, identity, signer)] as const;
  });
  const descriptor = sealDescriptor(
    {
      ...identity,
      createdMs: 0,
      creator: writer.id,
      dedupeKey: dedupe.held.id,
      chunker: { minimum: 131_072, average: 262_144, maximum: 1_048_576 },
      writers: [writer],
    },
    privateKey,
  );
  const objects: [string, Buffer][] = [
    ['vault.json', descriptor],
    ...envelopes.map(([name, bytes]): [string, Buffer] => [name, bytes]),
    ...[dataPack, treePack].map(({ id, bytes }): [string, Buffer] => [`packs/${id.slice(0, 2)}/${id}`, bytes]),
    [`index/${index.id}`, index.bytes],
    [snapshotName(writer.id, 1), manifest.bytes],
  ];
  return {
    dataKeys: Object.fromEntries([data, metadata, dedupe].map(({ held, dataKey }) => [held.id, dataKey])),
    commitments: Object.fromEntries(keys.map(({ id, commitment }) => [id, commitment])),
    domain: {
      id: domain.id,
      chunkIdKey: domain.chunkIdKey.export().toString('hex'),
      treeIdKey: domain.treeIdKey.export().toString('hex'),
      gear: [...domain.gear.subarray(0, 8)],
    },
    snapshot: `${writer.id}-0000000001`,
    content: content.toString('hex'),
    node: node.toString('hex'),
    objects: Object.fromEntries(objects.map(([name, bytes]) => [name, bytes.toString('base64')])),
  };
}

/** The bytes of the vectors that stand in the specification. */
function noise(seed: string, length: number): Buffer {
  const out = Buffer.alloc(length);
  for (let at = 0, n = 0; at < length; n++) {
    at += hash('sha512', `${seed}/${n}`, 'buffer').copy(out, at);
  }
  return out;
}

import { hash, type KeyObject } from 'node:crypto';
import { lengthPrefixed } from '../../bytes/encoding.ts';
import { Reader } from '../../bytes/reader.ts';
import type { Recipient } from './envelope.ts';
import { VaultError } from '../errors.ts';
import { FORMAT, ID_LENGTH, MAX_HEAD_LENGTH, paddedLength, parsing, SIGNATURE_LENGTH, TAG_LENGTH } from './format.ts';
import { KEY_PURPOSES, type KeyPurpose } from '../master-keys/context.ts';
import { checkCommitment, deriveObjectKey, openSealed, sealInto, type HeldKey } from './object-key.ts';
import { checkPadding } from './pack.ts';
import { canonicalBytes, JsonReader, parseCanonical } from './signed-json.ts';
import { checkSignature, signAs, writerNamed, type Writer } from './writer-key.ts';

const MAGIC = Buffer.from('KSSNAP01', 'latin1');
const PREFIX = MAGIC.length + 4;
const NAME = /^snapshots\/([0-9a-f]{32})\/([0-9]{10})$/;
const NODE_ID = /^[0-9a-f]{64}$/;
/** How many problems a manifest lists; more are counted. */
const MAX_PROBLEMS = 1000;

/** A data key that a restore needs, and what it must be. */
export interface NeededKey {
  readonly id: string;
  readonly purpose: KeyPurpose;
  /** 64 hexadecimal digits. */
  readonly commitment: string;
}

/** A master key that opens a snapshot. */
export type SnapshotRecipient = Omit<Recipient, 'wrapped'>;

/** What a manifest says in clear, signed. Times are milliseconds since 1970. */
export interface ManifestHead {
  readonly vault: string;
  readonly writer: string;
  /** From 1, one more with each snapshot of this writer. */
  readonly sequence: number;
  /** SHA-256 of the head of this writer's snapshot before, hexadecimal; null for the first. */
  readonly previous: string | null;
  /** The snapshot whose unchanged files were not read again. */
  readonly parent: string | null;
  readonly domain: string;
  readonly createdMs: number;
  readonly keys: readonly NeededKey[];
  /** Whoever could open every one of these keys when it was made; absent in what earlier versions wrote. */
  readonly recipients?: readonly SnapshotRecipient[];
  /** The id of the snapshot that this one is the same as, under other keys or in other packs. */
  readonly replaces?: string;
  /** When that one was made. There with `replaces`, and only then. */
  readonly takenMs?: number;
  readonly body: {
    readonly key: string;
    readonly salt: string;
    readonly commitment: string;
    readonly sha256: string;
    readonly length: number;
  };
}

/** Something that a run could not keep as it should. */
export interface Problem {
  /** Bytes of the path, from the source's root. */
  readonly path: Buffer;
  readonly code: 'unreadable' | 'changed-while-read' | 'unsupported-type' | 'vanished';
}

export interface SnapshotStatistics {
  readonly files: number;
  readonly folders: number;
  readonly links: number;
  /** Sum of the sizes of all files. */
  readonly bytes: number;
  readonly problems: number;
}

/** What a manifest says under the metadata key. */
export interface ManifestBody {
  readonly source: string;
  readonly startedMs: number;
  readonly finishedMs: number;
  readonly root: readonly Buffer[];
  readonly statistics: SnapshotStatistics;
  readonly problems: readonly Problem[];
  /** The reference list: index objects and packs that this snapshot needs, hexadecimal. */
  readonly indexes: readonly string[];
  readonly packs: readonly string[];
}

export interface Manifest {
  readonly head: ManifestHead;
  /** SHA-256 of the head's bytes, hexadecimal. */
  readonly headDigest: string;
  /** Where the body begins in the object. */
  readonly bodyOffset: number;
  /** When the store says that it came, where that was asked for: {@link listSnapshots}. */
  readonly storedMs?: number;
}

export function snapshotName(writer: string, sequence: number): string {
  return `snapshots/${writer}/${String(sequence).padStart(10, '0')}`;
}

export function snapshotId(head: Pick<ManifestHead, 'writer' | 'sequence'>): string {
  return `${head.writer}-${String(head.sequence).padStart(10, '0')}`;
}

/** What a snapshot's id looks like. */
export const SNAPSHOT_ID = /^[0-9a-f]{32}-[0-9]{10}$/;

/** When a snapshot was made, as its writer says: of one that replaces another, when that one was. */
export function takenMsOf({ createdMs, takenMs }: Pick<ManifestHead, 'createdMs' | 'takenMs'>): number {
  return takenMs ?? createdMs;
}

/** Writer and sequence of an object's name; `undefined` where it is no name of a manifest. */
export function parseSnapshotName(name: string): { readonly writer: string; readonly sequence: number } | undefined {
  const match = NAME.exec(name);
  return match ? { writer: match[1] as string, sequence: Number(match[2]) } : undefined;
}

function bodyAad(head: Pick<ManifestHead, 'vault' | 'writer' | 'sequence'>): Buffer {
  const sequence = Buffer.alloc(8);
  sequence.writeBigUInt64BE(BigInt(head.sequence));
  return lengthPrefixed(
    'keystead/backup/manifest-body/v1',
    Buffer.from(head.vault, 'hex'),
    Buffer.from(head.writer, 'hex'),
    sequence,
  );
}

function idList(ids: readonly string[]): Buffer {
  const count = Buffer.alloc(4);
  count.writeUInt32BE(ids.length);
  return Buffer.concat([count, ...ids.map((id) => Buffer.from(id, 'hex'))]);
}

function encodeBody(body: ManifestBody): Buffer {
  const json = canonicalBytes({
    finishedMs: body.finishedMs,
    problems: body.problems.slice(0, MAX_PROBLEMS).map(({ code, path }) => ({ code, path: path.toString('base64') })),
    root: body.root.map((id) => id.toString('hex')),
    source: body.source,
    startedMs: body.startedMs,
    statistics: { ...body.statistics },
  });
  const parts = Buffer.concat([lengthPrefixed(json), idList(body.indexes), idList(body.packs)]);
  const padded = Buffer.alloc(paddedLength(parts.length + TAG_LENGTH) - TAG_LENGTH);
  parts.copy(padded);
  return padded;
}

/** Makes a manifest from everything but the description of its body. */
export function sealManifest(
  head: Omit<ManifestHead, 'body'>,
  body: ManifestBody,
  held: HeldKey,
  privateKey: KeyObject,
  salt: Buffer,
): { readonly bytes: Buffer; readonly headDigest: string } {
  const key = deriveObjectKey('manifest', held, head.vault, salt);
  const plaintext = encodeBody(body);
  const sealed = Buffer.alloc(plaintext.length + TAG_LENGTH);
  sealInto(key.key, bodyAad(head), plaintext, sealed, 0);
  const headBytes = canonicalBytes({
    body: {
      commitment: key.commitment.toString('hex'),
      key: held.id,
      length: sealed.length,
      salt: salt.toString('hex'),
      sha256: hash('sha256', sealed, 'hex'),
    },
    createdMs: head.createdMs,
    domain: head.domain,
    format: FORMAT,
    keys: head.keys.map(({ commitment, id, purpose }) => ({ commitment, id, purpose })),
    parent: head.parent,
    previous: head.previous,
    recipients: head.recipients?.map(({ keyId, provider, region }) => ({ keyId, provider, region })),
    replaces: head.replaces,
    sequence: head.sequence,
    takenMs: head.takenMs,
    vault: head.vault,
    writer: head.writer,
  });
  const signature = signAs('manifest', privateKey, headBytes);
  const bytes = Buffer.concat([MAGIC, lengthPrefixed(headBytes), signature, sealed]);
  return { bytes, headDigest: hash('sha256', headBytes, 'hex') };
}

function parseHead(what: string, bytes: Buffer): ManifestHead {
  const names = ['body', 'createdMs', 'domain', 'format', 'keys', 'parent', 'previous', 'sequence', 'vault', 'writer'];
  const reader = new JsonReader(what, parseCanonical(what, bytes), names, ['recipients', 'replaces', 'takenMs']);
  reader.expect('format', FORMAT);
  if (reader.has('replaces') !== reader.has('takenMs')) {
    throw new VaultError('malformed', `${what} says of what it replaces only the half`);
  }
  const body = reader.object('body', ['commitment', 'key', 'length', 'salt', 'sha256']);
  return {
    vault: reader.hex('vault', 16),
    writer: reader.hex('writer', 16),
    sequence: reader.count('sequence'),
    previous: reader.hexOrNull('previous', 32),
    parent: reader.textOrNull('parent'),
    domain: reader.hex('domain', 16),
    createdMs: reader.count('createdMs'),
    keys: reader.objects('keys', ['commitment', 'id', 'purpose']).map((key) => ({
      commitment: key.hex('commitment', 32),
      id: key.hex('id', 16),
      purpose: key.oneOf('purpose', KEY_PURPOSES),
    })),
    ...(reader.has('recipients') && {
      recipients: reader.objects('recipients', ['keyId', 'provider', 'region']).map((item) => ({
        keyId: item.text('keyId'),
        provider: item.text('provider'),
        region: item.text('region'),
      })),
    }),
    ...(reader.has('replaces') && { replaces: reader.text('replaces'), takenMs: reader.count('takenMs') }),
    body: {
      commitment: body.hex('commitment', 32),
      key: body.hex('key', 16),
      length: body.count('length'),
      salt: body.hex('salt', 32),
      sha256: body.hex('sha256', 32),
    },
  };
}

/**
 * The dedupe key of a snapshot: the one of this purpose in its head. Each writer that has no master key has one of its
 * own. @throws {VaultError} `malformed` where there is another number of them
 */
export function dedupeKeyOf(head: Pick<ManifestHead, 'writer' | 'sequence' | 'keys'>): string {
  const [key, ...others] = head.keys.filter(({ purpose }) => purpose === 'dedupe');
  if (key !== undefined && others.length === 0) return key.id;
  throw new VaultError('malformed', `The snapshot ${snapshotId(head)} does not name one dedupe key`);
}

/** How many bytes of an object its head and signature take, from its first 12 bytes. */
export function headEnd(what: string, start: Buffer): number {
  return parsing(what, () => {
    const reader = new Reader(start);
    if (!reader.take(MAGIC.length).equals(MAGIC)) throw new VaultError('malformed', `${what} does not begin as one`);
    const length = reader.u32();
    if (length > MAX_HEAD_LENGTH) throw new VaultError('malformed', `${what} has a head that is too long`);
    return PREFIX + length + SIGNATURE_LENGTH;
  });
}

/** Reads and verifies the head of the manifest found under `name`; `bytes` hold at least head and signature. */
export function openManifestHead(name: string, bytes: Buffer, vaultId: string, writers: readonly Writer[]): Manifest {
  const what = `The manifest ${name}`;
  const end = headEnd(what, bytes);
  if (bytes.length < end) throw new VaultError('malformed', `${what} is cut short`);
  const headBytes = bytes.subarray(PREFIX, end - SIGNATURE_LENGTH);
  const place = parseSnapshotName(name);
  if (!place) throw new VaultError('wrong-name', `${what} lies under a name that none has`);
  // A head may be long: nobody's is read before it is known that it is of the writer that its name says.
  const writer = writerNamed(writers, place.writer, what);
  if (writer.through !== undefined && place.sequence > writer.through) {
    throw new VaultError('writer-revoked', `${what} is by a writer that was let go before it`);
  }
  checkSignature('manifest', what, writer, headBytes, bytes.subarray(end - SIGNATURE_LENGTH, end));
  const head = parseHead(what, headBytes);
  if (head.vault !== vaultId) throw new VaultError('wrong-vault', `${what} belongs to another vault`);
  if (snapshotName(head.writer, head.sequence) !== name) {
    throw new VaultError('wrong-name', `${what} lies under the name of another one`);
  }
  return { head, headDigest: hash('sha256', headBytes, 'hex'), bodyOffset: end };
}

function decodeBody(what: string, plaintext: Buffer): ManifestBody {
  const reader = new Reader(plaintext);
  const json = reader.prefixed(plaintext.length);
  const ids = (): string[] => {
    const list: string[] = [];
    for (let left = reader.u32(); left > 0; left--) list.push(reader.take(ID_LENGTH).toString('hex'));
    return list;
  };
  const [indexes, packs] = [ids(), ids()];
  checkPadding(reader.rest());
  const names = ['finishedMs', 'problems', 'root', 'source', 'startedMs', 'statistics'];
  const body = new JsonReader(what, parseCanonical(what, json), names);
  const statistics = body.object('statistics', ['bytes', 'files', 'folders', 'links', 'problems']);
  return {
    source: body.text('source'),
    startedMs: body.count('startedMs'),
    finishedMs: body.count('finishedMs'),
    root: body.texts('root', NODE_ID).map((id) => Buffer.from(id, 'hex')),
    statistics: {
      bytes: statistics.count('bytes'),
      files: statistics.count('files'),
      folders: statistics.count('folders'),
      links: statistics.count('links'),
      problems: statistics.count('problems'),
    },
    problems: body.objects('problems', ['code', 'path']).map((problem) => ({
      code: problem.oneOf('code', ['unreadable', 'changed-while-read', 'unsupported-type', 'vanished'] as const),
      path: problem.base64('path'),
    })),
    indexes,
    packs,
  };
}

/** Decrypts a manifest's body with the metadata key that the head names. `sealed` is what follows the signature. */
export function openManifestBody(manifest: Manifest, sealed: Buffer, held: HeldKey): ManifestBody {
  const { head } = manifest;
  const what = `The body of snapshot ${snapshotId(head)}`;
  if (sealed.length !== head.body.length || hash('sha256', sealed, 'hex') !== head.body.sha256) {
    throw new VaultError('tampered', `${what} is not the one that was signed`);
  }
  const key = deriveObjectKey('manifest', held, head.vault, Buffer.from(head.body.salt, 'hex'));
  checkCommitment(what, key.commitment, Buffer.from(head.body.commitment, 'hex'));
  const plaintext = openSealed(what, key.key, bodyAad(head), sealed, 0);
  return parsing(what, () => decodeBody(what, plaintext));
}

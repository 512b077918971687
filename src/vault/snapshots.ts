import { VaultError } from './errors.ts';
import { MAX_MANIFEST_LENGTH } from './format/format.ts';
import type { Descriptor } from './format/descriptor.ts';
import type { KnownHead } from './index-cache.ts';
import { keptObject } from './kept-object.ts';
import type { KeyRing } from './key-ring.ts';
import {
  headEnd,
  openManifestBody,
  openManifestHead,
  parseSnapshotName,
  snapshotId,
  snapshotName,
  takenMsOf,
  type Manifest,
  type ManifestBody,
} from './format/manifest.ts';
import { eachOf } from './each-of.ts';
import { readCreatorObjects, type CreatorObjects } from './read-creator-objects.ts';
import type { Repository } from './repository.ts';
import type { StoredObject, Target } from './targets/target.ts';
import { openTombstone, parseTombstoneName, tombstoneName, type Tombstone } from './format/tombstone.ts';

const FIRST_READ = 64 << 10;

/** Something that is not as it was left: a snapshot that is gone, damaged or exchanged. */
export interface HistoryFinding {
  readonly code: 'missing' | 'damaged' | 'wrong-previous' | 'newest-missing';
  readonly snapshot: string;
  readonly text: string;
}

export interface SnapshotList {
  /** Oldest first: those that count. What is gone on purpose or was replaced is not among them. */
  readonly snapshots: readonly Manifest[];
  /** The newest of each writer, there or gone on purpose: keep them somewhere else, and hand them in next time. */
  readonly heads: readonly KnownHead[];
  readonly findings: readonly HistoryFinding[];
  /** What stands for the snapshots that are gone on purpose. */
  readonly tombstones: readonly Tombstone[];
  /** Ids of manifests that lie there although a tombstone stands for them: what a deletion that was cut off has left. */
  readonly leftovers: readonly string[];
  /** Manifests that lie there although they were replaced, and have no tombstone yet. */
  readonly superseded: readonly Superseded[];
}

export interface Superseded {
  readonly manifest: Manifest;
  /** The id of the snapshot that has its contents. */
  readonly by: string;
}

/** What a number of a chain holds: a manifest, or what stands for it. */
interface Link {
  readonly digest: string;
  readonly previous: string | null;
}

/**
 * Reads and verifies the heads of all snapshots, and the chain of each writer. `known` are heads kept outside of the
 * store; those that this machine has seen count as well. Asks no master key. Heads that this machine has read before are
 * verified as it remembers them, where the store lists the same object; with `anew` each is read from the store.
 */
export async function listSnapshots(
  repository: Repository,
  known: readonly KnownHead[] = [],
  { anew = false }: { readonly anew?: boolean } = {},
): Promise<SnapshotList> {
  const { target, cache } = repository;
  const findings: HistoryFinding[] = [];
  const stored: StoredObject[] = [];
  // Manifests before tombstones: one that is being deleted has its tombstone by the time it is gone.
  for await (const object of target.list('snapshots/')) if (parseSnapshotName(object.name)) stored.push(object);
  const gone = await readTombstones(repository, anew);
  for (const { subject, text } of gone.findings) {
    findings.push({ code: 'damaged', snapshot: snapshotId(parseTombstoneName(subject) as Tombstone), text });
  }
  const tombstones = new Map(gone.items.map((tombstone) => [snapshotId(tombstone), tombstone]));
  const chains = new Map<string, Map<number, Link>>();
  const link = (writer: string, sequence: number, value: Link): void => {
    chains.set(writer, (chains.get(writer) ?? new Map<number, Link>()).set(sequence, value));
  };
  for (const { writer, sequence, head, previous } of gone.items) link(writer, sequence, { digest: head, previous });
  const leftovers: string[] = [];
  const superseded: Superseded[] = [];
  const manifests = new Map<string, Manifest>();
  await eachOf(stored, async (object) => {
    const { name, storedMs } = object;
    const place = parseSnapshotName(name) as Pick<Tombstone, 'writer' | 'sequence'>;
    const id = snapshotId(place);
    if (tombstones.has(id)) {
      leftovers.push(id);
      return;
    }
    try {
      const manifest = anew ? await readHead(repository, name) : await keptHead(repository, object);
      manifests.set(id, { ...manifest, ...(storedMs !== undefined && { storedMs }) });
      link(place.writer, place.sequence, { digest: manifest.headDigest, previous: manifest.head.previous });
    } catch (error) {
      if (!(error instanceof VaultError) || error.code.startsWith('target-')) throw error;
      const since = error.code === 'object-missing' ? await readTombstone(repository, place) : undefined;
      if (since) {
        tombstones.set(id, since);
        link(place.writer, place.sequence, { digest: since.head, previous: since.previous });
      } else findings.push({ code: 'damaged', snapshot: id, text: error.message });
    }
  });
  for (const { head } of manifests.values()) {
    const manifest = head.replaces === undefined ? undefined : manifests.get(head.replaces);
    if (manifest) superseded.push({ manifest, by: snapshotId(head) });
  }
  for (const { manifest } of superseded) manifests.delete(snapshotId(manifest.head));
  const heads: KnownHead[] = [];
  for (const [writer, chain] of chains) {
    const sequences = [...chain.keys()].toSorted((a, b) => a - b);
    const newest = sequences.at(-1) as number;
    findings.push(...checkChain(writer, chain, sequences));
    heads.push({ writer, sequence: newest, digest: (chain.get(newest) as Link).digest });
  }
  for (const head of [...known, ...cache.knownHeads()]) {
    const finding = checkKnownHead(head, chains.get(head.writer));
    if (finding && !findings.some(({ snapshot, code }) => snapshot === finding.snapshot && code === finding.code)) {
      findings.push(finding);
    }
  }
  for (const head of heads) cache.rememberHead(head);
  const snapshots = [...manifests.values()].toSorted(
    ({ head: a }, { head: b }) => takenMsOf(a) - takenMsOf(b) || a.sequence - b.sequence,
  );
  return { snapshots, heads, findings, tombstones: [...tombstones.values()], leftovers, superseded };
}

async function readTombstones(repository: Repository, anew: boolean): Promise<CreatorObjects<Tombstone>> {
  const objects: StoredObject[] = [];
  for await (const object of repository.target.list('tombstones/')) {
    if (parseTombstoneName(object.name)) objects.push(object);
  }
  return await readCreatorObjects(repository, objects, openTombstone, anew ? undefined : repository.cache);
}

async function readTombstone(
  repository: Repository,
  place: Pick<Tombstone, 'writer' | 'sequence'>,
): Promise<Tombstone | undefined> {
  const { items } = await readCreatorObjects(repository, [{ name: tombstoneName(place), length: 0 }], openTombstone);
  return items[0];
}

/** How many of the missing are told one by one: a number is what its writer says, and may be ten digits long. */
const MAX_MISSING = 1000;

/** `sequences` are the numbers of the chain, in order. */
function checkChain(writer: string, chain: ReadonlyMap<number, Link>, sequences: readonly number[]): HistoryFinding[] {
  const findings: HistoryFinding[] = [];
  let missing = 0;
  let before = { sequence: 0, digest: null as string | null };
  for (const sequence of sequences) {
    const { digest, previous } = chain.get(sequence) as Link;
    const isNext = sequence === before.sequence + 1;
    for (let gone = before.sequence + 1; gone < sequence && missing < MAX_MISSING; gone++, missing++) {
      const snapshot = snapshotId({ writer, sequence: gone });
      findings.push({ code: 'missing', snapshot, text: `The snapshot ${snapshot} was there and is gone` });
    }
    if (isNext && previous !== before.digest) {
      const snapshot = snapshotId({ writer, sequence });
      findings.push({
        code: 'wrong-previous',
        snapshot,
        text: `The snapshot ${snapshot} does not follow the one before it`,
      });
    }
    before = { sequence, digest };
  }
  return findings;
}

function checkKnownHead(head: KnownHead, chain: ReadonlyMap<number, Link> | undefined): HistoryFinding | undefined {
  const snapshot = snapshotId(head);
  const found = chain?.get(head.sequence);
  if (!found) return { code: 'newest-missing', snapshot, text: `The snapshot ${snapshot} was seen before and is gone` };
  if (found.digest === head.digest) return undefined;
  return { code: 'wrong-previous', snapshot, text: `The snapshot ${snapshot} is not the one that was seen before` };
}

/** The snapshot that has the contents of `id` now: itself, or what has replaced it. */
export function currentId({ snapshots, tombstones }: SnapshotList, id: string): string {
  const replaced = new Map<string, string>();
  for (const tombstone of tombstones) {
    if (tombstone.replacedBy !== null) replaced.set(snapshotId(tombstone), tombstone.replacedBy);
  }
  for (const { head } of snapshots) if (head.replaces !== undefined) replaced.set(head.replaces, snapshotId(head));
  let at = id;
  // A chain of replacements has an end: each leads to a later number. The bound is for a store that lies.
  for (let steps = 0; steps <= replaced.size; steps++) at = replaced.get(at) ?? at;
  return at;
}

/** Every id that a snapshot has had, its own first: holds and marks name it by any of them. */
export function idsOf(list: SnapshotList, id: string): string[] {
  const before = new Map<string, string>();
  for (const tombstone of list.tombstones) {
    if (tombstone.replacedBy !== null) before.set(tombstone.replacedBy, snapshotId(tombstone));
  }
  for (const { head } of list.snapshots) if (head.replaces !== undefined) before.set(snapshotId(head), head.replaces);
  const ids = [id];
  for (let at = before.get(id); at !== undefined && !ids.includes(at); at = before.get(at)) ids.push(at);
  return ids;
}

/** Who has made what a snapshot holds: of one that was rewritten, not the creator who did that. */
export function writerOfContents(list: SnapshotList, { head }: Pick<Manifest, 'head'>): string {
  if (head.replaces === undefined) return head.writer;
  return idsOf(list, snapshotId(head)).at(-1)?.split('-')[0] ?? '';
}

/** Reads and verifies the head of one manifest, by the name of its object. */
export async function readHead({ target, descriptor }: Repository, name: string): Promise<Manifest> {
  return openHead(name, await headBytes(target, name), descriptor);
}

async function keptHead({ target, descriptor, cache }: Repository, object: StoredObject): Promise<Manifest> {
  const read = async (): Promise<Buffer> => await headBytes(target, object.name);
  return await keptObject(cache, object, read, (bytes) => openHead(object.name, bytes, descriptor));
}

/** Head and signature, and nothing after them. */
async function headBytes(target: Target, name: string): Promise<Buffer> {
  const bytes = await target.getRange(name, 0, FIRST_READ);
  const end = headEnd(`The manifest ${name}`, bytes);
  return bytes.length < end ? await target.getRange(name, 0, end) : bytes.subarray(0, end);
}

function openHead(name: string, bytes: Buffer, descriptor: Descriptor): Manifest {
  return requireReplacer(openManifestHead(name, bytes, descriptor.vault, descriptor.writers), descriptor);
}

/** Who could replace a snapshot could choose its time, and so what retention deletes: that is for the creator alone. */
function requireReplacer(manifest: Manifest, { creator }: Descriptor): Manifest {
  const { head } = manifest;
  if (head.replaces === undefined || head.writer === creator) return manifest;
  throw new VaultError(
    'unknown-writer',
    `The snapshot ${snapshotId(head)} replaces another one and is not by who made the vault`,
  );
}

/**
 * Reads a snapshot whole: head, keys, body. The id of one that was rewritten leads to what has replaced it.
 *
 * @throws {VaultError} `snapshot-missing` and whatever it refuses
 */
export async function readSnapshot(
  repository: Repository,
  ring: KeyRing,
  id: string,
): Promise<{ readonly manifest: Manifest; readonly body: ManifestBody }> {
  const { target, descriptor } = repository;
  const [writer, sequence] = id.split('-');
  const name = snapshotName(writer ?? '', Number(sequence));
  if (!parseSnapshotName(name) || snapshotId({ writer: writer ?? '', sequence: Number(sequence) }) !== id) {
    throw new VaultError('snapshot-missing', 'That is not the id of a snapshot');
  }
  const tombstone = await readTombstone(repository, { writer: writer ?? '', sequence: Number(sequence) });
  if (tombstone?.replacedBy) return await readSnapshot(repository, ring, tombstone.replacedBy);
  if (tombstone)
    throw new VaultError('snapshot-missing', `The snapshot ${id} is gone on purpose (${tombstone.reason})`);
  let bytes: Buffer;
  try {
    bytes = await target.get(name, MAX_MANIFEST_LENGTH);
  } catch (error) {
    if (!(error instanceof VaultError) || error.code !== 'object-missing') throw error;
    throw new VaultError('snapshot-missing', `There is no snapshot ${id}`, error);
  }
  const manifest = openHead(name, bytes, descriptor);
  return { manifest, body: await openBody(ring, manifest, bytes) };
}

/**
 * Reads the body of a manifest whose head was read and verified.
 *
 * @throws {VaultError} whatever it refuses, another head than that one too
 */
export async function readBody(
  { target, descriptor }: Repository,
  ring: KeyRing,
  manifest: Manifest,
): Promise<ManifestBody> {
  const name = snapshotName(manifest.head.writer, manifest.head.sequence);
  const bytes = await target.get(name, MAX_MANIFEST_LENGTH);
  if (openHead(name, bytes, descriptor).headDigest !== manifest.headDigest) {
    throw new VaultError('tampered', `The manifest ${name} is not the one that was there a moment ago`);
  }
  return await openBody(ring, manifest, bytes);
}

/** `bytes` are the whole object. */
async function openBody(ring: KeyRing, manifest: Manifest, bytes: Buffer): Promise<ManifestBody> {
  const needed = manifest.head.keys.find((key) => key.id === manifest.head.body.key);
  const held = await ring.get(manifest.head.body.key);
  if (needed?.commitment !== held.commitment.toString('hex') || held.purpose !== 'metadata') {
    throw new VaultError(
      'commitment-mismatch',
      `The body of snapshot ${snapshotId(manifest.head)} was made with another key than its head names`,
    );
  }
  return openManifestBody(manifest, bytes.subarray(manifest.bodyOffset), held);
}

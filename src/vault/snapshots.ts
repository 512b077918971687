import { VaultError } from './errors.ts';
import { MAX_HEAD_LENGTH } from './format.ts';
import type { KnownHead } from './index-cache.ts';
import type { KeyRing } from './key-ring.ts';
import {
  headEnd,
  openManifestBody,
  openManifestHead,
  parseSnapshotName,
  snapshotId,
  snapshotName,
  type Manifest,
  type ManifestBody,
} from './manifest.ts';
import type { Repository } from './repository.ts';

const FIRST_READ = 64 << 10;

/** Something that is not as it was left: a snapshot that is gone, damaged or exchanged. */
export interface HistoryFinding {
  readonly code: 'missing' | 'damaged' | 'wrong-previous' | 'newest-missing';
  readonly snapshot: string;
  readonly text: string;
}

export interface SnapshotList {
  /** Oldest first. */
  readonly snapshots: readonly Manifest[];
  /** The newest of each writer: keep them somewhere else, and hand them in next time. */
  readonly heads: readonly KnownHead[];
  readonly findings: readonly HistoryFinding[];
}

/**
 * Reads and verifies the heads of all snapshots, and the chain of each writer. `known` are heads kept outside of the
 * store; those that this machine has seen count as well. Asks no master key.
 */
export async function listSnapshots(repository: Repository, known: readonly KnownHead[] = []): Promise<SnapshotList> {
  const findings: HistoryFinding[] = [];
  const byWriter = new Map<string, Map<number, Manifest>>();
  for await (const { name } of repository.target.list('snapshots/')) {
    const parsed = parseSnapshotName(name);
    if (!parsed) continue;
    try {
      const manifest = await readHead(repository, name);
      const chain = byWriter.get(parsed.writer) ?? new Map<number, Manifest>();
      byWriter.set(parsed.writer, chain.set(parsed.sequence, manifest));
    } catch (error) {
      if (!(error instanceof VaultError) || error.code.startsWith('target-')) throw error;
      findings.push({ code: 'damaged', snapshot: snapshotId(parsed), text: error.message });
    }
  }
  const heads: KnownHead[] = [];
  for (const [writer, chain] of byWriter) {
    const newest = Math.max(...chain.keys());
    findings.push(...checkChain(writer, chain, newest));
    heads.push({ writer, sequence: newest, digest: (chain.get(newest) as Manifest).headDigest });
  }
  for (const head of [...known, ...repository.cache.knownHeads()]) {
    const finding = checkKnownHead(head, byWriter.get(head.writer));
    if (finding && !findings.some(({ snapshot, code }) => snapshot === finding.snapshot && code === finding.code)) {
      findings.push(finding);
    }
  }
  for (const head of heads) repository.cache.rememberHead(head);
  const snapshots = [...byWriter.values()].flatMap((chain) => [...chain.values()]);
  snapshots.sort((a, b) => a.head.createdMs - b.head.createdMs || a.head.sequence - b.head.sequence);
  return { snapshots, heads, findings };
}

function checkChain(writer: string, chain: ReadonlyMap<number, Manifest>, newest: number): HistoryFinding[] {
  const findings: HistoryFinding[] = [];
  let previous: string | null | undefined = null;
  for (let sequence = 1; sequence <= newest; sequence++) {
    const manifest = chain.get(sequence);
    const snapshot = snapshotId({ writer, sequence });
    if (!manifest) findings.push({ code: 'missing', snapshot, text: `The snapshot ${snapshot} was there and is gone` });
    else if (previous !== undefined && manifest.head.previous !== previous) {
      findings.push({
        code: 'wrong-previous',
        snapshot,
        text: `The snapshot ${snapshot} does not follow the one before it`,
      });
    }
    previous = manifest?.headDigest;
  }
  return findings;
}

function checkKnownHead(head: KnownHead, chain: ReadonlyMap<number, Manifest> | undefined): HistoryFinding | undefined {
  const snapshot = snapshotId(head);
  const found = chain?.get(head.sequence);
  if (!found) return { code: 'newest-missing', snapshot, text: `The snapshot ${snapshot} was seen before and is gone` };
  if (found.headDigest === head.digest) return undefined;
  return { code: 'wrong-previous', snapshot, text: `The snapshot ${snapshot} is not the one that was seen before` };
}

/** Reads and verifies the head of one manifest, by the name of its object. */
export async function readHead(repository: Repository, name: string): Promise<Manifest> {
  const { target, descriptor } = repository;
  let bytes = await target.getRange(name, 0, FIRST_READ);
  const end = headEnd(`The manifest ${name}`, bytes);
  if (bytes.length < end) bytes = await target.getRange(name, 0, end);
  return openManifestHead(name, bytes, descriptor.vault, descriptor.writers);
}

/** Reads a snapshot whole: head, keys, body. @throws {VaultError} `snapshot-missing` and whatever it refuses. */
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
  let bytes: Buffer;
  try {
    bytes = await target.get(name, 2 * MAX_HEAD_LENGTH);
  } catch (error) {
    if (!(error instanceof VaultError) || error.code !== 'object-missing') throw error;
    throw new VaultError('snapshot-missing', `There is no snapshot ${id}`, error);
  }
  const manifest = openManifestHead(name, bytes, descriptor.vault, descriptor.writers);
  const needed = manifest.head.keys.find((key) => key.id === manifest.head.body.key);
  const held = await ring.get(manifest.head.body.key);
  if (needed?.commitment !== held.commitment.toString('hex') || held.purpose !== 'metadata') {
    throw new VaultError(
      'commitment-mismatch',
      `The body of snapshot ${id} was made with another key than its head names`,
    );
  }
  return { manifest, body: openManifestBody(manifest, bytes.subarray(manifest.bodyOffset), held) };
}

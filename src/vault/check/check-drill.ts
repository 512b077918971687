import { randomInt } from 'node:crypto';
import type { KeyRing } from '../key-ring.ts';
import { snapshotId, takenMsOf, type Manifest } from '../format/manifest.ts';
import { MasterKeyError } from '../master-keys/master-key-error.ts';
import { isSameMasterKey } from '../master-keys/master-key.ts';
import { openSnapshot } from '../recovery/open-snapshot.ts';
import { ContentReader } from '../recovery/same-content.ts';
import { walkTree } from '../recovery/tree-path.ts';
import type { Repository } from '../repository.ts';
import type { FileEntry } from '../format/tree.ts';
import { damageIn } from './findings.ts';

/** Files that are read back of each source, and parts of each that are. */
const SAMPLED_FILES = 100;
const SAMPLED_EXTENTS = 16;

export interface DrillFinding {
  readonly code: string;
  readonly where: string;
  readonly text: string;
  readonly snapshots: readonly string[];
}

export interface DrillReport {
  /** Data keys that snapshots need now. */
  readonly keys: number;
  /** Openings that were asked for, one for each key and each of its recipients that can be asked from here. */
  readonly asked: number;
  readonly opened: number;
  /** Recipients that cannot be asked from here: they are not proven. */
  readonly unasked: readonly string[];
  readonly files: number;
  readonly bytes: number;
  readonly proven: readonly { readonly source: string; readonly snapshotId: string; readonly takenMs: number }[];
  readonly findings: readonly DrillFinding[];
}

/**
 * Does what a restore would have to do, as far as it can be done without a place to write to: every envelope that any
 * snapshot needs is opened by each of its recipients, and of the newest snapshot of each source files chosen at random
 * are read, decrypted and compared with their ids. Nothing is written: no plaintext is left anywhere.
 */
export async function drill(
  repository: Repository,
  snapshots: readonly Manifest[],
  told: { readonly signal?: AbortSignal; readonly onBytes?: (bytes: number) => void },
): Promise<DrillReport> {
  const keys = await proveKeys(repository, snapshots);
  const newest = new Map(
    snapshots.toSorted((a, b) => takenMsOf(a.head) - takenMsOf(b.head)).map((one) => [one.head.domain, one]),
  );
  const proven: { source: string; snapshotId: string; takenMs: number }[] = [];
  const findings = [...keys.findings];
  let [files, bytes] = [0, 0];
  for (const { head } of newest.values()) {
    const id = snapshotId(head);
    const ring = repository.keyRing();
    try {
      const sample = await readSample(repository, ring, id, told);
      files += sample.files;
      bytes += sample.bytes;
      proven.push({ source: sample.source, snapshotId: id, takenMs: takenMsOf(head) });
    } catch (error) {
      const damage = damageIn(error);
      if (damage) findings.push({ ...damage, where: id, snapshots: [id] });
      else if (!(error instanceof MasterKeyError)) throw error;
    } finally {
      ring.drop();
    }
  }
  return { ...keys, files, bytes, findings, proven };
}

async function proveKeys(repository: Repository, snapshots: readonly Manifest[]) {
  const needed = new Map<string, string[]>();
  for (const { head } of snapshots) {
    for (const { id } of head.keys) needed.set(id, [...(needed.get(id) ?? []), snapshotId(head)]);
  }
  const findings: DrillFinding[] = [];
  const refused = new Map<
    string,
    { text: string; code: string; keyId: string; keys: number; snapshots: Set<string> }
  >();
  const unasked = new Set<string>();
  let [asked, opened] = [0, 0];
  const ring = repository.keyRing();
  try {
    for (const [id, ids] of needed) {
      try {
        const { envelope } = await ring.find(id);
        for (const recipient of envelope.recipients) {
          const masterKey = repository.masterKeys.find((key) => isSameMasterKey(recipient, key.describe()));
          if (!masterKey) {
            unasked.add(`${recipient.provider} ${recipient.keyId}`);
            continue;
          }
          const refusal = await refusalOf(ring.proveFor(id, [masterKey]));
          if (refusal && recipient.provider === 'recovery') {
            // Its private half is where it belongs: not here.
            unasked.add(`${recipient.provider} ${recipient.keyId}`);
            continue;
          }
          asked++;
          if (!refusal) opened++;
          else if (!refusal.isOfMasterKey) {
            const { code, text } = refusal;
            findings.push({ code, text, where: `keys/${id}`, snapshots: ids });
          } else {
            const { code, text } = refusal;
            const { keyId } = recipient;
            const of = refused.get(`${code} ${keyId}`) ?? { text, code, keyId, keys: 0, snapshots: new Set() };
            of.keys++;
            for (const snapshot of ids) of.snapshots.add(snapshot);
            refused.set(`${code} ${keyId}`, of);
          }
        }
      } catch (error) {
        const damage = damageIn(error);
        if (!damage) throw error;
        findings.push({ ...damage, where: `keys/${id}`, snapshots: ids });
      }
    }
  } finally {
    ring.drop();
  }
  // Nothing is wrong with the envelopes: what a master key says is told once, whatever number of them it was asked for.
  for (const { text, code, keyId, keys, snapshots: ids } of refused.values()) {
    findings.push({ code, where: keyId, text: `${text} It was asked for ${keys} data keys`, snapshots: [...ids] });
  }
  return { keys: needed.size, asked, opened, unasked: [...unasked], findings };
}

interface Refusal {
  readonly code: string;
  readonly text: string;
  readonly isOfMasterKey: boolean;
}

async function refusalOf(asking: Promise<void>): Promise<Refusal | undefined> {
  try {
    await asking;
    return undefined;
  } catch (error) {
    const damage = damageIn(error);
    if (damage) return { ...damage, isOfMasterKey: false };
    if (!(error instanceof MasterKeyError)) throw error;
    return { code: `master-key-${error.code}`, text: error.message, isOfMasterKey: true };
  }
}

/** Reads files of a snapshot that were chosen at random, each with the same chance. */
async function readSample(
  repository: Repository,
  ring: KeyRing,
  id: string,
  { signal, onBytes }: Parameters<typeof drill>[2],
) {
  const snapshot = await openSnapshot(repository, ring, id, signal);
  const { reader, body, guard } = snapshot;
  const chosen: FileEntry[] = [];
  let seen = 0;
  for await (const { entry } of walkTree(reader, body.root, Buffer.alloc(0), () => guard.check())) {
    if (entry.type !== 'file') continue;
    seen++;
    // Algorithm R: each file of all has the same chance to be among the chosen.
    if (chosen.length < SAMPLED_FILES) chosen.push(entry);
    else {
      const place = randomInt(seen);
      if (place < SAMPLED_FILES) chosen[place] = entry;
    }
  }
  const content = new ContentReader(repository, ring, snapshot);
  let bytes = 0;
  for (const entry of chosen) {
    await guard.check();
    const extents = sampleOf(entry.extents, SAMPLED_EXTENTS);
    const read = (await content.read({ ...entry, extents })).length;
    bytes += read;
    onBytes?.(read);
  }
  return { source: body.source, files: chosen.length, bytes };
}

function sampleOf<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items;
  const places = new Set<number>();
  while (places.size < most) places.add(randomInt(items.length));
  return [...places].toSorted((a, b) => a - b).map((place) => items[place] as T);
}

import type { CheckFinding } from './check-level.ts';
import { meaningOf } from './check-objects.ts';
import { VaultError } from '../errors.ts';
import { snapshotId, snapshotName, type Manifest } from '../format/manifest.ts';
import { MasterKeyError } from '../master-keys/master-key-error.ts';
import type { Repository } from '../repository.ts';
import { readSnapshot } from '../snapshots.ts';

/** Snapshots that are named in a text; `snapshots` has all of them. */
const NAMED = 5;

/** Says of each finding what it means and which snapshots it hits. Reads reference lists only when there is a finding. */
export async function withImpact(
  repository: Repository,
  snapshots: readonly Manifest[],
  findings: readonly CheckFinding[],
): Promise<CheckFinding[]> {
  const open = new Set(findings.filter((finding) => !finding.snapshots).map(({ where }) => where));
  const hits = new Map<string, string[]>();
  const hit = (name: string, id: string): void => {
    if (open.has(name)) hits.set(name, [...(hits.get(name) ?? []), id]);
  };
  const lists = [...open].some((name) => /^(?:packs|index)\//.test(name));
  for (const { head } of open.size > 0 ? snapshots : []) {
    const id = snapshotId(head);
    hit(id, id);
    hit(snapshotName(head.writer, head.sequence), id);
    for (const key of head.keys) {
      for (const name of open) if (name === `keys/${key.id}` || name.startsWith(`keys/${key.id}/`)) hit(name, id);
    }
    if (lists) for (const name of await referencesOf(repository, id)) hit(name, id);
  }
  return findings.map((finding) => {
    const ids = finding.snapshots ?? hits.get(finding.where);
    const sentences = [
      finding.text.replace(/\.$/, ''),
      meaningOf(finding.where),
      ids && ids.length > 0 ? namesOf(ids) : undefined,
    ];
    const text = sentences.filter((sentence) => sentence !== undefined).join('. ');
    return { ...finding, text, ...(ids && { snapshots: ids }) };
  });
}

function namesOf(ids: readonly string[]): string {
  const more = ids.length > NAMED ? ` and ${ids.length - NAMED} more` : '';
  return `It hits ${ids.length === 1 ? 'the snapshot' : `${ids.length} snapshots:`} ${ids.slice(0, NAMED).join(', ')}${more}`;
}

/** Names of the objects that a snapshot needs; none where its list cannot be read, which is a finding of its own. */
async function referencesOf(repository: Repository, id: string): Promise<string[]> {
  const ring = repository.keyRing();
  try {
    const { body } = await readSnapshot(repository, ring, id);
    return [
      ...body.packs.map((pack) => `packs/${pack.slice(0, 2)}/${pack}`),
      ...body.indexes.map((one) => `index/${one}`),
    ];
  } catch (error) {
    if (error instanceof MasterKeyError) return [];
    if (error instanceof VaultError && !error.code.startsWith('target-')) return [];
    throw error;
  } finally {
    ring.drop();
  }
}

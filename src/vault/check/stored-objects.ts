import { parseEnvelopeName } from '../format/envelope.ts';
import type { Manifest } from '../format/manifest.ts';
import type { Repository } from '../repository.ts';
import type { CheckScope } from './check-level.ts';
import type { Findings } from './findings.ts';

/** What the store has, by name: what a cache knows of others helps nobody who has none. */
export interface StoredObjects {
  /** Lengths of packs. */
  readonly packs: ReadonlyMap<string, number>;
  readonly indexes: ReadonlySet<string>;
}

/** Lists what a check of this scope has to know of: empty where it needs none of it. */
export async function storedObjects(
  { target }: Pick<Repository, 'target'>,
  { trees, drill }: CheckScope,
): Promise<StoredObjects> {
  const packs = new Map<string, number>();
  if (trees) for await (const { name, length } of target.list('packs/')) packs.set(name, length);
  const indexes = new Set<string>();
  if (trees || drill) for await (const { name } of target.list('index/')) indexes.add(name);
  return { packs, indexes };
}

/** That each data key that a head names has an envelope, whoever can open it. */
export async function envelopesAreThere(
  { target }: Pick<Repository, 'target'>,
  snapshots: readonly Manifest[],
  findings: Findings,
): Promise<void> {
  const there = new Set<string>();
  for await (const { name } of target.list('keys/')) {
    const key = parseEnvelopeName(name)?.key;
    if (key !== undefined) there.add(key);
  }
  const missing = new Set(
    snapshots.flatMap(({ head }) => head.keys.map(({ id }) => id)).filter((id) => !there.has(id)),
  );
  for (const id of missing) {
    const text = `The envelope of data key ${id} is not in the store`;
    findings.add({ code: 'object-missing', where: `keys/${id}`, text });
  }
}

/** That each index object that a snapshot names is in the store. */
export function indexesAreThere(stored: StoredObjects, ids: readonly string[], findings: Findings): void {
  for (const id of ids) {
    const where = `index/${id}`;
    if (stored.indexes.has(where)) continue;
    findings.add({ code: 'object-missing', where, text: `The index object ${id} is not in the store` });
  }
}

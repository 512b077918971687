import { VaultError } from '../errors.ts';
import { faultPoint } from '../fault.ts';
import { creatorFor } from '../further-writers.ts';
import type { KeyPurpose } from '../master-keys/context.ts';
import type { KeyRing } from '../key-ring.ts';
import { readRetired } from '../read-retired.ts';
import type { Repository } from '../repository.ts';
import { retiredName, sealRetired } from '../format/retired.ts';
import { clear } from './expire.ts';
import { rewrite, type RewriteOptions, type RewriteReport } from './rewrite.ts';
import { requireSound, survey, type SurveyOptions } from './survey.ts';

export interface RetireOptions extends SurveyOptions, Pick<RewriteOptions, 'maxBytes' | 'signal' | 'onProgress'> {
  /** The data key that is not to be relied on any more; absent: goes on with those that were retired before. */
  readonly key?: string;
}

export interface RetireReport extends RewriteReport {
  /** All that are retired. */
  readonly retired: readonly string[];
  /** What this does not undo. */
  readonly warnings: readonly string[];
}

const COPIES =
  'Who has this data key and copies of objects under it can read those copies for ever: no rewriting reaches them. From the retiring on nothing new lies under it';

/** What a leak of each kind of data key means beyond what rewriting mends. */
const LEAKED: { readonly [Purpose in KeyPurpose]?: string } = {
  data: `${COPIES}.`,
  metadata: `${COPIES}. Such objects tell names, sizes and times of files, not their contents.`,
  dedupe:
    'Who has a dedupe key can tell, of contents that it knows, whether they are in the snapshots made under it, and can read nothing. New snapshots are under another one, and read everything anew; older ones stay as they are until they expire.',
};

/** Says that a data key is not to be relied on: from now on nothing new lies under it or refers to what does. */
export async function retireKey(repository: Repository, ring: KeyRing, key: string): Promise<KeyPurpose> {
  const creator = creatorFor(repository);
  const { target, descriptor, clock } = repository;
  const known = (await readRetired(repository)).items.find((one) => one.key === key);
  if (known) return known.purpose;
  const { envelope } = await ring.find(key);
  const { purpose } = envelope;
  if (purpose !== 'data' && purpose !== 'metadata' && key !== repository.dedupeKey) {
    throw new VaultError(
      'conflict',
      `The data key ${key} (${purpose}) is not one that the vault's creator writes under: let the writer go that uses it`,
    );
  }
  const successor = purpose === 'dedupe' ? (await ring.create('dedupe', creator)).id : null;
  const bytes = sealRetired({ key, purpose, createdMs: clock.nowMs(), successor }, descriptor.vault, creator);
  try {
    await target.put(retiredName(key), bytes);
  } catch (error) {
    if (!(error instanceof VaultError) || error.code !== 'object-exists') throw error;
  }
  faultPoint('keeping.after-retired');
  return purpose;
}

const NOTHING: RewriteReport = { packs: 0, chunks: 0, bytes: 0, replaced: 0, packsLeft: 0, held: 0 };

/** Copies from under retired keys what snapshots need. `undefined`: no such key is retired. */
export async function rewriteRetired(options: Omit<RewriteOptions, 'unwanted'>): Promise<RewriteReport | undefined> {
  const { items } = await readRetired(options.repository);
  const keys = new Set(items.filter((one) => one.purpose !== 'dedupe').map((one) => one.key));
  if (keys.size === 0) return undefined;
  return await rewrite({ ...options, unwanted: { isPack: ({ keyId }) => keys.has(keyId), keys } });
}

/**
 * Retires a data key that leaked, for example, and rewrites what lies under every retired key, as far as `maxBytes` allows.
 * Can be cut off; the next one goes on. What was under it is deleted by the prunes after.
 */
export async function retire(options: RetireOptions): Promise<RetireReport> {
  const { repository, key } = options;
  const ring = repository.keyRing();
  try {
    const purpose = key === undefined ? undefined : await retireKey(repository, ring, key);
    const found = await survey(options, ring);
    requireSound(found);
    await clear(repository, found.list);
    const report = (await rewriteRetired({ ...options, ring, survey: found })) ?? NOTHING;
    const { items } = await readRetired(repository);
    const warning = purpose && LEAKED[purpose];
    return { ...report, retired: items.map((one) => one.key), warnings: warning ? [warning] : [] };
  } finally {
    ring.drop();
  }
}

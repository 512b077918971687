import { DatabaseSync } from 'node:sqlite';
import { loadIndexes, syncIndex } from '../index-sync.ts';
import { KeyGuard } from '../key-guard.ts';
import type { KeyRing } from '../key-ring.ts';
import { dedupeKeyOf } from '../format/manifest.ts';
import { openDomain, type Repository } from '../repository.ts';
import { readBody } from '../snapshots.ts';
import { rewrite, type RewriteOptions, type RewriteReport } from './rewrite.ts';
import type { Survey } from './survey.ts';
import { usedChunks } from './used-chunks.ts';

/** Packs of which less than this share is in use are rewritten. */
const WORTH_KEEPING = 0.5;
/** Packs of so many bytes are padding for the most part: nothing is won by rewriting them. */
const SMALLEST = 64 << 10;

/** Which chunks of which packs are in use, on disk: ten terabytes have forty million. */
class UsedPlaces {
  readonly #database = new DatabaseSync('');
  readonly #add;

  constructor() {
    this.#database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF');
    this.#database.exec('CREATE TABLE used (id BLOB, pack TEXT, PRIMARY KEY (id, pack)) WITHOUT ROWID');
    this.#add = this.#database.prepare('INSERT OR IGNORE INTO used VALUES (?, ?)');
  }

  /** Whether that was not known yet. */
  add(id: Buffer, pack: string): boolean {
    return this.#add.run(id, pack).changes === 1;
  }

  close(): void {
    this.#database.close();
  }
}

/** Copies what is in use out of packs that are mostly dead, so that prunes can take them. Reads every tree. */
export async function repack(options: Omit<RewriteOptions, 'unwanted'>): Promise<RewriteReport> {
  const { repository, ring, survey, signal } = options;
  await syncIndex(repository, ring);
  const live = await liveBytes(repository, ring, survey, signal);
  const isPack = ({ id, length }: { readonly id: string; readonly length: number }): boolean => {
    const bytes = live.get(id);
    return bytes !== undefined && bytes < length * WORTH_KEEPING && length > SMALLEST;
  };
  return await rewrite({ ...options, unwanted: { isPack, keys: new Set() } });
}

/** Bytes in use, as stored, of each pack that a snapshot needs. */
async function liveBytes(
  repository: Repository,
  ring: KeyRing,
  { snapshots }: Survey,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, number>> {
  const places = new UsedPlaces();
  const live = new Map<string, number>();
  try {
    for (const { manifest } of snapshots) {
      const body = await readBody(repository, ring, manifest);
      const domain = await openDomain(repository, ring, body.source, dedupeKeyOf(manifest.head));
      const index = await loadIndexes(repository, ring, body);
      for (const id of body.packs) live.set(id, live.get(id) ?? 0);
      const guard = new KeyGuard(ring, manifest.head.body.key, repository.clock, signal);
      await usedChunks({ repository, ring, domain, index, body, guard }, (id, pack, { stored }) => {
        if (places.add(id, pack.id)) live.set(pack.id, (live.get(pack.id) ?? 0) + stored);
      });
    }
    return live;
  } finally {
    places.close();
  }
}

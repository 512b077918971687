import type { Instance } from '../../identity/tenant.ts';
import { readKey } from '../../keys/key-record.ts';
import type { Key } from '../../keys/key.ts';
import { conditionOf } from '../../keys/state.ts';
import { Pauses } from '../../pipeline/pauses.ts';
import { isIn, listedKeyOf, matcherOf, type KeyFilter } from './listed-key.ts';
import type { AdminServices } from './services.ts';

/** How many keys one request looks through: the next page goes on from there. */
const MAX_LOOKED_AT = 20_000;

/** One page of the keys that are asked for. */
export interface SelectedKeys {
  readonly keys: readonly Key[];
  /** The `after` of the next page: absent when there is nothing more. A page may hold fewer keys than its limit. */
  readonly next?: string;
}

/**
 * The keys of a region that a filter lets through, by their ids. What changed since it was listed is left out.
 *
 * @throws {KeyError} `record-not-authentic`
 */
export async function selectKeys(
  { records, keys: cache, listedKeys }: Pick<AdminServices, 'records' | 'keys' | 'listedKeys'>,
  space: Instance,
  filter: KeyFilter,
  { after, limit }: { readonly after?: string; readonly limit: number },
  nowMs: number,
): Promise<SelectedKeys> {
  const matches = matcherOf(filter, nowMs);
  const pauses = new Pauses();
  const keys: Key[] = [];
  let lookedAt = 0;
  for await (const lot of listedKeys.walk(space, after)) {
    for (const listed of lot) {
      if (after !== undefined && listed.id <= after) continue;
      if (matches(listed)) {
        const key = await read(listed.id);
        if (key !== undefined && keys.push(key) === limit) return { keys, next: listed.id };
        await pauses.next();
      }
      if (++lookedAt === MAX_LOOKED_AT) return { keys, next: listed.id };
    }
    await pauses.next();
  }
  return { keys };

  async function read(id: string): Promise<Key | undefined> {
    // Beside the cache: a long list is not to push those out of it that are used.
    const record = await records.read({ tenantId: space.tenantId, kind: 'key', id });
    if (record === undefined) return undefined;
    const key = await cache.withStore(space, readKey(space.tenantKey, record));
    const now = listedKeyOf(key);
    const belongs = now !== undefined && matches(now) && isIn(conditionOf(key, nowMs), filter);
    return belongs ? key : undefined;
  }
}

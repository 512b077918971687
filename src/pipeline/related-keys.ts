import type { Directory } from '../identity/directory.ts';
import { KeyError } from '../keys/errors.ts';
import type { KeyCache } from '../keys/key-cache.ts';
import type { Key } from '../keys/key.ts';
import type { OpenKey } from '../keys/open-key.ts';
import { andThen, type MaybePromise } from '../records/ports.ts';

/** The other keys of a multi-Region key, in the order of their regions. */
export function relatedKeys(directory: Directory, keys: KeyCache, key: Key): MaybePromise<readonly OpenKey[]> {
  const elsewhere = key.multiRegion?.regions.filter((region) => region !== key.region) ?? [];
  return elsewhere.length === 0 ? [] : Promise.all(elsewhere.map((region) => relative(directory, keys, key, region)));
}

async function relative(directory: Directory, keys: KeyCache, key: Key, region: string): Promise<OpenKey> {
  const found = await andThen(directory.instance(key.tenantId, region), (space) => space && keys.find(space, key.id));
  if (found?.key.multiRegion?.regions.includes(key.region)) return found;
  throw new KeyError('record-not-authentic', { keyId: key.id, detail: `its relative in ${region} is not there` });
}

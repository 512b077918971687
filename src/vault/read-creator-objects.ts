import { eachOf } from './each-of.ts';
import { VaultError } from './errors.ts';
import { MAX_JSON_OBJECT_LENGTH } from './format/format.ts';
import { openHold, parseHoldName, type Hold } from './format/hold.ts';
import type { IndexCache } from './index-cache.ts';
import { keptObject } from './kept-object.ts';
import { openMark, parseMarkName, type Mark } from './format/mark.ts';
import type { Repository } from './repository.ts';
import type { CreatorIdentity } from './format/signed-object.ts';
import type { StoredObject } from './targets/target.ts';

/** An object that is not what its name says, or not by the vault's creator: it counts as not there. */
export interface CreatorFinding {
  readonly code: 'damaged';
  /** The object's name. */
  readonly subject: string;
  readonly text: string;
}

export interface CreatorObjects<T> {
  /** In the order of their names. */
  readonly items: readonly T[];
  readonly findings: readonly CreatorFinding[];
}

type Reading = Pick<Repository, 'target' | 'descriptor'>;

/**
 * Reads and verifies objects by their names; one that was deleted meanwhile is left out. With a cache they are kept there,
 * and verified again each time.
 */
export async function readCreatorObjects<T>(
  { target, descriptor }: Reading,
  objects: readonly StoredObject[],
  open: (name: string, bytes: Buffer, identity: CreatorIdentity, object: StoredObject) => T,
  cache?: IndexCache,
): Promise<CreatorObjects<T>> {
  const findings: CreatorFinding[] = [];
  const found = await eachOf(
    objects.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    async (object) => {
      try {
        const read = async (): Promise<Buffer> => await target.get(object.name, MAX_JSON_OBJECT_LENGTH);
        const opened = (bytes: Buffer): T => open(object.name, bytes, descriptor, object);
        return [cache ? await keptObject(cache, object, read, opened) : opened(await read())];
      } catch (error) {
        if (!(error instanceof VaultError) || error.code.startsWith('target-')) throw error;
        if (error.code !== 'object-missing') {
          findings.push({ code: 'damaged', subject: object.name, text: error.message });
        }
        return [];
      }
    },
  );
  return { items: found.flat(), findings };
}

/** What lies under a prefix and has such a name. */
export async function listed(
  { target }: Reading,
  prefix: string,
  isOne: (name: string) => boolean,
): Promise<StoredObject[]> {
  const objects: StoredObject[] = [];
  for await (const object of target.list(prefix)) if (isOne(object.name)) objects.push(object);
  return objects;
}

/** All marks, oldest first, each with the time at which it came to the store. */
export async function readMarks(reading: Reading): Promise<CreatorObjects<Mark>> {
  const objects = await listed(reading, 'marks/', (name) => parseMarkName(name) !== undefined);
  return await readCreatorObjects(reading, objects, (name, bytes, identity, { storedMs }) => ({
    ...openMark(name, bytes, identity),
    ...(storedMs !== undefined && { storedMs }),
  }));
}

/** The newest revision of each hold, held or released, with its bytes for the next one's `previous`. */
export async function readHolds(reading: Reading): Promise<CreatorObjects<Hold & { readonly bytes: Buffer }>> {
  const newest = new Map<string, StoredObject>();
  for (const object of await listed(reading, 'holds/', (name) => parseHoldName(name) !== undefined)) {
    const hold = parseHoldName(object.name)?.hold ?? '';
    if ((newest.get(hold)?.name ?? '') < object.name) newest.set(hold, object);
  }
  return await readCreatorObjects(reading, [...newest.values()], (name, bytes, identity) => ({
    ...openHold(name, bytes, identity),
    bytes,
  }));
}

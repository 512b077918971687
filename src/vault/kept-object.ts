import type { IndexCache } from './index-cache.ts';
import type { StoredObject } from './targets/target.ts';

/**
 * Opens an object of the store as this machine remembers it, where the store still lists it with the same length and
 * time; else reads it. `open` verifies what it is given each time. What the bytes are that lie there now, only reading
 * them tells: a check does.
 */
export async function keptObject<T>(
  cache: IndexCache,
  { name, length, storedMs }: StoredObject,
  read: () => Promise<Buffer>,
  open: (bytes: Buffer) => T,
): Promise<T> {
  const place = `${name}@${length}@${storedMs ?? ''}`;
  const known = cache.object(place);
  if (known !== undefined) {
    try {
      return open(known);
    } catch {
      // Whatever is wrong with it, what lies in the store decides.
    }
  }
  const bytes = await read();
  const opened = open(bytes);
  cache.keepObject(place, bytes);
  return opened;
}

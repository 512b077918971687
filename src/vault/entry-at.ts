import type { TreeReader } from './tree-reader.ts';
import type { TreeEntry } from './format/tree.ts';

/** A path from the source's root without slashes at its ends; empty for the root itself. */
export function cleanPath(path: Uint8Array | string): Buffer {
  const bytes = Buffer.from(path as string);
  let [start, end] = [0, bytes.length];
  while (start < end && bytes[start] === 0x2f) start++;
  while (end > start && bytes[end - 1] === 0x2f) end--;
  return bytes.subarray(start, end);
}

/** The names of a path, as bytes, from the top. Slashes at its ends count for nothing. */
export function namesOf(path: Buffer | string): Buffer[] {
  const text = cleanPath(path).toString('latin1');
  return text === '' ? [] : text.split('/').map((name) => Buffer.from(name, 'latin1'));
}

/** What a snapshot has at a path; `undefined` where it has nothing, and for its root, which is no entry. Reads the pages on the way and no other. */
export async function entryAt(
  reader: TreeReader,
  root: readonly Buffer[],
  path: Buffer | string,
): Promise<TreeEntry | undefined> {
  let nodes = root;
  let found: TreeEntry | undefined;
  for (const name of namesOf(path)) {
    found = await reader.lookup(nodes, name);
    if (!found) return undefined;
    nodes = found.type === 'folder' ? found.nodes : [];
  }
  return found;
}

import type { TreeReader } from './tree-reader.ts';
import type { TreeEntry } from './tree.ts';

/** The parts of a path below a snapshot's root: names as bytes. A slash before it, or behind it, counts for nothing. */
export function namesOf(path: Buffer | string): Buffer[] {
  const text = Buffer.from(path).toString('latin1');
  return text
    .replace(/^\//, '')
    .replace(/\/$/, '')
    .split('/')
    .map((name) => Buffer.from(name, 'latin1'));
}

/** What a snapshot has at a path; `undefined` where it has nothing. Reads the pages on the way and no other. */
export async function entryAt(
  reader: TreeReader,
  root: readonly Buffer[],
  path: Buffer | string,
): Promise<TreeEntry | undefined> {
  let nodes = root;
  let found: TreeEntry | undefined;
  for (const name of namesOf(path)) {
    found = await entryNamed(reader, nodes, name);
    if (!found) return undefined;
    nodes = found.type === 'folder' ? found.nodes : [];
  }
  return found;
}

async function entryNamed(reader: TreeReader, nodes: readonly Buffer[], name: Buffer): Promise<TreeEntry | undefined> {
  for await (const entry of reader.entries(nodes)) {
    const order = Buffer.compare(entry.name, name);
    if (order === 0) return entry;
    if (order > 0) return undefined;
  }
  return undefined;
}

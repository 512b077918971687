import { entryAt, namesOf } from '../entry-at.ts';
import { VaultError } from '../errors.ts';
import { MAX_DEPTH } from '../format/format.ts';
import type { TreeReader } from '../tree-reader.ts';
import type { TreeEntry } from '../format/tree.ts';

const SLASH = Buffer.from('/');

export function joinPath(folder: Buffer, name: Buffer): Buffer {
  return folder.length === 0 ? name : Buffer.concat([folder, SLASH, name]);
}

/** The nodes of the folder at a path. @throws {VaultError} `path-missing` */
export async function folderAt(reader: TreeReader, root: readonly Buffer[], path: Buffer): Promise<readonly Buffer[]> {
  if (path.length === 0) return root;
  const entry = await entryAt(reader, root, path);
  if (entry?.type === 'folder') return entry.nodes;
  throw new VaultError('path-missing', `The snapshot has ${entry ? 'no folder' : 'nothing'} at '${path.toString()}'`);
}

/** In the order of a walk: folders before what is in them, names by their bytes. */
export function comparePaths(a: Buffer, b: Buffer): number {
  const [left, right] = [namesOf(a), namesOf(b)];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const order = Buffer.compare(left[i] as Buffer, right[i] as Buffer);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

export interface Found {
  readonly path: Buffer;
  readonly entry: TreeEntry;
}

/**
 * Walks a tree in order, folders before what is in them; `after` goes on behind a path without reading what is before
 * it. `step` is awaited before each folder.
 */
export async function* walkTree(
  reader: TreeReader,
  nodes: readonly Buffer[],
  folder: Buffer,
  step: () => Promise<void>,
  after: readonly Buffer[] = [],
  depth = 0,
): AsyncGenerator<Found, undefined> {
  if (depth > MAX_DEPTH) throw new VaultError('malformed', 'The folders of the snapshot are nested too deep');
  await step();
  const [passed, ...rest] = after;
  if (passed !== undefined && rest.length > 0) {
    const way = await reader.lookup(nodes, passed);
    if (way?.type === 'folder') yield* walkTree(reader, way.nodes, joinPath(folder, way.name), step, rest, depth + 1);
  } else if (passed !== undefined) {
    const last = await reader.lookup(nodes, passed);
    if (last?.type === 'folder') yield* walkTree(reader, last.nodes, joinPath(folder, last.name), step, [], depth + 1);
  }
  for await (const entry of passed === undefined ? reader.entries(nodes) : reader.entriesAfter(nodes, passed)) {
    const path = joinPath(folder, entry.name);
    yield { path, entry };
    if (entry.type === 'folder') yield* walkTree(reader, entry.nodes, path, step, [], depth + 1);
  }
  return undefined;
}

import { cleanPath } from '../entry-at.ts';
import type { OpenSnapshot } from './open-snapshot.ts';
import { showEntry, type ShownEntry } from './shown-entry.ts';
import { folderAt } from './tree-path.ts';

/** Folders of more pages than this are not counted for a list: each page is a read. */
const MAX_COUNTED_PAGES = 64;

export interface BrowseOptions {
  /** From the source's root; empty for the root. */
  readonly path: Uint8Array;
  /** The last name of the page before. */
  readonly after?: Uint8Array;
  readonly limit: number;
}

/** One page of a folder, by the bytes of the names. */
export interface FolderPage {
  readonly entries: readonly ShownEntry[];
  /** The name to go on after, base64; absent at the end. */
  readonly next?: string;
}

/** Lists a folder of a snapshot. @throws {VaultError} `path-missing` */
export async function browse(
  { reader, body, guard }: OpenSnapshot,
  { path, after, limit }: BrowseOptions,
): Promise<FolderPage> {
  const nodes = await folderAt(reader, body.root, cleanPath(path));
  const entries: ShownEntry[] = [];
  for await (const entry of after ? reader.entriesAfter(nodes, Buffer.from(after)) : reader.entries(nodes)) {
    await guard.check();
    if (entries.length === limit) return { entries, next: (entries.at(-1) as ShownEntry).nameBytes };
    const isCounted = entry.type === 'folder' && entry.nodes.length <= MAX_COUNTED_PAGES;
    entries.push({ ...showEntry(entry), ...(isCounted && { items: await reader.count(entry.nodes) }) });
  }
  return { entries };
}

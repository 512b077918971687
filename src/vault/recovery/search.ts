import { cleanPath, namesOf } from '../entry-at.ts';
import { parsePattern } from '../sources/pattern.ts';
import type { TreeEntry } from '../format/tree.ts';
import type { OpenSnapshot } from './open-snapshot.ts';
import { showFind, type ShownFind } from './shown-entry.ts';
import { folderAt, walkTree, type Found } from './tree-path.ts';

/** What is looked for. All that is given must hold. Sizes in bytes, times in milliseconds since 1970. */
export interface SearchQuery {
  /** `*.pdf` looks at names, `reports/**` (with a slash) at paths from the source's root. */
  readonly pattern?: string;
  readonly type?: TreeEntry['type'];
  readonly minSize?: number;
  readonly maxSize?: number;
  readonly modifiedAfterMs?: number;
  readonly modifiedBeforeMs?: number;
}

export interface SearchOptions extends SearchQuery {
  /** Where to look; the source's root by default. */
  readonly below?: Uint8Array;
  /** The last path of the page before. */
  readonly after?: Uint8Array;
  readonly limit: number;
  /** Entries looked at before the page ends, even with nothing found. */
  readonly atMost?: number;
}

export interface SearchPage {
  readonly found: readonly ShownFind[];
  /** How many entries were looked at for this page. */
  readonly lookedAt: number;
  /** The path to go on after, base64; absent at the end. */
  readonly next?: string;
}

/** So long a page may take: some ten seconds. */
const AT_MOST = 2_000_000;

/** Looks through a snapshot's tree in its order. Memory does not grow with the tree. */
export async function search(
  { reader, body, guard }: OpenSnapshot,
  { below, after, limit, atMost = AT_MOST, ...query }: SearchOptions,
): Promise<SearchPage> {
  const fits = matcher(query);
  const folder = cleanPath(below ?? Buffer.alloc(0));
  const nodes = await folderAt(reader, body.root, folder);
  const found: ShownFind[] = [];
  let lookedAt = 0;
  const depth = namesOf(folder).length;
  const from = after ? namesOf(cleanPath(after)).slice(depth) : [];
  for await (const item of walkTree(reader, nodes, folder, () => guard.check(), from)) {
    lookedAt++;
    if (fits(item)) found.push(showFind(item.path, item.entry));
    if (found.length === limit || lookedAt === atMost) return { found, lookedAt, next: item.path.toString('base64') };
  }
  return { found, lookedAt };
}

/**
 * A pattern over a name or a path, as sources have them. Where nobody says what lies at a path, a pattern of folders is
 * taken to fit.
 *
 * @throws {VaultError} `pattern-malformed`
 */
export function pathPattern(text: string): (path: Buffer, isFolder?: boolean) => boolean {
  const pattern = parsePattern(text);
  return (path, isFolder = true) => pattern.matches(path.toString('latin1'), isFolder);
}

function matcher(query: SearchQuery): (item: Found) => boolean {
  const named = query.pattern === undefined ? () => true : pathPattern(query.pattern);
  const { type, minSize = 0, maxSize = Infinity, modifiedAfterMs = -Infinity, modifiedBeforeMs = Infinity } = query;
  const isSized = query.minSize !== undefined || query.maxSize !== undefined;
  return ({ path, entry }) => {
    if (type !== undefined && entry.type !== type) return false;
    if (isSized && (entry.type !== 'file' || entry.size < minSize || entry.size > maxSize)) return false;
    const mtimeMs = Number(entry.mtimeNs / 1_000_000n);
    return mtimeMs >= modifiedAfterMs && mtimeMs <= modifiedBeforeMs && named(path, entry.type === 'folder');
  };
}

import { entryAt } from './entry-at.ts';
import { VaultError } from './errors.ts';
import { MAX_DEPTH } from './format.ts';
import type { TreeReader } from './tree-reader.ts';
import type { Extent, FileEntry, FolderEntry, LinkEntry } from './tree.ts';

/** One thing to do at the destination, in order. Paths are relative to it. */
export type RestoreStep =
  | { readonly do: 'folder'; readonly path: Buffer; readonly entry: FolderEntry }
  | { readonly do: 'end-folder'; readonly path: Buffer; readonly entry: FolderEntry }
  | { readonly do: 'file'; readonly path: Buffer; readonly entry: FileEntry }
  | { readonly do: 'write'; readonly extent: Extent }
  | { readonly do: 'end-file'; readonly entry: FileEntry }
  | { readonly do: 'hard-link'; readonly path: Buffer; readonly existing: Buffer }
  | { readonly do: 'symbolic-link'; readonly path: Buffer; readonly entry: LinkEntry };

const SLASH = Buffer.from('/');

function join(folder: Buffer, name: Buffer): Buffer {
  return folder.length === 0 ? name : Buffer.concat([folder, SLASH, name]);
}

/** Tells which paths are wanted. Without a list all are. */
export class Selection {
  readonly #wanted: readonly Buffer[] | undefined;

  constructor(paths: readonly (Buffer | string)[] | undefined) {
    this.#wanted = paths?.map((path) => trimmed(Buffer.from(path)));
  }

  get paths(): readonly Buffer[] {
    return this.#wanted ?? [];
  }

  /** `whole`: it and all below; `way`: something below it; `none`. */
  of(path: Buffer): 'whole' | 'way' | 'none' {
    if (!this.#wanted) return 'whole';
    let isOnTheWay = false;
    for (const wanted of this.#wanted) {
      if (wanted.length === 0 || wanted.equals(path) || isBelow(path, wanted)) return 'whole';
      isOnTheWay ||= isBelow(wanted, path);
    }
    return isOnTheWay ? 'way' : 'none';
  }
}

function isBelow(path: Buffer, folder: Buffer): boolean {
  return path.length > folder.length && path[folder.length] === 0x2f && path.subarray(0, folder.length).equals(folder);
}

function trimmed(path: Buffer): Buffer {
  const [start, end] = [path[0] === 0x2f ? 1 : 0, path.at(-1) === 0x2f ? path.length - 1 : path.length];
  return path.subarray(start, Math.max(start, end));
}

/** Refuses a selection that names what is not in the snapshot. */
export async function checkSelection(reader: TreeReader, root: readonly Buffer[], selection: Selection): Promise<void> {
  for (const path of selection.paths) {
    if (path.length === 0 || (await entryAt(reader, root, path))) continue;
    throw new VaultError('path-missing', `The snapshot has nothing at '${path.toString()}'`);
  }
}

/** Walks a snapshot's tree and says what to do, folder by folder. */
export async function* restoreSteps(
  reader: TreeReader,
  root: readonly Buffer[],
  selection: Selection,
): AsyncGenerator<RestoreStep> {
  yield* folderSteps(reader, root, Buffer.alloc(0), selection, new Map(), 0);
}

async function* folderSteps(
  reader: TreeReader,
  nodes: readonly Buffer[],
  folder: Buffer,
  selection: Selection,
  linked: Map<string, { readonly path: Buffer; readonly entry: FileEntry }>,
  depth: number,
): AsyncGenerator<RestoreStep> {
  if (depth > MAX_DEPTH) throw new VaultError('malformed', 'The folders of the snapshot are nested too deep');
  for await (const entry of reader.entries(nodes)) {
    const path = join(folder, entry.name);
    const wanted = selection.of(path);
    if (wanted === 'none') continue;
    if (entry.type === 'folder') {
      yield { do: 'folder', path, entry };
      yield* folderSteps(reader, entry.nodes, path, selection, linked, depth + 1);
      yield { do: 'end-folder', path, entry };
    } else if (wanted === 'way') continue;
    else if (entry.type === 'link') yield { do: 'symbolic-link', path, entry };
    else {
      const group = entry.links > 1 ? `${entry.device}:${entry.inode}` : '';
      const first = linked.get(group);
      if (first && hasSameContent(first.entry, entry)) {
        yield { do: 'hard-link', path, existing: first.path };
        continue;
      }
      if (group !== '') linked.set(group, { path, entry });
      yield { do: 'file', path, entry };
      for (const extent of entry.extents) yield { do: 'write', extent };
      yield { do: 'end-file', entry };
    }
  }
}

function hasSameContent(a: FileEntry, b: FileEntry): boolean {
  return (
    a.size === b.size &&
    a.extents.length === b.extents.length &&
    a.extents.every(({ chunk, offset, length }, i) => {
      const other = b.extents[i];
      return other?.chunk.equals(chunk) && other.offset === offset && other.length === length;
    })
  );
}

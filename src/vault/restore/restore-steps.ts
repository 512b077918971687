import { VaultError } from '../errors.ts';
import { MAX_DEPTH } from '../format/format.ts';
import { MAX_NAME, type Places, type Placement, type SkipReason } from './places.ts';
import { hasSameExtents } from '../recovery/same-content.ts';
import { joinPath } from '../recovery/tree-path.ts';
import type { Selection } from './selection.ts';
import type { TreeReader } from '../tree-reader.ts';
import type { Extent, FileEntry, FolderEntry, LinkEntry, TreeEntry } from '../format/tree.ts';

/** How something is put in its place. */
export type How = Exclude<Placement['how'], 'skip'>;

/** One thing to do at the destination, in order. Paths are relative to it. */
export type RestoreStep =
  | { readonly do: 'folder'; readonly path: Buffer; readonly entry: FolderEntry; readonly isNew: boolean }
  /** `isOurs`: mode, owner and times are to be those of the snapshot. */
  | { readonly do: 'end-folder'; readonly path: Buffer; readonly entry: FolderEntry; readonly isOurs: boolean }
  | { readonly do: 'file'; readonly path: Buffer; readonly entry: FileEntry; readonly how: How }
  | { readonly do: 'write'; readonly extent: Extent }
  | { readonly do: 'end-file'; readonly entry: FileEntry }
  | { readonly do: 'hard-link'; readonly path: Buffer; readonly existing: Buffer; readonly how: How }
  | { readonly do: 'symbolic-link'; readonly path: Buffer; readonly entry: LinkEntry; readonly how: How }
  /** Nothing is done, and why. */
  | { readonly do: 'skip'; readonly path: Buffer; readonly why: SkipReason; readonly entry?: TreeEntry }
  /** Names that a folder has and the snapshot does not: told only where the policy is to refuse them. */
  | { readonly do: 'extras'; readonly path: Buffer; readonly count: number };

export interface StepOptions {
  readonly reader: TreeReader;
  readonly root: readonly Buffer[];
  readonly selection: Selection;
  readonly places: Places;
  /** Tells names that only the destination has. */
  readonly tellsExtras?: boolean;
  /** Folders that are there get mode, owner and times of the snapshot, too. */
  readonly ownsFolders: boolean;
  /** Awaited before each page of a folder is read. */
  readonly step: () => Promise<void>;
  /** Goes on where a page of a folder cannot be read, and says so. */
  readonly skipsDamaged?: boolean;
}

/** Steps that are handed on together, at the most: a promise for each would cost more than most of them. */
const GROUP_LENGTH = 1000;

/**
 * Walks a snapshot's tree and says what to do, folder by folder, in groups of steps that are in order.
 *
 * @throws {VaultError} `path-missing`: there are patterns, and nothing was chosen; whatever the reader refuses
 */
export async function* restoreSteps(options: StepOptions): AsyncGenerator<readonly RestoreStep[]> {
  const root = Buffer.alloc(0);
  const groups = new Steps(options).folder(options.root, root, options.places.folder(root) === 'new', 0);
  if (!options.selection.hasPatterns) {
    yield* groups;
    return;
  }
  let isEmpty = true;
  for await (const group of groups) {
    if (group.some(isContent)) isEmpty = false;
    yield group;
  }
  if (isEmpty) throw new VaultError('path-missing', 'The snapshot has nothing that fits what was chosen');
}

/** Names that only the destination has are not of the snapshot. */
function isContent(step: RestoreStep): boolean {
  return step.do !== 'extras';
}

class Steps {
  readonly #options: StepOptions;
  /** Files with several names, by the group that they are of, and where the first of them is. */
  readonly #linked = new Map<string, { readonly path: Buffer; readonly entry: FileEntry }>();

  constructor(options: StepOptions) {
    this.#options = options;
  }

  async *folder(
    nodes: readonly Buffer[],
    folder: Buffer,
    isNew: boolean,
    depth: number,
  ): AsyncGenerator<readonly RestoreStep[]> {
    if (depth > MAX_DEPTH) throw new VaultError('malformed', 'The folders of the snapshot are nested too deep');
    const { selection, tellsExtras, places } = this.#options;
    const names = tellsExtras && !isNew ? new Set<string>() : undefined;
    for await (const page of this.#pages(nodes, folder)) {
      let group: RestoreStep[] = [];
      for (const entry of page) {
        if ('do' in entry) {
          group.push(entry);
          continue;
        }
        const path = joinPath(folder, entry.name);
        names?.add(entry.name.toString('latin1'));
        const wanted = selection.of(path);
        if (wanted === 'none') continue;
        if (entry.name.length > MAX_NAME) {
          group.push({ do: 'skip', path, why: 'name-too-long', entry });
          continue;
        }
        if (entry.type === 'folder') {
          if (group.length > 0) yield group;
          group = [];
          const inner = this.#inner(entry, path, isNew, wanted === 'whole', depth);
          yield* wanted === 'perhaps' ? withContent(inner) : inner;
        } else if (wanted === 'whole') {
          for (const step of this.#item(entry, path, isNew)) {
            group.push(step);
            if (group.length < GROUP_LENGTH) continue;
            yield group;
            group = [];
          }
        }
      }
      if (group.length > 0) yield group;
    }
    const count = names ? places.extras(folder, names) : 0;
    if (count > 0) yield [{ do: 'extras', path: folder, count }];
  }

  /** Begins and ends with a group of one step. */
  async *#inner(
    entry: FolderEntry,
    path: Buffer,
    isNew: boolean,
    isWhole: boolean,
    depth: number,
  ): AsyncGenerator<readonly RestoreStep[]> {
    const place = isNew ? 'new' : this.#options.places.folder(path);
    if (place === 'blocked') {
      yield [{ do: 'skip', path, why: 'in-the-way', entry }];
      return;
    }
    yield [{ do: 'folder', path, entry, isNew: place === 'new' }];
    yield* this.folder(entry.nodes, path, place === 'new', depth + 1);
    yield [{ do: 'end-folder', path, entry, isOurs: place === 'new' || (isWhole && this.#options.ownsFolders) }];
  }

  *#item(entry: FileEntry | LinkEntry, wantedPath: Buffer, isNew: boolean): Generator<RestoreStep> {
    const placed = this.#options.places.item(wantedPath, entry, isNew);
    const { how, path } = placed;
    const group = entry.type === 'file' && entry.links > 1 ? `${entry.device}:${entry.inode}` : undefined;
    if (how === 'skip') {
      yield { do: 'skip', path, why: placed.why, entry };
      if (placed.why === 'same' && group !== undefined && entry.type === 'file' && !this.#linked.has(group))
        this.#linked.set(group, { path, entry });
      return;
    }
    if (entry.type === 'link') {
      yield { do: 'symbolic-link', path, entry, how };
      return;
    }
    const first = group === undefined ? undefined : this.#linked.get(group);
    if (first && hasSameExtents(first.entry, entry)) {
      yield { do: 'hard-link', path, existing: first.path, how };
      return;
    }
    if (group !== undefined) this.#linked.set(group, { path, entry });
    yield { do: 'file', path, entry, how };
    for (const extent of entry.extents) yield { do: 'write', extent };
    yield { do: 'end-file', entry };
  }

  /** The pages of a folder; in place of one that cannot be read, that this is so. */
  async *#pages(nodes: readonly Buffer[], folder: Buffer): AsyncGenerator<readonly (TreeEntry | RestoreStep)[]> {
    let last: Buffer | undefined;
    for (const node of nodes) {
      let page: TreeEntry[];
      await this.#options.step();
      try {
        page = await this.#options.reader.node(node, last);
      } catch (error) {
        if (!this.#options.skipsDamaged || !isDamage(error)) throw error;
        yield [{ do: 'skip', path: folder, why: 'folder-damaged' }];
        continue;
      }
      yield page;
      last = page.at(-1)?.name ?? last;
    }
  }
}

/** Whether an error is about bytes that are lost or changed, and so about no more than what needs them. */
export function isDamage(error: unknown): error is VaultError {
  if (!(error instanceof VaultError)) return false;
  return !error.code.startsWith('target-') && !['cancelled', 'thread-failed', 'no-recipient'].includes(error.code);
}

/** Leaves out a folder that nothing is restored into. Its first and its last group are of one step each. */
async function* withContent(groups: AsyncGenerator<readonly RestoreStep[]>): AsyncGenerator<readonly RestoreStep[]> {
  const { value: begin } = (await groups.next()) as { value: readonly [RestoreStep] };
  const [first] = begin;
  let isBegun = first.do !== 'folder';
  if (isBegun) yield begin;
  for await (const group of groups) {
    const [step] = group;
    const isItsEnd = step?.do === 'end-folder' && first.do === 'folder' && step.path.equals(first.path);
    if (isItsEnd && !isBegun) return;
    if (!isBegun && group.some(isContent)) {
      isBegun = true;
      yield begin;
    }
    yield group;
  }
}

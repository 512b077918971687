import { cleanPath, entryAt } from '../entry-at.ts';
import { VaultError } from '../errors.ts';
import { MAX_DEPTH } from '../format/format.ts';
import type { FileEntry, TreeEntry } from '../format/tree.ts';
import type { OpenSnapshot } from './open-snapshot.ts';
import { hasSameContent, type ContentReader } from './same-content.ts';
import { shownTime } from './shown-entry.ts';
import { comparePaths, joinPath, walkTree } from './tree-path.ts';

/** What about an entry that is in both is not the same. */
export type Change = 'content' | 'mode' | 'owner' | 'times' | 'type' | 'target';

export interface Difference {
  readonly path: string;
  readonly pathBytes: string;
  readonly kind: 'added' | 'changed' | 'deleted';
  readonly type: TreeEntry['type'];
  /** What is not the same, of a changed one. */
  readonly changes?: readonly Change[];
  /** Bytes before and after, of files. */
  readonly sizeBefore?: number;
  readonly sizeAfter?: number;
  readonly modifiedAt: string;
}

/** Counts are of entries, bytes of the files among them. */
export interface ComparisonTotals {
  readonly added: number;
  readonly changed: number;
  readonly deleted: number;
  readonly addedBytes: number;
  readonly deletedBytes: number;
  /** Pages of folders that both share, and that nobody had to read. */
  readonly sharedPages: number;
}

export interface Comparison {
  readonly differences: readonly Difference[];
  readonly totals: ComparisonTotals;
  /** There are more than `limit`: the path to go on after, base64. */
  readonly next?: string;
}

export interface CompareOptions {
  /** Only what lies below; the whole by default. */
  readonly below?: Uint8Array;
  readonly after?: Uint8Array;
  readonly limit: number;
}

/** One of the two snapshots, with its files readable. */
export interface Side {
  readonly snapshot: OpenSnapshot;
  readonly content: ContentReader;
}

/**
 * Compares two snapshots in the order of their trees. Pages that both share are not read, so it costs what has changed
 * and not what there is.
 */
export async function compare(before: Side, after: Side, options: CompareOptions): Promise<Comparison> {
  return await new Comparing(before, after, options).run();
}

type Pages = readonly Buffer[];

class Comparing {
  readonly #before: Side;
  readonly #after: Side;
  readonly #options: CompareOptions;
  readonly #passed: Buffer | undefined;
  readonly #differences: Difference[] = [];
  readonly #totals = { added: 0, changed: 0, deleted: 0, addedBytes: 0, deletedBytes: 0, sharedPages: 0 };
  #isMore = false;

  constructor(before: Side, after: Side, options: CompareOptions) {
    this.#before = before;
    this.#after = after;
    this.#options = options;
    this.#passed = options.after && cleanPath(options.after);
  }

  async run(): Promise<Comparison> {
    const below = cleanPath(this.#options.below ?? Buffer.alloc(0));
    if (below.length === 0)
      await this.#folders(this.#before.snapshot.body.root, this.#after.snapshot.body.root, below, 0);
    else {
      const [old, now] = await Promise.all(
        [this.#before, this.#after].map(({ snapshot: { reader, body } }) => entryAt(reader, body.root, below)),
      );
      if (!old && !now) throw new VaultError('path-missing', `Neither snapshot has anything at '${below.toString()}'`);
      await this.#pair(old, now, below, 0);
    }
    const last = this.#differences.at(-1);
    const totals = { ...this.#totals };
    const differences = this.#differences;
    return { differences, totals, ...(this.#isMore && last && { next: last.pathBytes }) };
  }

  async #folders(old: Pages, now: Pages, folder: Buffer, depth: number): Promise<void> {
    if (depth > MAX_DEPTH) throw new VaultError('malformed', 'The folders of the snapshot are nested too deep');
    await this.#before.snapshot.guard.check();
    await this.#after.snapshot.guard.check();
    for (const [oldPages, newPages] of this.#unshared(old, now)) {
      const left = this.#before.snapshot.reader.entries(oldPages);
      const right = this.#after.snapshot.reader.entries(newPages);
      for await (const [a, b] of merge(left, right)) {
        await this.#pair(a, b, joinPath(folder, (a ?? (b as TreeEntry)).name), depth);
      }
    }
  }

  /**
   * Cuts two lists of pages at those that they share. A page that is in both holds the same names, all of them behind
   * those of the pages before it: so what lies between two shared pages can only match what lies between the same two.
   */
  *#unshared(old: Pages, now: Pages): Generator<[Pages, Pages]> {
    const places = new Map(old.map((page, at) => [page.toString('latin1'), at]));
    let [oldFrom, newFrom] = [0, 0];
    for (const [at, page] of now.entries()) {
      const place = places.get(page.toString('latin1'));
      if (place === undefined || place < oldFrom) continue;
      this.#totals.sharedPages++;
      if (place > oldFrom || at > newFrom) yield [old.slice(oldFrom, place), now.slice(newFrom, at)];
      [oldFrom, newFrom] = [place + 1, at + 1];
    }
    if (oldFrom < old.length || newFrom < now.length) yield [old.slice(oldFrom), now.slice(newFrom)];
  }

  async #pair(a: TreeEntry | undefined, b: TreeEntry | undefined, path: Buffer, depth: number): Promise<void> {
    if (a && b && a.type === b.type) {
      const changes = await this.#changes(a, b);
      if (changes.length > 0) this.#tell('changed', path, b, a, changes);
      if (a.type === 'folder' && b.type === 'folder') await this.#folders(a.nodes, b.nodes, path, depth + 1);
      return;
    }
    if (a && b) this.#tell('changed', path, b, a, ['type']);
    if (a) await this.#all('deleted', this.#before, path, a, b === undefined);
    if (b) await this.#all('added', this.#after, path, b, a === undefined);
  }

  /** An entry that only one side has, and everything in it. */
  async #all(kind: 'added' | 'deleted', side: Side, path: Buffer, entry: TreeEntry, itself: boolean): Promise<void> {
    if (itself) this.#tell(kind, path, entry);
    if (entry.type !== 'folder') return;
    const { reader, guard } = side.snapshot;
    for await (const item of walkTree(reader, entry.nodes, path, () => guard.check())) {
      this.#tell(kind, item.path, item.entry);
    }
  }

  async #changes(a: TreeEntry, b: TreeEntry): Promise<Change[]> {
    const changes: Change[] = [];
    if (a.type === 'file' && b.type === 'file' && !(await this.#isSame(a, b))) changes.push('content');
    if (a.type === 'link' && b.type === 'link' && !a.target.equals(b.target)) changes.push('target');
    if (a.mode !== b.mode) changes.push('mode');
    if (a.uid !== b.uid || a.gid !== b.gid) changes.push('owner');
    // That a folder has new times follows from what was added to it or taken away.
    if (a.mtimeNs !== b.mtimeNs && a.type !== 'folder') changes.push('times');
    return changes;
  }

  #isSame(a: FileEntry, b: FileEntry): Promise<boolean> {
    const [before, after] = [this.#before, this.#after];
    return hasSameContent(
      { domain: before.snapshot.domain.id, entry: a, content: before.content },
      { domain: after.snapshot.domain.id, entry: b, content: after.content },
    );
  }

  #tell(
    kind: Difference['kind'],
    path: Buffer,
    entry: TreeEntry,
    before?: TreeEntry,
    changes?: readonly Change[],
  ): void {
    this.#totals[kind]++;
    const old = before ?? (kind === 'deleted' ? entry : undefined);
    const now = kind === 'deleted' ? undefined : entry;
    if (kind === 'added' && entry.type === 'file') this.#totals.addedBytes += entry.size;
    if (kind === 'deleted' && entry.type === 'file') this.#totals.deletedBytes += entry.size;
    if (this.#passed && comparePaths(path, this.#passed) <= 0) return;
    if (this.#differences.length === this.#options.limit) return void (this.#isMore = true);
    this.#differences.push({
      path: path.toString('utf8'),
      pathBytes: path.toString('base64'),
      kind,
      type: entry.type,
      ...(changes && { changes }),
      ...(old?.type === 'file' && { sizeBefore: old.size }),
      ...(now?.type === 'file' && { sizeAfter: now.size }),
      modifiedAt: shownTime(entry.mtimeNs),
    });
  }
}

type Pair = readonly [TreeEntry | undefined, TreeEntry | undefined];

/** Brings two lists of entries together by their names. */
async function* merge(left: AsyncGenerator<TreeEntry>, right: AsyncGenerator<TreeEntry>): AsyncGenerator<Pair> {
  let [a, b] = [await left.next(), await right.next()];
  while (!a.done || !b.done) {
    const order = a.done ? 1 : b.done ? -1 : Buffer.compare(a.value.name, b.value.name);
    yield [order <= 0 ? a.value : undefined, order >= 0 ? b.value : undefined] as Pair;
    if (order <= 0) a = await left.next();
    if (order >= 0) b = await right.next();
  }
}

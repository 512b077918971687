import type { ContentStream } from './content-stream.ts';
import type { ChunkRegistry } from './chunk-registry.ts';
import { VaultError } from '../errors.ts';
import type { KeyGuard } from '../key-guard.ts';
import type { Problem } from '../format/manifest.ts';
import { ParentCursor } from './parent-cursor.ts';
import type { Progress } from '../progress.ts';
import { SourceError, type Source, type SourceEntry, type SourceFile, type SourcePath } from '../sources/source.ts';
import type { NodeReader } from '../tree-reader.ts';
import { endsPage, type TreeWriter } from './tree-writer.ts';
import type { Extent, FileEntry, TreeEntry } from '../format/tree.ts';

/** Files up to here share chunks. */
const SMALL_FILE = 256 << 10;
/** How long the walk may keep other work of this thread waiting. */
const YIELD_AFTER_MS = 10;

export interface WalkOptions {
  readonly source: Source;
  readonly registry: ChunkRegistry;
  readonly tree: TreeWriter;
  readonly parentTree: NodeReader;
  readonly small: ContentStream;
  readonly large: ContentStream;
  readonly guard: KeyGuard;
  readonly progress: Progress;
}

type SourceFileEntry = Extract<SourceEntry, { readonly type: 'file' }>;
/** An entry that may have to wait for the chunk its file ends in. In an object, so that `await` does not wait for it. */
interface Pending<T> {
  readonly value: T | Promise<T>;
}

/** Walks a source once, reads what is new, and writes the tree. Counts what it meets. */
export class Walk {
  files = 0;
  folders = 0;
  links = 0;
  bytes = 0;
  unchangedFiles = 0;
  /** Files that the parent has as well, by their paths; and how many of these could not be kept now. */
  knownFiles = 0;
  lostFiles = 0;
  readBytes = 0;
  readonly problems: Problem[] = [];
  readonly warnings: string[] = [];
  readonly #options: WalkOptions;
  /** Files with several names, by device and inode: read once. */
  readonly #linked = new Map<string, Pending<FileEntry>>();
  #yieldedMs = performance.now();

  constructor(options: WalkOptions) {
    this.#options = options;
  }

  /** Answers the ids of the root's nodes. */
  async run(parentRoot: readonly Buffer[] | undefined): Promise<readonly Buffer[]> {
    const root = await this.#folder(Buffer.alloc(0), parentRoot).catch((error: unknown) => {
      if (!(error instanceof SourceError)) throw error;
      throw new VaultError('source-failed', `The source itself is ${error.code}`, error);
    });
    await this.#options.small.flush();
    return await root.nodes;
  }

  /** The nodes come in an object, since they are ready only when the last small file below has its chunk. */
  async #folder(
    path: SourcePath,
    parentNodes: readonly Buffer[] | undefined,
  ): Promise<{ nodes: Promise<Buffer[]>; isEmpty: boolean }> {
    const { source, tree, parentTree } = this.#options;
    const warn = (text: string): void => void this.warnings.push(text);
    const cursor = parentNodes && new ParentCursor(parentTree, parentNodes, warn);
    const pages: Promise<readonly Buffer[]>[] = [];
    let page: (TreeEntry | Promise<TreeEntry>)[] = [];
    const endPage = (): void => {
      if (page.length === 0) return;
      const ended = Promise.all(page.map((entry) => Promise.resolve(entry))).then((entries) => tree.page(entries));
      // It is awaited with its folder; until then a failure must not count as unhandled.
      ended.catch(() => undefined);
      pages.push(ended);
      page = [];
    };
    for (const name of await source.list(path)) {
      if (this.#isLate()) await this.#breathe();
      const child = path.length === 0 ? name : Buffer.concat([path, Buffer.from('/'), name]);
      const entry = await this.#entry(child, await cursor?.seek(name));
      if (!entry) continue;
      page.push(entry.value);
      if (endsPage(name, page.length)) endPage();
    }
    endPage();
    const nodes = Promise.all(pages).then((ids) => ids.flat());
    nodes.catch(() => undefined);
    return { nodes, isEmpty: pages.length === 0 };
  }

  async #entry(path: SourcePath, before: TreeEntry | undefined): Promise<Pending<TreeEntry> | undefined> {
    try {
      const entry = await this.#options.source.entry(path);
      if (entry.type === 'file') return await this.#file(path, entry, before);
      if (entry.type === 'link') {
        this.links++;
        return { value: await this.#withAttributes(path, entry) };
      }
      const parentNodes = before?.type === 'folder' ? before.nodes : undefined;
      const { passThrough, ...own } = entry;
      const { nodes, isEmpty } = await this.#folder(path, parentNodes);
      if (passThrough === true && isEmpty) return undefined;
      this.folders++;
      const described = await this.#withAttributes(path, own);
      const value = nodes.then((ids): TreeEntry => ({ ...described, nodes: ids }));
      value.catch(() => undefined);
      return { value };
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      this.problems.push({ path, code: error.code });
      // It is there, only not to be kept: nobody may take it for gone.
      if (before?.type === 'file' && error.code !== 'vanished') this.lostFiles++;
      return undefined;
    }
  }

  async #file(path: SourcePath, entry: SourceFileEntry, before: TreeEntry | undefined): Promise<Pending<FileEntry>> {
    const { progress } = this.#options;
    const group = entry.links > 1 ? `${entry.device}:${entry.inode}` : undefined;
    const read = group === undefined ? undefined : this.#linked.get(group);
    let file: Pending<FileEntry>;
    if (read) {
      this.#count(entry.size ?? 0);
      file = { value: Promise.resolve(read.value).then((other) => ({ ...other, name: entry.name })) };
    } else file = this.#unchanged(entry, before) ?? (await this.#read(path, entry));
    if (group !== undefined && !read) this.#linked.set(group, file);
    this.files++;
    if (before?.type === 'file') this.knownFiles++;
    progress.files++;
    progress.tell('read');
    return file;
  }

  /** What the parent has of the file, if it is the same and all of its chunks are there. */
  #unchanged(entry: SourceFileEntry, before: TreeEntry | undefined): Pending<FileEntry> | undefined {
    if (before?.type !== 'file' || before.changedWhileRead || !isSame(entry, before)) return undefined;
    for (const { chunk } of before.extents) if (!this.#options.registry.use(chunk)) return undefined;
    this.unchangedFiles++;
    this.#count(before.size);
    const { attributes: _, ...own } = entry;
    const { size, extents, attributes } = before;
    return { value: { ...own, size, extents, changedWhileRead: false, ...(attributes && { attributes }) } };
  }

  /** What changes an attribute changes the time of the entry: that of an unchanged file is not asked for again. */
  async #withAttributes<T extends SourceEntry>(path: SourcePath, entry: T): Promise<T> {
    const more = (await this.#options.source.attributes?.(path)) ?? [];
    return more.length === 0 ? entry : { ...entry, attributes: [...(entry.attributes ?? []), ...more] };
  }

  async #read(path: SourcePath, entry: SourceFileEntry): Promise<Pending<FileEntry>> {
    const before = this.bytes;
    for (let attempt = 1; ; attempt++) {
      this.#count(before - this.bytes);
      const now = attempt === 1 ? entry : await this.#options.source.entry(path);
      if (now.type !== 'file') throw new SourceError('vanished');
      const { extents, size, after } = await this.#readOnce(path, now.size);
      const isAsBefore = after.type === 'file' && size === now.size && isSame(now, after);
      const changed = now.size !== undefined && !isAsBefore;
      if (changed && attempt === 1) continue;
      if (changed) this.problems.push({ path, code: 'changed-while-read' });
      const described = await this.#withAttributes(path, now);
      return { value: extents.then((list) => ({ ...described, size, extents: list, changedWhileRead: changed })) };
    }
  }

  async #readOnce(
    path: SourcePath,
    expected: number | undefined,
  ): Promise<{ extents: Promise<readonly Extent[]>; size: number; after: SourceEntry }> {
    const file = await this.#options.source.open(path);
    const isSmall = expected !== undefined && expected <= SMALL_FILE;
    const stream = isSmall ? this.#options.small : this.#options.large;
    const extents = stream.begin();
    let size = 0;
    try {
      // What cannot be read to its end does not count.
      const before = this.bytes;
      size = await this.#copy(file, stream, expected ?? Infinity).catch((error: unknown) => {
        this.#count(before - this.bytes);
        throw error;
      });
      return { extents, size, after: await file.entry() };
    } finally {
      await stream.end();
      if (!isSmall) await stream.flush();
      await file.close();
    }
  }

  #count(bytes: number): void {
    this.bytes += bytes;
    this.#options.progress.bytes += bytes;
  }

  /** Reads up to the size that was seen, so that a file that grows without end does not hold the run. */
  async #copy(file: SourceFile, stream: ContentStream, expected: number): Promise<number> {
    let size = 0;
    while (size < expected) {
      const room = await stream.room(Math.min(SMALL_FILE, expected - size));
      const length = await file.read(room.subarray(0, expected - size));
      if (length === 0) break;
      stream.wrote(length);
      size += length;
      this.readBytes += length;
      this.#count(length);
      this.#options.progress.tell('read');
      if (this.#isLate()) await this.#breathe();
    }
    return size;
  }

  #isLate(): boolean {
    return performance.now() - this.#yieldedMs >= YIELD_AFTER_MS;
  }

  /** Lets timers and messages through, and the guard look at clock and signal. */
  async #breathe(): Promise<void> {
    await this.#options.guard.check();
    await new Promise((resolve) => setImmediate(resolve));
    this.#yieldedMs = performance.now();
  }
}

function isSame(a: SourceFileEntry, b: Omit<SourceFileEntry, 'name'>): boolean {
  if (a.size === undefined) return false;
  return a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs && a.inode === b.inode;
}

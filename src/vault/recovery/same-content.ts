import { partOf } from '../format/extent-nodes.ts';
import { createOpener } from '../restore/opener.ts';
import { ChunkFetcher } from '../restore/chunk-fetcher.ts';
import type { KeyRing } from '../key-ring.ts';
import type { Repository } from '../repository.ts';
import type { Extent, FileEntry } from '../format/tree.ts';
import type { OpenSnapshot } from './open-snapshot.ts';

/** Files up to this many bytes are read where extents alone do not tell: small files move from one chunk to another. */
const MAX_READ = 16 << 20;

/** Whether two files are the same ranges of the same chunks, and so certainly the same bytes. */
export function hasSameExtents(a: FileEntry, b: FileEntry): boolean {
  return (
    a.size === b.size &&
    a.extents.length === b.extents.length &&
    a.extents.every(({ chunk, offset, length }, i) => {
      const other = b.extents[i] as Extent;
      return other.chunk.equals(chunk) && other.offset === offset && other.length === length;
    })
  );
}

/** Reads the content of files of one snapshot. */
export class ContentReader {
  readonly #fetcher: ChunkFetcher;

  constructor(repository: Repository, ring: KeyRing, { domain, index }: OpenSnapshot) {
    this.#fetcher = new ChunkFetcher(repository, ring, createOpener(domain.chunkIdKey, 0), index);
  }

  /** The content of a file, verified. For files that fit into memory. */
  async read({ extents }: FileEntry): Promise<Buffer> {
    const ids = new Map(extents.map(({ chunk }) => [chunk.toString('latin1'), chunk]));
    const { chunks } = await this.#fetcher.fetch([...ids.values()]);
    return Buffer.concat(
      extents.map((extent) => partOf(chunks.get(extent.chunk.toString('latin1')) as Buffer, extent)),
    );
  }
}

/** A file of a snapshot, and how to read it. */
export interface ReadableFile {
  /** The domain of the snapshot: only within one the same content has the same extents. */
  readonly domain: string;
  readonly entry: FileEntry;
  readonly content: ContentReader;
}

/**
 * Whether two files have the same content. Where the extents differ and the sizes do not, files of up to 16 MiB are
 * read; of longer ones other extents are taken for another content, since long files are cut by their content. In
 * different vaults nothing has the same extents: there a file that kept its size and time is taken for the same, as a
 * backup does.
 */
export async function hasSameContent(a: ReadableFile, b: ReadableFile): Promise<boolean> {
  if (a.entry.size !== b.entry.size) return false;
  if (a.domain === b.domain && hasSameExtents(a.entry, b.entry)) return true;
  if (a.domain !== b.domain && a.entry.mtimeNs === b.entry.mtimeNs) return true;
  if (a.entry.size > MAX_READ) return false;
  return (await a.content.read(a.entry)).equals(await b.content.read(b.entry));
}

import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import { openCacheFile } from './cache-file.ts';
import type { ChunkEntry } from './format/format.ts';
import { VaultError } from './errors.ts';
import type { IndexObject } from './format/index-object.ts';
import { inTransaction } from './in-transaction.ts';
import { NEEDS_SCHEMA, NeedsTable } from './needs-table.ts';

/** Bumped when the tables change: an older cache is thrown away and built again. */
const SCHEMA_VERSION = 2;
const SCHEMA = `
  PRAGMA synchronous = OFF;
  PRAGMA cache_size = -65536;
  PRAGMA temp_store = FILE;
  CREATE TABLE IF NOT EXISTS indexes (n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, key TEXT);
  CREATE TABLE IF NOT EXISTS packs (n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT, key TEXT, length INTEGER, source INTEGER, writer TEXT, present INTEGER, UNIQUE (id, source));
  CREATE TABLE IF NOT EXISTS chunks (id BLOB, pack INTEGER, kind INTEGER, codec INTEGER, start INTEGER, stored INTEGER, plain INTEGER, PRIMARY KEY (id, pack)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS revisions (key TEXT PRIMARY KEY, revision INTEGER);
  CREATE TABLE IF NOT EXISTS objects (name TEXT PRIMARY KEY, bytes BLOB);
  CREATE TABLE IF NOT EXISTS heads (writer TEXT PRIMARY KEY, sequence INTEGER, digest TEXT);
  ${NEEDS_SCHEMA}
`;

const PACKS =
  'SELECT p.n, p.id, p.key AS keyId, p.length, p.writer, i.id AS indexId, i.key AS indexKeyId FROM packs p JOIN indexes i ON i.n = p.source';

/** Where a chunk lies. `pack` numbers the pack in this cache. */
export interface Location {
  readonly pack: number;
  readonly entry: ChunkEntry;
}

export interface CachedPack {
  readonly id: string;
  readonly keyId: string;
  readonly length: number;
  /** The index object that tells of it. */
  readonly indexId: string;
  readonly indexKeyId: string;
  /** Who has signed that index object. */
  readonly writer: string;
}

/** The newest snapshot of a writer that this machine has seen. */
export interface KnownHead {
  readonly writer: string;
  readonly sequence: number;
  readonly digest: string;
}

/** Where chunks lie, and in which packs. */
export interface ChunkIndex {
  find(id: Uint8Array): Location | undefined;
  /** @throws {VaultError} `chunk-missing`: the index that told of it has gone from the store since */
  pack(n: number): CachedPack;
}

interface ChunkRow {
  readonly pack: number;
  readonly kind: number;
  readonly codec: number;
  readonly start: number;
  readonly stored: number;
  readonly plain: number;
}

/** Where the chunks of one snapshot lie. */
export interface SnapshotIndex extends ChunkIndex {
  /** Each place of a chunk: several packs may have it, and several index objects may tell of one. */
  findAll(id: Uint8Array): readonly Location[];
}

/**
 * What the index objects of one vault say, on this machine's disk: chunk ids and places, no contents, no keys. It can
 * be thrown away at any time. It also remembers the highest revisions and newest snapshots seen, so that a store that
 * goes back in time is found.
 */
export class IndexCache implements ChunkIndex {
  /** What snapshots need, as this machine remembers it. */
  readonly needs: NeedsTable;
  readonly #database: DatabaseSync;
  readonly #find: StatementSync;
  readonly #findAll: StatementSync;
  readonly #findTrusted: StatementSync;
  readonly #findAllTrusted: StatementSync;
  readonly #pack: StatementSync;
  readonly #writer: string;

  /**
   * Opens the cache of a vault in a folder; `undefined` keeps it in memory. Several processes may have it open at once.
   * Only what `writer` has written itself is found by {@link findTrusted}.
   */
  constructor(folder: string | undefined, vaultId: string, writer: string | undefined) {
    this.#database = openCacheFile(folder, `${vaultId}.v${SCHEMA_VERSION}.sqlite`, SCHEMA);
    this.needs = new NeedsTable(this.#database);
    this.#writer = writer ?? '';
    const columns = 'SELECT c.pack, c.kind, c.codec, c.start, c.stored, c.plain FROM chunks c';
    const joined = 'JOIN packs p ON p.n = c.pack WHERE c.id = ? AND p.present = 1';
    this.#find = this.#database.prepare(`${columns} ${joined} LIMIT 1`);
    this.#findAll = this.#database.prepare(
      `${columns.replace('FROM', ', p.source, p.id AS packId FROM')} JOIN packs p ON p.n = c.pack WHERE c.id = ? ORDER BY p.present DESC`,
    );
    this.#findTrusted = this.#database.prepare(`${columns} ${joined} AND p.writer = ? LIMIT 1`);
    this.#findAllTrusted = this.#database.prepare(`${columns} ${joined} AND p.writer = ?`);
    this.#pack = this.#database.prepare(`${PACKS} WHERE p.n = ?`);
  }

  /** Ids of the index objects that are in the cache. */
  indexIds(): Set<string> {
    return new Set(
      this.#database
        .prepare('SELECT id FROM indexes')
        .all()
        .map((row) => row['id'] as string),
    );
  }

  /** The data key that an index object of the cache is under. */
  indexKey(id: string): string | undefined {
    return this.#database.prepare('SELECT key FROM indexes WHERE id = ?').get(id)?.['key'] as string | undefined;
  }

  /** Takes an index object in, all of it or nothing. */
  add(index: Pick<IndexObject, 'id' | 'keyId' | 'writer' | 'packs'>): void {
    inTransaction(this.#database, () => {
      const { lastInsertRowid, changes } = this.#database
        .prepare('INSERT OR IGNORE INTO indexes (id, key) VALUES (?, ?)')
        .run(index.id, index.keyId);
      // Another process has brought it in meanwhile.
      if (changes === 0) return;
      const addPack = this.#database.prepare(
        'INSERT OR IGNORE INTO packs (id, key, length, source, writer, present) VALUES (?, ?, ?, ?, ?, 1)',
      );
      const addChunk = this.#database.prepare('INSERT OR IGNORE INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?)');
      for (const pack of index.packs) {
        const added = addPack.run(pack.id, pack.keyId, pack.length, lastInsertRowid, index.writer);
        if (added.changes === 0) continue;
        for (const { id, kind, codec, offset, stored, plain } of pack.entries) {
          addChunk.run(id, added.lastInsertRowid, kind, codec, offset, stored, plain);
        }
      }
    });
  }

  /** Forgets an index object that the store does not have any more, and every chunk that only it told of. */
  remove(indexId: string): void {
    inTransaction(this.#database, () => {
      const mine = '(SELECT n FROM packs WHERE source = (SELECT n FROM indexes WHERE id = ?))';
      this.#database.prepare(`DELETE FROM chunks WHERE pack IN ${mine}`).run(indexId);
      this.#database.prepare(`DELETE FROM packs WHERE n IN ${mine}`).run(indexId);
      this.#database.prepare('DELETE FROM indexes WHERE id = ?').run(indexId);
    });
  }

  /** The number of the pack that came in last; 0 where there is none. */
  newestPack(): number {
    return (this.#database.prepare('SELECT max(n) AS n FROM packs').get()?.['n'] as number | null) ?? 0;
  }

  /**
   * Marks which packs the store has: chunks of the others are not found, so a later run writes them again. Looks only at
   * packs up to the one that was the newest before the store was listed: what another run has put since is not in the list.
   */
  setPresent(packs: ReadonlyMap<string, number>, upTo: number): void {
    const rows = this.#database.prepare('SELECT n, id, length, present FROM packs WHERE n <= ?').all(upTo);
    const mark = this.#database.prepare('UPDATE packs SET present = ? WHERE n = ?');
    inTransaction(this.#database, () => {
      for (const row of rows) {
        const present = packs.get(row['id'] as string) === row['length'] ? 1 : 0;
        if (present !== row['present']) mark.run(present, row['n'] as number);
      }
    });
  }

  /** Lets chunks be found in these packs alone: for who cannot list what the store has. */
  trustOnly(packs: ReadonlySet<string>): void {
    const rows = this.#database.prepare('SELECT n, id, present FROM packs').all();
    const mark = this.#database.prepare('UPDATE packs SET present = ? WHERE n = ?');
    inTransaction(this.#database, () => {
      for (const row of rows) {
        const present = packs.has(row['id'] as string) ? 1 : 0;
        if (present !== row['present']) mark.run(present, row['n'] as number);
      }
    });
  }

  find(id: Uint8Array): Location | undefined {
    return location(id, this.#find.get(id));
  }

  /**
   * As it is for a snapshot that names these index objects and packs. What others claim of the same chunks does not count:
   * another writer could have signed anything. A pack that was missing when the store was last listed is named all the
   * same, after those that were there: it may have been brought back since.
   */
  within(indexIds: Iterable<string>, packIds: Iterable<string>): SnapshotIndex {
    const packs = new Set(packIds);
    const number = this.#database.prepare('SELECT n FROM indexes WHERE id = ?');
    const sources = new Set(Array.from(indexIds, (id) => number.get(id)?.['n']));
    const isIts = (row: Readonly<Record<string, SQLOutputValue>>): boolean =>
      sources.has(row['source']) && packs.has(row['packId'] as string);
    return {
      find: (id) => location(id, this.#findAll.all(id).find(isIts)),
      findAll: (id) => this.#findAll.all(id).flatMap((row) => (isIts(row) ? [location(id, row) as Location] : [])),
      pack: (n) => this.pack(n),
    };
  }

  /** As {@link find}, among what this writer has written itself. */
  findTrusted(id: Uint8Array): Location | undefined {
    return location(id, this.#findTrusted.get(id, this.#writer));
  }

  /** Every place of a chunk among what this writer has written itself. */
  findAllTrusted(id: Uint8Array): Location[] {
    return this.#findAllTrusted.all(id, this.#writer).map((row) => location(id, row) as Location);
  }

  /** @throws {VaultError} `chunk-missing`: the index that told of it has gone from the store since */
  pack(n: number): CachedPack {
    const found = this.#pack.get(n) as unknown as CachedPack | undefined;
    if (found === undefined)
      throw new VaultError('chunk-missing', 'The index of a pack in use was taken from the store');
    return found;
  }

  /** Every pack that an index object tells of; one that several tell of comes as often. */
  packs(): IterableIterator<CachedPack & { readonly n: number }> {
    return this.#database.prepare(PACKS).iterate() as IterableIterator<CachedPack & { readonly n: number }>;
  }

  /** What each index object says that tells of a pack. */
  tellings(id: string): (CachedPack & { readonly n: number })[] {
    const rows = this.#database.prepare(`${PACKS} WHERE p.id = ? ORDER BY p.n`).all(id);
    return rows as unknown as (CachedPack & { readonly n: number })[];
  }

  /** The chunks of a pack, in the order in which they lie there. */
  chunksOf(n: number): ChunkEntry[] {
    const rows = this.#database
      .prepare('SELECT id, pack, kind, codec, start, stored, plain FROM chunks WHERE pack = ? ORDER BY start')
      .all(n);
    return rows.map((row) => (location(row['id'] as Uint8Array, row) as Location).entry);
  }

  /** The number of a pack that this writer has written. @throws {VaultError} as {@link pack} */
  packNumber(id: string): number {
    const row = this.#database.prepare('SELECT n FROM packs WHERE id = ? AND writer = ? LIMIT 1').get(id, this.#writer);
    if (row === undefined) throw new VaultError('chunk-missing', `The index of pack ${id} was taken from the store`);
    return row['n'] as number;
  }

  knownRevision(key: string): number {
    const row = this.#database.prepare('SELECT revision FROM revisions WHERE key = ?').get(key);
    return (row?.['revision'] as number | undefined) ?? 0;
  }

  rememberRevision(key: string, revision: number): void {
    this.#database
      .prepare(
        'INSERT INTO revisions VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET revision = max(revision, excluded.revision)',
      )
      .run(key, revision);
  }

  /** The highest revisions seen of everything whose name begins so. */
  knownRevisions(prefix: string): ReadonlyMap<string, number> {
    const rows = this.#database
      .prepare('SELECT key, revision FROM revisions WHERE substr(key, 1, ?) = ?')
      .all(prefix.length, prefix);
    return new Map(rows.map((row) => [row['key'] as string, row['revision'] as number]));
  }

  /** A small object of the store that was kept here. Its reader verifies it again each time. */
  object(name: string): Buffer | undefined {
    const row = this.#database.prepare('SELECT bytes FROM objects WHERE name = ?').get(name);
    return row && Buffer.from(row['bytes'] as Uint8Array);
  }

  keepObject(name: string, bytes: Uint8Array): void {
    this.#database.prepare('INSERT OR REPLACE INTO objects VALUES (?, ?)').run(name, bytes);
  }

  knownHeads(): KnownHead[] {
    return this.#database.prepare('SELECT writer, sequence, digest FROM heads').all() as unknown as KnownHead[];
  }

  rememberHead(head: KnownHead): void {
    this.#database
      .prepare(
        `INSERT INTO heads VALUES (?, ?, ?) ON CONFLICT (writer) DO UPDATE
         SET sequence = excluded.sequence, digest = excluded.digest WHERE excluded.sequence > sequence`,
      )
      .run(head.writer, head.sequence, head.digest);
  }

  close(): void {
    this.#database.close();
  }
}

function location(id: Uint8Array, row: unknown): Location | undefined {
  if (row === undefined) return undefined;
  const { pack, kind, codec, start, stored, plain } = row as ChunkRow;
  return { pack, entry: { id: Buffer.from(id), kind, codec, offset: start, stored, plain } };
}

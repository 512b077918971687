import type { DatabaseSync } from 'node:sqlite';
import { openCacheFile } from '../cache-file.ts';
import { VaultError } from '../errors.ts';
import { withExtents } from '../format/extent-nodes.ts';
import type { NeededKey } from '../format/manifest.ts';
import type { HeldKey } from '../format/object-key.ts';
import type { NodeReader } from '../tree-reader.ts';
import { inTransaction } from '../in-transaction.ts';
import { decodeNode } from '../format/tree.ts';

const VERSION = 1;
const SCHEMA = `
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS nodes (domain TEXT, id BLOB, node BLOB, run TEXT, PRIMARY KEY (domain, id)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS keys (id TEXT PRIMARY KEY, purpose TEXT, commitment TEXT);
  CREATE TABLE IF NOT EXISTS snapshots (id TEXT PRIMARY KEY, domain TEXT, sequence INTEGER, root BLOB, packs TEXT);
  CREATE TABLE IF NOT EXISTS packs (id TEXT PRIMARY KEY, since INTEGER);
`;
const NODE_ID = 32;

/** A snapshot that this host has made, as it is remembered here. */
export interface RememberedSnapshot {
  readonly id: string;
  readonly domain: string;
  readonly sequence: number;
  /** Ids of the root's nodes. */
  readonly root: readonly Buffer[];
  /** Its reference list: packs, hexadecimal. */
  readonly packs: readonly string[];
}

/**
 * What a host that may only write keeps of its own backups, since it cannot read them back: the trees that the next run
 * compares with, which data keys there are (no key itself), which packs each
 * snapshot needs and since when they are there.
 * It tells names of files, as the host itself does. When it is lost, everything is read and written once more.
 */
export class WriterMemory {
  readonly #database: DatabaseSync;

  /** `undefined` keeps it in memory. Several processes may have it open at once. */
  constructor(folder: string | undefined, vaultId: string) {
    this.#database = openCacheFile(folder, `${vaultId}.memory.v${VERSION}.sqlite`, SCHEMA);
  }

  /** A tree node of the domain, for whoever compares with it. @throws {VaultError} `chunk-missing` */
  reader(domain: string): NodeReader {
    const find = this.#database.prepare('SELECT node FROM nodes WHERE domain = ? AND id = ?');
    const bytes = (id: Buffer): Buffer => {
      const row = find.get(domain, id);
      if (row === undefined) throw new VaultError('chunk-missing', 'This host does not remember a folder any more');
      return Buffer.from(row['node'] as Uint8Array);
    };
    return { node: async (id, after) => await withExtents(decodeNode(bytes(id), after), bytes) };
  }

  /** Keeps the nodes that a run writes. */
  nodes(domain: string, run: string): (id: Buffer, node: Buffer) => void {
    const keep = this.#database.prepare(
      'INSERT INTO nodes VALUES (?, ?, ?, ?) ON CONFLICT (domain, id) DO UPDATE SET run = excluded.run',
    );
    return (id, node) => void keep.run(domain, id, node, run);
  }

  /** Keeps that a data key was made. */
  rememberKey({ id, purpose, commitment }: HeldKey): void {
    this.#database.prepare('INSERT OR IGNORE INTO keys VALUES (?, ?, ?)').run(id, purpose, commitment.toString('hex'));
  }

  /** What heads say of a data key that this host has made. */
  key(id: string): NeededKey | undefined {
    return this.#database.prepare('SELECT id, purpose, commitment FROM keys WHERE id = ?').get(id) as
      | NeededKey
      | undefined;
  }

  /** Every snapshot that is remembered, oldest first. */
  snapshots(): RememberedSnapshot[] {
    const rows = this.#database.prepare('SELECT * FROM snapshots ORDER BY sequence').all();
    return rows.map((row) => {
      const root = Buffer.from(row['root'] as Uint8Array);
      return {
        id: row['id'] as string,
        domain: row['domain'] as string,
        sequence: row['sequence'] as number,
        root: Array.from({ length: root.length / NODE_ID }, (_, i) => root.subarray(i * NODE_ID, (i + 1) * NODE_ID)),
        packs: JSON.parse(row['packs'] as string) as string[],
      };
    });
  }

  /** A snapshot is there: of its domain, only the nodes of this run are needed from now on. */
  rememberSnapshot({ id, domain, sequence, root, packs }: RememberedSnapshot, run: string): void {
    inTransaction(this.#database, () => {
      this.#database
        .prepare('INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?, ?)')
        .run(id, domain, sequence, Buffer.concat(root), JSON.stringify(packs));
      this.#database.prepare('DELETE FROM nodes WHERE domain = ? AND run <> ?').run(domain, run);
    });
  }

  /** Snapshots that the store does not have any more are nothing to stand on. */
  forget(ids: readonly string[]): void {
    const forget = this.#database.prepare('DELETE FROM snapshots WHERE id = ?');
    inTransaction(this.#database, () => ids.forEach((id) => forget.run(id)));
  }

  /** A pack was put by a run that began at `sinceMs`, by the server's clock. */
  rememberPack(id: string, sinceMs: number): void {
    this.#database.prepare('INSERT OR IGNORE INTO packs VALUES (?, ?)').run(id, sinceMs);
  }

  /** Forgets packs that were put by runs that began before a moment of the server's clock. */
  forgetPacks(beforeMs: number): void {
    this.#database.prepare('DELETE FROM packs WHERE since < ?').run(beforeMs);
  }

  /** Packs that were put by runs that began after a moment of the server's clock. */
  packsSince(ms: number): string[] {
    const rows = this.#database.prepare('SELECT id FROM packs WHERE since >= ?').all(ms);
    return rows.map((row) => row['id'] as string);
  }

  close(): void {
    this.#database.close();
  }
}

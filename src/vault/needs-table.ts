import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Tables of {@link NeedsTable}. Ids have numbers, since a thousand snapshots name the same packs. */
export const NEEDS_SCHEMA = `
  CREATE TABLE IF NOT EXISTS names (n INTEGER PRIMARY KEY, id BLOB UNIQUE);
  CREATE TABLE IF NOT EXISTS needs (head TEXT PRIMARY KEY, packs BLOB, indexes BLOB, sealed BLOB);
`;

/** Reference lists as they are kept on this machine, and beside each what its owner has sealed. */
export interface KeptNeeds {
  /** Hexadecimal ids, in the order in which they were kept. */
  readonly packs: readonly string[];
  readonly indexes: readonly string[];
  readonly sealed: Buffer;
}

/** What snapshots need, by the digests of their heads. Nothing here vouches for it: who keeps it seals it. */
export class NeedsTable {
  readonly #database: DatabaseSync;
  readonly #number: StatementSync;
  readonly #id: StatementSync;
  readonly #find: StatementSync;
  readonly #keep: StatementSync;
  readonly #numbers = new Map<string, number>();
  readonly #ids = new Map<number, string>();

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#number = database.prepare(
      'INSERT INTO names (id) VALUES (?) ON CONFLICT (id) DO UPDATE SET id = excluded.id RETURNING n',
    );
    this.#id = database.prepare('SELECT id FROM names WHERE n = ?');
    this.#find = database.prepare('SELECT packs, indexes, sealed FROM needs WHERE head = ?');
    this.#keep = database.prepare('INSERT OR REPLACE INTO needs VALUES (?, ?, ?, ?)');
  }

  find(head: string): KeptNeeds | undefined {
    const row = this.#find.get(head);
    if (row === undefined) return undefined;
    const list = (column: string): string[] => Array.from(numbersOf(row[column] as Uint8Array), (n) => this.#idOf(n));
    return { packs: list('packs'), indexes: list('indexes'), sealed: Buffer.from(row['sealed'] as Uint8Array) };
  }

  keep(head: string, { packs, indexes, sealed }: KeptNeeds): void {
    this.#keep.run(head, this.#listOf(packs), this.#listOf(indexes), sealed);
  }

  /** Forgets every other snapshot. */
  keepOnly(heads: ReadonlySet<string>): void {
    const forget = this.#database.prepare('DELETE FROM needs WHERE head = ?');
    for (const { head } of this.#database.prepare('SELECT head FROM needs').all() as { head: string }[]) {
      if (!heads.has(head)) forget.run(head);
    }
  }

  #listOf(ids: readonly string[]): Uint8Array {
    return new Uint8Array(Uint32Array.from(ids, (id) => this.#numberOf(id)).buffer);
  }

  #numberOf(id: string): number {
    const known = this.#numbers.get(id);
    if (known !== undefined) return known;
    const n = this.#number.get(Buffer.from(id, 'hex'))?.['n'] as number;
    this.#numbers.set(id, n);
    return n;
  }

  /** One string for each id, however many lists have it. */
  #idOf(n: number): string {
    const known = this.#ids.get(n);
    if (known !== undefined) return known;
    const row = this.#id.get(n);
    const id = row === undefined ? '' : Buffer.from(row['id'] as Uint8Array).toString('hex');
    this.#ids.set(n, id);
    return id;
  }
}

function numbersOf(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(Uint8Array.from(bytes).buffer, 0, bytes.length >> 2);
}

import { DatabaseSync } from 'node:sqlite';
import type { DedupeDomain } from '../format/domain.ts';
import type { ChunkEntry } from '../format/format.ts';

/** A chunk as a restore would read it: where an index object says that it is, and by whose secrets it has its id. */
export interface UsedChunk {
  readonly entry: ChunkEntry;
  readonly domain: DedupeDomain;
}

const COLUMNS = 'pack, start, id, domain, kind, codec, stored, plain';

/** The chunks that snapshots use, each as often as it is told of differently; on disk: ten terabytes have forty million. */
export class UsedChunks {
  readonly #domains: DedupeDomain[] = [];
  readonly #database = new DatabaseSync('');
  readonly #add;
  readonly #of;

  constructor() {
    this.#database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF');
    this.#database.exec(
      `CREATE TABLE used (pack INTEGER, start INTEGER, id BLOB, domain INTEGER, kind INTEGER, codec INTEGER, stored INTEGER, plain INTEGER, PRIMARY KEY (${COLUMNS})) WITHOUT ROWID`,
    );
    this.#add = this.#database.prepare(`INSERT OR IGNORE INTO used (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#of = this.#database.prepare(`SELECT ${COLUMNS} FROM used WHERE pack = ? ORDER BY start`);
  }

  /** Makes a domain known. Answers the number that {@link add} takes. */
  addDomain(domain: DedupeDomain): number {
    const known = this.#domains.findIndex(({ id }) => id === domain.id);
    return known === -1 ? this.#domains.push(domain) - 1 : known;
  }

  /** `pack` is the number of a pack as one index object tells of it. */
  add(pack: number, { id, kind, codec, offset, stored, plain }: ChunkEntry, domain: number): void {
    this.#add.run(pack, offset, id, domain, kind, codec, stored, plain);
  }

  /** The chunks that are used of a pack, in the order in which they lie there. */
  *of(pack: number): Generator<UsedChunk, undefined> {
    for (const row of this.#of.iterate(pack)) {
      const { start: offset, kind, codec, stored, plain } = row as Record<string, number>;
      const entry = { id: Buffer.from(row['id'] as Uint8Array), kind, codec, offset, stored, plain } as ChunkEntry;
      yield { entry, domain: this.#domains[row['domain'] as number] as DedupeDomain };
    }
    return undefined;
  }

  close(): void {
    this.#database.close();
  }
}

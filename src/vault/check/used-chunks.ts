import { DatabaseSync } from 'node:sqlite';
import type { DedupeDomain } from '../format/domain.ts';

/** The chunks that snapshots use, with the domains that their ids are of; on disk: ten terabytes have forty million. */
export class UsedChunks {
  readonly #domains: DedupeDomain[] = [];
  readonly #database = new DatabaseSync('');
  readonly #add;
  readonly #find;

  constructor() {
    this.#database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF');
    this.#database.exec(
      'CREATE TABLE used (id BLOB, writer TEXT, domain INTEGER, PRIMARY KEY (id, writer)) WITHOUT ROWID',
    );
    this.#add = this.#database.prepare('INSERT OR IGNORE INTO used VALUES (?, ?, ?)');
    this.#find = this.#database.prepare('SELECT domain FROM used WHERE id = ? LIMIT 1');
  }

  /** Makes a domain known. Answers the number that {@link add} takes. */
  addDomain(domain: DedupeDomain): number {
    return this.#domains.push(domain) - 1;
  }

  /** Whether the chunk is new to this check. Two writers may have a chunk of the same id each: in packs of their own. */
  add(id: Buffer, domain: number, writer: string): boolean {
    return this.#add.run(id, writer, domain).changes === 1;
  }

  domainOf(id: Buffer): DedupeDomain | undefined {
    const number = this.#find.get(id)?.['domain'] as number | undefined;
    return number === undefined ? undefined : this.#domains[number];
  }

  close(): void {
    this.#database.close();
  }
}

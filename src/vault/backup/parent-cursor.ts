import { VaultError } from '../errors.ts';
import type { TreeEntry } from '../format/tree.ts';
import type { NodeReader } from '../tree-reader.ts';

/** Walks the entries of a folder of the parent snapshot beside those of the source, both in the order of names. */
export class ParentCursor {
  readonly #reader: NodeReader;
  readonly #nodes: readonly Buffer[];
  readonly #onDamage: (text: string) => void;
  #page: readonly TreeEntry[] = [];
  #next = 0;
  #at = 0;

  constructor(reader: NodeReader, nodes: readonly Buffer[], onDamage: (text: string) => void) {
    this.#reader = reader;
    this.#nodes = nodes;
    this.#onDamage = onDamage;
  }

  /** The entry of that name, if there was one. Names are asked for in ascending order. */
  async seek(name: Buffer): Promise<TreeEntry | undefined> {
    for (;;) {
      const entry = this.#page[this.#at];
      if (entry) {
        const order = Buffer.compare(entry.name, name);
        if (order === 0) return entry;
        if (order > 0) return undefined;
        this.#at++;
      } else if (!(await this.#turn())) return undefined;
    }
  }

  /** A parent that cannot be read costs time, not the run: its files are read again. */
  async #turn(): Promise<boolean> {
    const node = this.#nodes[this.#next++];
    if (!node) return false;
    this.#at = 0;
    try {
      this.#page = await this.#reader.node(node);
      return true;
    } catch (error) {
      if (!(error instanceof VaultError)) throw error;
      this.#next = this.#nodes.length;
      this.#page = [];
      this.#onDamage(error.message);
      return false;
    }
  }
}

import { VaultError } from '../errors.ts';
import { cleanPath, entryAt } from '../entry-at.ts';
import { pathPattern } from '../recovery/search.ts';
import type { TreeReader } from '../tree-reader.ts';

/** How much of what is at a path is wanted: it and all below; perhaps something below it; surely something; nothing. */
export type Wanted = 'whole' | 'perhaps' | 'way' | 'none';

/** Tells what of a snapshot is wanted: paths, and what fits a pattern. Without either, everything is. */
export class Selection {
  readonly paths: readonly Buffer[];
  readonly #patterns: readonly ((path: Buffer) => boolean)[];
  readonly #isAll: boolean;

  /** @throws {VaultError} `pattern-malformed` */
  constructor(paths?: readonly (Buffer | string)[], patterns?: readonly string[]) {
    this.paths = paths?.map(cleanPath) ?? [];
    this.#patterns = patterns?.map(pathPattern) ?? [];
    this.#isAll = paths === undefined && patterns === undefined;
  }

  get hasPatterns(): boolean {
    return this.#patterns.length > 0;
  }

  of(path: Buffer): Wanted {
    if (this.#isAll) return 'whole';
    let wanted: Wanted = this.#patterns.length > 0 ? 'perhaps' : 'none';
    for (const named of this.paths) {
      if (named.length === 0 || named.equals(path) || isBelow(path, named)) return 'whole';
      if (isBelow(named, path)) wanted = 'way';
    }
    return this.#patterns.some((fits) => fits(path)) ? 'whole' : wanted;
  }
}

function isBelow(path: Buffer, folder: Buffer): boolean {
  return path.length > folder.length && path[folder.length] === 0x2f && path.subarray(0, folder.length).equals(folder);
}

/** Refuses a selection that names what is not in the snapshot. @throws {VaultError} `path-missing` */
export async function checkSelection(reader: TreeReader, root: readonly Buffer[], selection: Selection): Promise<void> {
  for (const path of selection.paths) {
    if (path.length === 0 || (await entryAt(reader, root, path))) continue;
    throw new VaultError('path-missing', `The snapshot has nothing at '${path.toString()}'`);
  }
}

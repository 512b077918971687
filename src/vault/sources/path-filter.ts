import { parsePattern, type Pattern } from './pattern.ts';

/** What becomes of an item: kept with all below it, walked for what may be below it, or left out. */
export type Verdict = 'keep' | 'pass-through' | 'leave-out';

class Counted {
  readonly #pattern: Pattern;
  hits = 0;

  constructor(pattern: Pattern) {
    this.#pattern = pattern;
  }

  get text(): string {
    return this.#pattern.text;
  }

  matches(path: string, isFolder: boolean): boolean {
    const isHit = this.#pattern.matches(path, isFolder);
    if (isHit) this.hits++;
    return isHit;
  }

  mayMatchBelow(folder: string): boolean {
    return this.#pattern.mayMatchBelow(folder);
  }
}

/**
 * What of a source is wanted. Without patterns to include, everything is; what an exclude pattern matches is left out
 * with all below it, whatever includes say. Paths are latin1 text of their bytes.
 */
export class PathFilter {
  readonly #include: readonly Counted[];
  readonly #exclude: readonly Counted[];

  /** @throws {VaultError} `pattern-malformed` */
  constructor(include: readonly string[] | undefined, exclude: readonly string[] | undefined) {
    const counted = (text: string): Counted => new Counted(parsePattern(text));
    this.#include = (include ?? []).map(counted);
    this.#exclude = (exclude ?? []).map(counted);
  }

  /** Whether nothing is ever left out. */
  get isOpen(): boolean {
    return this.#include.length === 0 && this.#exclude.length === 0;
  }

  /** `isWanted`: whether the folder that it lies in is kept, and so everything in it. */
  verdict(path: string, isFolder: boolean, isWanted: boolean): Verdict {
    if (isHit(this.#exclude, path, isFolder)) return 'leave-out';
    if (this.#include.length === 0 || isHit(this.#include, path, isFolder) || isWanted) return 'keep';
    return isFolder && this.#include.some((pattern) => pattern.mayMatchBelow(path)) ? 'pass-through' : 'leave-out';
  }

  /** Whether a folder is kept for itself, or for one that it lies in. */
  isWanted(folder: string): boolean {
    if (this.#include.length === 0) return true;
    for (let end = folder.length; end > 0; end = folder.lastIndexOf('/', end - 1)) {
      if (this.#include.some((pattern) => pattern.matches(folder.slice(0, end), true))) return true;
    }
    return false;
  }

  /** What to tell when all has been read: most likely a pattern that matched nothing is a mistake. */
  warnings(): string[] {
    const idle = [...this.#include, ...this.#exclude].filter(({ hits }) => hits === 0);
    return idle.map(({ text }) => `The pattern ${JSON.stringify(text)} matched nothing`);
  }
}

/** Holds a path against all patterns that have not matched yet, and no further against those that have. */
function isHit(patterns: readonly Counted[], path: string, isFolder: boolean): boolean {
  let isMatched = false;
  for (const pattern of patterns) {
    if (!isMatched || pattern.hits === 0) isMatched = pattern.matches(path, isFolder) || isMatched;
  }
  return isMatched;
}

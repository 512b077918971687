import { foldName } from './fold-name.ts';

/** The values of each name of an encryption context; names folded, of which there may be several of one. */
export type FoldedContext = ReadonlyMap<string, readonly string[]>;

let last: ReadonlyMap<string, string> | undefined;
let lastFolded: FoldedContext = new Map();

/**
 * An encryption context by names without case: made once for each decision, however often policies and grants ask.
 * Nothing comes in between, so the last one is all that need be kept.
 */
export function foldedContext(context: ReadonlyMap<string, string>): FoldedContext {
  if (context === last) return lastFolded;
  const folded = new Map<string, string[]>();
  for (const [name, value] of context) {
    const key = foldName(name);
    const values = folded.get(key);
    if (values === undefined) folded.set(key, [value]);
    else values.push(value);
  }
  last = context;
  lastFolded = folded;
  return folded;
}

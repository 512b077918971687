import { foldName } from './fold-name.ts';

/** The values of each name of an encryption context; names folded, of which there may be several of one. */
export type FoldedContext = ReadonlyMap<string, readonly string[]>;

const FOLDED = new WeakMap<ReadonlyMap<string, string>, FoldedContext>();

/** An encryption context by names without case: made once for each request, however often policies and grants ask. */
export function foldedContext(context: ReadonlyMap<string, string>): FoldedContext {
  const known = FOLDED.get(context);
  if (known !== undefined) return known;
  const folded = new Map<string, string[]>();
  for (const [name, value] of context) {
    const key = foldName(name);
    const values = folded.get(key);
    if (values === undefined) folded.set(key, [value]);
    else values.push(value);
  }
  FOLDED.set(context, folded);
  return folded;
}

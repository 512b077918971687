/**
 * The name that somebody may have meant: the one with the fewest letters wrong, if that is few, or one that it begins
 * like. `undefined` where none is near.
 *
 * @param shared how many letters at the beginning all names have in common, and so say nothing
 */
export function nearest(name: string, names: readonly string[], shared = 0): string | undefined {
  const length = Math.max(name.length - shared, 1);
  const near = names
    .map((one) => ({ one, wrong: begins(name, one, shared) ? 1 : distance(name, one) }))
    .filter(({ wrong }) => wrong <= Math.max(1, length / 3));
  return near.toSorted((a, b) => a.wrong - b.wrong)[0]?.one;
}

function begins(a: string, b: string, shared: number): boolean {
  const length = Math.min(a.length, b.length);
  return length > shared + 2 && a.slice(0, length) === b.slice(0, length);
}

/** Letters to add, take away, replace, or change places with their neighbour, each counting as one. */
function distance(a: string, b: string): number {
  let [before, last]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        (last[j] as number) + 1,
        (row[j - 1] as number) + 1,
        (last[j - 1] as number) + (same ? 0 : 1),
        swapped ? (before[j - 2] as number) + 1 : Infinity,
      );
    }
    [before, last] = [last, row];
  }
  return last[b.length] as number;
}

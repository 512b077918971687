import type { Put, RecordName } from './commit.ts';

/** The names that a thing gains and gives up when it becomes `after`; `before` is absent when it is new. */
export function renamed<Thing>(
  namesOf: (thing: Thing) => readonly RecordName[],
  before: Thing | undefined,
  after: Thing,
): Required<Pick<Put, 'claim' | 'release'>> {
  const [had, has] = [before === undefined ? [] : namesOf(before), namesOf(after)];
  return { release: without(had, has), claim: without(has, had) };
}

function without(names: readonly RecordName[], others: readonly RecordName[]): RecordName[] {
  const taken = new Set(others.map(({ space, name }) => `${space} ${name}`));
  return names.filter(({ space, name }) => !taken.has(`${space} ${name}`));
}

/** A number as a name has it, so that names sort as numbers do: milliseconds since 1970, revisions. */
export function sortable(number: number): string {
  return String(number).padStart(15, '0');
}

/** The name of something that the clock has to do: names of one space sort by their time. `what` tells it from others. */
export function timedName(space: string, atMs: number, what: string): RecordName {
  return { space, name: `${sortable(atMs)} ${what}` };
}

/** The time that a name made by {@link timedName} begins with. */
export function timeOf({ name }: Pick<RecordName, 'name'>): number {
  return Number.parseInt(name, 10);
}

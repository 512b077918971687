import type { ToldEntry } from '../audit/told-entry.ts';
import { placeOf } from './context.ts';

/** One permission of an act, as its entry tells of it. */
export type ExportedEntry = ToldEntry;

/** What one request did: its entries that stand together in a log. The first names it. */
export interface ExportedAct extends ExportedEntry {
  readonly entries: readonly ExportedEntry[];
}

/** Puts the entries of one request together: an act leaves one for each permission that it took. */
export async function* actsOf(entries: AsyncIterable<ExportedEntry>): AsyncGenerator<ExportedAct, void> {
  let group: ExportedEntry[] = [];
  for await (const told of entries) {
    const entry = withResource(told);
    const [first] = group;
    if (first !== undefined && !isSameAct(first, entry)) {
      yield { ...first, entries: group };
      group = [];
    }
    group.push(entry);
  }
  const [last] = group;
  if (last !== undefined) yield { ...last, entries: group };
}

/** Of a key of the principal's own account the entry does not say the ARN: account, region and key say it. */
function withResource(entry: ExportedEntry): ExportedEntry {
  const { key, details, principal } = entry;
  const accountId = placeOf(principal)?.accountId;
  if (details.resource !== undefined || key === undefined) return entry;
  if (details.region === undefined || accountId === undefined || accountId === '') return entry;
  const resource = `arn:aws:kms:${details.region}:${accountId}:key/${key.replace(/@.*$/s, '')}`;
  return { ...entry, details: { ...details, resource } };
}

/** What the clock does bears one request id for all: each key is an act of its own there. */
function isSameAct(one: ExportedEntry, other: ExportedEntry): boolean {
  return (
    one.request === other.request &&
    one.principal === other.principal &&
    one.outcome === other.outcome &&
    one.time === other.time &&
    one.request !== 'sweep'
  );
}

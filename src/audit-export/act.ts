import type { LoggedEntry } from '../audit/log-reader.ts';
import { entryIdOf } from '../audit/last-uses.ts';
import { placeOf } from './context.ts';

type Members = { readonly [name: string]: unknown };

/** What lies beside the leaf: docs/spec/audit-log.md, "Details of acts". Any of it may be absent, all of it erased. */
export interface ActDetails {
  readonly address?: string;
  readonly credential?: string;
  readonly protocol?: string;
  readonly refusal?: string;
  readonly region?: string;
  readonly request?: Members;
  readonly resource?: string;
  readonly result?: Members;
  readonly userAgent?: string;
}

/** One permission of an act, as its entry tells of it. */
export interface ExportedEntry {
  readonly log: string;
  readonly index: number;
  /** docs/spec/audit-log.md, "Ids of entries". */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly principal: string;
  readonly action: string;
  readonly outcome: 'done' | 'refused' | 'failed';
  readonly request: string;
  readonly key?: string;
  readonly keyVersion?: string;
  readonly reason?: string;
  readonly changes?: readonly unknown[];
  /** Empty where they were erased. */
  readonly details: ActDetails;
  readonly isErased: boolean;
}

/** What one request did: its entries that stand together in a log. The first names it. */
export interface ExportedAct extends ExportedEntry {
  readonly entries: readonly ExportedEntry[];
}

/** Reads an entry of a log. */
export function readEntry(log: string, { index, leaf, details }: LoggedEntry): ExportedEntry {
  const parsed = JSON.parse(leaf.toString('utf8')) as Omit<ExportedEntry, 'log' | 'index' | 'id' | 'details'>;
  const told = details === undefined ? {} : (JSON.parse(details.toString('utf8')) as ActDetails);
  return { ...parsed, log, index, id: entryIdOf(leaf), details: told, isErased: details === undefined };
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

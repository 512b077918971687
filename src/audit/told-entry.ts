import { entryIdOf } from './last-uses.ts';
import type { LoggedEntry } from './log-reader.ts';

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
export interface ToldEntry {
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

/** Reads an entry of a log. It verifies nothing. */
export function readEntry(log: string, { index, leaf, details }: LoggedEntry): ToldEntry {
  const parsed = JSON.parse(leaf.toString('utf8')) as Omit<ToldEntry, 'log' | 'index' | 'id' | 'details'>;
  const told = details === undefined ? {} : (JSON.parse(details.toString('utf8')) as ActDetails);
  return { ...parsed, log, index, id: entryIdOf(leaf), details: told, isErased: details === undefined };
}

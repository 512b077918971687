import type { LoggedEntry } from './log-reader.ts';
import { readEntry, type ActDetails, type ToldEntry } from './told-entry.ts';

/** Which entries are asked for. What is absent is not asked about. */
export interface WantedEntry {
  /** The id of a key. The record of a multi-Region key is named with its region: it is meant too. */
  readonly key?: string;
  /** An ARN, or a part of one between its colons and slashes: the name of a user, a role or a session. */
  readonly principal?: string;
  /** Without case; one that ends in `*` means all that begin so. */
  readonly action?: string;
  readonly outcome?: string;
  /** The id of a request, or what a client of IBM Key Protect called it. */
  readonly request?: string;
  /** Somewhere in what the entry says, details too; without case. */
  readonly text?: string;
}

/**
 * Answers what reads an entry and gives it back where it is wanted. An entry that cannot be is not parsed: most of a
 * log is passed over by its bytes.
 */
export function wantedEntries(log: string, wanted: WantedEntry): (logged: LoggedEntry) => ToldEntry | undefined {
  const { key, principal, outcome, request, text } = wanted;
  const known = [key, principal, request].filter((one) => one !== undefined).map(inJson);
  const needles = [...known, ...(outcome === undefined ? [] : [`"outcome":${JSON.stringify(outcome)}`])].map((one) =>
    Buffer.from(one, 'utf8'),
  );
  const lookedFor = text === undefined ? undefined : inJson(text).toLowerCase();
  const hasAction = actionTest(wanted.action);
  return (logged) => {
    if (!hasAction(logged.leaf)) return undefined;
    const parts = [logged.leaf, logged.details ?? NOTHING];
    if (!needles.every((needle) => parts.some((part) => part.includes(needle)))) return undefined;
    const isThere = (part: Buffer) =>
      part
        .toString('utf8')
        .toLowerCase()
        .includes(lookedFor ?? '');
    if (lookedFor !== undefined && !parts.some(isThere)) return undefined;
    const entry = readEntry(log, logged);
    return isWanted(entry, wanted) ? entry : undefined;
  };
}

const NOTHING = Buffer.alloc(0);

/** A leaf is canonical JSON: its action stands first (docs/spec/audit-log.md). */
const ACTION_MEMBER = '{"action":"';

/** Whether a leaf may be of an action, by its first bytes. Texts beyond ASCII are left to {@link isWanted}. */
function actionTest(action: string | undefined): (leaf: Buffer) => boolean {
  const begin = action?.replace(/\*$/, '').toLowerCase();
  if (begin === undefined || !/^[ -~]*$/.test(begin)) return () => true;
  const wanted = ACTION_MEMBER + inJson(begin);
  return (leaf) => {
    const head = leaf.toString('latin1', 0, wanted.length).toLowerCase();
    return head === wanted || !head.startsWith(ACTION_MEMBER.slice(0, head.length));
  };
}

/** The members of an entry that are looked at. */
export interface WantedMembers {
  readonly key?: string;
  readonly principal: string;
  readonly action: string;
  readonly outcome: string;
  readonly request: string;
  readonly details?: ActDetails;
}

/** Whether an entry is one of those that are asked for; `text` is not looked at. */
export function isWanted(entry: WantedMembers, wanted: WantedEntry): boolean {
  const { key, principal, action, outcome, request } = wanted;
  return (
    (key === undefined || entry.key === key || entry.key?.startsWith(`${key}@`) === true) &&
    (principal === undefined || entry.principal === principal || entry.principal.split(/[:/]/).includes(principal)) &&
    (action === undefined || isOfAction(entry.action.toLowerCase(), action.toLowerCase())) &&
    (outcome === undefined || entry.outcome === outcome) &&
    (request === undefined || entry.request === request || entry.details?.request?.['correlationId'] === request)
  );
}

function isOfAction(action: string, wanted: string): boolean {
  return wanted.endsWith('*') ? action.startsWith(wanted.slice(0, -1)) : action === wanted;
}

/** A text as it stands within a string of canonical JSON. */
function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

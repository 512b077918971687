/** Which log is looked at: that of the own tenant, or that of the installation, which operators see. */
export type LogName = 'tenant' | 'installation';

const RANGES = { '1h': 1, '24h': 24, '7d': 7 * 24, '30d': 30 * 24, '1y': 366 * 24 } as const;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** A span of time that ends now. */
export type RangeName = keyof typeof RANGES;

export const RANGE_NAMES: readonly (readonly [RangeName | 'all' | 'own', string])[] = [
  ['1h', 'Last hour'],
  ['24h', 'Last 24 hours'],
  ['7d', 'Last 7 days'],
  ['30d', 'Last 30 days'],
  ['1y', 'Last year'],
  ['all', 'Since the beginning'],
  ['own', 'From … to …'],
];

export const OUTCOME_NAMES = ['done', 'refused', 'failed'] as const;

/** Filters of the audit log, as the address has them: a view can be sent to somebody. */
export interface AuditSearch {
  readonly log?: 'installation';
  readonly range?: RangeName;
  readonly from?: string;
  readonly to?: string;
  readonly principal?: string;
  readonly action?: string;
  readonly key?: string;
  readonly outcome?: (typeof OUTCOME_NAMES)[number];
  readonly request?: string;
  readonly text?: string;
  /** Without what only looks. */
  readonly quiet?: true;
}

const TEXTS = ['principal', 'action', 'key', 'request', 'text'] as const;
const TIMES = ['from', 'to'] as const;

/** Takes of an address what is a filter, and leaves the rest. */
export function auditSearch(search: Record<string, unknown>): AuditSearch {
  const text = (name: string): string => textOf(search[name]).slice(0, 256);
  const isTime = (name: string): boolean => !Number.isNaN(Date.parse(text(name)));
  return {
    ...(search['log'] === 'installation' && { log: 'installation' }),
    ...(Object.hasOwn(RANGES, text('range')) && { range: text('range') as RangeName }),
    ...Object.fromEntries(TIMES.filter(isTime).map((name) => [name, text(name)])),
    ...Object.fromEntries(TEXTS.filter((name) => text(name) !== '').map((name) => [name, text(name)])),
    ...(OUTCOME_NAMES.some((one) => one === search['outcome']) && {
      outcome: search['outcome'] as (typeof OUTCOME_NAMES)[number],
    }),
    ...((search['quiet'] === true || search['quiet'] === 'true') && { quiet: true }),
  };
}

/** Numbers and such come of an address that way. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

/** What the API is asked for by these filters. A range ends with the minute, so that what was read is found again. */
export function askedEntries(search: AuditSearch, nowMs: number) {
  const { log: _, quiet: __, range, from, to, ...wanted } = search;
  if (range !== undefined) {
    const end = Math.ceil(nowMs / MINUTE_MS) * MINUTE_MS;
    return { ...wanted, from: new Date(end - RANGES[range] * HOUR_MS).toISOString() };
  }
  return {
    ...wanted,
    ...(from !== undefined && { from: new Date(from).toISOString() }),
    ...(to !== undefined && { to: new Date(to).toISOString() }),
  };
}

/** The same filters in another log. */
export function withLog(search: AuditSearch, log: LogName): AuditSearch {
  const { log: _, ...rest } = search;
  return log === 'installation' ? { ...rest, log } : rest;
}

/** How many filters hold, beside the log and the time. */
export function filterCount(search: AuditSearch): number {
  const { log: _, range: __, from: ___, to: ____, ...rest } = search;
  return Object.keys(rest).length;
}

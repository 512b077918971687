import { calendarOf, PERIOD_MS, type Period } from './calendar.ts';

const DAY_MS = 24 * 3_600_000;
export const PERIODS = ['hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const satisfies readonly Period[];

/**
 * What is kept of a source. A snapshot stays while any rule keeps it; where no rule is given, everything stays. Of each
 * hour, day, week (from Monday), month and year that has snapshots the newest one is kept, for as many of them as said.
 */
export interface RetentionRules {
  /** The newest so many. */
  readonly last?: number;
  readonly hourly?: number;
  readonly daily?: number;
  readonly weekly?: number;
  readonly monthly?: number;
  readonly yearly?: number;
  /** Whatever is younger than this stays. */
  readonly minimumAgeDays?: number;
  /** Whose hours and days count: a name of the IANA database. */
  readonly timeZone: string;
  /** How long what no rule keeps any more can be taken back. */
  readonly trashDays: number;
}

export const DEFAULT_RULES: RetentionRules = { timeZone: 'UTC', trashDays: 7 };

/** Why a snapshot stays. `newest` and `newest-good` are no settings: a source never loses its last way back. */
export type KeptBy = 'no-rules' | 'newest' | 'newest-good' | 'last' | Period | 'minimum-age';

/** A snapshot of one source, as far as retention looks at it. */
export interface Retainable {
  readonly id: string;
  /** When it was taken: {@link takenAt}, not what a client says. */
  readonly timeMs: number;
  /** Whether everything could be kept in it; absent: nobody looked. */
  readonly isGood?: boolean;
}

export interface Retained {
  readonly id: string;
  /** Which rules keep it; none: it goes. */
  readonly keptBy: readonly KeptBy[];
  /** About when no rule will keep it any more, if backups go on as they do; null where no date can be told. */
  readonly expiresMs: number | null;
}

/** Decides about the snapshots of one source. The answers are in the order of the questions. */
export function retain(snapshots: readonly Retainable[], rules: RetentionRules, nowMs: number): Retained[] {
  const newestFirst = snapshots.toSorted((a, b) => b.timeMs - a.timeMs || (a.id < b.id ? 1 : -1));
  const kept = new Map<string, { readonly by: KeptBy[]; readonly until: number[] }>(
    snapshots.map(({ id }) => [id, { by: [], until: [] }]),
  );
  const keep = (id: string, by: KeptBy, untilMs?: number): void => {
    const entry = kept.get(id);
    entry?.by.push(by);
    if (untilMs !== undefined) entry?.until.push(untilMs);
  };
  const [newest] = newestFirst;
  if (newest) keep(newest.id, 'newest');
  const good = newestFirst.find(({ isGood }) => isGood !== false);
  if (good && good !== newest) keep(good.id, 'newest-good');
  if (!hasRules(rules)) for (const { id } of snapshots) keep(id, 'no-rules');
  for (const { id } of newestFirst.slice(0, rules.last ?? 0)) keep(id, 'last', Infinity);
  const calendar = calendarOf(rules.timeZone);
  for (const period of PERIODS) {
    let rank = 0;
    let before: string | undefined;
    for (const { id, timeMs } of newestFirst) {
      const wanted = rules[period] ?? 0;
      if (rank >= wanted) break;
      const stretch = calendar(period, timeMs);
      if (stretch === before) continue;
      before = stretch;
      keep(id, period, (newest as Retainable).timeMs + (wanted - rank) * PERIOD_MS[period]);
      rank++;
    }
  }
  const minimumMs = (rules.minimumAgeDays ?? 0) * DAY_MS;
  for (const { id, timeMs } of snapshots) if (nowMs - timeMs < minimumMs) keep(id, 'minimum-age', timeMs + minimumMs);
  return snapshots.map(({ id }) => {
    const { by = [], until = [] } = kept.get(id) ?? {};
    const last = Math.max(...until);
    return { id, keptBy: by, expiresMs: until.length > 0 && Number.isFinite(last) ? Math.round(last) : null };
  });
}

/**
 * Two decisions about one snapshot, by two views of when it was taken: what either of them keeps stays. So neither a writer
 * nor a store that says a wrong time makes another snapshot go.
 */
export function eitherKeeps(a: Retained, b: Retained): Retained {
  if (b.keptBy.length === 0) return a;
  const { keptBy, expiresMs } = a;
  const isOpen = (one: Retained): boolean => one.keptBy.length > 0 && one.expiresMs === null;
  return {
    id: a.id,
    keptBy: [...new Set([...keptBy, ...b.keptBy])],
    expiresMs: isOpen(a) || isOpen(b) ? null : Math.max(expiresMs ?? 0, b.expiresMs ?? 0),
  };
}

/** Whether anything is to go at all. */
function hasRules(rules: RetentionRules): boolean {
  return (
    rules.last !== undefined || PERIODS.some((period) => rules[period] !== undefined) || (rules.minimumAgeDays ?? 0) > 0
  );
}

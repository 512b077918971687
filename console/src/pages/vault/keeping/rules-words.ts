import type { RetentionRules } from '@keystead/sdk';
import { countOf } from '../../../ui/amounts.ts';

/** The counts of rules, in the order in which they are asked for. */
export const COUNTS = [
  { member: 'last', label: 'Newest', one: 'newest snapshot', many: 'newest snapshots' },
  { member: 'hourly', label: 'Hours', one: 'hour', many: 'hours' },
  { member: 'daily', label: 'Days', one: 'day', many: 'days' },
  { member: 'weekly', label: 'Weeks', one: 'week', many: 'weeks' },
  { member: 'monthly', label: 'Months', one: 'month', many: 'months' },
  { member: 'yearly', label: 'Years', one: 'year', many: 'years' },
] as const;

/** Rules as a sentence. */
export function rulesText(rules: RetentionRules | undefined): string {
  if (rules === undefined) return 'Everything is kept.';
  const [newest, ...periods] = COUNTS.flatMap(({ member, one, many }) => {
    const count = rules[member] ?? 0;
    return [count === 0 ? '' : countOf(count, one, many)];
  });
  const each = periods.filter((part) => part !== '');
  const kept = [
    newest === '' ? '' : `the ${newest}`,
    each.length === 0 ? '' : `one for each of the last ${each.join(', ')}`,
    rules.minimumAgeDays === undefined || rules.minimumAgeDays === 0
      ? ''
      : `whatever is younger than ${countOf(rules.minimumAgeDays, 'day')}`,
  ].filter((part) => part !== '');
  const zone = each.length > 0 ? `, by the clock of ${rules.timeZone ?? 'UTC'}` : '';
  if (kept.length === 0) kept.push('the newest of each source alone');
  return `Kept: ${kept.join('; ')}${zone}. The rest lies in the trash for ${countOf(rules.trashDays ?? 7, 'day')}.`;
}

const REASONS: Readonly<Record<string, string>> = {
  newest: 'the newest of its source',
  'newest-good': 'the newest good one of its source',
  last: 'one of the newest',
  hourly: 'its hour',
  daily: 'its day',
  weekly: 'its week',
  monthly: 'its month',
  yearly: 'its year',
  'minimum-age': 'young',
  'taken-back': 'taken back from the trash',
  held: 'a legal hold',
  hold: 'a legal hold',
  'no-rules': 'no rules',
};

/** Why a snapshot is kept. */
export function keptText(keptBy: readonly string[] = []): string {
  return keptBy.map((reason) => REASONS[reason] ?? reason.replaceAll('-', ' ')).join(', ');
}

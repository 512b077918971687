import type { RetentionRules } from '@keystead/sdk';
import { COUNTS } from './rules-words.ts';

/** The fields of a form of rules: numbers, or what is not a number yet. How many of each period are kept; ages in days. */
export type Counts = Partial<
  Record<(typeof COUNTS)[number]['member'] | 'minimumAgeDays' | 'trashDays', number | string | undefined>
>;

/** The fields that show rules. */
export function countsOf(rules: RetentionRules): Counts {
  const { timeZone: _, ...counts } = rules;
  return { ...counts };
}

/** The rules that fields say. An empty field is no rule. */
export function rulesOf(counts: Counts, timeZone: string): RetentionRules {
  const given = Object.entries(counts).filter(([, value]) => value !== '' && value !== undefined);
  return { ...Object.fromEntries(given.map(([name, value]) => [name, Number(value)])), timeZone };
}

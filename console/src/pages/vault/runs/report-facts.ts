import type { Run, RunReport } from '@keystead/sdk';
import { countOf, countText, durationText, sizeText } from '../../../ui/amounts.ts';

type Amount = 'count' | 'size' | 'duration';
type Counted = {
  [Name in keyof RunReport]-?: NonNullable<RunReport[Name]> extends number ? Name : never;
}[keyof RunReport];

const SHOW: Record<Amount, (value: number) => string> = {
  count: countText,
  size: sizeText,
  duration: (ms) => durationText(ms / 1000),
};

/** What a report counts, in the order in which people ask. What a run has not counted is not shown. */
const ROWS: readonly (readonly [member: Counted, name: string, as: Amount])[] = [
  ['addedFiles', 'Added', 'count'],
  ['changedFiles', 'Changed', 'count'],
  ['goneFiles', 'Gone since the snapshot before', 'count'],
  ['unchangedFiles', 'Unchanged', 'count'],
  ['files', 'Files', 'count'],
  ['folders', 'Folders', 'count'],
  ['links', 'Links', 'count'],
  ['bytes', 'Size', 'size'],
  ['overwritten', 'Overwritten', 'count'],
  ['beside', 'Written beside', 'count'],
  ['same', 'The same already', 'count'],
  ['kept', 'Left as they were', 'count'],
  ['readBytes', 'Read', 'size'],
  ['newBytes', 'New', 'size'],
  ['storedBytes', 'Stored', 'size'],
  ['snapshotCount', 'Snapshots looked at', 'count'],
  ['objects', 'Objects looked at', 'count'],
  ['packs', 'Packs', 'count'],
  ['verifiedBytes', 'Verified', 'size'],
  ['envelopes', 'Envelopes', 'count'],
  ['rewrapped', 'Re-wrapped', 'count'],
  ['oldRevisionsLeft', 'Still under the former key', 'count'],
  ['trashed', 'Moved to the trash', 'count'],
  ['inTrash', 'In the trash', 'count'],
  ['deletedSnapshots', 'Snapshots deleted', 'count'],
  ['marked', 'Marked for deletion', 'count'],
  ['markedBytes', 'Marked for deletion', 'size'],
  ['deleted', 'Objects deleted', 'count'],
  ['deletedBytes', 'Freed', 'size'],
  ['locked', 'Locked', 'count'],
  ['extended', 'Locks extended', 'count'],
  ['onHold', 'On hold', 'count'],
  ['heldSnapshots', 'Snapshots held', 'count'],
  ['durationMs', 'Took', 'duration'],
];

/** What a report counts, by names. */
export function reportFacts(report: RunReport): readonly (readonly [string, string])[] {
  return ROWS.flatMap(([member, name, as]) => {
    const value = report[member];
    return value === undefined ? [] : [[name, SHOW[as](value)] as const];
  });
}

/** A report in one line, for a list. */
export function reportLine({ kind, report }: Run): string {
  if (report === undefined) return '';
  const { findingCount = 0, problemCount = 0 } = report;
  if (findingCount > 0) return countOf(findingCount, 'finding');
  const parts = [lineOf(kind, report), problemCount > 0 ? `${countOf(problemCount, 'item')} not kept` : ''];
  return parts.filter((part) => part !== '').join(', ');
}

function lineOf(kind: Run['kind'], report: RunReport): string {
  const { files = 0, bytes = 0, newBytes, drill, snapshotCount, rewrapped, deletedSnapshots, trashed } = report;
  if (drill !== undefined)
    return `${countOf(drill.files, 'file')} read back, ${countOf(drill.opened, 'envelope')} opened`;
  if (kind === 'backup') return `${countOf(files, 'file')}, ${sizeText(newBytes ?? bytes)} new`;
  if (kind === 'restore') return `${countOf(files, 'file')}, ${sizeText(bytes)}`;
  if (kind === 'verify' && snapshotCount !== undefined) return `${countOf(snapshotCount, 'snapshot')} in order`;
  if (rewrapped !== undefined) return `${countOf(rewrapped, 'envelope')} re-wrapped`;
  if (kind === 'maintain')
    return `${countText(trashed ?? 0)} to the trash, ${countText(deletedSnapshots ?? 0)} deleted`;
  return '';
}

/** How often master keys were asked for what: `2 generate, 1 unwrap`. */
export function keyCallsText(calls: NonNullable<RunReport['keyCalls']>): string {
  const asked = Object.entries(calls).filter(([, count]) => count > 0);
  return asked.length === 0 ? 'Not asked' : asked.map(([what, count]) => `${countText(count)} ${what}`).join(', ');
}

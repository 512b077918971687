import type { Environment, Schedule, Source } from '@keystead/sdk';
import { placeText } from '../words/storage-words.ts';
import { levelName } from '../words/run-words.ts';

/** What a schedule waits for. */
export const WAITS: Record<NonNullable<Schedule['waiting']>['for'], string> = {
  'master-key': 'waits for the master key',
  'run-in-flight': 'waits for the run before it',
  'server-busy': 'waits for a place on the server',
  clock: 'waits for an hour, since the clock of the server was set',
};

const PRESENT = 'present';

/** A place that a round has still to go to: the present storage, or one that was left. */
export function placeName(place: string, { storage, formerStorages }: Environment): string {
  if (place === PRESENT) return placeText(storage);
  const left = formerStorages.find(({ vaultId }) => vaultId === place);
  return left === undefined ? 'a place that is not known any more' : placeText(left.storage);
}

/** What a schedule does, in a line. */
export function taskName({ task }: Schedule, sources: readonly Source[]): string {
  const { kind, sourceId, level, samplePercent } = task;
  if (kind === 'backup') return `Backup of ${sources.find((one) => one.sourceId === sourceId)?.name ?? 'a source'}`;
  if (kind === 'maintain') return 'Maintenance: retention and clearing up';
  const part = samplePercent === undefined ? '' : `, ${samplePercent} %`;
  return level === 'drill' ? 'Restore drill' : `Verification: ${levelName(level ?? '')}${part}`;
}

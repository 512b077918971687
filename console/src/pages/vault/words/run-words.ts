import type { Run } from '@keystead/sdk';
import type { Tone } from '../../../ui/state-badge.tsx';

const KINDS: Record<Run['kind'], string> = {
  backup: 'Backup',
  restore: 'Restore',
  'restore-databases': 'Restore of databases',
  verify: 'Verification',
  rewrap: 'Change of master key',
  maintain: 'Maintenance',
  trash: 'Move to the trash',
  'take-back': 'Take back from the trash',
  'accept-loss': 'Acceptance of a loss',
  hold: 'Legal hold',
  forget: 'Forgetting for good',
  retire: 'Retirement of a data key',
  empty: 'Emptying of the store',
};

const STATES: Record<Run['state'], { readonly name: string; readonly tone: Tone }> = {
  running: { name: 'Running', tone: 'waiting' },
  succeeded: { name: 'Succeeded', tone: 'good' },
  failed: { name: 'Failed', tone: 'bad' },
  cancelled: { name: 'Cancelled', tone: 'off' },
  interrupted: { name: 'Interrupted', tone: 'bad' },
};

/** What kind of run it is; a verification with its level. */
export function runName({ kind, level }: Pick<Run, 'kind' | 'level'>): string {
  if (kind === 'verify' && level === 'drill') return 'Restore drill';
  return kind === 'verify' && level !== undefined ? `${KINDS.verify}: ${levelName(level)}` : KINDS[kind];
}

export function runState({ state, report }: Pick<Run, 'state' | 'report'>): {
  readonly name: string;
  readonly tone: Tone;
} {
  if (state === 'succeeded' && (report?.findingCount ?? 0) > 0) return { name: 'With findings', tone: 'bad' };
  if (state === 'succeeded' && (report?.problemCount ?? 0) > 0) return { name: 'Incomplete', tone: 'waiting' };
  return STATES[state];
}

/** How deep a verification looks: its name, what it reads, and whether it asks the master key. */
export const LEVELS = [
  { level: 'list', name: 'List', about: 'Names, and the chain of snapshots: is anything gone?', asksKey: false },
  { level: 'hashes', name: 'Hashes', about: 'Every object: is it what its name and signature say?', asksKey: false },
  {
    level: 'structure',
    name: 'Structure',
    about: 'Keys, index and tree of every snapshot, and that all packs are there.',
    asksKey: true,
  },
  { level: 'sample', name: 'Sample', about: 'The structure, and a random part of all data.', asksKey: true },
  { level: 'data', name: 'All data', about: 'The structure, and every byte that a snapshot needs.', asksKey: true },
  {
    level: 'drill',
    name: 'Restore drill',
    about: 'Opens every envelope by each master key, and reads files of each source back. It writes nothing.',
    asksKey: true,
  },
] as const;
export type Level = (typeof LEVELS)[number]['level'];

export function levelName(level: string): string {
  return LEVELS.find((row) => row.level === level)?.name ?? level;
}

/** What a run was about: its source, its snapshot, its destination. */
export function runSubject({ source, destination, snapshotId, agent, masterKey }: Run): string {
  return [source ?? masterKey ?? snapshotId, destination && `to ${destination}`, agent && `by ${agent}`]
    .filter((part) => part !== undefined)
    .join(' ');
}

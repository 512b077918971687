import type { Random } from '../../crypto/random.ts';
import type { RunKind, RunProblem, RunResult } from './job.ts';
import type { RunLocks } from './locks.ts';
import type { RunOwner } from './owner.ts';

export type RunState = 'running' | 'succeeded' | 'failed' | 'cancelled' | 'interrupted';

/** What a run is about, for people: paths, a snapshot's id, a level. */
export interface RunSubject {
  readonly source?: string;
  readonly sourceId?: string;
  /** The name of the agent that has done it. */
  readonly agent?: string;
  readonly snapshotId?: string;
  readonly destination?: string;
  readonly level?: string;
  /** The key ARN that a re-wrapping moves to. */
  readonly masterKey?: string;
  readonly holdId?: string;
  /** The vault, where it is not the one that backups go to. */
  readonly vaultId?: string;
  /** The id of a data key that is retired. */
  readonly dataKey?: string;
}

/** For which time of which schedule a run is. */
export interface ScheduledRun {
  readonly scheduleId: string;
  readonly dueMs: number;
  /** 1 for the first run that is to do what was due then. */
  readonly attempt: number;
}

/** One execution of a backup, restore, verification or re-wrapping. */
export interface Run {
  readonly tenantId: string;
  /** Sorts by the time at which it began. */
  readonly id: string;
  readonly revision: number;
  readonly environmentId: string;
  readonly kind: RunKind;
  readonly subject: RunSubject;
  /** What it holds, and what it is part of: {@link locksOf}. */
  readonly locks: RunLocks;
  readonly state: RunState;
  /** Who asked for it. */
  readonly startedBy: string;
  readonly owner: RunOwner;
  /** When somebody asked for its end. */
  readonly cancelledAtMs?: number;
  /** Absent where a person asked for it. */
  readonly scheduled?: ScheduledRun;
  readonly startedAtMs: number;
  readonly endedAtMs?: number;
  /** Where it is kept for longer than others: the newest good backup of a source is. */
  readonly keptUntilMs?: number;
  readonly problem?: RunProblem;
  readonly result?: RunResult;
}

/** A version 7 UUID (RFC 9562 section 5.7): 48 bits of milliseconds, then random. */
export function runId(nowMs: number, random: Random): string {
  const bytes = random(16);
  bytes.writeUIntBE(nowMs, 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Problems that the master key's owner ends, and that a look at the key finds. */
const OF_THE_KEY = new Set([
  'disabled',
  'pending-deletion',
  'material-missing',
  'deleted',
  'denied',
  'throttled',
  'unreachable',
]);

/** Whether a run failed because its master key said no, or did not answer. */
export function isAboutKey({ code }: RunProblem): boolean {
  return code.startsWith('master-key-') && OF_THE_KEY.has(code.slice('master-key-'.length));
}

import type { KeyObject } from 'node:crypto';
import type { Commit, RecordName, Room } from '../records/commit.ts';
import { ConflictError, NoRoomError, StoreFullError } from '../records/ports.ts';
import { StoreWriteError } from './errors.ts';

/** What the event loop hands to the writer's thread at the start. */
export interface WriterSetup {
  readonly path: string;
  readonly node: string;
  /** The schema of the database: a writer writes beside nothing else. */
  readonly schema: string;
  readonly reserveBytes: number;
  /** A limit to the size of the database, for tests of a full disk. */
  readonly maxPages?: number;
  /** How long a group waits for another process's. */
  readonly busyMs?: number;
}

/** What was gathered in one turn of the event loop. */
export interface Turn {
  readonly turn: number;
  readonly uses?: Uint8Array<ArrayBuffer>;
  readonly commits: readonly Commit[];
}

/** A failure in a form that crosses threads. */
export interface Failure {
  readonly code: FailureCode;
  readonly message: string;
  readonly takenName?: RecordName;
  readonly room?: Room;
}

/** What became of a turn. `null`: it is on disk. */
export interface TurnOutcome {
  readonly turn: number;
  readonly uses: Failure | null;
  readonly commits: readonly (Failure | null)[];
}

export type FailureCode = 'conflict' | 'no-room' | 'full' | 'invalid' | 'failed';

/** The key that marks batches, once it is known. */
export interface QueueKey {
  readonly queueKey: KeyObject;
}

export type ToWriter = Turn | QueueKey | 'close';
export type FromWriter = readonly TurnOutcome[] | 'ready';

const ERRORS: Record<FailureCode, (failure: Failure) => Error> = {
  conflict: ({ message, takenName }) => new ConflictError(message, takenName),
  'no-room': ({ room }) => new NoRoomError(room as Room),
  full: ({ message }) => new StoreFullError(message),
  invalid: ({ message }) => new RangeError(message),
  failed: ({ message }) => new StoreWriteError(message),
};

/** The error that the caller of the store gets. */
export function errorOf(failure: Failure): Error {
  return ERRORS[failure.code](failure);
}

import { hash } from 'node:crypto';
import type { FramedEntry } from './entry-frame.ts';

type MaybePromise<T> = T | Promise<T>;

/** The state root of a tenant without records, hexadecimal: the state of a log that tells of no change yet. */
export const EMPTY_STATE: string = hash('sha256', Buffer.alloc(2048));

/** Reads files of one log, by their path below it. */
export interface TileReader {
  /** `undefined` where there is no such file. */
  read(path: string): MaybePromise<Buffer | undefined>;
}

/** A file of a log that is to be written. */
export interface TileFile {
  readonly path: string;
  readonly bytes: Buffer;
}

/** Keeps the files of one log. */
export interface TileTarget extends TileReader {
  /** Creates or replaces files, each of them whole or not at all; all are durable when this resolves. */
  write(...files: readonly TileFile[]): MaybePromise<void>;
  /** Removes a file; one that is not there is no error. */
  remove(path: string): MaybePromise<void>;
}

/** All logs of an installation. */
export interface TileTargets {
  of(log: string): TileTarget;
}

/** Copies of the newest checkpoints, kept where whoever can change the logs cannot. */
export interface Witness {
  /** What the witness is called in messages. */
  readonly name: string;
  /** The last checkpoint that it was given of a log, if any. */
  read(log: string): MaybePromise<string | undefined>;
  write(log: string, checkpoint: string): MaybePromise<void>;
}

/** Where a log stands, as its queue knows: everything before is in the tiles and was verified there. */
export interface LogPosition {
  readonly log: string;
  readonly size: number;
  readonly root: Buffer;
  /** The newest state root that an entry of the log told, hexadecimal. */
  readonly state: string;
  /** The signed checkpoint of this size; empty where there is none yet. */
  readonly checkpoint: string;
}

/** The entries that go into the logs next, in their final order. Fixed: asked again, the queue answers the same. */
export interface SequencePlan {
  readonly through: number;
  /** The time that the checkpoints of this plan bear. */
  readonly timeMs: number;
  /** Read anew with each call. */
  entries(): Iterable<FramedEntry>;
}

/** Entries that are durable but not yet in a log. */
export interface EntryQueue {
  /** Fixes durably what comes next, or answers what was fixed before and is not finished; `undefined` when empty. */
  plan(nowMs: number): MaybePromise<SequencePlan | undefined>;
  position(log: string): MaybePromise<LogPosition | undefined>;
  /** How far everything goes that waits now: `through` of the plan that ends with it. */
  newest(): MaybePromise<number>;
  /** In one transaction: moves the logs' positions and drops the plan's entries from the queue. */
  finish(plan: SequencePlan, positions: readonly LogPosition[]): MaybePromise<void>;
}

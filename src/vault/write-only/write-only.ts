import type { KnownHead } from '../index-cache.ts';
import type { WriterMemory } from './memory.ts';

/** What somebody who can read the store says to a writer that cannot. */
export interface ServerWord {
  /** Milliseconds since 1970 by the server's clock: hosts' own clocks may be anywhere. */
  readonly nowMs: number;
  /** Ids of the writer's snapshots that are in the store and count. */
  readonly snapshots: readonly string[];
  /** Names of objects that are marked to be deleted, and `keys/<keyId>` of retired data keys: nothing may be built upon them. */
  readonly marked: readonly string[];
  /** The writer's newest snapshot that the store has, or has ever had. */
  readonly head?: KnownHead;
}

/** What a writer goes by that may write and nothing else. */
export interface WriteOnly {
  readonly memory: WriterMemory;
  /** Has the server prove the master key now; rejects when it says no, or cannot be asked: a run ends then. */
  readonly prove: () => Promise<void>;
  /** As {@link WriteOnly.prove}, and the server looks at the store: at the beginning of a run, and before its manifest. */
  readonly ask: () => Promise<ServerWord>;
}

import { randomBytes } from 'node:crypto';
import { EntryFrames, readFrames } from './entry-frame.ts';
import { type AuditDraft, leafOf } from './entry.ts';
import type { EdgeEntry } from './edge.ts';
import type { EntryQueue, LogPosition, SequencePlan, TileTarget, TileTargets, Witness } from './log.ts';

/** Logs in memory. `failAfter`: how many more writes succeed. */
export class MemoryTargets implements TileTargets {
  readonly files = new Map<string, Buffer>();
  failAfter = Infinity;

  of(log: string): TileTarget {
    return {
      read: (path) => this.files.get(`${log}/${path}`),
      write: (...files) => {
        for (const { path, bytes } of files) {
          if (this.failAfter-- <= 0) throw new Error('the target went away');
          this.files.set(`${log}/${path}`, Buffer.from(bytes));
        }
      },
      remove: (path) => void this.files.delete(`${log}/${path}`),
    };
  }
}

export class MemoryWitness implements Witness {
  readonly name = 'memory';
  readonly seen = new Map<string, string>();

  read(log: string): string | undefined {
    return this.seen.get(log);
  }

  write(log: string, checkpoint: string): void {
    this.seen.set(log, checkpoint);
  }
}

/** A queue in memory with the rules of the real one. */
export class MemoryQueue implements EntryQueue {
  readonly positions = new Map<string, LogPosition>();
  #batches: Uint8Array[] = [];
  #done = 0;
  #planned: { through: number; timeMs: number } | undefined;

  add(...drafts: readonly AuditDraft[]): void {
    const frames = new EntryFrames();
    for (const draft of drafts) frames.append(leafOf(draft));
    this.#batches.push(frames.take());
  }

  get length(): number {
    return this.#batches.length;
  }

  plan(nowMs: number): SequencePlan | undefined {
    if (this.#batches.length === 0) return undefined;
    this.#planned ??= { through: this.#done + this.#batches.length, timeMs: nowMs };
    const batches = this.#batches.slice(0, this.#planned.through - this.#done);
    return { ...this.#planned, entries: () => batches.flatMap((batch) => [...readFrames(batch)]) };
  }

  position(log: string): LogPosition | undefined {
    return this.positions.get(log);
  }

  newest(): number {
    return this.#done + this.#batches.length;
  }

  finish(plan: SequencePlan, positions: readonly LogPosition[]): void {
    this.#batches = this.#batches.slice(plan.through - this.#done);
    this.#done = plan.through;
    this.#planned = undefined;
    for (const position of positions) this.positions.set(position.log, position);
  }
}

export function draftOf(n: number, more: Partial<AuditDraft> = {}): AuditDraft {
  return {
    tenantId: 't1',
    timeMs: 1_800_000_000_000 + n,
    principal: 'arn:test',
    action: 'kms:Encrypt',
    requestId: `request-${n}`,
    outcome: 'done',
    details: { n },
    salt: randomBytes(16),
    ...more,
  };
}

export function entryOf(n: number): EdgeEntry {
  const { leaf, salt, details } = leafOf(draftOf(n));
  return { leaf, details: Buffer.concat([salt, details]) };
}

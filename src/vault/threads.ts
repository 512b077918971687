import { availableParallelism } from 'node:os';

/** Threads of a run beside its first, which works as well: more of them than free cores cost more than they bring. */
export function threadsByDefault(): number {
  return Math.min(2, Math.max(1, availableParallelism() - 1));
}

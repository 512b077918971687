import { VaultError } from '../errors.ts';
import type { StoredObject, Target } from '../targets/target.ts';
import { wrap } from '../targets/wrap.ts';

/** What can happen at one call to a store. */
export const FAULTS = {
  /** It fails, and nothing happened. */
  before: 'all',
  /** It took effect, and its answer was lost. */
  after: 'writes',
  /** From here on nothing more is taken: the store is full. */
  full: 'puts',
  /** The process dies before it: neither this call nor any later one happens. */
  'dead-before': 'all',
  /** The process dies when it took effect. */
  'dead-after': 'writes',
  /** It takes its time, and is right. */
  slow: 'all',
} as const satisfies { readonly [kind: string]: 'all' | 'writes' | 'puts' };
export type FaultKind = keyof typeof FAULTS;

export type CallKind = 'put' | 'get' | 'getRange' | 'list' | 'delete' | 'lock' | 'hold';
const WRITES: ReadonlySet<CallKind> = new Set<CallKind>(['put', 'delete', 'lock', 'hold']);

export interface Call {
  readonly kind: CallKind;
  readonly name: string;
}

/** Where and how it fails: at the call of that number, from 1. */
export interface Fault {
  readonly at: number;
  readonly kind: FaultKind;
}

/** The faults that make a difference at a call. */
export function faultsOf({ kind }: Call): FaultKind[] {
  const fits = { all: true, writes: WRITES.has(kind), puts: kind === 'put' };
  return (Object.keys(FAULTS) as FaultKind[]).filter((fault) => fits[FAULTS[fault]]);
}

/** A target that counts its calls, and in which one of them meets a fault. */
export function faulty(target: Target, fault?: Fault): { readonly target: Target; readonly calls: readonly Call[] } {
  const calls: Call[] = [];
  let [isDead, isFull] = [false, false];
  const refuse = (name: string, code: 'target-failed' | 'target-full' = 'target-failed'): never => {
    throw new VaultError(code, `The object ${name} could not be reached: a fault of this test`);
  };
  /** Counts a call; answers what becomes of it, or fails at once. */
  const meet = (kind: CallKind, name: string): FaultKind | undefined => {
    calls.push({ kind, name });
    if (isDead) return refuse(name);
    const met = fault && calls.length === fault.at ? fault.kind : undefined;
    if (met === 'full') isFull = true;
    if (met === 'dead-before' || met === 'dead-after') isDead = true;
    if (isFull && kind === 'put') return refuse(name, 'target-full');
    if (met === 'before' || met === 'dead-before') return refuse(name);
    return met;
  };
  const through = async <T>(kind: CallKind, name: string, work: () => Promise<T> | undefined): Promise<T> => {
    const met = meet(kind, name);
    if (met === 'slow') for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    const answer = (await work()) as T;
    if (met === 'after' || met === 'dead-after') refuse(name);
    return answer;
  };
  return {
    calls,
    target: wrap(target, {
      put: (name, bytes) => through('put', name, () => target.put(name, bytes)),
      get: (name, atMost) => through('get', name, () => target.get(name, atMost)),
      getRange: (name, offset, length) => through('getRange', name, () => target.getRange(name, offset, length)),
      delete: (name) => through('delete', name, () => target.delete(name)),
      ...(target.lock && {
        lock: (name: string, untilMs: number) => through('lock', name, () => target.lock?.(name, untilMs)),
      }),
      ...(target.hold && { hold: (name: string, on: boolean) => through('hold', name, () => target.hold?.(name, on)) }),
      async *list(prefix): AsyncGenerator<StoredObject> {
        // A list may break off in its midst: half of it was handed on by then.
        const all = await Array.fromAsync(target.list(prefix));
        const half = all.slice(0, Math.ceil(all.length / 2));
        try {
          await through('list', prefix, async () => undefined);
        } catch (error) {
          yield* half;
          throw error;
        }
        yield* all;
      },
    }),
  };
}

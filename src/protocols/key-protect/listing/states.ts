import { ALL_STATES, DESTROYED } from '../show-key.ts';

/** What is listed unless a state is asked for. */
export const UNLESS_ASKED: ReadonlySet<number> = new Set(ALL_STATES.filter((state) => state !== DESTROYED));

/** Numbers of states; `undefined` where there are none, or one is no state. */
export function readStates(texts: readonly string[]): ReadonlySet<number> | undefined {
  const states = texts.map((text) => ALL_STATES.find((state) => String(state) === text));
  return states.length === 0 || states.includes(undefined) ? undefined : new Set(states as number[]);
}

import { atMost } from './at-most.ts';

/**
 * Where an operation on a key runs: on the event loop, or on a thread of the runtime's pool because it takes longer
 * than about half a millisecond, for which everybody else would wait.
 */
export type Runs = 'here' | 'aside';

/**
 * Operations aside at once, in this process. The pool has four threads, which files and names share: it never has more
 * than these and {@link MAX_LONG_ASIDE} to do for keys, and whoever needs a file waits for one short operation at the
 * most. Whatever comes beyond them waits here, keys by turns, and costs nobody else a thread.
 */
export const MAX_ASIDE = 2;

/** What takes from a tenth of a second to some seconds: making RSA keys, proving that they are sound. */
const MAX_LONG_ASIDE = 2;

/** For what takes milliseconds. `run` starts one operation on a thread and answers when that is done; `of`: its key. */
export const aside = atMost(MAX_ASIDE);

/** For what takes long. */
export const longAside = atMost(MAX_LONG_ASIDE);

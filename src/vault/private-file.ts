import { chmodSync, closeSync, openSync } from 'node:fs';

/** Makes a file for its owner alone, or makes one that is there so: what SQLite puts beside it then is too. */
export function keepPrivate(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
}

/** No id of a ring is longer. */
const MAX_LENGTH = 100;

/** The ring that a path names, for an entry of the log too: what is too long to be one is cut, and is none still. */
export function ringOfPath(path: Readonly<Record<string, string>>): string {
  return (path['ring'] ?? '').slice(0, MAX_LENGTH + 1);
}

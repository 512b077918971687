/** What a reader of a whole log knows of the records that it tells of. */
export class Revisions {
  #known = new Map<string, number>();
  /** After a restore records are at revisions that the log tells of no more. */
  #isRestored = false;

  /**
   * Takes in the account of a change, as it lies in a leaf. Answers what does not follow what the log has told before,
   * or `undefined`: a revision follows the one before it, so a record that was turned back and changed again shows.
   */
  take(changes: unknown): string | undefined {
    if (!Array.isArray(changes)) return 'its changes are no list';
    for (const change of changes as unknown[]) {
      const { kind, id, revision, digest } = (change ?? {}) as Readonly<Record<string, unknown>>;
      if (typeof kind !== 'string' || typeof id !== 'string' || !Number.isSafeInteger(revision)) {
        return 'its changes name no record and revision';
      }
      const name = JSON.stringify([kind, id]);
      const known = this.#known.get(name) ?? (this.#isRestored ? undefined : 0);
      const wanted = known === undefined ? undefined : digest === null ? known : known + 1;
      if (wanted !== undefined && revision !== wanted) {
        return `it brings the ${kind} ${id} to revision ${String(revision)}, and the log had it at ${known}: the record was turned back in between`;
      }
      // What was removed may be made again, from the first revision on.
      this.#known.set(name, digest === null ? 0 : Number(revision));
    }
    return undefined;
  }

  /** The records were put back to where a backup had them. */
  restored(): void {
    this.#known = new Map();
    this.#isRestored = true;
  }
}

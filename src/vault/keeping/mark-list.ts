import { VaultError } from '../errors.ts';
import { faultPoint } from '../fault.ts';
import { creatorFor } from '../further-writers.ts';
import { markId, markName, MAX_MARK_NAMES, sealMark, type Mark } from '../format/mark.ts';
import { readMarks, type CreatorFinding } from '../read-creator-objects.ts';
import type { Repository } from '../repository.ts';

const CLOCK_LEFT_MS = 3_600_000;

/** A snapshot on its way out. */
export interface Trashed {
  readonly sinceMs: number;
  /** It is deleted, and not before. */
  readonly untilMs: number;
  readonly reason: 'expired' | 'removed';
  readonly mark: Mark;
}

/** The marks of a vault, and what they say of snapshots and objects. */
export class MarkList {
  readonly findings: readonly CreatorFinding[];
  readonly #marks: Mark[];

  constructor(marks: readonly Mark[], findings: readonly CreatorFinding[] = []) {
    this.#marks = [...marks];
    this.findings = findings;
  }

  static async read(repository: Repository): Promise<MarkList> {
    const { items, findings } = await readMarks(repository);
    return new MarkList(items, findings);
  }

  get marks(): readonly Mark[] {
    return this.#marks;
  }

  /** What is to be deleted. */
  get deletions(): readonly Mark[] {
    return this.#marks.filter(({ kind }) => kind === 'delete');
  }

  /** What the newest mark for a snapshot says; `ids` are those it has and had. */
  #newestFor(ids: readonly string[]): Mark | undefined {
    return this.#marks.findLast(
      ({ kind, names }) => (kind === 'trash' || kind === 'keep') && ids.some((id) => names.includes(id)),
    );
  }

  trashed(ids: readonly string[]): Trashed | undefined {
    const mark = this.#newestFor(ids);
    if (mark?.kind !== 'trash') return undefined;
    const reason = mark.reason === 'removed' ? 'removed' : 'expired';
    return { sinceMs: mark.createdMs, untilMs: mark.notBeforeMs, reason, mark };
  }

  /** Whether somebody took it back from the trash: then no rule puts it there again. */
  isTakenBack(ids: readonly string[]): boolean {
    return this.#newestFor(ids)?.kind === 'keep';
  }

  /**
   * Puts marks for these names, as many as it takes. Their ids come after all that there are, also where the clock was
   * set back.
   */
  async put(
    repository: Repository,
    mark: Pick<Mark, 'kind' | 'reason'> & { readonly forMs: number },
    names: readonly string[],
  ): Promise<Mark[]> {
    const { target, descriptor, clock, random } = repository;
    const creator = creatorFor(repository);
    const made: Mark[] = [];
    for (let at = 0; at === 0 || at < names.length; at += MAX_MARK_NAMES) {
      const last = Math.max(0, ...this.#marks.map(({ createdMs }) => createdMs));
      const createdMs = Math.max(clock.nowMs(), last + 1);
      const one: Mark = {
        id: markId(createdMs, random(16)),
        kind: mark.kind,
        reason: mark.reason,
        createdMs,
        notBeforeMs: createdMs + mark.forMs,
        names: names.slice(at, at + MAX_MARK_NAMES),
      };
      await target.put(markName(one.id), sealMark(one, descriptor.vault, creator));
      faultPoint('keeping.after-mark');
      this.#marks.push(one);
      made.push(one);
    }
    return made;
  }

  /** Takes a mark out of the store. */
  async drop({ target }: Repository, mark: Mark): Promise<void> {
    if (target.capabilities.delete) {
      try {
        await target.delete(markName(mark.id));
      } catch (error) {
        // It is dropped when its lock has ended; what it says was done, or is said otherwise by a newer one.
        if (!(error instanceof VaultError) || error.code !== 'object-locked') throw error;
      }
    }
    this.#marks.splice(this.#marks.indexOf(mark), 1);
  }
}

/** What time it is for the store: when it says that an object came that is put just now. Absent: it says nothing. */
export async function storeTimeMs(repository: Repository, marks: MarkList): Promise<number | undefined> {
  if (!repository.target.capabilities.delete) return undefined;
  for (const old of marks.marks.filter(({ kind }) => kind === 'clock')) {
    // One that a dead run has left; that of a run in flight may still be looked for.
    if (repository.clock.nowMs() - old.createdMs > CLOCK_LEFT_MS) await marks.drop(repository, old);
  }
  const [clock] = await marks.put(repository, { kind: 'clock', reason: 'none', forMs: 0 }, []);
  if (clock === undefined) return undefined;
  let storedMs: number | undefined;
  for await (const object of repository.target.list('marks/')) {
    if (object.name === markName(clock.id)) storedMs = object.storedMs;
  }
  await marks.drop(repository, clock);
  return storedMs;
}

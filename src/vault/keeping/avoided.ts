import type { CachedPack } from '../index-cache.ts';
import { VaultError } from '../errors.ts';
import type { Clock } from '../ports.ts';
import { readMarks } from '../read-creator-objects.ts';
import { readRetired } from '../read-retired.ts';
import type { Repository } from '../repository.ts';
import { packName } from '../tree-reader.ts';

/** What a new snapshot must not refer to: what is marked for deletion, and what lies under retired keys. */
export class Avoided {
  /** Names of objects, and the time that their mark leaves them. */
  readonly #marked = new Map<string, number>();
  readonly #retired: ReadonlySet<string>;

  private constructor(marked: ReadonlyMap<string, number>, retired: ReadonlySet<string>) {
    this.#marked = new Map(marked);
    this.#retired = retired;
  }

  static async read(repository: Repository): Promise<Avoided> {
    const [marks, retired] = [await readMarks(repository), await readRetired(repository)];
    const marked = new Map<string, number>();
    for (const { kind, names, createdMs, notBeforeMs } of marks.items) {
      if (kind !== 'delete') continue;
      for (const name of names) {
        marked.set(name, Math.min(marked.get(name) ?? Number.POSITIVE_INFINITY, notBeforeMs - createdMs));
      }
    }
    return new Avoided(marked, new Set(retired.items.map(({ key }) => key)));
  }

  has(pack: CachedPack): boolean {
    return this.#retired.has(pack.keyId) || this.#retired.has(pack.indexKeyId) || this.graceOf(pack) !== undefined;
  }

  /** How long the marks on a pack, its index object or its keys leave them, at the least; absent: none is marked. */
  graceOf(pack: CachedPack): number | undefined {
    if (this.#marked.size === 0) return undefined;
    const graces = namesOf(pack).flatMap((name) => this.#marked.get(name) ?? []);
    return graces.length > 0 ? Math.min(...graces) : undefined;
  }
}

/** A watch that goes on also when the machine sleeps or its clock is set back: the longer of both clocks counts. */
export class Elapsed {
  readonly #clock: Clock;
  readonly #startedMs: number;
  readonly #startedAt: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedMs = clock.nowMs();
    this.#startedAt = clock.monotonicMs();
  }

  get ms(): number {
    return Math.max(this.#clock.monotonicMs() - this.#startedAt, this.#clock.nowMs() - this.#startedMs);
  }
}

/** Nothing is deleted within a day of its mark: a run that is younger than this has nothing to look for in the store. */
const LOOKS_AGAIN_AFTER_MS = 3_600_000;

/**
 * Looks at the marks again before a snapshot comes to be. What was marked since `since` began is younger than that, so as
 * long as half the grace has not passed, whoever deletes will see the snapshot first.
 *
 * @throws {VaultError} `conflict`: something that the snapshot needs may be deleted before that
 */
export async function requireLasting(
  repository: Repository,
  packs: readonly CachedPack[],
  since: Elapsed,
): Promise<void> {
  const avoided = await Avoided.read(repository);
  for (const pack of packs) {
    const graceMs = avoided.graceOf(pack);
    if (graceMs !== undefined && since.ms > graceMs / 2) {
      throw new VaultError(
        'conflict',
        `The pack ${pack.id}, which this run refers to, was marked for deletion while it ran. The next run writes it anew`,
      );
    }
  }
  await requireThere(repository, packs, since);
}

/**
 * Looks whether everything is in the store that a snapshot is to refer to. A mark may have come and gone with what it
 * named, while a run went on for longer than the grace: the marks say nothing of that.
 *
 * @throws {VaultError} `conflict`: something was deleted while the run went on
 */
export async function requireThere(
  { target }: Repository,
  packs: readonly CachedPack[],
  since: Elapsed,
): Promise<void> {
  if (since.ms < LOOKS_AGAIN_AFTER_MS || packs.length === 0) return;
  const there = new Set<string>();
  for (const prefix of ['packs/', 'index/', 'keys/']) {
    for await (const { name } of target.list(prefix))
      there.add(prefix === 'keys/' ? name.slice(0, name.lastIndexOf('/')) : name);
  }
  for (const pack of packs) {
    const gone = namesOf(pack).find((name) => !there.has(name));
    if (gone === undefined) continue;
    throw new VaultError('conflict', `The object ${gone}, which this run refers to, was deleted while it ran`);
  }
}

/** What has to be there for a pack to be read. */
function namesOf({ id, indexId, keyId, indexKeyId }: CachedPack): string[] {
  return [packName(id), `index/${indexId}`, `keys/${keyId}`, `keys/${indexKeyId}`];
}

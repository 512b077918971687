import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { backup, type BackupReport } from '../backup/backup.ts';
import { check } from '../check/check.ts';
import { snapshotId } from '../format/manifest.ts';
import { FixtureMasterKey } from '../master-keys/master-key.fixture.ts';
import type { Clock } from '../ports.ts';
import { createRepository, openRepository, type Repository } from '../repository.ts';
import { restore } from '../restore/restore.ts';
import { listSnapshots } from '../snapshots.ts';
import { FolderSource } from '../sources/folder.ts';
import { FolderTarget } from '../targets/folder.ts';
import type { StoredObject, Target } from '../targets/target.ts';
import { noise, picture, removeScratch, scratch, writerKey } from '../vault.fixture.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** A clock that a test sets. */
export class SetClock implements Clock {
  ms = Date.UTC(2026, 0, 1, 12);
  /** By how much somebody has set it. */
  setByMs = 0;

  nowMs(): number {
    return this.ms + this.setByMs;
  }

  monotonicMs(): number {
    return this.ms;
  }
}

/** A folder whose objects come when the clock says. */
export class ClockedTarget extends FolderTarget {
  readonly #clock: Clock;
  readonly #stored: Map<string, number>;

  constructor(root: string, clock: Clock, stored = new Map<string, number>()) {
    super(root);
    this.#clock = clock;
    this.#stored = stored;
  }

  override async put(name: string, bytes: Uint8Array): Promise<void> {
    await super.put(name, bytes);
    this.#stored.set(name, this.#clock.nowMs());
  }

  override async *list(prefix: string): AsyncGenerator<StoredObject> {
    for await (const object of super.list(prefix)) {
      yield { ...object, storedMs: this.#stored.get(object.name) ?? this.#clock.nowMs() };
    }
  }
}

/** A vault whose time goes as the test says, with a source that it may change. */
export class KeepingHouse {
  readonly folder = scratch();
  readonly clock = new SetClock();
  readonly stored = new Map<string, number>();
  readonly masterKey = new FixtureMasterKey('primary', Buffer.alloc(32, 7));
  readonly writerKey = writerKey();
  /** What the source looked like at each snapshot. */
  readonly pictures = new Map<string, string[]>();
  #repository: Repository | undefined;
  #round = 0;

  static async open(): Promise<KeepingHouse> {
    const house = new KeepingHouse();
    mkdirSync(join(house.folder, 'source'));
    house.#repository = await createRepository(house.target(), {
      identity: { tenant: 'tenant-1', environment: 'environment-1' },
      masterKeys: [house.masterKey],
      writerKey: house.writerKey,
      cacheFolder: join(house.folder, 'cache'),
      clock: house.clock,
      chunker: { minimum: 1024, average: 4096, maximum: 16_384 },
    });
    return house;
  }

  get repository(): Repository {
    if (!this.#repository) throw new Error('the house is not open');
    return this.#repository;
  }

  target(): Target {
    return new ClockedTarget(join(this.folder, 'store'), this.clock, this.stored);
  }

  /** The same vault as another process opens it, with a cache of its own. */
  async another(cacheName = `cache-${this.#round++}`): Promise<Repository> {
    return await openRepository(this.target(), {
      masterKeys: [this.masterKey],
      writerKey: this.writerKey,
      cacheFolder: join(this.folder, cacheName),
      clock: this.clock,
    });
  }

  write(name: string, content: Buffer | string): void {
    writeFileSync(join(this.folder, 'source', name), content);
  }

  delete(name: string): void {
    rmSync(join(this.folder, 'source', name));
  }

  /** A file that has something new. */
  change(name = 'changing', length = 60_000): void {
    this.write(name, noise(`${name} ${this.#round++}`, length));
  }

  async backup(repository = this.repository, name = 'source'): Promise<BackupReport> {
    const source = new FolderSource(join(this.folder, 'source'), name);
    const report = await backup({ repository, source, threads: 0 });
    this.pictures.set(report.snapshotId, picture(join(this.folder, 'source')));
    return report;
  }

  async ids(repository = this.repository): Promise<string[]> {
    return (await listSnapshots(repository)).snapshots.map(({ head }) => snapshotId(head));
  }

  /** Names under a prefix. */
  async names(prefix: string): Promise<string[]> {
    const names: string[] = [];
    for await (const { name } of this.repository.target.list(prefix)) names.push(name);
    return names.toSorted();
  }

  /** Restores each snapshot on a machine that knows nothing, compares it, and checks every byte; answers what is wrong. */
  async wrong(pictureOf = (id: string) => this.pictures.get(id)): Promise<string[]> {
    const fresh = await this.another();
    const wrong: string[] = [];
    try {
      for (const id of await this.ids(fresh)) {
        const to = join(this.folder, `restored-${this.#round++}`);
        await restore({ repository: fresh, snapshotId: id, to, threads: 0 });
        if (picture(to).join() !== pictureOf(id)?.join()) wrong.push(`${id} is not as it was`);
        rmSync(to, { recursive: true });
      }
      for (const { text } of (await check({ repository: fresh, level: 'data' })).findings) wrong.push(text);
    } finally {
      fresh.close();
    }
    return wrong;
  }

  close(): void {
    this.repository.close();
    removeScratch(this.folder);
  }
}

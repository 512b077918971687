import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { backup, type BackupReport } from '../backup/backup.ts';
import { check } from '../check/check.ts';
import type { EnvironmentIdentity } from '../format/descriptor.ts';
import { maintain } from '../keeping/maintain.ts';
import { SetClock, HOUR } from '../keeping/keeping.fixture.ts';
import { MarkList } from '../keeping/mark-list.ts';
import { needed, survey } from '../keeping/survey.ts';
import { snapshotId, takenMsOf } from '../format/manifest.ts';
import { markName } from '../format/mark.ts';
import { FixtureMasterKey } from '../master-keys/master-key.fixture.ts';
import type { MasterKey } from '../master-keys/master-key.ts';
import { createRepository, openRepository, type Repository } from '../repository.ts';
import { restore } from '../restore/restore.ts';
import { listSnapshots, readSnapshot } from '../snapshots.ts';
import { FolderSource } from '../sources/folder.ts';
import type { Target } from '../targets/target.ts';
import { noise, picture, removeScratch, scratch, writerKey } from '../vault.fixture.ts';
import { MemoryTarget, type MemoryObject } from './memory-target.fixture.ts';

/** Everything that a machine and a store have at one moment. */
interface Moment {
  readonly objects: ReadonlyMap<string, MemoryObject>;
  readonly ms: number;
  /** A folder with what the machines have on their disks. */
  readonly kept: string;
}

/** What this machine knows of the store, and what the host of {@link WritingHost} does. */
const ON_DISK = ['cache', 'state'];

const KEEPS_ALL = () => undefined;
const AT_ONCE = { graceMs: 0, unfinishedMs: 0 };

export interface SiteOptions {
  /** Who writes; by default somebody new. */
  readonly key?: ReturnType<typeof writerKey>;
  readonly identity?: EnvironmentIdentity;
}

/** A vault in memory with its sources and the caches of its machine, that can be put back to an earlier moment. */
export class Site {
  readonly folder = scratch();
  readonly clock = new SetClock();
  readonly masterKey = new FixtureMasterKey('first', Buffer.alloc(32, 7));
  readonly otherKey = new FixtureMasterKey('second', Buffer.alloc(32, 8));
  masterKeys: readonly MasterKey[] = [this.masterKey];
  readonly writerKey: ReturnType<typeof writerKey>;
  readonly identity: EnvironmentIdentity;
  store = new MemoryTarget(this.clock);
  /** What a source looked like, by its name and when the snapshot was taken. */
  readonly pictures = new Map<string, string>();
  #round = 0;

  constructor({
    key = writerKey(),
    identity = { tenant: 'tenant-1', environment: 'environment-1' },
  }: SiteOptions = {}) {
    this.writerKey = key;
    this.identity = identity;
    for (const name of ['one', 'two']) {
      mkdirSync(join(this.folder, name, 'deep'), { recursive: true });
      writeFileSync(join(this.folder, name, 'staying'), noise(`${name} staying`, 30_000));
      for (let i = 0; i < 3; i++)
        writeFileSync(join(this.folder, name, 'deep', `${i}`), noise(`${name} ${i}`, 700 * i));
    }
  }

  async create(target: Target = this.store): Promise<Repository> {
    return await createRepository(target, {
      identity: this.identity,
      masterKeys: this.masterKeys,
      writerKey: this.writerKey,
      cacheFolder: join(this.folder, 'cache'),
      clock: this.clock,
      chunker: { minimum: 1024, average: 4096, maximum: 16_384 },
    });
  }

  /** The vault as its machine opens it; `null` as one that has never seen it. */
  async open(target: Target = this.store, cache: string | null = 'cache'): Promise<Repository> {
    return await openRepository(target, {
      masterKeys: this.masterKeys,
      writerKey: this.writerKey,
      clock: this.clock,
      ...(cache !== null && { cacheFolder: join(this.folder, cache) }),
    });
  }

  /** Opens, does something, and closes. */
  async with<T>(work: (repository: Repository) => Promise<T>, target?: Target, cache?: string | null): Promise<T> {
    const repository = await this.open(target, cache);
    try {
      return await work(repository);
    } finally {
      repository.close();
    }
  }

  change(source: string): void {
    this.clock.ms += HOUR;
    writeFileSync(join(this.folder, source, 'changing'), noise(`${source} ${this.#round++}`, 12_000));
  }

  async backup(repository: Repository, source: string): Promise<BackupReport> {
    const from = new FolderSource(join(this.folder, source), source);
    return await backup({ repository, source: from, threads: 0 });
  }

  /** A snapshot of something new, whose picture is kept. */
  async snapshot(source = 'one'): Promise<string> {
    this.change(source);
    return await this.with(async (repository) => {
      const report = await this.backup(repository, source);
      this.pictures.set(`${source} ${this.clock.ms}`, picture(join(this.folder, source)).join());
      return report.snapshotId;
    });
  }

  moment(): Moment {
    const kept = join(this.folder, `kept-${this.#round++}`);
    for (const name of ON_DISK) {
      mkdirSync(join(this.folder, name), { recursive: true });
      cpSync(join(this.folder, name), join(kept, name), { recursive: true });
    }
    return { objects: new Map(this.store.objects), ms: this.clock.ms, kept };
  }

  putBack({ objects, ms, kept }: Moment): void {
    this.store = new MemoryTarget(this.clock, objects);
    this.clock.ms = ms;
    this.masterKeys = [this.masterKey];
    for (const name of [...ON_DISK, 'restored']) rmSync(join(this.folder, name), { recursive: true, force: true });
    for (const name of ON_DISK) cpSync(join(kept, name), join(this.folder, name), { recursive: true });
  }

  /**
   * Everything that is wrong: with the lists, with any snapshot restored and compared byte for byte, with any byte. A
   * snapshot whose picture is not known is one of what the source is now.
   */
  async wrong(cache: string | null): Promise<string[]> {
    return await this.with(
      async (repository) => {
        const { snapshots, findings } = await listSnapshots(repository);
        const wrong = findings.map(({ text }) => text);
        const ring = repository.keyRing();
        for (const { head } of snapshots) {
          const id = snapshotId(head);
          const { body } = await readSnapshot(repository, ring, id);
          const to = join(this.folder, 'looked-at');
          await restore({ repository, snapshotId: id, to, threads: 0 });
          const known = this.pictures.get(`${body.source} ${takenMsOf(head)}`);
          if (picture(to).join() !== (known ?? picture(join(this.folder, body.source)).join()))
            wrong.push(`${id} differs`);
          rmSync(to, { recursive: true });
        }
        ring.drop();
        const report = await check({ repository, level: 'data' });
        return [...wrong, ...report.findings.map(({ text }) => text)];
      },
      undefined,
      cache,
    );
  }

  /** Lets time pass and looks after the vault until there is nothing to do; answers what then lies there for nothing. */
  async leftovers(): Promise<string[]> {
    return await this.with(async (repository) => {
      for (let round = 0; round < 3; round++) {
        this.clock.ms += 48 * HOUR;
        await maintain({ repository, rulesOf: KEEPS_ALL, times: AT_ONCE });
      }
      const ring = repository.keyRing();
      const { snapshots } = await survey({ repository, rulesOf: KEEPS_ALL }, ring);
      const names = needed(snapshots);
      const { marks } = await MarkList.read(repository);
      const left = marks.filter(({ kind }) => kind === 'delete' || kind === 'clock').map(({ id }) => markName(id));
      for (const name of this.store.objects.keys()) {
        const [kind = '', key = ''] = name.split('/');
        if (kind === 'keys' && !names.has(`keys/${key}`)) {
          const { envelope } = await ring.find(key);
          if (envelope.purpose !== 'dedupe' && envelope.purpose !== 'pair') left.push(name);
        }
        if ((kind === 'packs' || kind === 'index') && !names.has(name)) left.push(name);
      }
      ring.drop();
      return left;
    });
  }

  close(): void {
    removeScratch(this.folder);
  }
}

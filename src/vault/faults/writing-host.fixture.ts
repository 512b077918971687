import { join } from 'node:path';
import { bytesOf } from '../../bytes/bytes.ts';
import { takingOwnForPut } from '../agents/host/lost-answers.ts';
import { backup } from '../backup/backup.ts';
import { DESCRIPTOR_NAME } from '../format/descriptor.ts';
import { VaultError } from '../errors.ts';
import { MAX_JSON_OBJECT_LENGTH } from '../format/format.ts';
import { enrolWriter } from '../further-writers.ts';
import { FolderSource } from '../sources/folder.ts';
import type { Target } from '../targets/target.ts';
import { wrap } from '../targets/wrap.ts';
import { writerKey } from '../vault.fixture.ts';
import { makeDedupeKey, openKnown, openWriteOnly, type KnownVault } from '../write-only/open-write-only.ts';
import { ensurePair } from '../write-only/pairs.ts';
import { wordFor } from '../write-only/word.ts';
import { writerOf } from '../format/writer-key.ts';
import type { Site } from './site.fixture.ts';

type Dedupe = Awaited<ReturnType<typeof makeDedupeKey>>;

/** A host of a site that was enrolled, has a credential that puts and nothing else, and a memory on its disk. */
export class WritingHost {
  readonly #site: Site;
  readonly #known: KnownVault;
  readonly #dedupe: Dedupe;
  readonly #key: ReturnType<typeof writerKey>;

  private constructor(site: Site, known: KnownVault, dedupe: Dedupe, key: ReturnType<typeof writerKey>) {
    this.#site = site;
    this.#known = known;
    this.#dedupe = dedupe;
    this.#key = key;
  }

  static async enrol(site: Site): Promise<WritingHost> {
    const key = writerKey();
    return await site.with(async (repository) => {
      const { pair, bytes } = await ensurePair(repository);
      await enrolWriter(repository, writerOf(key).publicKey);
      const descriptor = await site.store.get(DESCRIPTOR_NAME, MAX_JSON_OBJECT_LENGTH);
      const { creator, vault } = repository.descriptor;
      const known = { descriptor, creator, vault, pair: bytes, pairId: pair.key };
      return new WritingHost(site, known, await makeDedupeKey(openKnown(known), key), key);
    });
  }

  /** Its writer's id. */
  get id(): string {
    return writerOf(this.#key).id;
  }

  /** As an agent does it: its dedupe key's envelope first, then the run. The server has the store to itself. */
  async backup(store: Target, source: string): Promise<void> {
    const target = takingOwnForPut(putOnly(store));
    await target.put(this.#dedupe.name, this.#dedupe.envelope);
    const ask = () => this.#site.with((repository) => wordFor(repository, this.id));
    const repository = openWriteOnly(target, {
      known: this.#known,
      writerKey: this.#key,
      dedupe: { id: this.#dedupe.id, key: bytesOf(Buffer.from(this.#dedupe.key)) },
      server: { ask, prove: async () => void (await ask()) },
      stateFolder: join(this.#site.folder, 'state'),
      clock: this.#site.clock,
    });
    try {
      const from = new FolderSource(join(this.#site.folder, source), source);
      await backup({ repository, source: from, threads: 0 });
    } finally {
      repository.close();
    }
  }
}

function putOnly(target: Target): Target {
  const refuse = (): never => {
    throw new VaultError('target-denied', 'This credential may put, and nothing else');
  };
  return wrap(target, {
    capabilities: { delete: false, lock: false },
    get: refuse,
    getRange: refuse,
    list: refuse,
    delete: refuse,
  });
}

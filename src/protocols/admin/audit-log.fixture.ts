import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { originOf, signCheckpoint, verifierKey } from '../../audit/checkpoint.ts';
import { LogEdge } from '../../audit/edge.ts';
import { EMPTY_STATE, type TileReader } from '../../audit/log.ts';
import { LogReader } from '../../audit/log-reader.ts';
import { MemoryTargets } from '../../audit/log.fixture.ts';
import { CHECKPOINT_PATH } from '../../audit/tile.ts';
import { exportLines } from '../../server/audit-export.ts';
import type { MemoryStore } from '../../store/memory.ts';
import type { AuditReader, ExportFormat, ExportSpan } from './services.ts';

/** The logs of a store in memory: what was recorded up to now, signed. */
export class LogsOfStore implements AuditReader {
  readonly #store: MemoryStore;
  readonly #clock: () => number;
  readonly #pair = generateKeyPairSync('ed25519');

  constructor(store: MemoryStore, clock: () => number) {
    this.#store = store;
    this.#clock = clock;
  }

  async checkpoint(log: string): Promise<string | undefined> {
    return (await this.#files(log).read(CHECKPOINT_PATH))?.toString('utf8');
  }

  get publicKey(): KeyObject {
    return this.#pair.publicKey;
  }

  verifierKey(log: string): string {
    return verifierKey(originOf('keystead.test', log), this.#pair.publicKey);
  }

  reader(log: string): LogReader {
    return new LogReader(this.#files(log));
  }

  exportLines(log: string, format: ExportFormat, span: ExportSpan): AsyncIterable<string> {
    const places = { accountOf: () => undefined, instanceOf: () => undefined };
    return exportLines(this.reader(log), log, format, span, places);
  }

  #files(log: string): TileReader {
    const entries = this.#store.entries().filter((entry) => entry.log === log);
    const target = new MemoryTargets().of(log);
    const edge = new LogEdge();
    void target.write(...edge.append(entries));
    const { publicKey, privateKey } = this.#pair;
    const head = { origin: originOf('keystead.test', log), size: edge.size, root: edge.root(), state: EMPTY_STATE };
    const note = signCheckpoint({ ...head, timeMs: this.#clock() }, privateKey, publicKey);
    void target.write({ path: CHECKPOINT_PATH, bytes: Buffer.from(note, 'utf8') });
    return target;
  }
}

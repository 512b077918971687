import { createSecretKey, generateKeyPairSync } from 'node:crypto';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { change, draft, record } from '../records/writes.fixture.ts';
import { checkState, type CheckReport } from './check-state.ts';
import { removeFolder, scratchFolder } from './scratch.fixture.ts';
import { openStore, type SqliteStore } from './sqlite.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const queueKey = createSecretKey(Buffer.alloc(32, 7));

/** A data folder with a store, its logs and a witness, for one test. */
export class Installation {
  readonly base = scratchFolder();
  readonly path = join(this.base, 'keystead.db');
  readonly folder = join(this.base, 'log');
  readonly witness = join(this.base, 'witness');
  readonly origin = 'keystead.test';
  readonly publicKey = publicKey;
  readonly queueKey = queueKey;
  readonly failures: string[] = [];
  #store: SqliteStore | undefined;

  async open(): Promise<SqliteStore> {
    await this.close();
    const audit = this.audit();
    this.#store = await openStore({ path: this.path, reserveBytes: 65_536, audit, sequenceEveryMs: 3_600_000 });
    this.#store.useQueueKey(queueKey);
    return this.#store;
  }

  /** What the sequencer is given. */
  audit() {
    const onFailure = (error: Error) => void this.failures.push(error.message);
    return {
      folder: this.folder,
      witnesses: [this.witness],
      origin: this.origin,
      signer: privateKey,
      queueKey,
      onFailure,
    };
  }

  /** Closes, with everything in the logs. */
  async close(): Promise<void> {
    await this.#store?.close();
    this.#store = undefined;
  }

  /** Records `k<from>` to `k<to - 1>` of tenant t1, and a use each. */
  async write(from: number, to: number): Promise<void> {
    const store = await this.open();
    for (let n = from; n < to; n++) {
      await store.commit(change([{ put: record(`k${n}`) }]));
      await store.record(draft('t1'));
    }
    await this.close();
  }

  check(): Promise<CheckReport> {
    const { path, folder, witness, origin } = this;
    return checkState({ path, folder, witnesses: [witness], signedBy: { origin, publicKey }, queueKey });
  }

  /** Another installation in the same state, under the same key. This one must be closed. */
  copy(): Installation {
    const other = new Installation();
    cpSync(this.base, other.base, { recursive: true });
    return other;
  }

  /** Keeps a copy of a part. */
  keep(...parts: readonly ('path' | 'folder' | 'witness')[]): void {
    for (const part of parts) cpSync(this[part], `${this[part]}.kept`, { recursive: true });
  }

  /** Puts the copy of a part back. */
  turnBack(...parts: readonly ('path' | 'folder' | 'witness')[]): void {
    for (const part of parts) {
      removeFolder(this[part]);
      cpSync(`${this[part]}.kept`, this[part], { recursive: true });
    }
  }

  async remove(): Promise<void> {
    await this.close();
    removeFolder(this.base);
  }
}

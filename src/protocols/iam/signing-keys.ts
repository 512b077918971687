import type { BarrierKey } from '../../crypto/hierarchy.ts';
import type { Random } from '../../crypto/random.ts';
import {
  isRotationDue,
  makeTokenSigningKey,
  readTokenSigningKeys,
  TOKEN_SIGNING_KEYS_REF,
  type TokenSigningKeys,
} from '../../identity/token-signing-keys.ts';
import { INSTALLATION } from '../../records/record.ts';
import { ConflictError, type MaybePromise, type RecordStore } from '../../records/ports.ts';
import { RecordCache } from '../../records/record-cache.ts';

interface Ports {
  readonly store: RecordStore;
  readonly barrier: BarrierKey;
  readonly random: Random;
}

/** The keys that sign tokens: of the installation, so that a token of one node counts on all. */
export class SigningKeys {
  readonly #ports: Ports;
  readonly #cache: RecordCache<TokenSigningKeys>;
  #making: Promise<void> | undefined;

  constructor(ports: Ports) {
    this.#ports = ports;
    this.#cache = new RecordCache(ports.store, 1);
  }

  /** As they are now; `undefined` where no token was ever asked for. */
  find(): MaybePromise<TokenSigningKeys | undefined> {
    const { barrier } = this.#ports;
    return this.#cache.find(TOKEN_SIGNING_KEYS_REF, (record) => readTokenSigningKeys(barrier, record));
  }

  /** As they are now, made where there are none. */
  async take(nowMs: number): Promise<TokenSigningKeys> {
    for (;;) {
      const found = await this.find();
      if (found !== undefined) return found;
      await this.#make(undefined, nowMs);
    }
  }

  /** Makes the next key where it is time. */
  async tend(nowMs: number): Promise<void> {
    const found = await this.find();
    if (found !== undefined && isRotationDue(found, nowMs)) await this.#make(found, nowMs);
  }

  /** One at a time here; between nodes the revision decides who was first, and the others read what that one made. */
  #make(before: TokenSigningKeys | undefined, nowMs: number): Promise<void> {
    this.#making ??= this.#commit(before, nowMs).finally(() => (this.#making = undefined));
    return this.#making;
  }

  async #commit(before: TokenSigningKeys | undefined, nowMs: number): Promise<void> {
    const { store, barrier, random } = this.#ports;
    const write = await makeTokenSigningKey(barrier, before, nowMs, random);
    const entry = {
      tenantId: INSTALLATION,
      timeMs: nowMs,
      principal: 'server',
      action: 'installation:MakeTokenSigningKey',
      requestId: 'token-signing-key',
      outcome: 'done' as const,
      change: true,
      details: {},
      salt: random(16),
    };
    try {
      // Without the first there is no token, also not for who comes to switch something off on a full disk.
      await store.commit({ writes: [write], entries: [entry], urgent: before === undefined });
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
    }
  }
}

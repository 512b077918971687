import { wipe, type Bytes } from '../bytes/bytes.ts';
import { constantTimeEqual } from '../bytes/equal.ts';
import type { Descriptor } from './format/descriptor.ts';
import {
  envelopeDigest,
  envelopeName,
  openEnvelope,
  parseEnvelopeName,
  sealEnvelope,
  type Envelope,
  type Recipient,
} from './format/envelope.ts';
import { VaultError } from './errors.ts';
import { KEY_ID_LENGTH, MAX_JSON_OBJECT_LENGTH } from './format/format.ts';
import type { IndexCache } from './index-cache.ts';
import type { KeyContext, KeyPurpose } from './master-keys/context.ts';
import { MasterKeyError } from './master-keys/master-key-error.ts';
import { isSameMasterKey, type MasterKey } from './master-keys/master-key.ts';
import { SealedMasterKey } from './master-keys/sealed-master-key.ts';
import type { NeededKey, SnapshotRecipient } from './format/manifest.ts';
import { checkCommitment, holdKey, type HeldKey } from './format/object-key.ts';
import { pairOf } from './format/pair.ts';
import type { Clock, Random } from './ports.ts';
import type { Target } from './targets/target.ts';
import type { WriterKey } from './format/writer-key.ts';

/** What a key ring needs of its vault. */
export interface KeyRingContext {
  readonly target: Target;
  readonly identity: Pick<Descriptor, 'vault' | 'tenant' | 'environment' | 'writers'>;
  /** The first is the primary: it makes new keys. */
  readonly masterKeys: readonly MasterKey[];
  readonly cache: IndexCache;
  readonly clock: Clock;
  readonly random: Random;
  /** For who may only write: the one key that it holds for good, and who proves the master key for it. */
  readonly writeOnly?: {
    readonly dedupe: HeldKey;
    readonly memory: { readonly rememberKey: (key: HeldKey) => void };
    readonly prove: () => Promise<void>;
  };
}

/** An envelope as it was found. */
export interface FoundEnvelope {
  readonly envelope: Envelope;
  readonly name: string;
  /** SHA-256 of the object, hexadecimal. */
  readonly digest: string;
  /** Names of other revisions that lie there: older ones, and what a writer has put that may not. */
  readonly others: readonly string[];
  /** The number of the revision that comes next. */
  readonly next: number;
}

/** The data keys that one run or restore uses. They live in memory until {@link KeyRing.drop}. */
export class KeyRing {
  readonly #context: KeyRingContext;
  readonly #held = new Map<string, HeldKey>();
  readonly #recipients = new Map<string, readonly SnapshotRecipient[]>();
  #needed: ReadonlyMap<string, NeededKey> | undefined;

  constructor(context: KeyRingContext) {
    this.#context = context;
    const { writeOnly } = context;
    if (writeOnly) this.#held.set(writeOnly.dedupe.id, writeOnly.dedupe);
  }

  /** Makes a data key and puts its envelope, with one wrapped copy for each master key. */
  async create(purpose: KeyPurpose, writer: WriterKey): Promise<HeldKey> {
    const { target, identity, masterKeys, random, clock } = this.#context;
    const id = random(KEY_ID_LENGTH).toString('hex');
    const context = this.#keyContext(id, purpose);
    const [primary, ...others] = masterKeys;
    if (!primary) throw new VaultError('no-recipient', 'No master key was given');
    const { dataKey, wrapped } = await primary.generate(context);
    let recipients: Recipient[];
    try {
      recipients = [recipientOf(primary, wrapped)];
      for (const other of others) recipients.push(recipientOf(other, await other.wrap(dataKey, context)));
    } catch (error) {
      wipe(dataKey);
      throw error;
    }
    const held = holdKey(dataKey, identity.vault, id, purpose);
    const envelope = {
      key: id,
      revision: 1,
      purpose,
      commitment: held.commitment,
      createdMs: clock.nowMs(),
      previous: null,
      recipients,
    };
    await target.put(envelopeName(id, 1), sealEnvelope(envelope, identity, writer));
    this.#recipients.set(id, recipients);
    this.#context.writeOnly?.memory.rememberKey(held);
    this.#held.set(id, held);
    return held;
  }

  /** The data key of that id, unwrapped at the first call. @throws {MasterKeyError} @throws {VaultError} */
  async get(id: string): Promise<HeldKey> {
    const known = this.#held.get(id);
    if (known) return known;
    const { envelope } = await this.find(id);
    const held = await this.#unwrap(envelope);
    if (this.#needed) checkNeededKey(held, this.#needed.get(id));
    this.#held.set(id, held);
    return held;
  }

  /** From now on only the keys of this list are opened, and only when they are what it says: the list of a signed head. */
  expect(needed: readonly NeededKey[]): void {
    this.#needed = new Map(needed.map((key) => [key.id, key]));
    for (const held of this.#held.values()) checkNeededKey(held, this.#needed.get(held.id));
  }

  /** Asks a master key again, although the data key is known: proves that it is still allowed. */
  async prove(id: string): Promise<void> {
    if (this.#context.writeOnly) return await this.#context.writeOnly.prove();
    const { envelope } = await this.find(id);
    await this.#unwrap(envelope);
  }

  /** Proves that each of these master keys opens the newest revision of an envelope. */
  async proveFor(id: string, masterKeys: readonly MasterKey[]): Promise<void> {
    const { envelope } = await this.find(id);
    for (const masterKey of masterKeys) await this.#unwrap(envelope, [masterKey]);
  }

  /** Whoever may open an envelope: the master keys given, and the pairs behind them. */
  async openersOf(envelope: Envelope): Promise<readonly MasterKey[]> {
    const { masterKeys } = this.#context;
    return [...masterKeys, ...(await this.#pairsFor(envelope, masterKeys))];
  }

  /** The newest revision of an envelope. Refuses one that is older than this machine has seen. */
  async find(id: string): Promise<FoundEnvelope> {
    const { target, identity, cache } = this.#context;
    const revisions: number[] = [];
    for await (const object of target.list(`keys/${id}/`)) {
      const name = parseEnvelopeName(object.name);
      if (name?.key === id) revisions.push(name.revision);
    }
    const newest = Math.max(0, ...revisions);
    if (newest === 0) throw new VaultError('object-missing', `The envelope of data key ${id} is not in the store`);
    if (newest < cache.knownRevision(id)) throw rolledBack(id, newest, cache.knownRevision(id));
    for (const revision of revisions.toSorted((a, b) => b - a)) {
      const name = envelopeName(id, revision);
      const read = async () => openOwn(name, await target.get(name, MAX_JSON_OBJECT_LENGTH), identity, revision > 1);
      const found = revision > 1 ? await unlessNobodys(read) : await read();
      if (found === undefined) continue;
      const { bytes, envelope } = found;
      if (revision < cache.knownRevision(id)) throw rolledBack(id, revision, cache.knownRevision(id));
      cache.rememberRevision(id, revision);
      this.#recipients.set(id, envelope.recipients);
      const others = revisions.filter((other) => other !== revision).map((other) => envelopeName(id, other));
      return { envelope, name, digest: envelopeDigest(bytes), others, next: freeAfter(revision, revisions) };
    }
    throw new VaultError(
      'unknown-writer',
      `The envelope of data key ${id} has no revision by a writer who may sign one`,
    );
  }

  /** Whoever opens every envelope that was made or read here: the vault's own key is among them. */
  recipients(): SnapshotRecipient[] {
    const [first = [], ...others] = this.#recipients.values();
    return first
      .filter((one) => others.every((many) => many.some((other) => isSameMasterKey(one, other))))
      .map(({ keyId, provider, region }) => ({ keyId, provider, region }));
  }

  /** Every key that is held, for the head of a manifest. */
  held(): HeldKey[] {
    return [...this.#held.values()];
  }

  /** Lets go of every key. OpenSSL overwrites the memory of a key object that is freed. */
  drop(): void {
    this.#held.clear();
  }

  async #unwrap(envelope: Envelope, masterKeys = this.#context.masterKeys): Promise<HeldKey> {
    const { identity } = this.#context;
    const context = this.#keyContext(envelope.key, envelope.purpose);
    const refusals: MasterKeyError[] = [];
    let wrong: VaultError | undefined;
    for (const masterKey of [...masterKeys, ...(await this.#pairsFor(envelope, masterKeys))]) {
      const recipient = envelope.recipients.find((candidate) => isSameMasterKey(candidate, masterKey.describe()));
      if (!recipient) continue;
      let dataKey: Bytes<'DataKey'>;
      try {
        dataKey = await masterKey.unwrap(recipient.wrapped, context);
      } catch (error) {
        if (!(error instanceof MasterKeyError)) throw error;
        refusals.push(error);
        continue;
      }
      try {
        const held = holdKey(dataKey, identity.vault, envelope.key, envelope.purpose);
        checkCommitment(`The envelope of data key ${envelope.key}`, envelope.commitment, held.commitment);
        return held;
      } catch (error) {
        // It answered another key: whoever else the envelope is for is asked before that counts.
        if (!(error instanceof VaultError)) throw error;
        wrong ??= error;
      }
    }
    if (wrong) throw wrong;
    if (refusals.length > 0) throw foremost(refusals);
    const names = envelope.recipients.map((recipient) => recipient.keyId).join(', ');
    throw new VaultError(
      'no-recipient',
      `The data key ${envelope.key} is wrapped for ${names}, and for none of the master keys given`,
    );
  }

  /**
   * The vault's pair as a master key, where an envelope is for one: what opens the pair's own data key opens it. It is
   * asked for each time, so that who proves a key proves the master key behind the pair.
   */
  async #pairsFor({ recipients, purpose }: Envelope, masterKeys: readonly MasterKey[]): Promise<MasterKey[]> {
    // A pair is never wrapped for a pair: that would go round in circles.
    const pairs = purpose === 'pair' ? [] : recipients.filter(({ provider }) => provider === 'pair');
    const opened: MasterKey[] = [];
    for (const { keyId } of pairs) {
      const { envelope } = await this.find(keyId);
      if (envelope.purpose !== 'pair') {
        throw new VaultError('tampered', `The envelope of data key ${keyId} is not that of a pair`);
      }
      const privateKey = pairOf(await this.#unwrap(envelope, masterKeys), this.#context.identity.vault);
      opened.push(new SealedMasterKey({ provider: 'pair', keyId, publicKey: privateKey.publicKey, privateKey }));
    }
    return opened;
  }

  #keyContext(key: string, purpose: KeyPurpose): KeyContext {
    const { tenant, environment } = this.#context.identity;
    return { tenant, environment, purpose, key };
  }
}

function rolledBack(id: string, revision: number, known: number): VaultError {
  return new VaultError(
    'rolled-back',
    `The envelope of data key ${id} is at revision ${revision}, and was at ${known}`,
  );
}

/** The first number after a revision that nobody has taken: what a further writer has put may have any. */
function freeAfter(revision: number, taken: readonly number[]): number {
  let next = revision + 1;
  while (taken.includes(next)) next++;
  return next;
}

/** The refusal of the primary, with those of the others: whoever reads it sees every way in that was tried. */
function foremost(refusals: readonly MasterKeyError[]): MasterKeyError {
  // A key that is kept offline says nothing of why the others did not open.
  const [first, ...others] = refusals.toSorted((a, b) => Number(a.code === 'offline') - Number(b.code === 'offline'));
  return (first as MasterKeyError).beside(others);
}

/** Opens an envelope. A further writer makes envelopes of its own and has no say in others': later ones are not by it. */
function openOwn(
  name: string,
  bytes: Buffer,
  { writers, ...identity }: KeyRingContext['identity'],
  isLater: boolean,
): { readonly bytes: Buffer; readonly envelope: Envelope } {
  const who = isLater ? writers.filter(({ isFurther }) => isFurther !== true) : writers;
  return { bytes, envelope: openEnvelope(name, bytes, identity, who) };
}

/**
 * A later revision that is no envelope by who may sign one is passed over, whatever it is: who may only put objects must
 * not put anything before a key of somebody else. A check names it.
 */
async function unlessNobodys<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof VaultError) || error.code.startsWith('target-') || error.code === 'object-missing')
      throw error;
    return undefined;
  }
}

function recipientOf(masterKey: MasterKey, wrapped: Bytes<'WrappedKey'>): Recipient {
  const { provider, keyId, region } = masterKey.describe();
  return { provider, keyId, region, wrapped };
}

function checkNeededKey(held: HeldKey, needed: NeededKey | undefined): void {
  const expected = Buffer.from(needed?.commitment ?? '', 'hex');
  if (held.purpose !== needed?.purpose || !constantTimeEqual(held.commitment, expected)) {
    throw new VaultError(
      'commitment-mismatch',
      `The data key ${held.id} is not the one that the snapshot was made with`,
    );
  }
}

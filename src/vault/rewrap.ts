import { envelopeName, parseEnvelopeName, sealEnvelope, type Envelope, type Recipient } from './format/envelope.ts';
import { eachOf } from './each-of.ts';
import { refuseAborted, VaultError, type VaultErrorCode } from './errors.ts';
import { MasterKeyError } from './master-keys/master-key-error.ts';
import { isSameMasterKey, type MasterKey } from './master-keys/master-key.ts';
import type { FoundEnvelope, KeyRing } from './key-ring.ts';
import { writerFor, type Repository } from './repository.ts';
import { listSnapshots } from './snapshots.ts';

export interface RewrapOptions {
  readonly repository: Repository;
  /** Who is to open the data keys from now on, and nobody else. The first is the new primary. */
  readonly to: readonly MasterKey[];
  /**
   * Also what is for these keys already is wrapped anew, for their newest versions, where it was wrapped before this time
   * (milliseconds since 1970). Begun again with the same time, it goes on where it was cut off.
   */
  readonly refreshBeforeMs?: number;
  /** Envelopes moved at once, 8 by default: each is some calls of a store and of master keys that may be far away. */
  readonly atOnce?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface RewrapReport {
  readonly envelopes: number;
  readonly rewrapped: number;
  /** Were for exactly these master keys already. */
  readonly unchanged: number;
  /** Old revisions that the store did not let go of: their master key still opens them. */
  readonly oldRevisionsLeft: readonly string[];
  /** Data keys that no snapshot names and nobody can open: whoever may write can put such envelopes. They were left alone. */
  readonly unreadable: readonly string[];
}

/**
 * Moves a vault to other master keys: a new revision of each envelope, and no other byte. Can be stopped and begun again
 * at any time. The old master key keeps its power over copies of the old envelopes until it is switched off.
 */
export async function rewrap(options: RewrapOptions): Promise<RewrapReport> {
  const { repository, to, refreshBeforeMs, atOnce = 8, signal, onProgress } = options;
  requireOpener(to);
  writerFor(repository);
  const keys = new Set<string>();
  for await (const { name } of repository.target.list('keys/')) {
    const parsed = parseEnvelopeName(name);
    if (parsed) keys.add(parsed.key);
  }
  const ring = repository.keyRing();
  const left: string[] = [];
  const unreadable: string[] = [];
  let rewrapped = 0;
  let done = 0;
  const move = async (key: string): Promise<void> => {
    const found = await ring.find(key);
    const isOld = refreshBeforeMs !== undefined && found.envelope.createdMs < refreshBeforeMs;
    if (isOld || !isFor(found.envelope, to)) {
      left.push(...(await rewrapOne(repository, ring, found, to, isOld)));
      rewrapped++;
    } else if (found.others.length > 0) {
      // Whoever put this revision may have been cut off before it was proven.
      await ring.proveFor(key, openersAmong(to));
      left.push(...(await deleteOld(repository, found.others)));
    }
  };
  let named: Promise<ReadonlySet<string>> | undefined;
  const moveOne = async (key: string): Promise<void> => {
    refuseAborted(signal);
    try {
      await move(key);
    } catch (error) {
      if (!isNoEnvelope(error)) throw error;
      named ??= namedKeys(repository);
      if ((await named).has(key)) throw error;
      unreadable.push(key);
    }
    onProgress?.(++done, keys.size);
  };
  await eachOf([...keys].toSorted(), moveOne, atOnce);
  const unchanged = keys.size - rewrapped - unreadable.length;
  return {
    envelopes: keys.size,
    rewrapped,
    unchanged,
    oldRevisionsLeft: left.toSorted(),
    unreadable: unreadable.toSorted(),
  };
}

/** What says that an envelope cannot be one: neither the store nor a master key stands in the way. */
const NONE: ReadonlySet<string> = new Set<VaultErrorCode>([
  'malformed',
  'unknown-format',
  'bad-signature',
  'unknown-writer',
  'wrong-name',
  'wrong-vault',
  'no-recipient',
  'commitment-mismatch',
  'tampered',
]);

function isNoEnvelope(error: unknown): boolean {
  if (error instanceof MasterKeyError) return error.code === 'wrong-context-or-tampered';
  return error instanceof VaultError && NONE.has(error.code);
}

/** The data keys that the vault itself or any snapshot relies on. */
async function namedKeys(repository: Repository): Promise<ReadonlySet<string>> {
  const { snapshots, superseded } = await listSnapshots(repository);
  const heads = [...snapshots, ...superseded.map(({ manifest }) => manifest)].map(({ head }) => head);
  const { dedupeKey } = repository.descriptor;
  return new Set([dedupeKey, repository.dedupeKey, ...heads.flatMap(({ keys }) => keys.map(({ id }) => id))]);
}

/** Moves one envelope to these master keys. Answers the old revisions that the store did not let go of. */
export async function rewrapOne(
  repository: Repository,
  ring: KeyRing,
  found: FoundEnvelope,
  to: readonly MasterKey[],
  isRefresh = false,
): Promise<string[]> {
  await writeRevision(repository, ring, found, to, isRefresh);
  return await deleteOld(repository, [...found.others, found.name]);
}

function isFor(envelope: Envelope, to: readonly MasterKey[]): boolean {
  return (
    envelope.recipients.length === to.length &&
    to.every((key) => envelope.recipients.some((recipient) => isSameMasterKey(recipient, key.describe())))
  );
}

async function writeRevision(
  repository: Repository,
  ring: KeyRing,
  { envelope, digest, next: revision }: FoundEnvelope,
  to: readonly MasterKey[],
  isRefresh: boolean,
): Promise<void> {
  const { target, descriptor, clock } = repository;
  const recipients: Recipient[] = [];
  for (const key of to) {
    recipients.push(
      (await refreshed(repository, envelope, key, isRefresh)) ?? (await recipientFor(repository, ring, envelope, key)),
    );
  }
  const next = { ...envelope, revision, createdMs: clock.nowMs(), previous: digest, recipients };
  await target.put(envelopeName(envelope.key, next.revision), sealEnvelope(next, descriptor, writerFor(repository)));
  // Proves that the new revision opens to the same data key, before the old one goes.
  await ring.proveFor(envelope.key, openersAmong(to));
}

/** Those that open here. What a key that only wraps has wrapped, nobody here can prove. */
function openersAmong(keys: readonly MasterKey[]): MasterKey[] {
  return keys.filter(({ capabilities }) => capabilities.sealOnly !== true);
}

/** @throws {VaultError} `no-recipient` */
function requireOpener(to: readonly MasterKey[]): void {
  if (to.length === 0) throw new VaultError('no-recipient', 'No master key was given to move to');
  if (openersAmong(to).length > 0) return;
  throw new VaultError(
    'no-recipient',
    'A vault cannot be moved to keys that only wrap here: nobody could prove that its backups open, or go on with them',
  );
}

/** The same wrapped anew by its own master key, for that key's newest version; `undefined` where that is not asked for. */
async function refreshed(
  { descriptor: { tenant, environment } }: Repository,
  { recipients, purpose, key }: Envelope,
  to: MasterKey,
  isRefresh: boolean,
): Promise<Recipient | undefined> {
  const { provider, keyId, region } = to.describe();
  const old = recipients.find((recipient) => isSameMasterKey(recipient, to.describe()));
  if (!isRefresh || old === undefined || to.capabilities.sealOnly === true) return undefined;
  const wrapped = await to.rewrap(old.wrapped, { tenant, environment, purpose, key }, to);
  return { provider, keyId, region, wrapped };
}

/** Keeps what a master key has already; else lets one of the old master keys re-wrap it, or the pair that it was for. */
async function recipientFor(
  repository: Repository,
  ring: KeyRing,
  envelope: Envelope,
  to: MasterKey,
): Promise<Recipient> {
  const { provider, keyId, region } = to.describe();
  const kept = envelope.recipients.find((recipient) => isSameMasterKey(recipient, to.describe()));
  if (kept) return kept;
  const { tenant, environment } = repository.descriptor;
  const context = { tenant, environment, purpose: envelope.purpose, key: envelope.key };
  let refusal: MasterKeyError | undefined;
  for (const from of await ring.openersOf(envelope)) {
    const old = envelope.recipients.find((recipient) => isSameMasterKey(recipient, from.describe()));
    if (!old) continue;
    try {
      return { provider, keyId, region, wrapped: await from.rewrap(old.wrapped, context, to) };
    } catch (error) {
      if (!(error instanceof MasterKeyError)) throw error;
      refusal ??= error;
    }
  }
  throw refusal ?? new VaultError('no-recipient', `None of the master keys given opens the data key ${envelope.key}`);
}

async function deleteOld(repository: Repository, names: readonly string[]): Promise<string[]> {
  if (!repository.target.capabilities.delete) return [...names];
  const left: string[] = [];
  for (const name of names) {
    try {
      await repository.target.delete(name);
    } catch (error) {
      // A lock keeps it for its time: whoever reads uses the newest revision all the same.
      if (!(error instanceof VaultError) || error.code !== 'object-locked') throw error;
      left.push(name);
    }
  }
  return left;
}

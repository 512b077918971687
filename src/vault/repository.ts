import type { KeyObject } from 'node:crypto';
import { DEFAULT_SIZES, type ChunkerSizes } from './backup/chunker.ts';
import {
  DESCRIPTOR_NAME,
  openDescriptor,
  sealDescriptor,
  type Descriptor,
  type EnvironmentIdentity,
} from './format/descriptor.ts';
import { dedupeDomain, type DedupeDomain } from './format/domain.ts';
import { VaultError } from './errors.ts';
import { asWriter, readFurtherWriters } from './further-writers.ts';
import { MAX_JSON_OBJECT_LENGTH } from './format/format.ts';
import { IndexCache } from './index-cache.ts';
import { KeyRing } from './key-ring.ts';
import type { MasterKey } from './master-keys/master-key.ts';
import { systemClock, systemRandom, type Clock, type Random } from './ports.ts';
import { PROBES } from './targets/object-name.ts';
import type { Target } from './targets/target.ts';
import { currentDedupeKey } from './backup/current-dedupe-key.ts';
import type { WriteOnly } from './write-only/write-only.ts';
import { writerOf, type Writer, type WriterKey } from './format/writer-key.ts';

/** An open vault. Close it to let go of its cache. */
export interface Repository {
  readonly target: Target;
  /** Its `writers` are all of the vault: those it was made with, and those that were enrolled since. */
  readonly descriptor: Descriptor;
  readonly masterKeys: readonly MasterKey[];
  /** What chunk ids of what is written here are derived from. */
  readonly dedupeKey: string;
  /** There where this process may write and not read: it has no master key. */
  readonly writeOnly?: WriteOnly;
  /** Who writes; without one the vault can only be read. */
  readonly writer: WriterKey | undefined;
  readonly cache: IndexCache;
  readonly clock: Clock;
  readonly random: Random;
  /** A ring for one run or restore. */
  readonly keyRing: () => KeyRing;
  readonly close: () => void;
}

/** What may be handed in from outside; all of it has a default. */
export interface RepositoryOptions {
  /** A folder for what this machine knows of the store. Without one it lives in memory and is asked for each time. */
  readonly cacheFolder?: string;
  readonly clock?: Clock;
  readonly random?: Random;
}

export interface CreateOptions extends RepositoryOptions {
  readonly identity: EnvironmentIdentity;
  /** The first makes and wraps new data keys; the others get a copy of each. */
  readonly masterKeys: readonly MasterKey[];
  /** Ed25519. */
  readonly writerKey: KeyObject;
  /** Ed25519 public keys (32 raw bytes) of further writers. */
  readonly otherWriters?: readonly Writer[];
  readonly chunker?: ChunkerSizes;
}

export interface OpenOptions extends RepositoryOptions {
  readonly masterKeys: readonly MasterKey[];
  readonly writerKey?: KeyObject;
  /** What somebody other than the store says of the vault. Whatever is given must fit. */
  readonly expect?: Partial<EnvironmentIdentity> & { readonly vault?: string; readonly creator?: string };
}

/**
 * Makes a vault in an empty place. The descriptor is put last, so that a vault that is there is complete, and of several
 * that make one at once the first to put it wins. Envelopes without a descriptor are what a making left that was cut off:
 * nothing was ever encrypted under them.
 *
 * @throws {VaultError} `object-exists`: something else lies there, or another process has made a vault meanwhile
 */
export async function createRepository(target: Target, options: CreateOptions): Promise<Repository> {
  const { random = systemRandom, clock = systemClock, writerKey, identity } = options;
  for await (const { name } of target.list('')) {
    if (name.startsWith(PROBES)) continue;
    if (!name.startsWith('keys/')) throw new VaultError('object-exists', `The target is not empty: there is ${name}`);
  }
  const writer = writerOf(writerKey);
  const writers = [writer, ...(options.otherWriters ?? [])];
  const vault = random(16).toString('hex');
  const draft = { ...identity, vault, writers };
  const cache = new IndexCache(options.cacheFolder, vault, writer.id);
  try {
    const ring = new KeyRing({ target, identity: draft, masterKeys: options.masterKeys, cache, clock, random });
    const dedupe = await ring.create('dedupe', { id: writer.id, privateKey: writerKey });
    ring.drop();
    const descriptor = {
      ...draft,
      createdMs: clock.nowMs(),
      creator: writer.id,
      dedupeKey: dedupe.id,
      chunker: options.chunker ?? DEFAULT_SIZES,
    };
    await putDescriptor(target, descriptor, writerKey);
    return repositoryOf(target, descriptor, options, cache);
  } catch (error) {
    cache.close();
    throw error;
  }
}

/** Puts the descriptor, and takes away what makings that were cut off, or came too late, have left. */
async function putDescriptor(target: Target, descriptor: Descriptor, writerKey: KeyObject): Promise<void> {
  const own = `keys/${descriptor.dedupeKey}/`;
  // Listed before there is a vault: from then on runs put envelopes that are in use.
  const envelopes: string[] = [];
  for await (const { name } of target.list('keys/')) envelopes.push(name);
  const bytes = sealDescriptor(descriptor, writerKey);
  try {
    await target.put(DESCRIPTOR_NAME, bytes);
  } catch (error) {
    if (!(error instanceof VaultError) || error.code !== 'object-exists') throw error;
    const isOurs = (await target.get(DESCRIPTOR_NAME, MAX_JSON_OBJECT_LENGTH)).equals(bytes);
    if (!isOurs) {
      await deleteAll(
        target,
        envelopes.filter((name) => name.startsWith(own)),
      );
      throw error;
    }
  }
  await deleteAll(
    target,
    envelopes.filter((name) => !name.startsWith(own)),
  );
}

async function deleteAll(target: Target, names: readonly string[]): Promise<void> {
  if (!target.capabilities.delete) return;
  for (const name of names) {
    try {
      await target.delete(name);
    } catch (error) {
      // Harmless where it lies until its lock ends.
      if (!(error instanceof VaultError) || error.code !== 'object-locked') throw error;
    }
  }
}

/** Opens a vault. Asks no master key yet. */
export async function openRepository(target: Target, options: OpenOptions): Promise<Repository> {
  const descriptor = openDescriptor(await target.get(DESCRIPTOR_NAME, MAX_JSON_OBJECT_LENGTH));
  for (const [name, expected] of Object.entries(options.expect ?? {})) {
    if (descriptor[name as keyof EnvironmentIdentity] !== expected) {
      throw new VaultError('wrong-vault', `The vault in this target has another ${name} than expected`);
    }
  }
  const cache = cacheOf(options, descriptor);
  try {
    const further = (await readFurtherWriters(target, descriptor, cache)).map(asWriter);
    const known = new Set(descriptor.writers.map(({ id }) => id));
    const writers = [...descriptor.writers, ...further.filter(({ id }) => !known.has(id))];
    const dedupeKey = await currentDedupeKey(target, descriptor, cache);
    return repositoryOf(target, { ...descriptor, writers }, options, cache, dedupeKey);
  } catch (error) {
    cache.close();
    throw error;
  }
}

function cacheOf({ cacheFolder, writerKey }: OpenOptions, { vault }: Descriptor): IndexCache {
  return new IndexCache(cacheFolder, vault, writerKey && writerOf(writerKey).id);
}

function repositoryOf(
  target: Target,
  descriptor: Descriptor,
  options: RepositoryOptions & { readonly masterKeys: readonly MasterKey[]; readonly writerKey?: KeyObject },
  cache: IndexCache,
  dedupeKey = descriptor.dedupeKey,
): Repository {
  const { clock = systemClock, random = systemRandom, masterKeys, writerKey } = options;
  const context = { target, identity: descriptor, masterKeys, cache, clock, random };
  return {
    target,
    descriptor,
    masterKeys,
    dedupeKey,
    writer: writerKey && { id: writerOf(writerKey).id, privateKey: writerKey },
    cache,
    clock,
    random,
    keyRing: () => new KeyRing(context),
    close: () => cache.close(),
  };
}

/** The writer of a repository that is going to be written. @throws {VaultError} `unknown-writer` */
export function writerFor(repository: Repository): WriterKey {
  const { writer, descriptor } = repository;
  const named = descriptor.writers.find(({ id }) => id === writer?.id);
  if (!writer || !named) {
    throw new VaultError('unknown-writer', 'This process has no signing key that the vault names as a writer');
  }
  if (named.through !== undefined) {
    throw new VaultError('writer-revoked', `The writer ${writer.id} was let go: nothing that it writes counts`);
  }
  return writer;
}

/** Unwraps the dedupe key of a snapshot, or by default of what is written here, and derives the secrets of one source. */
export async function openDomain(
  repository: Repository,
  ring: KeyRing,
  source: string,
  dedupeKey = repository.dedupeKey,
): Promise<DedupeDomain> {
  const dedupe = await ring.get(dedupeKey);
  if (dedupe.purpose !== 'dedupe') throw new VaultError('malformed', `The data key ${dedupeKey} is no dedupe key`);
  return dedupeDomain(dedupe, repository.descriptor.vault, source);
}

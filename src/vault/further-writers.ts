import type { Descriptor } from './format/descriptor.ts';
import { VaultError } from './errors.ts';
import { MAX_JSON_OBJECT_LENGTH } from './format/format.ts';
import {
  furtherWriterName,
  openFurtherWriter,
  parseFurtherWriterName,
  sealFurtherWriter,
  type FurtherWriter,
} from './format/further-writer.ts';
import type { IndexCache } from './index-cache.ts';
import type { Repository } from './repository.ts';
import type { Target } from './targets/target.ts';
import { writerId, type Writer, type WriterKey } from './format/writer-key.ts';

/** Under which name the cache remembers how far a writer's revisions have come. */
const SEEN = 'writer:';

/**
 * The further writers of a vault, each by its newest revision. A store that shows fewer of them, or older revisions,
 * than this machine has seen is refused: it could bring a revoked writer back.
 *
 * @throws {VaultError} `rolled-back`, and whatever a reader refuses
 */
export async function readFurtherWriters(
  target: Target,
  descriptor: Pick<Descriptor, 'vault' | 'creator' | 'writers'>,
  cache: IndexCache,
): Promise<FurtherWriter[]> {
  const newest = new Map<string, number>();
  for await (const { name } of target.list('writers/')) {
    const parsed = parseFurtherWriterName(name);
    if (parsed) newest.set(parsed.id, Math.max(parsed.revision, newest.get(parsed.id) ?? 0));
  }
  for (const [key, seen] of cache.knownRevisions(SEEN)) {
    const id = key.slice(SEEN.length);
    const found = newest.get(id) ?? 0;
    if (found < seen) {
      throw new VaultError('rolled-back', `The writer ${id} is at revision ${found}, and was at ${seen}`);
    }
  }
  const writers: FurtherWriter[] = [];
  for (const [id, revision] of newest) {
    const name = furtherWriterName(id, revision);
    const known = cache.object(name);
    const bytes = known ?? (await target.get(name, MAX_JSON_OBJECT_LENGTH));
    writers.push(openFurtherWriter(name, bytes, descriptor));
    if (known === undefined) cache.keepObject(name, bytes);
    cache.rememberRevision(SEEN + id, revision);
  }
  return writers;
}

/** A further writer as those who look writers up want it. */
export function asWriter({ id, publicKey, through }: FurtherWriter): Writer {
  return { id, publicKey, isFurther: true, ...(through !== null && { through }) };
}

/** Lets a writer write: its public key, 32 raw bytes. Does nothing where it may already. Only the creator can. */
export async function enrolWriter(repository: Repository, publicKey: Buffer): Promise<FurtherWriter> {
  const creator = creatorFor(repository);
  const id = writerId(publicKey);
  if (repository.descriptor.writers.some((writer) => writer.id === id && writer.isFurther !== true)) {
    throw new VaultError('conflict', `The vault's descriptor names the writer ${id} already`);
  }
  const before = await newestOf(repository, id);
  if (before?.state === 'active') return before;
  return await putNext(repository, creator, { id, publicKey, state: 'active', through: null }, before);
}

/**
 * Lets a writer go: of its snapshots count those up to `through`, and no other, whatever it signs from now on. Does
 * nothing where it is so already. Only the creator can.
 */
export async function revokeWriter(repository: Repository, id: string, through: number): Promise<FurtherWriter> {
  const creator = creatorFor(repository);
  const before = await newestOf(repository, id);
  if (before === undefined) throw new VaultError('unknown-writer', `The vault has no further writer ${id}`);
  if (before.state === 'revoked' && before.through === through) return before;
  const { publicKey } = before;
  return await putNext(repository, creator, { id, publicKey, state: 'revoked', through }, before);
}

async function newestOf({ target, descriptor, cache }: Repository, id: string): Promise<FurtherWriter | undefined> {
  return (await readFurtherWriters(target, descriptor, cache)).find((writer) => writer.id === id);
}

async function putNext(
  { target, descriptor, clock, cache }: Repository,
  creator: WriterKey,
  fields: Omit<FurtherWriter, 'revision' | 'createdMs'>,
  before: FurtherWriter | undefined,
): Promise<FurtherWriter> {
  const writer = { ...fields, revision: (before?.revision ?? 0) + 1, createdMs: clock.nowMs() };
  await target.put(furtherWriterName(writer.id, writer.revision), sealFurtherWriter(writer, descriptor.vault, creator));
  cache.rememberRevision(SEEN + writer.id, writer.revision);
  return writer;
}

/** The creator's key, where this process has it. @throws {VaultError} `unknown-writer` */
export function creatorFor({ writer, descriptor }: Repository): WriterKey {
  if (writer?.id === descriptor.creator) return writer;
  throw new VaultError('unknown-writer', "This process does not have the signing key of the vault's creator");
}

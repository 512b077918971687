import type { KeyObject } from 'node:crypto';
import type { Json } from '../../bytes/canonical-json.ts';
import type { ChunkerSizes } from '../backup/chunker.ts';
import { VaultError } from '../errors.ts';
import { FORMAT, MAX_CHUNK_LENGTH, SUITE } from './format.ts';
import { canonicalBytes, JsonReader, parseCanonical, signJson } from './signed-json.ts';
import { checkSignature, writerId, writerNamed, type Writer } from './writer-key.ts';

export const DESCRIPTOR_NAME = 'vault.json';

/** Whose backups these are. Both are ids, never names of people. */
export interface EnvironmentIdentity {
  readonly tenant: string;
  readonly environment: string;
}

/** What is fixed when a vault is made. */
export interface Descriptor extends EnvironmentIdentity {
  /** 32 hexadecimal digits. */
  readonly vault: string;
  readonly createdMs: number;
  readonly creator: string;
  readonly dedupeKey: string;
  readonly chunker: ChunkerSizes;
  readonly writers: readonly Writer[];
}

function bodyOf(descriptor: Descriptor): Json {
  const { average, maximum, minimum } = descriptor.chunker;
  return {
    chunker: { average, maximum, minimum },
    createdMs: descriptor.createdMs,
    creator: descriptor.creator,
    dedupeKey: descriptor.dedupeKey,
    environment: descriptor.environment,
    format: FORMAT,
    suite: SUITE,
    tenant: descriptor.tenant,
    vault: descriptor.vault,
    writers: descriptor.writers.map(({ id, publicKey }) => ({ id, publicKey: publicKey.toString('base64') })),
  };
}

/** Writes a descriptor, signed by its creator. */
export function sealDescriptor(descriptor: Descriptor, privateKey: KeyObject): Buffer {
  const body = bodyOf(descriptor);
  return canonicalBytes({ descriptor: body, signature: signJson('descriptor', privateKey, body) });
}

function readChunker(reader: JsonReader): ChunkerSizes {
  const sizes = reader.object('chunker', ['average', 'maximum', 'minimum']);
  const [minimum, average, maximum] = [sizes.count('minimum'), sizes.count('average'), sizes.count('maximum')];
  const isPower = average >= 1024 && Number.isInteger(Math.log2(average));
  if (!isPower || minimum < 64 || minimum > average || maximum < average || maximum > MAX_CHUNK_LENGTH) {
    throw new VaultError('malformed', 'The descriptor has chunk sizes that no writer uses');
  }
  return { minimum, average, maximum };
}

/** Reads and verifies a descriptor. That its creator is the right one only somebody outside the store can say. */
export function openDescriptor(bytes: Buffer): Descriptor {
  const what = 'The descriptor vault.json';
  const outer = new JsonReader(what, parseCanonical(what, bytes), ['descriptor', 'signature']);
  const names = [
    'chunker',
    'createdMs',
    'creator',
    'dedupeKey',
    'environment',
    'format',
    'suite',
    'tenant',
    'vault',
    'writers',
  ];
  const reader = outer.object('descriptor', names);
  reader.expect('format', FORMAT);
  reader.expect('suite', SUITE);
  const writers = reader.objects('writers', ['id', 'publicKey']).map((item): Writer => {
    const publicKey = item.base64('publicKey');
    if (publicKey.length !== 32 || writerId(publicKey) !== item.text('id')) {
      throw new VaultError('malformed', `${what} names a writer that is not its key`);
    }
    return { id: item.text('id'), publicKey };
  });
  const descriptor: Descriptor = {
    tenant: reader.text('tenant'),
    environment: reader.text('environment'),
    vault: reader.hex('vault', 16),
    createdMs: reader.count('createdMs'),
    creator: reader.hex('creator', 16),
    dedupeKey: reader.hex('dedupeKey', 16),
    chunker: readChunker(reader),
    writers,
  };
  const creator = writerNamed(writers, descriptor.creator, what);
  checkSignature('descriptor', what, creator, canonicalBytes(bodyOf(descriptor)), outer.base64('signature'));
  return descriptor;
}

import { hash, type KeyObject } from 'node:crypto';
import { bytesOf, type Bytes } from '../../bytes/bytes.ts';
import type { Json } from '../../bytes/canonical-json.ts';
import type { Descriptor } from './descriptor.ts';
import { VaultError } from '../errors.ts';
import { FORMAT } from './format.ts';
import { KEY_PURPOSES, type KeyPurpose } from '../master-keys/context.ts';
import { canonicalBytes, JsonReader, parseCanonical, signJson } from './signed-json.ts';
import { checkSignature, writerNamed, type Writer } from './writer-key.ts';

/** One way into a data key: the master key that wrapped it. */
export interface Recipient {
  readonly provider: string;
  readonly keyId: string;
  readonly region: string;
  readonly wrapped: Bytes<'WrappedKey'>;
}

/** One data key, wrapped once for each master key. */
export interface Envelope {
  readonly key: string;
  /** From 1, one more with each re-wrapping. */
  readonly revision: number;
  readonly purpose: KeyPurpose;
  /** 32 bytes. */
  readonly commitment: Buffer;
  readonly createdMs: number;
  /** SHA-256 of the object of the revision before, hexadecimal; null for revision 1. */
  readonly previous: string | null;
  readonly recipients: readonly Recipient[];
}

const NAME = /^keys\/([0-9a-f]{32})\/([0-9]{8})\.json$/;

export function envelopeName(key: string, revision: number): string {
  return `keys/${key}/${String(revision).padStart(8, '0')}.json`;
}

/** Key and revision of an object's name; `undefined` where it is no name of an envelope. */
export function parseEnvelopeName(name: string): { readonly key: string; readonly revision: number } | undefined {
  const match = NAME.exec(name);
  return match ? { key: match[1] as string, revision: Number(match[2]) } : undefined;
}

type VaultIdentity = Pick<Descriptor, 'vault' | 'tenant' | 'environment'>;

function bodyOf(envelope: Envelope, identity: VaultIdentity): Json {
  return {
    commitment: envelope.commitment.toString('hex'),
    createdMs: envelope.createdMs,
    environment: identity.environment,
    format: FORMAT,
    key: envelope.key,
    previous: envelope.previous,
    purpose: envelope.purpose,
    recipients: envelope.recipients.map((recipient) => ({
      keyId: recipient.keyId,
      provider: recipient.provider,
      region: recipient.region,
      wrapped: recipient.wrapped.toString('base64'),
    })),
    revision: envelope.revision,
    tenant: identity.tenant,
    vault: identity.vault,
  };
}

export function sealEnvelope(
  envelope: Envelope,
  identity: VaultIdentity,
  writer: { readonly id: string; readonly privateKey: KeyObject },
): Buffer {
  const body = bodyOf(envelope, identity);
  return canonicalBytes({
    envelope: body,
    signature: { value: signJson('envelope', writer.privateKey, body), writer: writer.id },
  });
}

/** SHA-256 of an envelope's object, for the next revision's `previous`. */
export function envelopeDigest(bytes: Buffer): string {
  return hash('sha256', bytes, 'hex');
}

/** Reads and verifies an envelope that was found under `name`. */
export function openEnvelope(
  name: string,
  bytes: Buffer,
  identity: VaultIdentity,
  writers: readonly Writer[],
): Envelope {
  const what = `The envelope ${name}`;
  const outer = new JsonReader(what, parseCanonical(what, bytes), ['envelope', 'signature']);
  const names = [
    'commitment',
    'createdMs',
    'environment',
    'format',
    'key',
    'previous',
    'purpose',
    'recipients',
    'revision',
    'tenant',
    'vault',
  ];
  const reader = outer.object('envelope', names);
  reader.expect('format', FORMAT);
  const envelope: Envelope = {
    key: reader.hex('key', 16),
    revision: reader.count('revision'),
    purpose: reader.oneOf('purpose', KEY_PURPOSES),
    commitment: Buffer.from(reader.hex('commitment', 32), 'hex'),
    createdMs: reader.count('createdMs'),
    previous: reader.hexOrNull('previous', 32),
    recipients: reader.objects('recipients', ['keyId', 'provider', 'region', 'wrapped']).map((item) => ({
      provider: item.text('provider'),
      keyId: item.text('keyId'),
      region: item.text('region'),
      wrapped: bytesOf<'WrappedKey'>(item.base64('wrapped')),
    })),
  };
  const signature = outer.object('signature', ['value', 'writer']);
  const writer = writerNamed(writers, signature.hex('writer', 16), what);
  checkSignature('envelope', what, writer, canonicalBytes(outer.value('envelope') as Json), signature.base64('value'));
  const ours =
    reader.text('vault') === identity.vault &&
    reader.text('tenant') === identity.tenant &&
    reader.text('environment') === identity.environment;
  if (!ours) throw new VaultError('wrong-vault', `${what} belongs to another vault`);
  if (envelopeName(envelope.key, envelope.revision) !== name) {
    throw new VaultError('wrong-name', `${what} lies under the name of another one`);
  }
  return envelope;
}

import type { KeyObject } from 'node:crypto';
import type { Json } from '../../bytes/canonical-json.ts';
import type { Descriptor } from './descriptor.ts';
import { VaultError } from '../errors.ts';
import { FORMAT, MAX_JSON_OBJECT_LENGTH } from './format.ts';
import { canonicalBytes, JsonReader, parseCanonical, signJson } from './signed-json.ts';
import { checkSignature, writerNamed, type SignedKind } from './writer-key.ts';

/** What is signed by the vault's creator alone: docs/spec/backup-format.md sections 4, 9 and 13. */
export type CreatorKind = Extract<SignedKind, 'pair' | 'writer' | 'tombstone' | 'mark' | 'hold' | 'retired'>;

/** What it takes to read such an object. */
export type CreatorIdentity = Pick<Descriptor, 'vault' | 'creator' | 'writers'>;

/** Makes `{"<kind>":{...},"signature":{...}}`; `format` and `vault` are added to the members. */
export function sealByCreator(
  kind: CreatorKind,
  vault: string,
  members: { readonly [name: string]: Json | undefined },
  creator: { readonly id: string; readonly privateKey: KeyObject },
): Buffer {
  const body = { ...members, format: FORMAT, vault };
  const bytes = canonicalBytes({
    [kind]: body,
    signature: { value: signJson(kind, creator.privateKey, body), writer: creator.id },
  });
  if (bytes.length > MAX_JSON_OBJECT_LENGTH) {
    throw new VaultError('malformed', `A ${kind} of ${bytes.length} bytes is longer than such an object can be`);
  }
  return bytes;
}

/**
 * Reads and verifies what {@link sealByCreator} made; answers its body. `names` are its members beside `format` and `vault`.
 *
 * @throws {VaultError} `malformed`, `bad-signature`, `unknown-writer` (anybody but the creator), `wrong-vault`
 */
export function openByCreator(
  kind: CreatorKind,
  what: string,
  bytes: Buffer,
  names: readonly string[],
  { vault, creator, writers }: CreatorIdentity,
): JsonReader {
  const outer = new JsonReader(what, parseCanonical(what, bytes), [kind, 'signature']);
  const signature = outer.object('signature', ['value', 'writer']);
  if (signature.hex('writer', 16) !== creator) {
    throw new VaultError('unknown-writer', `${what} is not signed by who made the vault`);
  }
  const signed = canonicalBytes(outer.value(kind) as Json);
  checkSignature(kind, what, writerNamed(writers, creator, what), signed, signature.base64('value'));
  const body = outer.object(kind, [...names, 'format', 'vault']);
  body.expect('format', FORMAT);
  if (body.text('vault') !== vault) throw new VaultError('wrong-vault', `${what} belongs to another vault`);
  return body;
}

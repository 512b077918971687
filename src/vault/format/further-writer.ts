import type { Json } from '../../bytes/canonical-json.ts';
import type { Descriptor } from './descriptor.ts';
import { VaultError } from '../errors.ts';
import { FORMAT } from './format.ts';
import { canonicalBytes, JsonReader, parseCanonical, signJson } from './signed-json.ts';
import { checkSignature, writerId, writerNamed, type WriterKey } from './writer-key.ts';

/** A writer that the creator has enrolled, or let go, after the vault was made: docs/spec/backup-format.md, section 9. */
export interface FurtherWriter {
  readonly id: string;
  /** Ed25519, 32 raw bytes. */
  readonly publicKey: Buffer;
  /** From 1; the highest counts. */
  readonly revision: number;
  readonly state: 'active' | 'revoked';
  /** Of a revoked writer, the last sequence that counts: 0 where none does. Null of an active one. */
  readonly through: number | null;
  readonly createdMs: number;
}

const NAME = /^writers\/([0-9a-f]{32})\/([0-9]{8})\.json$/;
const STATES = ['active', 'revoked'] as const;

export function furtherWriterName(id: string, revision: number): string {
  return `writers/${id}/${String(revision).padStart(8, '0')}.json`;
}

/** Writer and revision of an object's name; `undefined` where it is no name of a further writer. */
export function parseFurtherWriterName(name: string): { readonly id: string; readonly revision: number } | undefined {
  const match = NAME.exec(name);
  return match ? { id: match[1] as string, revision: Number(match[2]) } : undefined;
}

function bodyOf(writer: FurtherWriter, vault: string): Json {
  const { createdMs, id, publicKey, revision, state, through } = writer;
  return { createdMs, format: FORMAT, id, publicKey: publicKey.toString('base64'), revision, state, through, vault };
}

/** Writes a revision of a further writer, signed by the vault's creator. */
export function sealFurtherWriter(writer: FurtherWriter, vault: string, creator: WriterKey): Buffer {
  const body = bodyOf(writer, vault);
  const signature = { value: signJson('writer', creator.privateKey, body), writer: creator.id };
  return canonicalBytes({ signature, writer: body });
}

/** Reads what was found under `name`. Only the creator's word counts. @throws {VaultError} */
export function openFurtherWriter(
  name: string,
  bytes: Buffer,
  descriptor: Pick<Descriptor, 'vault' | 'creator' | 'writers'>,
): FurtherWriter {
  const what = `The writer ${name}`;
  const outer = new JsonReader(what, parseCanonical(what, bytes), ['signature', 'writer']);
  const names = ['createdMs', 'format', 'id', 'publicKey', 'revision', 'state', 'through', 'vault'];
  const reader = outer.object('writer', names);
  reader.expect('format', FORMAT);
  const state = reader.oneOf('state', STATES);
  const through = state === 'active' && reader.value('through') === null ? null : reader.count('through');
  const writer: FurtherWriter = {
    id: reader.hex('id', 16),
    publicKey: reader.base64('publicKey'),
    revision: reader.count('revision'),
    state,
    through,
    createdMs: reader.count('createdMs'),
  };
  const signature = outer.object('signature', ['value', 'writer']);
  if (signature.hex('writer', 16) !== descriptor.creator) {
    throw new VaultError('unknown-writer', `${what} is signed by another than the vault's creator`);
  }
  const creator = writerNamed(descriptor.writers, descriptor.creator, what);
  const body = canonicalBytes(outer.value('writer') as Json);
  checkSignature('writer', what, creator, body, signature.base64('value'));
  if (reader.text('vault') !== descriptor.vault) {
    throw new VaultError('wrong-vault', `${what} belongs to another vault`);
  }
  if (furtherWriterName(writer.id, writer.revision) !== name) {
    throw new VaultError('wrong-name', `${what} lies under the name of another one`);
  }
  if (writer.publicKey.length !== 32 || writerId(writer.publicKey) !== writer.id) {
    throw new VaultError('malformed', `${what} is not its key`);
  }
  if ((state === 'active') !== (through === null)) throw new VaultError('malformed', `${what} has a wrong through`);
  return writer;
}

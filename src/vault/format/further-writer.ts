import { VaultError } from '../errors.ts';
import { openByCreator, sealByCreator, type CreatorIdentity } from './signed-object.ts';
import { writerId, type WriterKey } from './writer-key.ts';

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

/** Writes a revision of a further writer, signed by the vault's creator. */
export function sealFurtherWriter(writer: FurtherWriter, vault: string, creator: WriterKey): Buffer {
  const { createdMs, id, publicKey, revision, state, through } = writer;
  const members = { createdMs, id, publicKey: publicKey.toString('base64'), revision, state, through };
  return sealByCreator('writer', vault, members, creator);
}

/** Reads what was found under `name`. Only the creator's word counts. @throws {VaultError} */
export function openFurtherWriter(name: string, bytes: Buffer, identity: CreatorIdentity): FurtherWriter {
  const what = `The writer ${name}`;
  const names = ['createdMs', 'id', 'publicKey', 'revision', 'state', 'through'];
  const body = openByCreator('writer', what, bytes, names, identity);
  const state = body.oneOf('state', STATES);
  const writer: FurtherWriter = {
    id: body.hex('id', 16),
    publicKey: body.base64('publicKey'),
    revision: body.count('revision'),
    state,
    through: body.countOrNull('through'),
    createdMs: body.count('createdMs'),
  };
  if (furtherWriterName(writer.id, writer.revision) !== name) {
    throw new VaultError('wrong-name', `${what} lies under the name of another one`);
  }
  if (writer.publicKey.length !== 32 || writerId(writer.publicKey) !== writer.id) {
    throw new VaultError('malformed', `${what} is not its key`);
  }
  if ((state === 'active') !== (writer.through === null)) {
    throw new VaultError('malformed', `${what} has a wrong through`);
  }
  return writer;
}

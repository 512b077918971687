import { createHash, type KeyObject, sign, verify } from 'node:crypto';
import { decodeBase64 } from '../bytes/base64.ts';
import { constantTimeEqual } from '../bytes/equal.ts';
import { HASH_BYTES } from './merkle.ts';

/** The head of a log at one size: docs/spec/audit-log.md, C2SP tlog-checkpoint. */
export interface Checkpoint {
  /** Names the log, and is the name of the key that signs it. */
  readonly origin: string;
  readonly size: number;
  /** 32 bytes. */
  readonly root: Buffer;
  /** Hexadecimal state root of the tenant after the newest change in the log. */
  readonly state: string;
  readonly timeMs: number;
}

/** Why a checkpoint was refused. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
}

const ED25519 = 0x01;
const SIGNATURE = /^\u2014 (\S+) ([A-Za-z0-9+/]+={0,2})$/u;
const BODY =
  /^(?<origin>[^\s+]+)\n(?<size>0|[1-9][0-9]{0,15})\n(?<root>[A-Za-z0-9+/]{43}=)\nstate (?<state>[0-9a-f]{64})\ntime (?<time>0|[1-9][0-9]{0,15})\n$/;

/** The origin of one log of an installation. */
export function originOf(installation: string, log: string): string {
  return `${installation}/${log}`;
}

/** The text that is signed. */
export function checkpointBody({ origin, size, root, state, timeMs }: Checkpoint): string {
  return `${origin}\n${size}\n${root.toString('base64')}\nstate ${state}\ntime ${timeMs}\n`;
}

/** A signed note (C2SP signed-note) with one Ed25519 signature (RFC 8032) under the origin as the key's name. */
export function signCheckpoint(checkpoint: Checkpoint, privateKey: KeyObject, publicKey: KeyObject): string {
  const body = checkpointBody(checkpoint);
  const signature = sign(null, Buffer.from(body, 'utf8'), privateKey);
  const line = Buffer.concat([keyIdOf(checkpoint.origin, publicKey), signature]).toString('base64');
  return `${body}\n\u2014 ${checkpoint.origin} ${line}\n`;
}

/**
 * Parses a checkpoint and verifies that this key signed it for this origin. Signatures of others below it, such as a
 * witness's, are passed over.
 *
 * @throws {CheckpointError}
 */
export function openCheckpoint(note: string, origin: string, publicKey: KeyObject): Checkpoint {
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n')) throw new CheckpointError('this is no signed note: there is no signature block');
  const body = note.slice(0, end + 1);
  const checkpoint = parseBody(body);
  if (checkpoint.origin !== origin) {
    throw new CheckpointError(`the checkpoint is of ${checkpoint.origin}, not of ${origin}`);
  }
  const keyId = keyIdOf(origin, publicKey);
  for (const line of note.slice(end + 2, -1).split('\n')) {
    const [, name, base64] = SIGNATURE.exec(line) ?? [];
    const bytes = decodeBase64(base64 ?? '');
    if (name === undefined || !bytes) throw new CheckpointError('a signature line is malformed');
    if (name !== origin || !constantTimeEqual(bytes.subarray(0, 4), keyId)) continue;
    if (verify(null, Buffer.from(body, 'utf8'), publicKey, bytes.subarray(4))) return checkpoint;
    throw new CheckpointError(`the signature of ${origin} is not valid: the checkpoint was changed`);
  }
  throw new CheckpointError(`the checkpoint bears no signature of ${origin} by this key`);
}

/** Reads a checkpoint without asking who signed it. @throws {CheckpointError} */
export function readCheckpoint(note: string): Checkpoint {
  const end = note.indexOf('\n\n');
  return parseBody(end < 0 ? note : note.slice(0, end + 1));
}

/** The key in the form that other tools take: `<name>+<key id>+<base64 of 0x01 and the key>`. */
export function verifierKey(origin: string, publicKey: KeyObject): string {
  const key = Buffer.concat([Buffer.of(ED25519), rawKey(publicKey)]).toString('base64');
  return `${origin}+${keyIdOf(origin, publicKey).toString('hex')}+${key}`;
}

/** SHA-256(name || 0x0A || 0x01 || public key), its first four bytes (C2SP signed-note). */
function keyIdOf(name: string, publicKey: KeyObject): Buffer {
  const input = Buffer.concat([Buffer.from(name, 'utf8'), Buffer.of(0x0a, ED25519), rawKey(publicKey)]);
  return createHash('sha256').update(input).digest().subarray(0, 4);
}

function rawKey(publicKey: KeyObject): Buffer {
  const { kty, crv, x } = publicKey.export({ format: 'jwk' });
  if (kty !== 'OKP' || crv !== 'Ed25519' || x === undefined) throw new TypeError('checkpoints are signed with Ed25519');
  return Buffer.from(x, 'base64url');
}

function parseBody(body: string): Checkpoint {
  const fields = BODY.exec(body)?.groups;
  const root = decodeBase64(fields?.['root'] ?? '');
  const size = Number(fields?.['size']);
  const timeMs = Number(fields?.['time']);
  if (!fields || root?.length !== HASH_BYTES || !Number.isSafeInteger(size) || !Number.isSafeInteger(timeMs)) {
    throw new CheckpointError('the text is no checkpoint of Keystead: origin, size, root, state and time, a line each');
  }
  return { origin: fields['origin'] as string, size, root, state: fields['state'] as string, timeMs };
}

import { fromBase64, isSame, sha256, toHex, type Bytes } from './audit-bytes.ts';

/** The signed head of an audit log at one size: docs/spec/audit-log.md, "Checkpoint". */
export interface SignedHead {
  /** `<installation>/<log>`: names the log and the key that signs it. */
  readonly origin: string;
  /** How many entries the log had. */
  readonly size: number;
  /** 32 bytes: the root of the log's tree. */
  readonly root: Bytes;
  /** Hexadecimal: what the records of the tenant came to. */
  readonly state: string;
  /** When it was signed, in milliseconds since 1970. */
  readonly timeMs: number;
}

/** The public key of a log's checkpoints: C2SP signed-note, `<name>+<key id>+<base64 of 0x01 and the key>`. */
export interface VerifierKey {
  readonly name: string;
  /** 4 bytes. */
  readonly id: Bytes;
  /** 32 bytes: Ed25519 (RFC 8032). */
  readonly key: Bytes;
}

const ED25519 = 0x01;
const KEY = /^(?<name>[^\s+]+)\+(?<id>[0-9a-f]{8})\+(?<key>[A-Za-z0-9+/]{44})$/;
const BODY =
  /^(?<origin>[^\s+]+)\n(?<size>0|[1-9][0-9]{0,15})\n(?<root>[A-Za-z0-9+/]{43}=)\nstate (?<state>[0-9a-f]{64})\ntime (?<time>0|[1-9][0-9]{0,15})\n$/;
const SIGNATURE = /^\u2014 (?<name>\S+) (?<signature>[A-Za-z0-9+/]+={0,2})$/u;
const SIGNATURE_BYTES = 64;

/** Reads a verifier key; `undefined` for what is none, or whose id is not that of its name and key. */
export async function readVerifierKey(text: string): Promise<VerifierKey | undefined> {
  const found = KEY.exec(text)?.groups;
  const typed = fromBase64(found?.['key'] ?? '');
  if (found === undefined || typed?.length !== 33 || typed[0] !== ED25519) return undefined;
  const name = found['name'] as string;
  // C2SP signed-note: SHA-256(name || 0x0A || 0x01 || public key), its first four bytes.
  const id = (await sha256(new TextEncoder().encode(`${name}\n`), typed)).slice(0, 4);
  return toHex(id) === found['id'] ? { name, id, key: typed.slice(1) } : undefined;
}

/** Reads what a checkpoint says, whoever signed it; `undefined` for a text that is none to the letter. */
export function readHead(note: string): SignedHead | undefined {
  const found = BODY.exec(bodyOf(note) ?? '')?.groups;
  const root = fromBase64(found?.['root'] ?? '');
  const [size, timeMs] = [Number(found?.['size']), Number(found?.['time'])];
  if (found === undefined || root === undefined || !Number.isSafeInteger(size) || !Number.isSafeInteger(timeMs))
    return undefined;
  return { origin: found['origin'] as string, size, root, state: found['state'] as string, timeMs };
}

/**
 * Whether this key signed this checkpoint for the log that it names. Signatures of other names below it, such as those
 * of witnesses, are passed over; a line that is no signature makes it none.
 */
export async function isSignedBy(note: string, { name, id, key }: VerifierKey): Promise<boolean> {
  const body = bodyOf(note);
  if (body === undefined || readHead(note)?.origin !== name) return false;
  const lines = note
    .slice(body.length + 1, -1)
    .split('\n')
    .map((line) => SIGNATURE.exec(line)?.groups);
  const signatures = lines.map((line) => ({ name: line?.['name'], bytes: fromBase64(line?.['signature'] ?? '') }));
  if (signatures.some(({ name: by, bytes }) => by === undefined || bytes === undefined)) return false;
  const own = signatures.find(({ name: by, bytes = NOTHING }) => by === name && isSame(bytes.slice(0, 4), id));
  if (own?.bytes?.length !== 4 + SIGNATURE_BYTES) return false;
  const { subtle } = globalThis.crypto;
  const publicKey = await subtle.importKey('raw', key, { name: 'Ed25519' }, false, ['verify']);
  return subtle.verify({ name: 'Ed25519' }, publicKey, own.bytes.slice(4), new TextEncoder().encode(body));
}

const NOTHING = new Uint8Array(0);

/** The text that is signed: up to the empty line before the signatures. */
function bodyOf(note: string): string | undefined {
  const end = note.lastIndexOf('\n\n');
  return end < 0 || !note.endsWith('\n') ? undefined : note.slice(0, end + 1);
}

import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { wipe } from '../bytes/bytes.ts';
import type { BarrierKey } from '../crypto/hierarchy.ts';
import type { Random } from '../crypto/random.ts';
import type { Binding } from '../crypto/wrapped-secret.ts';
import { uuid } from '../crypto/uuid.ts';
import type { Put } from '../records/commit.ts';
import { INSTALLATION, type RecordRef, type StoredRecord } from '../records/record.ts';
import { putBody, readBody } from './body.ts';
import { IdentityError } from './errors.ts';

/** Bits of the modulus: what RFC 7518 section 3.3 asks for at least, and what clients of IBM Cloud IAM expect. */
const MODULUS_BITS = 2_048;
const DAY_MS = 86_400_000;
/** How long one key signs. */
const SIGNS_FOR_MS = 90 * DAY_MS;
/** How long a key is published before it signs: whoever keeps the published keys has it by then. */
const PUBLISHED_AHEAD_MS = DAY_MS;
/** How long a key is published after the next one signs: longer than any token that it signed lives. */
const PUBLISHED_AFTER_MS = 2 * 3_600_000;

interface KeyBody {
  readonly kid: string;
  /** Base64 of the wrapped PKCS#8. */
  readonly privateKey: string;
  /** Base64 of the SubjectPublicKeyInfo. */
  readonly publicKey: string;
  readonly createdAtMs: number;
  readonly signsFromMs: number;
}

interface KeysBody {
  /** In the order in which they sign. */
  readonly keys: readonly KeyBody[];
}

/** A key that signs tokens, now, later, or until lately. */
export interface TokenSigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly createdAtMs: number;
  readonly signsFromMs: number;
}

/** All keys whose signatures count, in the order in which they sign. */
export interface TokenSigningKeys {
  readonly keys: readonly TokenSigningKey[];
  readonly body: KeysBody;
  readonly revision: number;
}

/** Where they lie: one record, so that all nodes agree on them. */
export const TOKEN_SIGNING_KEYS_REF: RecordRef = { tenantId: INSTALLATION, kind: 'token-signing-key', id: 'tokens' };

const generateRsa = promisify(generateKeyPair);

/** The first key, which signs at once, or the next one, which is published first. It is made off the event loop. */
export async function makeTokenSigningKey(
  barrier: BarrierKey,
  before: TokenSigningKeys | undefined,
  nowMs: number,
  random: Random,
): Promise<Put> {
  const signsFromMs = before === undefined ? nowMs : nowMs + PUBLISHED_AHEAD_MS;
  const made = await makeKey(barrier, signsFromMs, nowMs, random);
  return putKeys(barrier, before, [...(before === undefined ? [] : inForce(before, nowMs)), made]);
}

/** A key that signs from now on. What signed before counts for as long as its tokens live; what waited is dropped. */
export async function rotateTokenSigningKeys(
  barrier: BarrierKey,
  before: TokenSigningKeys | undefined,
  nowMs: number,
  random: Random,
): Promise<Put> {
  const had = before === undefined ? [] : inForce(before, nowMs).filter(({ signsFromMs }) => signsFromMs <= nowMs);
  return putKeys(barrier, before, [...had, await makeKey(barrier, nowMs, nowMs, random)]);
}

/**
 * Takes a key away: what it signed proves nobody any more. Where it is the one that signs, another takes its place.
 *
 * @throws {IdentityError} `token-signing-key-not-found`
 */
export async function revokeTokenSigningKey(
  barrier: BarrierKey,
  before: TokenSigningKeys | undefined,
  kid: string,
  nowMs: number,
  random: Random,
): Promise<Put> {
  if (before?.keys.some((key) => key.kid === kid) !== true)
    throw new IdentityError('token-signing-key-not-found', `there is no key ${kid} that signs tokens`);
  const left = inForce(before, nowMs).filter((key) => key.kid !== kid);
  if (signingKeyAt(before, nowMs).kid !== kid) return putKeys(barrier, before, left);
  const later = left.filter(({ signsFromMs }) => signsFromMs > nowMs);
  const made = await makeKey(barrier, nowMs, nowMs, random);
  return putKeys(barrier, before, [...left.filter((key) => !later.includes(key)), made, ...later]);
}

function putKeys(barrier: BarrierKey, before: TokenSigningKeys | undefined, keys: KeysBody['keys']): Put {
  const body: KeysBody = { keys };
  return putBody(barrier.records, TOKEN_SIGNING_KEYS_REF, before?.revision ?? 0, body);
}

async function makeKey(barrier: BarrierKey, signsFromMs: number, nowMs: number, random: Random): Promise<KeyBody> {
  const kid = uuid(random);
  const { privateKey, publicKey } = await generateRsa('rsa', { modulusLength: MODULUS_BITS });
  const der = privateKey.export({ format: 'der', type: 'pkcs8' });
  const made: KeyBody = {
    kid,
    privateKey: barrier.wrap(bindingOf(kid), der, random).toString('base64'),
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    createdAtMs: nowMs,
    signsFromMs,
  };
  wipe(der);
  return made;
}

/** @throws {NotAuthenticError} {@link UnwrapError} */
export function readTokenSigningKeys(barrier: BarrierKey, record: StoredRecord): TokenSigningKeys {
  const body = readBody<KeysBody>(barrier.records, record);
  const keys = body.keys.map(({ kid, privateKey, publicKey, createdAtMs, signsFromMs }) => {
    const der = barrier.unwrap(bindingOf(kid), Buffer.from(privateKey, 'base64'));
    const opened = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    wipe(der);
    const spki = Buffer.from(publicKey, 'base64');
    return {
      kid,
      privateKey: opened,
      publicKey: createPublicKey({ key: spki, format: 'der', type: 'spki' }),
      createdAtMs,
      signsFromMs,
    };
  });
  return { keys, body, revision: record.revision };
}

/** The key that signs at this time: the newest one whose time has come. */
export function signingKeyAt({ keys }: TokenSigningKeys, nowMs: number): TokenSigningKey {
  return (keys.findLast(({ signsFromMs }) => signsFromMs <= nowMs) ?? keys[0]) as TokenSigningKey;
}

/** Whether it is time to make the next key: the newest one has signed for long enough. */
export function isRotationDue({ keys }: TokenSigningKeys, nowMs: number): boolean {
  return keys.every(({ signsFromMs }) => signsFromMs + SIGNS_FOR_MS <= nowMs);
}

/** Keys whose tokens may still be alive, and those that are yet to sign. */
function inForce({ body }: TokenSigningKeys, nowMs: number): KeyBody[] {
  return body.keys.filter((_, i) => {
    const next = body.keys[i + 1];
    return next === undefined || next.signsFromMs + PUBLISHED_AFTER_MS > nowMs;
  });
}

function bindingOf(kid: string): Binding {
  return ['token-signing-key', kid];
}

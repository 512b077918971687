import { hash, randomBytes } from 'node:crypto';
import { wipe } from '../../bytes/bytes.ts';
import { constantTimeEqual } from '../../bytes/equal.ts';
import type { Random } from '../../crypto/random.ts';
import type { Tenant } from '../tenant.ts';

/** Recovery codes as the record has them: the hashes of those that are left. */
export interface StoredRecoveryCodes {
  /** Base64 of the wrapped hashes, 32 bytes each, one behind the other; empty where none is left. */
  readonly hashes: string;
  readonly left: number;
  readonly madeAtMs: number;
}

const COUNT = 10;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const CHARACTERS = 16;
const HASH_LENGTH = 32;

/** What a recovery code looks like once it is brought to its one form. */
const CODE = new RegExp(`^[${ALPHABET}]{${CHARACTERS}}$`);

/** Makes ten codes of 80 random bits: shown once. */
export function makeRecoveryCodes(
  tenant: Tenant,
  userId: string,
  nowMs: number,
  random: Random,
): { readonly codes: readonly string[]; readonly stored: StoredRecoveryCodes } {
  const plain = Array.from({ length: COUNT }, () =>
    [...randomBytes(CHARACTERS)].map((byte) => ALPHABET[byte & 31]).join(''),
  );
  const codes = plain.map((code) => (code.match(/.{4}/g) as string[]).join('-'));
  return { codes, stored: store(tenant, userId, plain.map(hashOf), nowMs, random) };
}

/** Whether a code has the form of a recovery code, and is none of an authenticator app. */
export function recoveryCodeOf(code: string): string | undefined {
  const plain = code.toUpperCase().replaceAll(/[\s-]/g, '');
  return CODE.test(plain) ? plain : undefined;
}

/** Takes a code: the record without it, or `undefined` where it is none of those that are left. */
export function afterRecoveryCode(
  tenant: Tenant,
  userId: string,
  { hashes, madeAtMs, left }: StoredRecoveryCodes,
  code: string,
  random: Random,
): StoredRecoveryCodes | undefined {
  if (left === 0) return undefined;
  const all = tenant.tenantKey.unwrap(bindingOf(tenant, userId), Buffer.from(hashes, 'base64'));
  const wanted = hashOf(code);
  const kept: Buffer[] = [];
  for (let at = 0; at < all.length; at += HASH_LENGTH) {
    const one = all.subarray(at, at + HASH_LENGTH);
    if (!constantTimeEqual(one, wanted)) kept.push(one);
  }
  const isOne = kept.length * HASH_LENGTH < all.length;
  const after = isOne ? store(tenant, userId, kept, madeAtMs, random) : undefined;
  wipe(all);
  return after;
}

function store(
  tenant: Tenant,
  userId: string,
  hashes: readonly Buffer[],
  madeAtMs: number,
  random: Random,
): StoredRecoveryCodes {
  if (hashes.length === 0) return { hashes: '', left: 0, madeAtMs };
  const wrapped = tenant.tenantKey.wrap(bindingOf(tenant, userId), Buffer.concat(hashes), random);
  return { hashes: wrapped.toString('base64'), left: hashes.length, madeAtMs };
}

function hashOf(code: string): Buffer {
  return hash('sha256', code, 'buffer');
}

function bindingOf({ tenantId }: Tenant, userId: string) {
  return ['sign-in-recovery', tenantId, userId] as const;
}

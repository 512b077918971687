import { randomBytes } from 'node:crypto';
import { wipe } from '../../bytes/bytes.ts';
import { constantTimeEqual } from '../../bytes/equal.ts';
import type { PasswordCost } from '../../crypto/password-hash.ts';
import type { Random } from '../../crypto/random.ts';
import { IdentityError } from '../errors.ts';
import type { Tenant } from '../tenant.ts';

/** A password as the record has it: what it was hashed with beside the hash, which the tenant's key wraps. */
export interface StoredPassword extends PasswordCost {
  /** Base64 of the wrapped hash. */
  readonly hash: string;
  /** Base64, 16 bytes. */
  readonly salt: string;
  readonly setAtMs: number;
}

/** What a password is hashed with: the port's side, since hashing takes long and waits its turn. */
export type HashPassword = (password: Uint8Array, salt: Uint8Array, cost: PasswordCost) => Promise<Buffer>;

const SHORTEST = 12;
const LONGEST = 256;
const FEWEST_KINDS = 5;

/**
 * The bytes that are hashed: UTF-8 after NFKC, so that the same password is the same from every keyboard (SP 800-63B-4
 * section 3.1.1.2). The caller wipes them.
 */
export function passwordBytes(password: string): Buffer {
  return Buffer.from(password.normalize('NFKC'), 'utf8');
}

/** @throws {IdentityError} `password-too-weak` */
export function requireStrong(password: string, userName: string): void {
  const characters = Array.from(password.normalize('NFKC'));
  const problem =
    characters.length < SHORTEST || characters.length > LONGEST
      ? `it has ${characters.length} characters, and takes ${SHORTEST} to ${LONGEST}`
      : new Set(characters).size < FEWEST_KINDS
        ? 'it is made of too few different characters'
        : userName.length > 2 && characters.join('').toLowerCase().includes(userName.toLowerCase())
          ? 'it holds your name'
          : undefined;
  if (problem !== undefined) throw new IdentityError('password-too-weak', `the password was refused: ${problem}`);
}

/** Hashes a password for the record. `password` stays the caller's to wipe. */
export async function storePassword(
  tenant: Tenant,
  userId: string,
  password: Uint8Array,
  { hash, cost, random, nowMs }: { hash: HashPassword; cost: PasswordCost; random: Random; nowMs: number },
): Promise<StoredPassword> {
  const salt = randomBytes(16);
  const hashed = await hash(password, salt, cost);
  try {
    const wrapped = tenant.tenantKey.wrap(bindingOf(tenant, userId), hashed, random);
    return { ...cost, hash: wrapped.toString('base64'), salt: salt.toString('base64'), setAtMs: nowMs };
  } finally {
    wipe(hashed);
  }
}

/**
 * Whether this is the password. Where there is none to compare with, the same work is done on a made-up one, and the
 * answer is no.
 */
export async function isPassword(
  stored: { readonly tenant: Tenant; readonly userId: string; readonly password: StoredPassword } | undefined,
  password: Uint8Array,
  { hash, cost }: { readonly hash: HashPassword; readonly cost: PasswordCost },
): Promise<boolean> {
  if (stored === undefined) {
    wipe(await hash(password, NO_SALT, cost));
    return false;
  }
  const { tenant, userId, password: kept } = stored;
  const hashed = await hash(password, Buffer.from(kept.salt, 'base64'), kept);
  const wanted = tenant.tenantKey.unwrap(bindingOf(tenant, userId), Buffer.from(kept.hash, 'base64'));
  try {
    return constantTimeEqual(hashed, wanted);
  } finally {
    wipe(hashed, wanted);
  }
}

/** Whether a password was hashed with less than is asked of new ones. */
export function isBelow(stored: PasswordCost, { memoryKiB, passes, parallelism }: PasswordCost): boolean {
  return stored.memoryKiB < memoryKiB || stored.passes < passes || stored.parallelism < parallelism;
}

const NO_SALT = Buffer.alloc(16);

function bindingOf({ tenantId }: Tenant, userId: string) {
  return ['sign-in-password', tenantId, userId] as const;
}

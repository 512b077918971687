import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { wipe } from '../../bytes/bytes.ts';
import type { Random } from '../../crypto/random.ts';
import type { Tenant } from '../tenant.ts';

/** The secret of an authenticator app, as the record has it. */
export interface StoredTotp {
  /** Base64 of the wrapped secret. */
  readonly secret: string;
  /** The newest step whose code was taken: RFC 6238 section 5.2, no code works twice. */
  readonly lastStep: number;
  readonly setAtMs: number;
}

const PERIOD_SECONDS = 30;
const DIGITS = 6;
const CODE = /^[0-9]{6}$/;
/** RFC 4226 section 4 recommends 160 bits. */
const SECRET_LENGTH = 20;

/** 20 random bytes. The caller wipes them. */
export function makeTotpSecret(): Buffer {
  return randomBytes(SECRET_LENGTH);
}

/** What an authenticator app takes: as text to type in, and as the address that a QR code shows. */
export function totpSetup(secret: Uint8Array, issuer: string, userName: string): { secret: string; uri: string } {
  const totp = totpOf(secret, issuer, userName);
  return { secret: totp.secret.base32, uri: totp.toString() };
}

/**
 * The step that a code belongs to: this one, the one before or the one behind; `undefined` where the code is wrong, or
 * not newer than the last one that was taken.
 */
export function stepOfCode(secret: Uint8Array, code: string, lastStep: number, nowMs: number): number | undefined {
  if (!CODE.test(code)) return undefined;
  const delta = totpOf(secret).validate({ token: code, timestamp: nowMs, window: 1 });
  if (delta === null) return undefined;
  const step = Math.floor(nowMs / 1000 / PERIOD_SECONDS) + delta;
  return step > lastStep ? step : undefined;
}

export function storeTotp(
  tenant: Tenant,
  userId: string,
  secret: Uint8Array,
  lastStep: number,
  nowMs: number,
  random: Random,
): StoredTotp {
  const wrapped = tenant.tenantKey.wrap(bindingOf(tenant, userId), secret, random);
  return { secret: wrapped.toString('base64'), lastStep, setAtMs: nowMs };
}

/** Takes a code: the record behind it, or `undefined` where it is wrong or was used. */
export function afterCode(
  tenant: Tenant,
  userId: string,
  totp: StoredTotp,
  code: string,
  nowMs: number,
): StoredTotp | undefined {
  const secret = tenant.tenantKey.unwrap(bindingOf(tenant, userId), Buffer.from(totp.secret, 'base64'));
  try {
    const step = stepOfCode(secret, code, totp.lastStep, nowMs);
    return step === undefined ? undefined : { ...totp, lastStep: step };
  } finally {
    wipe(secret);
  }
}

function totpOf(secret: Uint8Array, issuer = 'Keystead', label = 'Keystead'): TOTP {
  const copy = new Uint8Array(secret).buffer;
  return new TOTP({
    issuer,
    label,
    secret: new Secret({ buffer: copy }),
    algorithm: 'SHA1',
    digits: DIGITS,
    period: PERIOD_SECONDS,
  });
}

function bindingOf({ tenantId }: Tenant, userId: string) {
  return ['sign-in-totp', tenantId, userId] as const;
}

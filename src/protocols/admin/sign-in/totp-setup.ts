import { wipe } from '../../../bytes/bytes.ts';
import { makeTotpSecret, stepOfCode, storeTotp, totpSetup, type StoredTotp } from '../../../identity/sign-in/totp.ts';
import { UnwrapError } from '../../../crypto/wrapped-secret.ts';
import { AdminRefusal } from '../refusal.ts';
import type { AdminServices } from '../services.ts';
import type { Person } from './person.ts';

const LIFETIME_MS = 10 * 60_000;
const END_LENGTH = 8;

/**
 * Begins to set up an authenticator app. The server keeps nothing of it: the secret goes out wrapped as well, bound to
 * the user and to what it is for (`use`), and comes back with the first code.
 */
export function startTotp(
  { random, clock }: Pick<AdminServices, 'random' | 'clock'>,
  { tenant, member }: Person,
  use: string,
) {
  const secret = makeTotpSecret();
  const end = Buffer.alloc(END_LENGTH);
  end.writeBigUInt64BE(BigInt(clock() + LIFETIME_MS));
  const plain = Buffer.concat([end, secret]);
  try {
    const setup = tenant.tenantKey.wrap(['sign-in-setup', tenant.tenantId, member.id, use], plain, random);
    return { setup: setup.toString('base64url'), ...totpSetup(secret, `Keystead ${tenant.name}`, member.name) };
  } finally {
    wipe(secret, plain);
  }
}

/** What the record gets once the first code was right. @throws {AdminRefusal} `code-refused` */
export function finishTotp(
  { random }: Pick<AdminServices, 'random'>,
  { tenant, member }: Person,
  use: string,
  { setup, code }: { readonly setup: string; readonly code: string },
  nowMs: number,
): StoredTotp {
  let plain: Buffer;
  try {
    const wrapped = Buffer.from(setup, 'base64url');
    plain = tenant.tenantKey.unwrap(['sign-in-setup', tenant.tenantId, member.id, use], wrapped);
  } catch (error) {
    if (error instanceof UnwrapError) throw refused('the set-up is none that was begun here');
    throw error;
  }
  try {
    const endsAtMs = Number(plain.readBigUInt64BE());
    if (nowMs >= endsAtMs || endsAtMs > nowMs + LIFETIME_MS) throw refused('the set-up has taken too long');
    const secret = plain.subarray(END_LENGTH);
    const step = stepOfCode(secret, code.replaceAll(/\s/g, ''), 0, nowMs);
    if (step === undefined) throw refused('the code is not the one that the app shows for this secret now');
    return storeTotp(tenant, member.id, secret, step, nowMs, random);
  } finally {
    wipe(plain);
  }
}

function refused(problem: string): AdminRefusal {
  return new AdminRefusal('code-refused', `the authenticator app was not set up: ${problem}`);
}

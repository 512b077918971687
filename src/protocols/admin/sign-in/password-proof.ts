import { wipe } from '../../../bytes/bytes.ts';
import { afterWrong, isLocked, NO_ATTEMPTS } from '../../../identity/sign-in/attempts.ts';
import {
  isBelow,
  isPassword,
  passwordBytes,
  storePassword,
  type StoredPassword,
} from '../../../identity/sign-in/password.ts';
import { afterRecoveryCode, recoveryCodeOf } from '../../../identity/sign-in/recovery-codes.ts';
import type { SignIn } from '../../../identity/sign-in/sign-in-record.ts';
import { afterCode } from '../../../identity/sign-in/totp.ts';
import type { Tenant } from '../../../identity/tenant.ts';
import type { AdminServices } from '../services.ts';
import type { Person } from './person.ts';

/** What a password turned out to be: slow work, done once before the decision. */
export interface CheckedPassword {
  readonly isRight: boolean;
  /** The password that it was compared with. */
  readonly against: StoredPassword | undefined;
  /** The same password hashed as new ones are, where it was hashed with less. */
  readonly renewed?: StoredPassword;
}

/** Compares a password, or does the same work where there is nothing to compare with. */
export async function checkPassword(
  services: AdminServices,
  person: Person | undefined,
  signIn: SignIn | undefined,
  typed: string,
): Promise<CheckedPassword> {
  const bytes = passwordBytes(typed);
  const { hash, cost } = services.signIn;
  try {
    const password = signIn?.password;
    const stored = person && password && { tenant: person.tenant, userId: person.member.id, password };
    const isRight = await isPassword(stored, bytes, { hash, cost });
    if (!isRight || stored === undefined || !isBelow(stored.password, cost)) return { isRight, against: password };
    const { random } = services;
    const nowMs = stored.password.setAtMs;
    return {
      isRight,
      against: password,
      renewed: await storePassword(stored.tenant, stored.userId, bytes, { hash, cost, random, nowMs }),
    };
  } finally {
    wipe(bytes);
  }
}

/** What a password with a code proves, as the record stands now: the record behind it, and what was wrong. */
export function decidePassword(
  { random }: Pick<AdminServices, 'random'>,
  tenant: Tenant,
  signIn: SignIn,
  checked: CheckedPassword,
  code: string,
  nowMs: number,
): { readonly wrong?: string; readonly signIn?: SignIn } {
  const { password, attempts } = signIn;
  if (isLocked(attempts, nowMs)) return { wrong: 'locked' };
  if (password === undefined) return { wrong: 'no-password' };
  // Changed since it was compared: what was typed proves nothing of the new one.
  if (password.hash !== checked.against?.hash) return { wrong: 'password-changed' };
  const isWrong = (wrong: string) => ({ wrong, signIn: { ...signIn, attempts: afterWrong(attempts, nowMs) } });
  if (!checked.isRight) return isWrong('wrong-password');
  const after = afterSecondFactor(tenant, signIn, code, nowMs, random);
  if (after === undefined) return isWrong('wrong-code');
  return { signIn: { ...after, password: checked.renewed ?? password, attempts: NO_ATTEMPTS } };
}

function afterSecondFactor(
  tenant: Tenant,
  signIn: SignIn,
  code: string,
  nowMs: number,
  random: AdminServices['random'],
): SignIn | undefined {
  const { userId, totp, recoveryCodes } = signIn;
  const recovery = recoveryCodeOf(code);
  if (recovery !== undefined) {
    const left = recoveryCodes && afterRecoveryCode(tenant, userId, recoveryCodes, recovery, random);
    return left && { ...signIn, recoveryCodes: left };
  }
  const after = totp && afterCode(tenant, userId, totp, code.replaceAll(/\s/g, ''), nowMs);
  return after && { ...signIn, totp: after };
}

import { PRINCIPAL_NAME, principalOf, type Member, type Principal } from '../../../identity/principal.ts';
import type { Proof } from '../../../identity/proofs.ts';
import { isConsoleSession, type ConsoleSession } from '../../../identity/sign-in/console-session.ts';
import { readSignIn, signInRef, type SignIn } from '../../../identity/sign-in/sign-in-record.ts';
import {
  readSignInSettings,
  signInSettingsRef,
  type SignInSettings,
} from '../../../identity/sign-in/sign-in-settings.ts';
import type { Tenant } from '../../../identity/tenant.ts';
import type { Call } from '../../../pipeline/call.ts';
import { AdminRefusal } from '../refusal.ts';
import type { AdminServices } from '../services.ts';
import type { OpenContext } from './open-route.ts';

/** A user who may or may not be who it says. */
export interface Person {
  readonly tenant: Tenant;
  readonly member: Member;
}

/** A user by account and name; without an account in the first tenant. No deleted one, and no program. */
export async function personNamed(
  services: AdminServices,
  account: string | undefined,
  name: string,
): Promise<Person | undefined> {
  // Names are ASCII: what only folds to one is none.
  if (!PRINCIPAL_NAME.test(name)) return undefined;
  const tenant =
    account === undefined ? await firstTenant(services) : await services.directory.tenantByAccount(account);
  const member = tenant && (await services.directory.memberNamed(tenant, name));
  return tenant && member && member.program !== true ? { tenant, member } : undefined;
}

/** The tenant of the installation's first administrator. */
export async function firstTenant({ records, directory }: AdminServices): Promise<Tenant | undefined> {
  let first: Tenant | undefined;
  for (const { id } of await records.listAll('tenant')) {
    const tenant = await directory.tenant(id);
    if (tenant !== undefined && (first === undefined || tenant.createdAtMs < first.createdAtMs)) first = tenant;
  }
  return first;
}

/** How a user signs in, as it is now. */
export async function signInOf({ records }: AdminServices, tenant: Tenant, userId: string): Promise<SignIn> {
  return readSignIn(tenant, userId, await records.read(signInRef(tenant.tenantId, userId)));
}

export async function settingsOf({ records }: AdminServices, tenant: Tenant): Promise<SignInSettings> {
  return readSignInSettings(tenant, await records.read(signInSettingsRef(tenant.tenantId)));
}

/** @throws {AdminRefusal} `password-not-allowed`: the tenant takes no passwords */
export async function requirePasswords(services: AdminServices, { tenant }: Pick<Person, 'tenant'>): Promise<void> {
  if ((await settingsOf(services, tenant)).passwordSignIn) return;
  throw new AdminRefusal('password-not-allowed', 'your tenant lets nobody sign in by a password');
}

/** A request about a user who is not proven yet, as it stands in the user's log. */
export function callFor(
  { requestId, isSecure, browser }: OpenContext,
  { tenant, member }: Person,
  action: string,
): Call {
  const { address, userAgent } = browser;
  return {
    principal: unproven(tenant, member),
    requestId,
    action,
    source: { protocol: 'admin', address, isSecure, ...(userAgent !== undefined && { userAgent }) },
  };
}

function unproven(tenant: Tenant, member: Member): Principal {
  return principalOf(tenant, member, 'none', 'console-session');
}

/** The console session of a request, with its user. @throws {AdminRefusal} `session-needed` */
export function requireSession({ credential, tenant, principal }: Proof): ConsoleSession {
  if (isConsoleSession(credential) && principal.kind === 'user') return credential;
  throw new AdminRefusal(
    'session-needed',
    `${principal.name} of account ${tenant.accountId} is not proven by a console session, and this is for a person in one`,
  );
}

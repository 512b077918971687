import { isOperator } from '../../../identity/built-in-policies.ts';
import { findIdentityProvider } from '../../../identity/oidc/identity-provider.ts';
import type { SignIn } from '../../../identity/sign-in/sign-in-record.ts';
import type { OpenWays } from '../../../identity/sign-in/ways-in.ts';
import type { AdminServices } from '../services.ts';
import { settingsOf, type Person } from './person.ts';

/** Which of a user's ways lead in now, beside passkeys, which always do. */
export async function openWaysOf(
  services: AdminServices,
  { tenant, member }: Person,
  { links }: Pick<SignIn, 'links'>,
): Promise<OpenWays> {
  const { passwordSignIn } = await settingsOf(services, tenant);
  const providers = new Set<string>();
  for (const { providerId, issuer } of links) {
    const provider = await findIdentityProvider(services.records, tenant, providerId);
    if (provider?.state !== 'active' || provider.issuer !== issuer) continue;
    if (provider.isForOperators || !isOperator(member.policies)) providers.add(providerId);
  }
  return { isByPassword: passwordSignIn, providers };
}

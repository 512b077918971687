import { isOperator } from '../../../identity/built-in-policies.ts';
import { isNamed, type ClaimedPerson } from '../../../identity/oidc/claimed-person.ts';
import type { IdentityProvider } from '../../../identity/oidc/identity-provider.ts';
import type { Member } from '../../../identity/principal.ts';
import { enrolmentRef, isEnrolmentOpen, readEnrolment, type Enrolment } from '../../../identity/sign-in/enrolment.ts';
import { identityLinkName, type SignIn } from '../../../identity/sign-in/sign-in-record.ts';
import type { Tenant } from '../../../identity/tenant.ts';
import type { AdminServices } from '../services.ts';
import { signInOf } from './person.ts';
import { ProviderRefusedError } from './provider-refusal.ts';

/** Who somebody is whom a provider vouches for. */
export type Admission =
  | { readonly as: 'linked'; readonly member: Member; readonly signIn: SignIn }
  | { readonly as: 'invited'; readonly member: Member; readonly signIn: SignIn; readonly enrolment: Enrolment }
  | { readonly as: 'newcomer'; readonly name: string };

/**
 * Finds whom a provider means: the user that its subject is linked to; else the user of that name whose sign-in link is
 * open (one that comes of a reset is for whoever has the link itself); else, where the provider may bring newcomers, a
 * new one. A name alone never opens the door to a user who has set up how to sign in.
 *
 * @throws {ProviderRefusedError}
 */
export async function admit(
  services: AdminServices,
  tenant: Tenant,
  provider: IdentityProvider,
  claimed: ClaimedPerson,
  nowMs: number,
): Promise<Admission> {
  const linked = await linkedTo(services, tenant, provider, claimed);
  if (linked !== undefined) {
    requireAdmissible(linked.member, provider);
    return { as: 'linked', ...linked };
  }
  const { name } = claimed;
  const member = name === undefined ? undefined : await services.directory.memberNamed(tenant, name);
  if (member !== undefined && isNamed(claimed, member.name)) {
    requireAdmissible(member, provider);
    const record = await services.records.read(enrolmentRef(tenant.tenantId, member.id));
    const enrolment = record && readEnrolment(tenant, record);
    if (enrolment === undefined || enrolment.isByTokenAlone === true || !isEnrolmentOpen(enrolment, nowMs))
      throw new ProviderRefusedError(
        'not-invited',
        `${member.name} is not linked to this identity, and has no open sign-in link`,
      );
    const signIn = await signInOf(services, tenant, member.id);
    return { as: 'invited', member, signIn, enrolment };
  }
  if (name === undefined || provider.newcomers === undefined)
    throw new ProviderRefusedError(
      'not-invited',
      'nobody of that name was invited, and the provider brings no newcomers',
    );
  return { as: 'newcomer', name };
}

/** The user that an identity is linked to. The name proves nothing: the record has the link, or nobody is linked. */
export async function linkedTo(
  services: AdminServices,
  tenant: Tenant,
  provider: IdentityProvider,
  { issuer, subject }: ClaimedPerson,
): Promise<{ readonly member: Member; readonly signIn: SignIn } | undefined> {
  const identity = { providerId: provider.id, issuer, subject };
  const ref = await services.records.resolve(identityLinkName(tenant.tenantId, identity));
  if (ref?.kind !== 'sign-in' || ref.tenantId !== tenant.tenantId) return undefined;
  const signIn = await signInOf(services, tenant, ref.id);
  const isLinked = signIn.links.some(
    (link) => link.providerId === provider.id && link.issuer === issuer && link.subject === subject,
  );
  const member = isLinked ? await services.directory.member(tenant, ref.id) : undefined;
  return member && { member, signIn };
}

/** @throws {ProviderRefusedError} */
export function requireAdmissible(
  { name, state, program, policies }: Member,
  { isForOperators }: IdentityProvider,
): void {
  if (state !== 'active' || program === true)
    throw new ProviderRefusedError('user-not-active', `${name} is ${program === true ? 'a program' : state}`);
  // Administrators of the tenant decide over the provider: by it they would rise above it.
  if (isOperator(policies) && !isForOperators)
    throw new ProviderRefusedError(
      'operator-not-by-this-provider',
      `${name} is an operator, and the provider is not one for operators`,
    );
}

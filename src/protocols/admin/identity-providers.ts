import Type from 'typebox';
import { bytesOf } from '../../bytes/bytes.ts';
import { EgressRefusedError } from '../../clients/egress.ts';
import { userArn } from '../../identity/arn.ts';
import { isBuiltInPolicy } from '../../identity/built-in-policies.ts';
import { IdentityError } from '../../identity/errors.ts';
import {
  findIdentityProvider,
  type ClientSecret,
  type IdentityProvider,
} from '../../identity/oidc/identity-provider.ts';
import { USER_CLAIMS, type ProviderTerms, type UserClaim } from '../../identity/oidc/provider-terms.ts';
import type { Target } from '../../pipeline/act.ts';
import { findPolicy, operatorTargets } from './attached-policies.ts';
import { AdminRefusal } from './refusal.ts';
import type { AdminContext } from './route.ts';
import { named, POLICY_NAMES, TIMESTAMP, timestamp, UUID } from './schema.ts';
import { callbackUrlOf } from './sign-in/callback-url.ts';

/** An identity provider as the admin API shows it. */
export const PROVIDER = named('IdentityProvider', {
  providerId: UUID,
  name: Type.String({ description: 'what the button says' }),
  issuer: Type.String(),
  clientId: Type.String(),
  hasClientSecret: Type.Boolean(),
  scopes: Type.Array(Type.String()),
  userClaim: Type.Enum(USER_CLAIMS),
  emailDomains: Type.Array(Type.String()),
  allowNewcomers: Type.Boolean(),
  newcomerPolicies: POLICY_NAMES,
  requireMultiFactor: Type.Boolean(),
  forOperators: Type.Boolean(),
  state: Type.Enum(['active', 'suspended']),
  createdAt: TIMESTAMP,
  callbackUrl: Type.String({ description: 'what must be registered at the provider as the redirect URI' }),
  ownCallback: Type.Boolean({
    description:
      'whether that address is of this issuer alone, as it is of every provider that is made now; older ones share one',
  }),
});

/** What may be said of a provider when it is made or changed. */
export interface WantedProvider {
  readonly name?: string;
  readonly issuer?: string;
  readonly clientId?: string;
  readonly scopes?: readonly string[];
  readonly userClaim?: UserClaim;
  readonly emailDomains?: readonly string[];
  readonly allowNewcomers?: boolean;
  readonly newcomerPolicies?: readonly string[];
  readonly requireMultiFactor?: boolean;
  readonly forOperators?: boolean;
}

const UNSAID = { scopes: ['openid', 'email', 'profile'], userClaim: 'email' } as const;

/** A provider with the names of what newcomers are given. */
export interface NamedProvider {
  readonly provider: IdentityProvider;
  readonly newcomerPolicies: readonly string[];
}

export function providerAt(
  { services, proof }: AdminContext,
  providerId: string,
): Promise<IdentityProvider | undefined> {
  return findIdentityProvider(services.records, proof.tenant, providerId);
}

/** @throws {IdentityError} `identity-provider-not-found` */
export function requireProvider(found: IdentityProvider | undefined, providerId: string): IdentityProvider {
  if (found !== undefined) return found;
  throw new IdentityError('identity-provider-not-found', `your tenant has no identity provider ${providerId}`);
}

/**
 * What it takes to make or change a provider. Who says that newcomers get policies attaches them, and who changes whom
 * it vouches for says who they are; and whoever decides over a provider by which operators sign in could become one.
 */
export function targetsOf(
  { proof }: AdminContext,
  action: string,
  before: IdentityProvider | undefined,
  wanted: WantedProvider,
): Target[] {
  const isChanged = Object.keys(wanted).length > 0;
  const goesOnGiving = before?.newcomers !== undefined && isChanged && wanted.allowNewcomers !== false;
  const givesPolicies = wanted.allowNewcomers === true || (wanted.newcomerPolicies ?? []).length > 0 || goesOnGiving;
  const isForOperators = before?.isForOperators === true || wanted.forOperators === true;
  return [
    { action, resource: '*' },
    // It vouches for whoever has an open sign-in link, so it is as good as having made that link.
    ...(isChanged ? [{ action: 'keystead:CreateEnrolment', resource: userArn(proof.tenant.accountId, '*') }] : []),
    ...(givesPolicies
      ? ['keystead:CreatePrincipal', 'keystead:AttachPrincipalPolicy'].map((one) => ({ action: one, resource: '*' }))
      : []),
    ...operatorTargets(isForOperators ? ['operator'] : [], 'installation:AppointOperator'),
  ];
}

/**
 * The terms that are wanted, on top of those that were.
 *
 * @throws {IdentityError} `access-policy-not-found` `identity-provider-malformed`
 * @throws {AdminRefusal} `address-refused` the issuer is at an address that this server never calls for a tenant
 */
export async function termsFrom(
  context: AdminContext,
  wanted: WantedProvider,
  before: IdentityProvider | undefined,
): Promise<ProviderTerms> {
  const issuer = wanted.issuer ?? before?.issuer ?? '';
  if (wanted.issuer !== undefined) requireCallable(context, issuer);
  const newcomers = await newcomersOf(context, wanted, before);
  const domains = wanted.emailDomains?.map((domain) => domain.toLowerCase());
  return {
    name: wanted.name ?? before?.name ?? '',
    issuer,
    clientId: wanted.clientId ?? before?.clientId ?? '',
    scopes: wanted.scopes ?? before?.scopes ?? UNSAID.scopes,
    userClaim: wanted.userClaim ?? before?.userClaim ?? UNSAID.userClaim,
    emailDomains: domains ?? before?.emailDomains ?? [],
    ...(newcomers && { newcomers }),
    isMultiFactorRequired: wanted.requireMultiFactor ?? before?.isMultiFactorRequired ?? false,
    isForOperators: wanted.forOperators ?? before?.isForOperators ?? false,
  };
}

async function newcomersOf(
  { services, proof }: AdminContext,
  { allowNewcomers, newcomerPolicies }: WantedProvider,
  before: IdentityProvider | undefined,
): Promise<ProviderTerms['newcomers']> {
  const areAllowed = allowNewcomers ?? before?.newcomers !== undefined;
  if (!areAllowed) {
    if (newcomerPolicies === undefined || newcomerPolicies.length === 0) return undefined;
    throw new IdentityError(
      'identity-provider-malformed',
      'policies of newcomers are given, but newcomers are not let in',
    );
  }
  if (newcomerPolicies === undefined) return { policies: before?.newcomers?.policies ?? [] };
  if (newcomerPolicies.includes('operator'))
    throw new IdentityError(
      'identity-provider-malformed',
      'newcomers cannot be operators: whom the provider vouches for would rule over all tenants',
    );
  const policies: string[] = [];
  for (const name of newcomerPolicies) {
    const policy = await findPolicy(services.directory, proof.tenant, name);
    policies.push(typeof policy === 'string' ? policy : policy.id);
  }
  return { policies };
}

function requireCallable({ services }: AdminContext, issuer: string): void {
  const { egress } = services.vault;
  try {
    egress.check(issuer, egress.reachForTenant(issuer));
  } catch (error) {
    if (error instanceof EgressRefusedError) throw new AdminRefusal('address-refused', error.message);
    throw error;
  }
}

/** The bytes of a secret that came in a body. The caller wipes them. */
export function secretOf(text: string | undefined): ClientSecret | undefined {
  return text === undefined ? undefined : bytesOf<'ClientSecret'>(Buffer.from(text, 'utf8'));
}

export async function withPolicyNames(
  { services, proof }: AdminContext,
  provider: IdentityProvider,
): Promise<NamedProvider> {
  const newcomerPolicies: string[] = [];
  for (const id of provider.newcomers?.policies ?? [])
    newcomerPolicies.push(isBuiltInPolicy(id) ? id : ((await services.directory.policy(proof.tenant, id))?.name ?? id));
  return { provider, newcomerPolicies };
}

export function showProvider({ provider, newcomerPolicies }: NamedProvider, { services }: AdminContext) {
  return {
    providerId: provider.id,
    name: provider.name,
    issuer: provider.issuer,
    clientId: provider.clientId,
    hasClientSecret: provider.clientSecret !== undefined,
    scopes: [...provider.scopes],
    userClaim: provider.userClaim,
    emailDomains: [...provider.emailDomains],
    allowNewcomers: provider.newcomers !== undefined,
    newcomerPolicies: [...newcomerPolicies],
    requireMultiFactor: provider.isMultiFactorRequired,
    forOperators: provider.isForOperators,
    state: provider.state,
    createdAt: timestamp(provider.createdAtMs),
    ownCallback: provider.ownCallback === true,
    callbackUrl: callbackUrlOf(services, provider),
  };
}

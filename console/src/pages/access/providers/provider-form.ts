import type { IdentityProvider } from '@keystead/sdk';

/** What is entered of a provider. */
export interface ProviderForm {
  readonly name: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** It has no secret, and proves itself by PKCE alone. */
  readonly isPublic: boolean;
  readonly userClaim: IdentityProvider['userClaim'];
  readonly emailDomains: readonly string[];
  readonly scopes: readonly string[];
  readonly allowNewcomers: boolean;
  readonly newcomerPolicies: readonly string[];
  readonly requireMultiFactor: boolean;
  readonly forOperators: boolean;
}

const EMPTY: ProviderForm = {
  name: '',
  issuer: '',
  clientId: '',
  clientSecret: '',
  isPublic: false,
  userClaim: 'email',
  emailDomains: [],
  scopes: ['openid', 'email', 'profile'],
  allowNewcomers: false,
  newcomerPolicies: [],
  requireMultiFactor: false,
  forOperators: false,
};

export function formOf(provider: IdentityProvider | undefined): ProviderForm {
  if (provider === undefined) return EMPTY;
  const { hasClientSecret, ...terms } = provider;
  return { ...EMPTY, ...terms, clientSecret: '', isPublic: !hasClientSecret };
}

/** Whether the secret must be entered: it is never sent to an issuer, or for a client, other than those it was given for. */
export function needsSecret(form: ProviderForm, before: IdentityProvider | undefined): boolean {
  if (form.isPublic) return false;
  return (
    before === undefined ||
    !before.hasClientSecret ||
    before.issuer !== form.issuer.trim() ||
    before.clientId !== form.clientId.trim()
  );
}

export function isComplete(form: ProviderForm, before: IdentityProvider | undefined): boolean {
  const isFilled = [form.name, form.issuer, form.clientId].every((text) => text.trim() !== '');
  return isFilled && (!needsSecret(form, before) || form.clientSecret !== '') && isBounded(form);
}

/** A provider that vouches for the whole world makes no users of everybody. */
export function isBounded({ allowNewcomers, newcomerPolicies }: ProviderForm): boolean {
  return !allowNewcomers || newcomerPolicies.length > 0;
}

/**
 * What is sent, the same for a new provider and a changed one. Of operators only what changes: it takes an operator to
 * say so.
 */
export function termsOf(form: ProviderForm, before: IdentityProvider | undefined) {
  return {
    name: form.name.trim(),
    issuer: form.issuer.trim(),
    clientId: form.clientId.trim(),
    scopes: [...form.scopes],
    userClaim: form.userClaim,
    emailDomains: form.emailDomains.map((domain) => domain.trim().toLowerCase()),
    allowNewcomers: form.allowNewcomers,
    newcomerPolicies: form.allowNewcomers ? [...form.newcomerPolicies] : [],
    requireMultiFactor: form.requireMultiFactor,
    ...(form.forOperators !== (before?.forOperators ?? false) && { forOperators: form.forOperators }),
    ...(!form.isPublic && form.clientSecret !== '' && { clientSecret: form.clientSecret }),
  };
}

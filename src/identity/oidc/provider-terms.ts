import { IdentityError } from '../errors.ts';

/** The claims by which a provider may name a person: `sub` is the only one that it never gives to another. */
export const USER_CLAIMS = ['email', 'preferred_username', 'sub'] as const;

export type UserClaim = (typeof USER_CLAIMS)[number];

/** Who is let in by a provider, and how it is asked. */
export interface ProviderTerms {
  /** For people: what the button says. */
  readonly name: string;
  /** As the provider calls itself, to the letter: OpenID Connect Discovery 1.0, section 4.3. */
  readonly issuer: string;
  readonly clientId: string;
  /** Scopes that are asked for; `openid` is one of them. */
  readonly scopes: readonly string[];
  /** Which claim is compared with the name of an invited user. */
  readonly userClaim: UserClaim;
  /** Mail domains whose people are let in, in lower case; none: any. */
  readonly emailDomains: readonly string[];
  /** Attached policies of who is made on a first sign-in; absent: only who was invited or is linked gets in. */
  readonly newcomers?: { readonly policies: readonly string[] };
  /** Whether the provider must say that it asked for more than a password. */
  readonly isMultiFactorRequired: boolean;
  /** Whether operators, whose power reaches beyond the tenant, may sign in by it. */
  readonly isForOperators: boolean;
}

const MAX_SCOPES = 20;
const MAX_DOMAINS = 50;
/** RFC 6749 section 3.3. */
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/;
/** In ASCII, lower case: names in other scripts are given in their `xn--` form. */
const EMAIL_DOMAIN = /^(?=.{3,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/;
/** RFC 6749 appendix A.1: printable ASCII. */
const CLIENT_ID = /^[\x20-\x7e]{1,500}$/;

/** @throws {IdentityError} `identity-provider-malformed` says which part is wrong and how */
export function checkProviderTerms({ issuer, clientId, scopes, emailDomains }: ProviderTerms): void {
  const problem =
    problemOfIssuer(issuer) ??
    (CLIENT_ID.test(clientId) ? undefined : 'the client id is not 1 to 500 characters of printable ASCII') ??
    problemOfScopes(scopes) ??
    problemOfDomains(emailDomains);
  if (problem !== undefined) throw new IdentityError('identity-provider-malformed', problem);
}

/** OpenID Connect Discovery 1.0 section 3: a URL without query and fragment. Whether it may be called is asked elsewhere. */
function problemOfIssuer(issuer: string): string | undefined {
  if (!/^[\x21-\x7e]{8,1000}$/.test(issuer) || !URL.canParse(issuer))
    return 'the issuer is no address like https://login.example.com';
  const url = new URL(issuer);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'the issuer is no https:// address';
  if (url.username !== '' || url.password !== '') return 'the issuer holds a user name or a password';
  if (/[?#]/.test(issuer)) return 'the issuer has a query or a fragment, which an issuer never has';
  return issuer.includes('/.well-known/')
    ? 'the issuer is given without /.well-known/openid-configuration: that is where the server looks by itself'
    : undefined;
}

function problemOfScopes(scopes: readonly string[]): string | undefined {
  if (!scopes.includes('openid'))
    return 'the scopes lack openid, without which a provider says nothing of who signed in';
  if (scopes.length > MAX_SCOPES || new Set(scopes).size < scopes.length)
    return `the scopes are more than ${MAX_SCOPES}, or one is there twice`;
  if (scopes.includes('offline_access')) return 'the scope offline_access asks for what is never used here';
  return scopes.every((scope) => SCOPE_TOKEN.test(scope))
    ? undefined
    : 'a scope holds characters that scopes do not have';
}

function problemOfDomains(domains: readonly string[]): string | undefined {
  if (domains.length > MAX_DOMAINS || new Set(domains).size < domains.length)
    return `the mail domains are more than ${MAX_DOMAINS}, or one is there twice`;
  return domains.every((domain) => EMAIL_DOMAIN.test(domain))
    ? undefined
    : 'a mail domain is not one like example.com, in lower case and ASCII';
}

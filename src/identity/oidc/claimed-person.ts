import { PRINCIPAL_NAME } from '../arn.ts';
import type { ProviderTerms } from './provider-terms.ts';

/** The claims of an ID token whose signature, issuer, audience, nonce and times were verified. */
export type VerifiedClaims = Readonly<Record<string, unknown>> & { readonly iss: string; readonly sub: string };

/** Why a person whom the provider vouches for is not let in. For the log; a stranger hears less. */
export type ClaimProblem =
  | 'subject-malformed'
  | 'claim-missing'
  | 'claim-malformed'
  | 'email-not-verified'
  | 'domain-not-allowed'
  | 'multi-factor-missing';

/** Whom a provider vouches for, as far as this server believes it. */
export interface ClaimedPerson {
  readonly issuer: string;
  readonly subject: string;
  /** What is compared with names of invited users by {@link isNamed}. `undefined`: it names nobody who could be invited. */
  readonly name: string | undefined;
  /** Whether case counts: subjects that differ in it are different people, mail addresses are not. */
  readonly isNameExact: boolean;
  /** How it was proven, as the provider says (RFC 8176). */
  readonly amr: readonly string[];
  readonly acr: string | undefined;
  /** When it was proven, as the provider says: its `auth_time`, if any, as it came. */
  readonly authTime: unknown;
  /** Whether more than one factor was asked for. */
  readonly isMultiFactor: boolean;
}

/** OpenID Connect Core 1.0 section 2: at most 255 characters of ASCII. */
const SUBJECT = /^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/;
/** One `@`, ASCII, and nothing that could be taken for something else: no quotes, comments, blanks, control characters. */
const EMAIL = /^(?=.{3,254}$)[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)+$/;
const MAX_AMR = 20;
const WORD = /^[\x21-\x7e]{1,200}$/;

/**
 * Methods that are more than a password (RFC 8176 section 2): `mfa` says so itself; a one-time code, a message, a call
 * and a device's own key come after another factor wherever providers send them beside `pwd`. `hwk`, `swk`, `pop` and
 * `fido` prove a key that the device opens for its owner.
 */
const MULTI_FACTOR: ReadonlySet<string> = new Set(['mfa', 'otp', 'hwk', 'swk', 'pop', 'fido', 'sc', 'mca']);

/** Reads whom verified claims mean, by the terms of their provider. */
export function claimedPerson(claims: VerifiedClaims, terms: ProviderTerms): ClaimedPerson | ClaimProblem {
  if (!SUBJECT.test(claims.sub)) return 'subject-malformed';
  const amr = wordsOf(claims['amr']);
  const isMultiFactor = amr.some((method) => MULTI_FACTOR.has(method));
  if (terms.isMultiFactorRequired && !isMultiFactor) return 'multi-factor-missing';
  const named = namedBy(claims, terms);
  if (isProblem(named)) return named;
  const domain = problemOfDomain(claims, terms);
  if (domain !== undefined) return domain;
  const acr = claims['acr'];
  return {
    issuer: claims.iss,
    subject: claims.sub,
    name: named.name,
    isNameExact: terms.userClaim === 'sub',
    amr,
    acr: typeof acr === 'string' && WORD.test(acr) ? acr : undefined,
    authTime: claims['auth_time'],
    isMultiFactor,
  };
}

/** Whether the name of a user is the one that the provider said. */
export function isNamed({ name, isNameExact }: Pick<ClaimedPerson, 'name' | 'isNameExact'>, userName: string): boolean {
  return name !== undefined && (isNameExact ? name === userName : name === asciiLowerCase(userName));
}

export function isClaimProblem(found: ClaimedPerson | ClaimProblem): found is ClaimProblem {
  return typeof found === 'string';
}

interface Named {
  readonly name: string | undefined;
}

function namedBy(claims: VerifiedClaims, { userClaim }: ProviderTerms): Named | ClaimProblem {
  if (userClaim === 'sub') return { name: asUserName(claims.sub) };
  if (userClaim === 'email') {
    const email = verifiedEmail(claims);
    return isProblem(email) ? email : { name: asUserName(email.email) };
  }
  const text = claims[userClaim];
  if (text === undefined) return 'claim-missing';
  const name = asciiLowerCase(text);
  return name === undefined ? 'claim-malformed' : { name: asUserName(name) };
}

function problemOfDomain(claims: VerifiedClaims, { userClaim, emailDomains }: ProviderTerms): ClaimProblem | undefined {
  if (emailDomains.length === 0) return undefined;
  // A provider that has people named by a name of its own domain may send no mail address at all.
  const address = userClaim === 'preferred_username' ? emailOf(claims['preferred_username']) : verifiedEmail(claims);
  if (isProblem(address)) return address;
  const domain = address.email.slice(address.email.lastIndexOf('@') + 1);
  return emailDomains.includes(domain) ? undefined : 'domain-not-allowed';
}

interface Email {
  readonly email: string;
}

/** An address that the provider has verified: `true` itself, or as the text that some send. */
function verifiedEmail(claims: VerifiedClaims): Email | ClaimProblem {
  const email = emailOf(claims['email']);
  if (isProblem(email)) return email;
  const isVerified = claims['email_verified'];
  return isVerified === true || isVerified === 'true' ? email : 'email-not-verified';
}

function emailOf(text: unknown): Email | ClaimProblem {
  if (text === undefined) return 'claim-missing';
  const email = asciiLowerCase(text);
  return email !== undefined && EMAIL.test(email) ? { email } : 'claim-malformed';
}

/**
 * ASCII in lower case, `undefined` for anything else. Other scripts are refused, not folded: what looks like a name, or
 * comes to be one by Unicode's rules, must not pass for it.
 */
function asciiLowerCase(text: unknown): string | undefined {
  return typeof text === 'string' && /^[\x21-\x7e]{1,254}$/.test(text) ? text.toLowerCase() : undefined;
}

/** What can be the name of a user at all. */
function asUserName(name: string): string | undefined {
  return PRINCIPAL_NAME.test(name) ? name : undefined;
}

function wordsOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value.filter((word): word is string => typeof word === 'string' && WORD.test(word)).slice(0, MAX_AMR);
}

function isProblem(found: Named | Email | ClaimProblem): found is ClaimProblem {
  return typeof found === 'string';
}

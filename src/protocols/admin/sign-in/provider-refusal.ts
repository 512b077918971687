import type { ProviderFailure } from '../../../clients/oidc/provider-error.ts';
import type { ProofTimeProblem } from '../../../identity/oidc/proof-time.ts';
import type { ClaimProblem } from '../../../identity/oidc/claimed-person.ts';
import { RefusedError } from '../../../pipeline/errors.ts';

/**
 * What somebody hears who came back from a provider and is not signed in: `/console/sign-in?problem=...`. It tells a
 * person what to do, and a stranger nothing about users, providers or networks.
 */
const PROVIDER_PROBLEMS = {
  'sign-in-expired': 'It took too long, began in another window or browser, or was used already: begin again',
  'sign-in-cancelled': 'The provider signed nobody in: begin again, or ask whoever runs it',
  'provider-unavailable': 'The provider cannot be asked now: sign in another way, or tell an administrator',
  'provider-refused': 'What the provider said does not hold: tell an administrator',
  'not-admitted': 'The provider knows you, but nobody has invited you here: ask an administrator',
  'multi-factor-needed': 'Sign in at the provider with a second factor',
  'proof-undated': 'The provider does not say when you signed in there: prove who you are in another way',
  'proof-not-fresh': 'The provider let you pass without asking who you are: sign out there, and begin again',
  'somebody-else': 'You are somebody else at the provider: begin again, and sign in there as yourself',
  'linked-to-another':
    'Who you are at the provider is linked to another user: an administrator can take that link away',
  'linked-otherwise': 'You are linked to that provider as somebody else: take that link away first',
  'other-address':
    'Open the console at the address that the server has for itself (KEYSTEAD_PUBLIC_URL), and begin again',
  'sign-in-again': 'Prove who you are first: that was too long ago',
  'try-again': 'The server is busy, or too many tries came from here: wait a minute',
} as const;

export type ProviderProblem = keyof typeof PROVIDER_PROBLEMS;

/** Why somebody whom a provider vouches for is not let in. For the log. */
export type AdmissionProblem =
  | ClaimProblem
  | ProofTimeProblem
  | 'session-over'
  | 'another-identity'
  | 'identity-taken'
  | 'linked-otherwise'
  | 'provider-not-active'
  | 'not-invited'
  | 'name-taken'
  | 'user-not-active'
  | 'operator-not-by-this-provider'
  | 'newcomer-policy-missing'
  | 'quota-reached'
  | 'ticket-used'
  | 'overtaken';

/** A sign-in by a provider that is none. The code is for the log, the problem for the person. */
export class ProviderRefusedError extends RefusedError {
  override readonly name = 'ProviderRefusedError';
  readonly problem: ProviderProblem;

  constructor(reason: AdmissionProblem | ProviderFailure, message: string) {
    super(reason, message);
    this.problem = TOLD[reason];
  }
}

/** What is told of each reason. */
const TOLD: Readonly<Record<AdmissionProblem | ProviderFailure, ProviderProblem>> = {
  'provider-not-active': 'provider-unavailable',
  'not-allowed': 'provider-unavailable',
  unreachable: 'provider-unavailable',
  tls: 'provider-unavailable',
  'timed-out': 'provider-unavailable',
  'answer-too-large': 'provider-unavailable',
  redirect: 'provider-unavailable',
  'not-a-provider': 'provider-unavailable',
  'issuer-differs': 'provider-unavailable',
  unsupported: 'provider-unavailable',
  'no-usable-keys': 'provider-unavailable',
  'client-refused': 'provider-unavailable',
  'code-refused': 'provider-refused',
  'token-refused': 'provider-refused',
  'response-refused': 'sign-in-cancelled',
  'ticket-used': 'sign-in-expired',
  'session-over': 'sign-in-expired',
  'auth-time-missing': 'proof-undated',
  'auth-time-not-fresh': 'proof-not-fresh',
  'another-identity': 'somebody-else',
  'identity-taken': 'linked-to-another',
  'linked-otherwise': 'linked-otherwise',
  overtaken: 'try-again',
  'multi-factor-missing': 'multi-factor-needed',
  'subject-malformed': 'not-admitted',
  'claim-missing': 'not-admitted',
  'claim-malformed': 'not-admitted',
  'email-not-verified': 'not-admitted',
  'domain-not-allowed': 'not-admitted',
  'not-invited': 'not-admitted',
  'name-taken': 'not-admitted',
  'user-not-active': 'not-admitted',
  'operator-not-by-this-provider': 'not-admitted',
  'newcomer-policy-missing': 'not-admitted',
  'quota-reached': 'not-admitted',
};

import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client';
import { ProviderError, type ProviderFailure } from './provider-error.ts';

/** What the library's codes mean here. What is not in this table is a token that does not hold. */
const MEANINGS: ReadonlyMap<string, readonly [ProviderFailure, string]> = new Map([
  ['OAUTH_TIMEOUT', ['timed-out', 'the provider did not answer in time']],
  ['OAUTH_ABORT', ['timed-out', 'the provider did not answer in time']],
  ['OAUTH_HTTP_REQUEST_FORBIDDEN', ['not-allowed', 'the provider names an address that is no https:// address']],
  ['OAUTH_REQUEST_PROTOCOL_FORBIDDEN', ['not-allowed', 'the provider names an address that is no https:// address']],
  [
    'OAUTH_RESPONSE_IS_NOT_CONFORM',
    ['not-a-provider', 'the provider answered with a status that does not belong there'],
  ],
  ['OAUTH_RESPONSE_IS_NOT_JSON', ['not-a-provider', 'the provider answered with something else than JSON']],
  ['OAUTH_PARSE_ERROR', ['not-a-provider', 'the answer of the provider cannot be read']],
  [
    'OAUTH_KEY_SELECTION_FAILED',
    ['token-refused', 'the ID token is signed by a key that the provider does not publish'],
  ],
  [
    'OAUTH_JWT_TIMESTAMP_CHECK_FAILED',
    ['token-refused', 'the ID token has expired, or is not valid yet: compare the clocks'],
  ],
  [
    'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
    ['token-refused', 'the ID token is for another client, another sign-in, or of another issuer'],
  ],
]);

/** The error of the token endpoint (RFC 6749 section 5.2) that is of the code alone; any other is of the client. */
const OF_THE_CODE = 'invalid_grant';
/** What a provider says, as far as it is repeated: RFC 6749 has these words in ASCII. */
const SAID = /^[a-z_]{1,60}$/;

/** Brings an error of the library, or what lies below it, to one of ours. Faults of this program go on as they are. */
export function providerFailureOf(error: unknown, otherwise: ProviderFailure = 'token-refused'): Error {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++)
    if (cause instanceof ProviderError) return cause;
  if (error instanceof AuthorizationResponseError)
    return new ProviderError(
      'response-refused',
      `the provider sent the browser back with the error ${said(error.error)}`,
    );
  if (error instanceof ResponseBodyError) {
    const failure = error.error === OF_THE_CODE ? 'code-refused' : 'client-refused';
    return new ProviderError(failure, `the provider answered with the error ${said(error.error)}`);
  }
  if (error instanceof WWWAuthenticateChallengeError)
    return new ProviderError('client-refused', 'the provider does not take this client id and secret');
  if (error instanceof ClientError) {
    if (error.code === 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED') return issuerDiffers(claimedIssuer(error));
    const [failure, message] = MEANINGS.get(error.code ?? '') ?? [
      otherwise,
      `the answer of the provider does not hold (${error.code ?? 'no code'})`,
    ];
    return new ProviderError(failure, message);
  }
  return error instanceof Error ? error : new Error('a provider failed', { cause: error });
}

/** A provider whose own name is not the one that was given. */
export function issuerDiffers(claimed: unknown): ProviderError {
  const name = typeof claimed === 'string' ? claimed.slice(0, 200).replaceAll(/[^\x20-\x7e]/g, '?') : 'by no name';
  return new ProviderError(
    'issuer-differs',
    `the provider calls itself ${name}: give the issuer to the letter as it does`,
  );
}

/** What the discovery document said, where the library tells. */
function claimedIssuer(error: Error): unknown {
  for (let cause: unknown = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) {
    const { body } = (cause.cause ?? {}) as { readonly body?: { readonly issuer?: unknown } };
    if (body !== undefined) return body.issuer;
  }
  return undefined;
}

function said(word: string): string {
  return SAID.test(word) ? word : 'of no known name';
}

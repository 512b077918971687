/** What went wrong between this server and a provider, as a word for people and for entries. */
export type ProviderFailure =
  | 'not-allowed'
  | 'unreachable'
  | 'tls'
  | 'timed-out'
  | 'answer-too-large'
  | 'redirect'
  | 'not-a-provider'
  | 'issuer-differs'
  | 'unsupported'
  | 'no-usable-keys'
  | 'client-refused'
  | 'code-refused'
  | 'response-refused'
  | 'token-refused';

/**
 * A provider that cannot be asked, or whose word does not hold. The message says what was seen, for an administrator:
 * no stranger hears it, and nothing of a token, a code or a secret is in it.
 */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly failure: ProviderFailure;

  constructor(failure: ProviderFailure, message: string) {
    super(message);
    this.failure = failure;
  }
}

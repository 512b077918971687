import type { ExplainedStatement } from '@keystead/sdk';

/** What decided, in words; by the reasons of the evaluator. */
export const REASONS: Readonly<Record<string, string>> = {
  'denied-by-key-policy': 'The policy of the key forbids it, whatever else allows it.',
  'denied-by-identity-policy': 'A policy of its own forbids it, whatever else allows it.',
  'denied-by-session-policy': 'The policy of its session forbids it.',
  'denied-by-scope': 'A scope of the credential forbids it.',
  'allowed-by-key-policy': 'The policy of the key allows it.',
  'allowed-by-identity-policy': 'A policy of its own allows it.',
  'allowed-as-root': 'It is the account itself.',
  'allowed-by-grant': 'A grant on the key allows it.',
  'not-allowed-by-session-policy': 'The policy of its session does not allow it.',
  'not-allowed-by-scope': 'No scope of the credential allows it.',
  'issued-before-appointment': 'The credential was issued before its user came to command here.',
  'no-statement-allows': 'Nothing allows it: no policy and no grant.',
  'too-costly': 'The policies are too costly to evaluate, so it is refused.',
};

export const SOURCES: Readonly<Record<ExplainedStatement['source'], string>> = {
  'key-policy': 'Policy of the key',
  'identity-policy': 'Its own policy',
  'session-policy': 'Policy of the session',
  scope: 'Scope',
};

import { describe, expect, it } from 'vitest';
import { NotAuthenticError } from '../../identity/body.ts';
import { KeyError, type KeyErrorCode } from '../../keys/errors.ts';
import { AccessDeniedError, BusyError, RefusedError } from '../../pipeline/errors.ts';
import { StoreFullError, UnknownOutcomeError } from '../../records/ports.ts';
import { adminError } from './errors.ts';

const REF = { tenantId: 't', kind: 'key', id: 'k' } as const;

describe('an error on the way to the wire', () => {
  it.each([
    [new StoreFullError('x'), 507, 'store-full'],
    [new UnknownOutcomeError('x'), 503, 'outcome-unknown'],
    [new BusyError(), 503, 'busy'],
    [new NotAuthenticError(REF), 500, 'record-not-authentic'],
    [new KeyError('key-disabled', { keyId: 'k' }), 409, 'key-disabled'],
    [new RefusedError('some-rule', 'a rule refused it'), 400, 'some-rule'],
  ])('%s', (error, status, code) => {
    const told = adminError(error);
    expect([told.status, told.code]).toEqual([status, code]);
    expect(told.message).not.toBe('');
  });

  it.each([new Error('a secret in it'), new TypeError('x'), 'a text', undefined, null])(
    'says nothing of what it does not know: %s',
    (error) =>
      expect(adminError(error)).toMatchObject({
        status: 500,
        code: 'internal',
        message: 'the server failed at this request',
      }),
  );

  it.each([
    ['no-statement-allows', /^ada may not kms:Decrypt on x$/, /Ask an administrator for a policy/],
    [
      'not-allowed-by-scope',
      /^ada may not kms:Decrypt on x by this credential: its scopes look, reports do not/,
      /with a scope that allows it/,
    ],
    ['denied-by-scope', /by this credential: its scopes look, reports deny/, /issued without its scopes look, reports/],
  ] as const)(
    'tells whether the user or the scope of its credential does not allow it: %s',
    (reason, message, action) => {
      const decision = { allowed: false, reason, isConditional: false, scopes: ['look', 'reports'] };
      const denied = new AccessDeniedError('kms:Decrypt', 'x', 'ada', decision);
      expect(adminError(denied)).toMatchObject({
        code: 'access-denied',
        message: expect.stringMatching(message) as string,
        action: expect.stringMatching(action) as string,
      });
    },
  );

  it('keeps the details of a refusal for the log', () => {
    const codes: KeyErrorCode[] = ['invalid-ciphertext', 'record-not-authentic', 'alias-malformed'];
    for (const code of codes)
      expect(JSON.stringify(adminError(new KeyError(code, { keyId: 'k', detail: 'oracle' })))).not.toContain('oracle');
  });
});

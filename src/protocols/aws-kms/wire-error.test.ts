import { beforeAll, describe, expect, it } from 'vitest';
import type { Reason } from '../../access/evaluate.ts';
import { StoreFullError, UnknownOutcomeError } from '../../records/ports.ts';
import { KeyError } from '../../keys/errors.ts';
import { AccessDeniedError, BusyError } from '../../pipeline/errors.ts';
import { REGION, World, type Account } from './endpoint.fixture.ts';
import type { ResolvedKey } from './resolve.ts';
import { wireErrorOf } from './wire-error.ts';

let one: Account;
let resolved: ResolvedKey;

beforeAll(async () => {
  const world = new World();
  one = await world.account();
  const { KeyId, Arn } = (await world.call(one.admin, 'CreateKey')).body.KeyMetadata;
  const open = await world.keys.find(one.instance, KeyId);
  if (open === undefined) throw new Error('the key is gone');
  resolved = { open, arn: Arn, accountId: one.accountId };
});

describe('a refusal of the key domain', () => {
  it('names origin and usage of the key, and the operation, in words of AWS', () => {
    const keyId = resolved.open.key.id;
    expect(wireErrorOf(new KeyError('wrong-origin', { keyId }), [resolved])).toMatchObject({
      type: 'UnsupportedOperationException',
      text: `${resolved.arn} origin is AWS_KMS which is not valid for this operation.`,
    });
    expect(wireErrorOf(new KeyError('wrong-usage', { keyId }), [resolved], 'Sign')).toMatchObject({
      type: 'InvalidKeyUsageException',
      text: `${resolved.arn} key usage is ENCRYPT_DECRYPT which is not valid for Sign.`,
    });
  });

  it('names aliases by their ARNs', () => {
    const { text } = wireErrorOf(new KeyError('alias-not-found', { alias: 'alias/x' }), [resolved]);
    expect(text).toBe(`Alias arn:aws:kms:${REGION}:${one.accountId}:alias/x is not found.`);
  });

  it('names the key by its id where it was not found by the request', () => {
    const { text } = wireErrorOf(new KeyError('key-disabled', { keyId: 'k' }), [resolved]);
    expect(text).toBe('k is disabled.');
  });
});

describe('a refusal of the policies', () => {
  const KEY = 'arn:aws:kms:eu-central-1:111122223333:key/k';
  it.each<[Reason, string, string]>([
    ['denied-by-key-policy', KEY, 'with an explicit deny in a resource-based policy'],
    ['denied-by-identity-policy', '*', 'with an explicit deny in an identity-based policy'],
    ['denied-by-session-policy', KEY, 'with an explicit deny in a session policy'],
    ['not-allowed-by-session-policy', KEY, 'because no session policy allows the kms:Sign action'],
    [
      'no-statement-allows',
      KEY,
      'because no resource-based policy and no identity-based policy allows the kms:Sign action',
    ],
    ['no-statement-allows', '*', 'because no identity-based policy allows the kms:Sign action'],
    ['denied-by-scope', KEY, 'because of an explicit deny in a scope of the credential: one, two'],
    ['not-allowed-by-scope', KEY, 'because no scope of the credential allows it: one, two'],
  ])('%s on %s', (reason, resource, words) => {
    const decision = { allowed: false, reason, isConditional: false, scopes: ['one', 'two'] };
    const user = 'arn:aws:iam::111122223333:user/u';
    expect(wireErrorOf(new AccessDeniedError('kms:Sign', resource, user, decision), [])).toMatchObject({
      type: 'AccessDeniedException',
      text: `User: ${user} is not authorized to perform: kms:Sign on resource: ${resource} ${words}`,
    });
  });
});

describe('a failure', () => {
  it.each<[string, Error, string, number]>([
    ['a full disk', new StoreFullError('no space left on /var/secret'), 'KMSInternalException', 500],
    ['an unknown outcome', new UnknownOutcomeError('the writer of /var/secret died'), 'KMSInternalException', 500],
    ['too many others', new BusyError(), 'DependencyTimeoutException', 503],
    ['anything else', new TypeError('secret is undefined'), 'KMSInternalException', 500],
  ])('%s tells nothing of the inside', (_, error, type, status) => {
    const wireError = wireErrorOf(error, [resolved]);
    expect([wireError.type, wireError.status]).toEqual([type, status]);
    expect(wireError.text).not.toContain('secret');
  });
});

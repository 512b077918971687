import { beforeAll, describe, expect, it } from 'vitest';
import { StoreFullError, UnknownOutcomeError } from '../../records/ports.ts';
import { KeyError } from '../../keys/errors.ts';
import { BusyError } from '../../pipeline/errors.ts';
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

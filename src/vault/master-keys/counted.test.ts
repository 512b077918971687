import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesOf } from '../../bytes/bytes.ts';
import { AwsKmsClient } from '../../clients/aws-kms/client.ts';
import { EgressGuard } from '../../clients/egress.ts';
import { AwsKmsFixture } from './aws-kms.fixture.ts';
import { AwsKmsMasterKey } from './aws-kms.ts';
import type { KeyContext } from './context.ts';
import { counted, noKeyCalls } from './counted.ts';
import type { MasterKeyFailure } from './master-key-error.ts';
import { masterKeyContract } from './master-key.contract.ts';
import { FixtureMasterKey } from './master-key.fixture.ts';

const OWNER = { tenant: 't-1', environment: 'e-1' };
const CONTEXT: KeyContext = { ...OWNER, purpose: 'data', key: '0123456789abcdef0123456789abcdef' };

masterKeyContract('counted', () => {
  const key = new FixtureMasterKey('a');
  const enter = (failure: MasterKeyFailure) => () => void (key.failure = failure);
  return {
    key: counted(key, noKeyCalls()),
    other: counted(new FixtureMasterKey('b'), noKeyCalls()),
    states: {
      disabled: enter('disabled'),
      'pending-deletion': enter('pending-deletion'),
      'material-missing': enter('material-missing'),
      denied: enter('denied'),
      throttled: enter('throttled'),
      unreachable: enter('unreachable'),
      deleted: enter('deleted'),
    },
    heal: () => void (key.failure = undefined),
  };
});

describe('a master key that is counted', () => {
  let aws: AwsKmsFixture;
  beforeAll(async () => void (aws = await AwsKmsFixture.start()));
  afterAll(() => aws.stop());

  it('counts what it was asked for, refusals included, and goes on to re-wrap at its provider', async () => {
    const credentials = {
      accessKeyId: 'AKIAEXAMPLE',
      secretAccessKey: bytesOf<'AwsSecretAccessKey'>(Buffer.from('x')),
    };
    const client = new AwsKmsClient({ region: 'eu-central-1', endpoint: aws.endpoint, credentials }, new EgressGuard());
    const calls = noKeyCalls();
    const [key, other] = [aws.makeKey(), aws.makeKey()].map(({ arn }) =>
      counted(new AwsKmsMasterKey(client, arn, OWNER), calls),
    );
    const { wrapped } = await key!.generate(CONTEXT);
    aws.calls.length = 0;
    const rewrapped = await key!.rewrap(wrapped, CONTEXT, other!);
    expect(aws.calls).toEqual(['ReEncrypt']);
    await other!.unwrap(rewrapped, CONTEXT);
    await expect(key!.unwrap(rewrapped, CONTEXT)).rejects.toThrow(/did not accept/);
    expect(calls).toEqual({ generate: 1, wrap: 0, unwrap: 2, rewrap: 1, probe: 0, inspect: 0 });
    await client.close();
  });
});

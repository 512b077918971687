import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bytesOf } from '../../bytes/bytes.ts';
import { AwsKmsClient } from '../../clients/aws-kms/client.ts';
import { EgressGuard } from '../../clients/egress.ts';
import type { KeyContext } from './context.ts';
import { AwsKmsFixture, type AwsAnswer, type FixtureKey } from './aws-kms.fixture.ts';
import { meaningOf } from './aws-kms-errors.ts';
import { AwsKmsMasterKey, parseKeyArn } from './aws-kms.ts';
import { MasterKeyError, type MasterKeyFailure } from './master-key-error.ts';
import { masterKeyContract } from './master-key.contract.ts';
import { FixtureMasterKey } from './master-key.fixture.ts';

const OWNER = { tenant: 't-1', environment: 'e-1' };
const CONTEXT: KeyContext = { ...OWNER, purpose: 'data', key: '0123456789abcdef0123456789abcdef' };

let aws: AwsKmsFixture;
const clients: AwsKmsClient[] = [];
beforeAll(async () => void (aws = await AwsKmsFixture.start()));
afterAll(() => aws.stop());
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  aws.always.clear();
  aws.planned.length = aws.calls.length = aws.contexts.length = aws.clockAheadMs = 0;
});

function clientOf(maxAttempts = 1, endpoint = aws.endpoint, accessKeyId = 'AKIAEXAMPLE'): AwsKmsClient {
  const secretAccessKey = bytesOf<'AwsSecretAccessKey'>(Buffer.from('a secret of nobody'));
  const connection = { region: 'eu-central-1', endpoint, credentials: { accessKeyId, secretAccessKey } };
  const limits = { connectionTimeoutMs: 500, requestTimeoutMs: 200, maxAttempts };
  const client = new AwsKmsClient(connection, new EgressGuard(), limits);
  clients.push(client);
  return client;
}

function masterKeyOf(key: FixtureKey, client = clientOf()): AwsKmsMasterKey {
  return new AwsKmsMasterKey(client, key.arn, OWNER);
}

async function errorOf(promise: Promise<unknown>): Promise<MasterKeyError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(MasterKeyError);
  return error as MasterKeyError;
}

masterKeyContract('aws-kms over HTTP', () => {
  const key = aws.makeKey();
  const client = clientOf();
  const enter = (state: string) => () => void (key.state = state);
  const answering = (answer: AwsAnswer) => () => {
    for (const name of ['GenerateDataKey', 'Encrypt', 'Decrypt', 'ReEncrypt']) aws.always.set(name, answer);
  };
  return {
    key: masterKeyOf(key, client),
    other: masterKeyOf(aws.makeKey(), client),
    states: {
      disabled: enter('Disabled'),
      'pending-deletion': enter('PendingDeletion'),
      'material-missing': enter('PendingImport'),
      denied: answering([400, 'AccessDeniedException', 'User: u is not authorized to perform: kms:Decrypt']),
      throttled: answering([400, 'ThrottlingException', 'Rate exceeded']),
      unreachable: answering([503, 'KeyUnavailableException', 'try later']),
      deleted: enter('Deleted'),
    },
    heal: () => {
      key.state = 'Enabled';
      aws.always.clear();
    },
  };
});

describe('the master key in AWS KMS', () => {
  let key: FixtureKey;
  beforeEach(() => void (key = aws.makeKey()));

  it.each<[MasterKeyFailure, AwsAnswer]>([
    ['disabled', [400, 'DisabledException', 'arn is disabled.']],
    ['deleted', [400, 'NotFoundException', "Key 'arn' does not exist"]],
    ['denied', [400, 'AccessDeniedException', 'User: u is not authorized']],
    ['denied', [400, 'UnrecognizedClientException', 'The security token included in the request is invalid.']],
    ['denied', [400, 'InvalidSignatureException', 'The request signature we calculated does not match']],
    ['denied', [400, 'ExpiredTokenException', 'The security token included in the request is expired']],
    ['denied', [403, 'SomethingNewException', 'no']],
    ['throttled', [400, 'ThrottlingException', 'Rate exceeded']],
    ['throttled', [400, 'LimitExceededException', 'Rate exceeded']],
    ['unreachable', [500, 'KMSInternalException', 'oops']],
    ['unreachable', [503, 'DependencyTimeoutException', 'oops']],
    ['unreachable', [500, 'KeyUnavailableException', 'oops']],
    ['wrong-context-or-tampered', [400, 'InvalidCiphertextException']],
    ['wrong-context-or-tampered', [400, 'IncorrectKeyException', 'The key ID in the request ...']],
  ])('calls it %s when AWS answers %j', async (code, answer) => {
    aws.planned.push(answer);
    expect((await errorOf(masterKeyOf(key).unwrap(bytesOf(Buffer.alloc(99, 1)), CONTEXT))).code).toBe(code);
  });

  it('calls it denied when there are no credentials at all: the network is not to blame', () => {
    const missing = new Error('Could not load credentials from any providers');
    missing.name = 'CredentialsProviderError';
    expect(meaningOf(missing)).toBe('denied');
  });

  it('says when a key that is scheduled for deletion goes', async () => {
    key.state = 'PendingDeletion';
    key.deletionDateMs = Date.UTC(2027, 0, 2, 3, 4, 5);
    const error = await errorOf(masterKeyOf(key).generate(CONTEXT));
    expect(error.code).toBe('pending-deletion');
    expect(error.deletionDateMs).toBe(key.deletionDateMs);
    expect(error.message).toContain('2027-01-02T03:04:05.000Z');
  });

  it.each([
    ['PendingDeletion', 'pending-deletion'],
    ['PendingImport', 'material-missing'],
    ['Unavailable', 'unreachable'],
  ])('goes by the text of the state %s when it may not describe the key', async (state, code) => {
    key.state = state;
    aws.always.set('DescribeKey', [400, 'AccessDeniedException', 'User: u is not authorized']);
    expect((await errorOf(masterKeyOf(key).generate(CONTEXT))).code).toBe(code);
  });

  const UNKNOWN = 'The ciphertext refers to a customer master key that does not exist, does not exist in this region';
  it.each([
    ['Enabled', 'wrong-context-or-tampered'],
    ['Deleted', 'deleted'],
    ['Disabled', 'disabled'],
  ])('tells a ciphertext of an unknown key from a key that is %s', async (state, code) => {
    key.state = state;
    aws.planned.push([400, 'AccessDeniedException', UNKNOWN]);
    expect((await errorOf(masterKeyOf(key).unwrap(bytesOf(Buffer.alloc(99, 1)), CONTEXT))).code).toBe(code);
  });

  it.each(['hang', 'break'] as const)('calls it unreachable when the connection does %s', async (fault) => {
    aws.planned.push(fault);
    expect((await errorOf(masterKeyOf(key).generate(CONTEXT))).code).toBe('unreachable');
  });

  it('calls it unreachable when nobody listens, and when the endpoint is not to be called', async () => {
    for (const endpoint of ['http://127.0.0.1:1', 'http://169.254.169.254', `${aws.endpoint}/x`, `${aws.endpoint}?x`]) {
      expect((await errorOf(masterKeyOf(key, clientOf(1, endpoint)).generate(CONTEXT))).code).toBe('unreachable');
    }
    const nobody = await errorOf(masterKeyOf(key, clientOf(1, 'http://127.0.0.1:1')).generate(CONTEXT));
    expect(nobody.message).toContain('could not be reached (127.0.0.1:1: ECONNREFUSED).');
    expect(aws.calls).toEqual([]);
  });

  it('tries again after throttling and broken connections, and gives up in the end', async () => {
    aws.planned.push('break', [400, 'ThrottlingException', 'Rate exceeded'], [500, 'KMSInternalException', 'oops']);
    const { dataKey } = await masterKeyOf(key, clientOf(4)).generate(CONTEXT);
    expect(dataKey.length).toBe(32);
    expect(aws.calls).toEqual(Array(4).fill('GenerateDataKey'));
  });

  it('does not repeat what was refused', async () => {
    key.state = 'Disabled';
    await errorOf(masterKeyOf(key, clientOf(4)).generate(CONTEXT));
    expect(aws.calls).toEqual(['GenerateDataKey']);
  });

  it('sends the whole context with every call', async () => {
    const master = masterKeyOf(key);
    const { dataKey, wrapped } = await master.generate(CONTEXT);
    await master.unwrap(wrapped, CONTEXT);
    await master.wrap(dataKey, CONTEXT);
    await master.rewrap(wrapped, CONTEXT, masterKeyOf(aws.makeKey()));
    await masterKeyOf(key).probe();
    const context = {
      'keystead:format': '1',
      'keystead:tenant': 't-1',
      'keystead:environment': 'e-1',
      'keystead:purpose': 'data',
      'keystead:key': CONTEXT.key,
    };
    const { 'keystead:key': _, ...probe } = { ...context, 'keystead:purpose': 'probe' };
    expect(aws.contexts).toEqual([context, context, context, context, probe]);
  });

  it('re-wraps inside AWS where one credential reaches both keys, and brings the data key here only where it must', async () => {
    const master = masterKeyOf(key);
    const { wrapped } = await master.generate(CONTEXT);
    await master.rewrap(wrapped, CONTEXT, masterKeyOf(aws.makeKey()));
    const elsewhere = masterKeyOf(aws.makeKey(), clientOf(1, aws.endpoint, 'AKIAOTHER'));
    await master.rewrap(wrapped, CONTEXT, elsewhere);
    await master.rewrap(wrapped, CONTEXT, new FixtureMasterKey());
    expect(aws.calls).toEqual(['GenerateDataKey', 'ReEncrypt', 'Decrypt', 'Encrypt', 'Decrypt']);
  });

  it('says which of the two keys refused a re-wrapping', async () => {
    const other = aws.makeKey();
    const { wrapped } = await masterKeyOf(key).generate(CONTEXT);
    other.state = 'Disabled';
    expect((await errorOf(masterKeyOf(key).rewrap(wrapped, CONTEXT, masterKeyOf(other)))).keyId).toBe(other.arn);
    other.state = 'Enabled';
    key.state = 'Disabled';
    expect((await errorOf(masterKeyOf(key).rewrap(wrapped, CONTEXT, masterKeyOf(other)))).keyId).toBe(key.arn);
  });

  it('proves itself by opening, once it has opened something: a reader need not be allowed to make data keys', async () => {
    const { wrapped } = await masterKeyOf(key).generate(CONTEXT);
    aws.always.set('GenerateDataKey', [400, 'AccessDeniedException', 'no']);
    const reader = masterKeyOf(key);
    expect((await errorOf(reader.probe())).code).toBe('denied');
    await reader.unwrap(wrapped, CONTEXT);
    await reader.probe();
    key.state = 'Disabled';
    expect((await errorOf(reader.probe())).code).toBe('disabled');
  });

  it('refuses a wrapped key of a length that cannot be, without asking', async () => {
    for (const length of [0, 6145]) {
      const wrapped = bytesOf<'WrappedKey'>(Buffer.alloc(length));
      expect((await errorOf(masterKeyOf(key).unwrap(wrapped, CONTEXT))).code).toBe('wrong-context-or-tampered');
    }
    expect(aws.calls).toEqual([]);
  });

  it('refuses what opens to something that is no data key', async () => {
    const client = clientOf();
    const wrapped = await client.encrypt(key.arn, bytesOf(Buffer.alloc(31, 1)), new Map());
    aws.keys.set(key.arn, key);
    expect((await errorOf(masterKeyOf(key, client).unwrap(wrapped, CONTEXT))).code).toBe('wrong-context-or-tampered');
  });

  it('inspects its key', async () => {
    expect(await masterKeyOf(key).inspect()).toMatchObject({
      keyId: key.arn,
      state: 'enabled',
      suitable: true,
      kind: 'SYMMETRIC_DEFAULT for ENCRYPT_DECRYPT',
    });
  });

  it('says of a key what its provider leaves out, and does not take it', async () => {
    const told = { Arn: key.arn, KeyState: 'Enabled', KeySpec: 'SYMMETRIC_DEFAULT', Origin: 'AWS_KMS' };
    aws.answering.set('DescribeKey', { KeyMetadata: told });
    try {
      const kind = 'SYMMETRIC_DEFAULT for what its provider does not say';
      expect(await masterKeyOf(key).inspect()).toMatchObject({ suitable: false, kind });
    } finally {
      aws.answering.delete('DescribeKey');
    }
  });

  it('measures how far the clocks are apart, from good and bad answers', async () => {
    const client = clientOf();
    await masterKeyOf(key, client).inspect();
    expect(client.clockSkewMs).toBe(0);
    aws.clockAheadMs = 600_000;
    aws.planned.push([400, 'InvalidSignatureException', 'Signature expired']);
    await errorOf(masterKeyOf(key, client).inspect());
    expect(Math.round((client.clockSkewMs as number) / 10_000)).toBe(60);
    aws.clockAheadMs = -600_000;
    await masterKeyOf(key, client).inspect();
    expect(Math.round((client.clockSkewMs as number) / 10_000)).toBe(-60);
  });
});

describe('the ARN of a key', () => {
  it('is taken apart', () => {
    const arn = 'arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/mrk-1234abcd';
    expect(parseKeyArn(arn)).toEqual({ arn, region: 'us-gov-west-1', accountId: '111122223333' });
  });

  it.each([
    'arn:aws:kms:eu-central-1:111122223333:alias/backup',
    '1234abcd-12ab-34cd-56ef-1234567890ab',
    'alias/backup',
    'arn:aws:kms:eu-central-1:111122223333:key/',
    'arn:aws:kms:eu-central-1:11112222333:key/a',
    'arn:aws:s3:eu-central-1:111122223333:key/a',
    'arn:aws:kms:eu-central-1:111122223333:key/a\nb',
  ])('is not %j', (text) => {
    expect(parseKeyArn(text)).toBeUndefined();
    expect(() => new AwsKmsMasterKey(clientOf(), text, OWNER)).toThrow(TypeError);
  });
});

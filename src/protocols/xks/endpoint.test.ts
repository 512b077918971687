import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { SYMMETRIC } from '../../crypto/key-spec.ts';
import { defaultAccessPolicy } from '../../keys/access-policy.ts';
import { createKey, type NewKey } from '../../keys/create.ts';
import { NO_INSTANCE_POLICIES } from '../../keys/instance-policies.ts';
import { exposeKey, hideKey, rotateXksCredential, type ExposedKey } from '../../keys/xks-endpoint.ts';
import type { Account } from '../aws-kms/endpoint.fixture.ts';
import { AWS_REGION, KMS_KEY_ARN, REQUEST_METADATA, XksWorld, type XksAccess } from './xks.fixture.ts';

const AAD = Buffer.from('project=nile,department=marketing').toString('base64');
const PLAINTEXT = Buffer.from('Hello World!').toString('base64');
const ENCRYPT = {
  requestMetadata: REQUEST_METADATA,
  additionalAuthenticatedData: AAD,
  plaintext: PLAINTEXT,
  encryptionAlgorithm: 'AES_GCM',
  ciphertextDataIntegrityValueAlgorithm: 'SHA_256',
};
const HEALTH = { requestMetadata: { kmsRequestId: 'any', kmsOperation: 'CreateCustomKeyStore' } };
const METADATA = { requestMetadata: { ...REQUEST_METADATA, kmsOperation: 'DescribeKey' } };

describe('the external key store proxy', () => {
  let world: XksWorld;
  let account: Account;
  let access: XksAccess;
  let keyId: string;

  const key = async (input: object = {}): Promise<string> =>
    (await world.call(account.admin, 'CreateKey', input)).body.KeyMetadata.KeyId;
  const exposed = (more: Partial<ExposedKey> = {}): ExposedKey => ({
    xksKeyId: 'a',
    keyId,
    operations: ['ENCRYPT', 'DECRYPT'],
    ...more,
  });
  let serial = 0;
  const endpointWith = (...keys: ExposedKey[]) => world.endpoint(account, `e${serial++}`, keys);
  const decryptOf = (encrypted: Readonly<Record<string, unknown>>) => {
    const { ciphertextDataIntegrityValue: _, ...parts } = encrypted;
    return {
      requestMetadata: { ...REQUEST_METADATA, kmsOperation: 'Decrypt' },
      additionalAuthenticatedData: AAD,
      encryptionAlgorithm: 'AES_GCM',
      ...parts,
    };
  };

  beforeAll(async () => {
    world = new XksWorld();
    account = await world.account();
    keyId = await key();
    access = await endpointWith(exposed());
  });

  it('encrypts and decrypts as in the examples of the specification', async () => {
    const { status, body } = await world.ask(access, 'keys/a/encrypt', ENCRYPT);
    expect(status).toBe(200);
    const bytes = (name: string) => Buffer.from(body[name] as string, 'base64');
    const iv = bytes('initializationVector');
    const tag = bytes('authenticationTag');
    const metadata = bytes('ciphertextMetadata');
    expect([iv.length, tag.length, metadata.length, bytes('ciphertext').length]).toEqual([16, 16, 20, 12]);
    const whole = Buffer.concat([Buffer.from(AAD, 'base64'), metadata, iv, bytes('ciphertext'), tag]);
    expect(body['ciphertextDataIntegrityValue']).toBe(createHash('sha256').update(whole).digest('base64'));
    expect(await world.ask(access, 'keys/a/decrypt', decryptOf(body))).toMatchObject({
      status: 200,
      body: { plaintext: PLAINTEXT },
    });
  });

  it('leaves the integrity value out where nobody asked, and takes a request without aad', async () => {
    const { ciphertextDataIntegrityValueAlgorithm: _, additionalAuthenticatedData: __, ...plain } = ENCRYPT;
    const { body } = await world.ask(access, 'keys/a/encrypt', plain);
    expect(body).not.toHaveProperty('ciphertextDataIntegrityValue');
    const { additionalAuthenticatedData: ___, ...bare } = decryptOf(body);
    expect((await world.ask(access, 'keys/a/decrypt', bare)).body).toEqual({ plaintext: PLAINTEXT });
    // Metadata sent as aad, and none as metadata: the lengths keep them apart.
    const moved = { ...bare, additionalAuthenticatedData: body['ciphertextMetadata'], ciphertextMetadata: '' };
    expect((await world.ask(access, 'keys/a/decrypt', moved)).error).toBe('InvalidCiphertextException');
  });

  it.each([
    'ciphertext',
    'initializationVector',
    'authenticationTag',
    'ciphertextMetadata',
    'additionalAuthenticatedData',
  ])('refuses another %s', async (name) => {
    const { body } = await world.ask(access, 'keys/a/encrypt', ENCRYPT);
    const request: Record<string, unknown> = decryptOf(body);
    const bytes = Buffer.from(request[name] as string, 'base64');
    for (let at = 0; at < bytes.length; at++) {
      const flipped = Buffer.from(bytes);
      flipped.writeUInt8(flipped.readUInt8(at) ^ 1, at);
      const changed = { ...request, [name]: flipped.toString('base64') };
      const { status, error } = await world.ask(access, 'keys/a/decrypt', changed);
      expect([at, status, error]).toEqual([at, 400, 'InvalidCiphertextException']);
    }
  });

  it('takes the largest plaintext and aad that are promised, and says that more is not supported', async () => {
    const aad = Buffer.alloc(8192, 1).toString('base64');
    const of = (length: number) => ({
      ...ENCRYPT,
      additionalAuthenticatedData: aad,
      plaintext: Buffer.alloc(length, 2).toString('base64'),
    });
    const { status, body } = await world.ask(access, 'keys/a/encrypt', of(8192));
    expect(status).toBe(200);
    const opened = await world.ask(access, 'keys/a/decrypt', { ...decryptOf(body), additionalAuthenticatedData: aad });
    expect(opened.body['plaintext']).toBe(of(8192).plaintext);
    expect(await world.ask(access, 'keys/a/encrypt', of(8193))).toMatchObject({
      status: 501,
      error: 'UnsupportedOperationException',
    });
    expect((await world.ask(access, 'keys/a/encrypt', of(0))).error).toBe('ValidationException');
  });

  it('opens what an earlier version of the key encrypted, and nothing of another key', async () => {
    const other = await key();
    const two = await endpointWith(exposed(), exposed({ xksKeyId: 'b', keyId: other }));
    const { body } = await world.ask(two, 'keys/a/encrypt', ENCRYPT);
    expect((await world.call(account.admin, 'RotateKeyOnDemand', { KeyId: keyId })).status).toBe(200);
    expect((await world.ask(two, 'keys/a/decrypt', decryptOf(body))).body).toEqual({ plaintext: PLAINTEXT });
    const after = await world.ask(two, 'keys/a/encrypt', ENCRYPT);
    expect(after.body['ciphertextMetadata']).not.toBe(body['ciphertextMetadata']);
    expect((await world.ask(two, 'keys/b/decrypt', decryptOf(body))).error).toBe('InvalidCiphertextException');
  });

  it('tells what the key is, and whether it works', async () => {
    const own = await key();
    const only = await endpointWith(exposed({ keyId: own, operations: ['DECRYPT'] }));
    expect((await world.ask(access, 'keys/a/metadata', METADATA)).body).toEqual({
      keySpec: 'AES_256',
      keyUsage: ['ENCRYPT', 'DECRYPT'],
      keyStatus: 'ENABLED',
    });
    await world.call(account.admin, 'DisableKey', { KeyId: own });
    expect((await world.ask(only, 'keys/a/metadata', METADATA)).body).toEqual({
      keySpec: 'AES_256',
      keyUsage: ['DECRYPT'],
      keyStatus: 'DISABLED',
    });
  });

  it('refuses a key that was switched off, at the next request', async () => {
    const own = await key();
    const two = await endpointWith(exposed({ keyId: own }));
    const { body } = await world.ask(two, 'keys/a/encrypt', ENCRYPT);
    await world.call(account.admin, 'DisableKey', { KeyId: own });
    for (const [call, request] of [
      ['encrypt', ENCRYPT],
      ['decrypt', decryptOf(body)],
    ] as const) {
      expect(await world.ask(two, `keys/a/${call}`, request)).toMatchObject({
        status: 400,
        error: 'InvalidStateException',
      });
    }
  });

  it('refuses a key whose time is over, and a primary that waits for its replicas to go, as not enabled', async () => {
    const { instance } = account;
    const limited: NewKey = {
      spec: SYMMETRIC,
      usage: 'encrypt-decrypt',
      origin: 'generated',
      description: '',
      accessPolicy: defaultAccessPolicy(account.accountId),
      tags: [],
      expiresAtMs: world.clock() + 60_000,
      instancePolicies: NO_INSTANCE_POLICIES,
    };
    const made = createKey(instance, limited, world.clock(), world.random);
    await world.write(account, ...made.writes);
    await world.ensureRegions(account.tenant, ['eu-west-1']);
    const primary = await key({ MultiRegion: true });
    await world.call(account.admin, 'ReplicateKey', { KeyId: primary, ReplicaRegion: 'eu-west-1' });
    const two = await endpointWith(exposed({ keyId: made.value.id }), exposed({ xksKeyId: 'b', keyId: primary }));
    const ask = async (name: string) => {
      const { status, error } = await world.ask(two, `keys/${name}/encrypt`, ENCRYPT);
      return error ?? status;
    };
    expect([await ask('a'), await ask('b')]).toEqual([200, 200]);
    world.clock.set(world.clock() + 60_000);
    await world.call(account.admin, 'ScheduleKeyDeletion', { KeyId: primary });
    expect([await ask('a'), await ask('b')]).toEqual(['InvalidStateException', 'InvalidStateException']);
  });

  it('lets the policy of the key shut it out, although it is exposed', async () => {
    const statements = [
      { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account.accountId}:root` }, Action: 'kms:*', Resource: '*' },
      { Effect: 'Deny', Principal: '*', Action: 'kms:Decrypt', Resource: '*' },
    ];
    const own = await key({ Policy: JSON.stringify({ Version: '2012-10-17', Statement: statements }) });
    const two = await endpointWith(exposed({ keyId: own }));
    const { status, body } = await world.ask(two, 'keys/a/encrypt', ENCRYPT);
    expect(status).toBe(200);
    expect(await world.ask(two, 'keys/a/decrypt', decryptOf(body))).toMatchObject({
      status: 403,
      error: 'AccessDeniedException',
    });
    // A policy that does not delegate to the account and names somebody else.
    const strict = [{ ...statements[0], Principal: { AWS: account.admin.principal.arn } }];
    const theirs = await key({ Policy: JSON.stringify({ Version: '2012-10-17', Statement: strict }) });
    const three = await endpointWith(exposed({ keyId: theirs }));
    expect((await world.ask(three, 'keys/a/encrypt', ENCRYPT)).status).toBe(403);
  });

  it('may be named by the policy of a key, and held to conditions about the request at AWS', async () => {
    const arn = `arn:aws:iam::${account.accountId}:xks-endpoint/named`;
    const statements = (Condition?: object) => [
      { Effect: 'Allow', Principal: { AWS: account.admin.principal.arn }, Action: 'kms:*', Resource: '*' },
      {
        Effect: 'Allow',
        Principal: { AWS: arn },
        Action: ['kms:Encrypt'],
        Resource: '*',
        ...(Condition && { Condition }),
      },
    ];
    const policy = (Condition?: object) => JSON.stringify({ Version: '2012-10-17', Statement: statements(Condition) });
    const own = await key();
    const named = await world.endpoint(account, 'named', [exposed({ keyId: own })]);
    const change = async (Condition?: object) =>
      expect(await world.call(account.admin, 'PutKeyPolicy', { KeyId: own, Policy: policy(Condition) })).toMatchObject({
        status: 200,
      });
    await change();
    const { status, body } = await world.ask(named, 'keys/a/encrypt', ENCRYPT);
    expect(status).toBe(200);
    expect((await world.ask(named, 'keys/a/decrypt', decryptOf(body))).status).toBe(403);
    const by = (person: string) => ({ StringLike: { 'keystead:AwsPrincipalArn': `arn:aws:iam::*:user/${person}` } });
    await change(by('Bob'));
    expect((await world.ask(named, 'keys/a/encrypt', ENCRYPT)).status).toBe(403);
    await change(by('Alice'));
    expect((await world.ask(named, 'keys/a/encrypt', ENCRYPT)).status).toBe(200);
    const requestMetadata = { ...REQUEST_METADATA, awsPrincipalArn: 'arn:aws:iam::123456789012:user/Bob' };
    expect((await world.ask(named, 'keys/a/encrypt', { ...ENCRYPT, requestMetadata })).status).toBe(403);
  });

  describe('holds a key to the limits of its exposure:', () => {
    const ask = async (limits: Partial<ExposedKey>, region = AWS_REGION) => {
      const limited = await endpointWith(exposed(limits));
      const { status, error } = await world.ask(limited, 'keys/a/encrypt', ENCRYPT, { region });
      return error ?? status;
    };

    it.each([
      ['operations', { operations: ['DECRYPT'] }, 'InvalidKeyUsageException'],
      ['operations', { operations: ['ENCRYPT'] }, 200],
      ['AWS principals', { awsPrincipals: ['arn:aws:iam::123456789012:user/Bob'] }, 'AccessDeniedException'],
      ['AWS principals', { awsPrincipals: ['arn:aws:iam::123456789012:user/*'] }, 200],
      ['AWS principals, none', { awsPrincipals: [] }, 'AccessDeniedException'],
      ['AWS Regions', { awsRegions: ['eu-west-1'] }, 'AccessDeniedException'],
      ['AWS Regions', { awsRegions: ['eu-west-1', AWS_REGION] }, 200],
      ['KMS keys', { kmsKeyArns: ['arn:aws:kms:us-east-2:111122223333:key/other'] }, 'AccessDeniedException'],
      ['KMS keys', { kmsKeyArns: [KMS_KEY_ARN] }, 200],
    ] as const)('%s %j', async (_, limits, answer) => expect(await ask(limits)).toBe(answer));

    it('a Region that the signature names and the ARN does not', async () => {
      expect(await ask({ awsRegions: ['eu-west-1'] }, 'eu-west-1')).toBe('AccessDeniedException');
    });

    it('a rate', async () => {
      const limited = await endpointWith(exposed({ perSecond: 2 }));
      const statuses = [];
      for (let i = 0; i < 3; i++) statuses.push((await world.ask(limited, 'keys/a/encrypt', ENCRYPT)).status);
      expect(statuses).toEqual([200, 200, 429]);
      world.clock.set(world.clock() + 500);
      expect((await world.ask(limited, 'keys/a/encrypt', ENCRYPT)).status).toBe(200);
      expect((await world.ask(limited, 'keys/a/metadata', METADATA)).status).toBe(429);
    });

    it('facts are told before there is a key at AWS', async () => {
      const limited = await endpointWith(exposed({ kmsKeyArns: [KMS_KEY_ARN] }));
      const { kmsKeyArn: _, ...creating } = REQUEST_METADATA;
      const request = { requestMetadata: { ...creating, kmsOperation: 'CreateKey' } };
      expect((await world.ask(limited, 'keys/a/metadata', request)).status).toBe(200);
    });
  });

  it('tells its health', async () => {
    expect(await world.ask(access, 'health', HEALTH)).toMatchObject({
      status: 200,
      body: {
        xksProxyFleetSize: 1,
        xksProxyVendor: 'Keystead',
        xksProxyModel: 'Keystead 0.0.0-test',
        ekmVendor: 'Keystead',
        ekmFleetDetails: [{ healthStatus: 'ACTIVE' }],
      },
    });
    world.isReady = false;
    const { body } = await world.ask(access, 'health', HEALTH);
    world.isReady = true;
    expect(body['ekmFleetDetails']).toMatchObject([{ healthStatus: 'UNAVAILABLE' }]);
  });

  describe('refuses a signature', () => {
    it.each([
      ['of another secret', { secret: 'A'.repeat(43) }],
      ['of an unknown access key', { accessKeyId: 'A'.repeat(26) }],
      ['for another service', { service: 'kms' }],
      ['of more than 5 minutes ago', { skewMs: -301_000 }],
      ['of more than 5 minutes ahead', { skewMs: 301_000 }],
    ])('%s', async (_, departure) => {
      expect(await world.ask(access, 'health', HEALTH, departure)).toMatchObject({
        status: 401,
        error: 'AuthenticationFailedException',
      });
    });

    it('without telling which access keys there are', async () => {
      const unknown = await world.ask(access, 'health', HEALTH, { accessKeyId: 'A'.repeat(26) });
      const wrong = await world.ask(access, 'health', HEALTH, { secret: 'A'.repeat(43) });
      expect(unknown).toEqual(wrong);
    });

    it('but not one of just under 5 minutes, nor one over further headers', async () => {
      for (const departure of [{ skewMs: -299_000 }, { skewMs: 299_000 }, { headers: { 'x-amz-other': 'y' } }]) {
        expect((await world.ask(access, 'health', HEALTH, departure)).status).toBe(200);
      }
    });

    it('where there is none, and counts it', async () => {
      const reply = await world.hand('/e0/kms/xks/v1/health', '', { host: 'xks.test' }, JSON.stringify(HEALTH));
      expect(reply).toMatchObject({ status: 401, error: 'AuthenticationFailedException' });
    });
  });

  it('takes the credential before while the new one is told to AWS, and no older one', async () => {
    let own = await endpointWith(exposed());
    const used = [own];
    for (let i = 0; i < 2; i++) {
      const rotated = rotateXksCredential(account.instance.tenantKey, own.endpoint, world.clock(), world.random);
      own = await world.change(account, own, rotated.endpoint);
      const accessKeyId = own.endpoint.credentials[0]?.accessKeyId ?? '';
      own = { ...own, accessKeyId, secret: rotated.secret.toString('ascii') };
      used.push(own);
    }
    const statuses = [];
    for (const one of used) statuses.push((await world.ask(one, 'health', HEALTH)).status);
    expect(statuses).toEqual([401, 200, 200]);
    for (const { accessKeyId, secret } of used) {
      expect(accessKeyId).toMatch(/^[A-Z2-7]{20,30}$/);
      expect(secret).toMatch(/^[A-Za-z0-9+/=]{43,64}$/);
    }
  });

  it.each([['keys/a/sign'], ['keys/a'], ['health/'], ['keys/../encrypt'], [`keys/${'k'.repeat(129)}/encrypt`]])(
    'has no path %s',
    async (call) => {
      expect(await world.ask(access, call, ENCRYPT)).toMatchObject({ status: 404, error: 'InvalidUriPathException' });
    },
  );

  it('does not serve the path of another endpoint, nor a query', async () => {
    const other = await endpointWith();
    const path = `${other.endpoint.pathPrefix}/kms/xks/v1/health`;
    expect((await world.ask(access, '', HEALTH, { path })).error).toBe('InvalidUriPathException');
  });

  it('knows the keys that are exposed, and no other', async () => {
    expect(await world.ask(access, `keys/${keyId}/encrypt`, ENCRYPT)).toMatchObject({
      status: 404,
      error: 'KeyNotFoundException',
    });
    const own = await endpointWith(exposed());
    const hidden = await world.change(account, own, hideKey(own.endpoint, 'a'));
    expect((await world.ask(hidden, 'keys/a/encrypt', ENCRYPT)).error).toBe('KeyNotFoundException');
    const again = await world.change(account, hidden, exposeKey(hidden.endpoint, exposed()));
    expect((await world.ask(again, 'keys/a/encrypt', ENCRYPT)).status).toBe(200);
  });

  describe('refuses with ValidationException', () => {
    const without = (name: string): object =>
      Object.fromEntries(Object.entries(ENCRYPT).filter(([one]) => one !== name));
    const withMetadata = (change: object) => ({ ...ENCRYPT, requestMetadata: { ...REQUEST_METADATA, ...change } });
    it.each([
      ['no plaintext', without('plaintext')],
      ['no algorithm', without('encryptionAlgorithm')],
      ['no metadata', without('requestMetadata')],
      ['metadata that is no object', { ...ENCRYPT, requestMetadata: [] }],
      ['another algorithm', { ...ENCRYPT, encryptionAlgorithm: 'AES_CBC' }],
      ['another integrity algorithm', { ...ENCRYPT, ciphertextDataIntegrityValueAlgorithm: 'MD5' }],
      ['base64 without padding', { ...ENCRYPT, plaintext: 'SGVsbG8' }],
      ['a number for base64', { ...ENCRYPT, plaintext: 7 }],
      ['a member that nobody knows', { ...ENCRYPT, more: 1 }],
      ['no principal', withMetadata({ awsPrincipalArn: undefined })],
      ['no key ARN', withMetadata({ kmsKeyArn: undefined })],
      ['no request id', withMetadata({ kmsRequestId: undefined })],
      ['no operation', withMetadata({ kmsOperation: undefined })],
      ['a request id that is a number', withMetadata({ kmsRequestId: 1 })],
      ['an ARN of 2049 characters', withMetadata({ awsPrincipalArn: 'a'.repeat(2049) })],
    ])('%s', async (_, request) => {
      const { status, error, body } = await world.ask(access, 'keys/a/encrypt', request);
      expect([status, error]).toEqual([400, 'ValidationException']);
      expect(body['errorMessage']).toMatch(/^[\x20-\x7e]{1,511}$/);
    });

    it.each([
      ['no JSON', '{'],
      ['a member twice', '{"requestMetadata":{},"requestMetadata":{}}'],
      ['a list', '[]'],
      ['', ''],
    ])('a body of %s', async (_, rawBody) => {
      expect((await world.ask(access, 'health', {}, { rawBody })).error).toBe('ValidationException');
    });

    it.each([
      ['initializationVector', 13],
      ['initializationVector', 11],
      ['authenticationTag', 15],
      ['authenticationTag', 17],
      ['ciphertextMetadata', 21],
    ])('%s of %i bytes', async (name, length) => {
      const { body } = await world.ask(access, 'keys/a/encrypt', ENCRYPT);
      const request = { ...decryptOf(body), [name]: Buffer.alloc(length).toString('base64') };
      expect((await world.ask(access, 'keys/a/decrypt', request)).error).toBe('ValidationException');
    });
  });

  it('never looks at kmsOperation and kmsRequestId, nor at names of metadata that come later', async () => {
    const requestMetadata = {
      ...REQUEST_METADATA,
      kmsOperation: '',
      kmsRequestId: '\u0000"é'.repeat(3000),
      new: { a: 1 },
    };
    expect((await world.ask(access, 'keys/a/encrypt', { ...ENCRYPT, requestMetadata })).status).toBe(200);
  });

  it('answers an IV of 12 bytes, which it never makes, as a wrong ciphertext', async () => {
    const { body } = await world.ask(access, 'keys/a/encrypt', ENCRYPT);
    const request = { ...decryptOf(body), initializationVector: Buffer.alloc(12).toString('base64') };
    expect((await world.ask(access, 'keys/a/decrypt', request)).error).toBe('InvalidCiphertextException');
  });

  it('records each request with what AWS says of it, and nothing secret', async () => {
    const before = world.store.entries().length;
    await world.ask(access, 'keys/a/encrypt', ENCRYPT);
    const [entry, ...more] = world.store.entries().slice(before);
    expect(more).toEqual([]);
    expect(JSON.parse(String(entry?.leaf))).toMatchObject({
      action: 'kms:Encrypt',
      key: keyId,
      outcome: 'done',
      principal: `arn:aws:iam::${account.accountId}:xks-endpoint/e0`,
    });
    const whole = world.store.entries().map(({ leaf, details }) => `${String(leaf)} ${String(details)}`);
    expect(whole.at(-1)).toContain('4112f4d6-db54-4af4-ae30-c55a22a8dfae');
    for (const secret of [PLAINTEXT, 'Hello World!', access.secret]) expect(whole.join().includes(secret)).toBe(false);
  });

  it('had no faults', () => expect(world.faults).toEqual([]));
});

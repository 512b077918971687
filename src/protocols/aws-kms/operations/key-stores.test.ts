import { beforeEach, describe, expect, it } from 'vitest';
import { XksTransportError } from '../../../clients/xks/transport.ts';
import { DAY } from '../../../keys/key-space.fixture.ts';
import { readKey } from '../../../keys/key-record.ts';
import { conditionOf } from '../../../keys/state.ts';
import { sweepDueKeys } from '../../../pipeline/sweep.ts';
import { XksWorld, type XksAccess } from '../../xks/xks.fixture.ts';
import { TOKENS, TRUST_ANCHOR, VPC_SERVICE, type Account, type Answer } from '../endpoint.fixture.ts';
import type { OperationName } from '../model.gen.ts';

const HOST = 'https://xks.example.com';
const EncryptionContext = { purpose: 'test' };
const Plaintext = Buffer.from('plain');

/** Custom key stores in front of a real proxy of the same house, with no network in between. */
describe('custom key stores', () => {
  let world: XksWorld;
  let account: Account;
  let access: XksAccess;
  let outerId: string;

  const call = <N extends OperationName>(operation: N, input: object = {}) =>
    world.call(account.admin, operation, input);

  async function must<N extends OperationName>(operation: N, input: object = {}): Promise<Answer<N>['body']> {
    const answer = await call(operation, input);
    expect([operation, answer.status, answer.text]).toEqual([operation, 200, undefined]);
    return answer.body;
  }

  const credential = ({ accessKeyId, secret } = access) => ({
    AccessKeyId: accessKeyId,
    RawSecretAccessKey: secret,
  });
  const proxyStore = (more: object = {}) => ({
    CustomKeyStoreName: 'store',
    CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
    XksProxyConnectivity: 'PUBLIC_ENDPOINT',
    XksProxyUriEndpoint: HOST,
    XksProxyUriPath: '/outer/kms/xks/v1',
    XksProxyAuthenticationCredential: credential(),
    ...more,
  });
  const tokenStore = (more: object = {}) => ({
    CustomKeyStoreName: 'token',
    CloudHsmClusterId: `${TOKENS}aaaaaa`,
    TrustAnchorCertificate: TRUST_ANCHOR,
    KeyStorePassword: 'kmsPswd',
    ...more,
  });
  const describeStore = async (CustomKeyStoreId: string) =>
    (await must('DescribeCustomKeyStores', { CustomKeyStoreId })).CustomKeyStores[0];

  /** A connected store and a key in it. */
  async function connected(): Promise<{ storeId: string; keyId: string; arn: string }> {
    const { CustomKeyStoreId: storeId } = await must('CreateCustomKeyStore', proxyStore());
    await must('ConnectCustomKeyStore', { CustomKeyStoreId: storeId });
    const { KeyMetadata } = await must('CreateKey', externalKey(storeId));
    return { storeId, keyId: KeyMetadata.KeyId, arn: KeyMetadata.Arn };
  }
  const externalKey = (CustomKeyStoreId: string, XksKeyId = 'a') => ({
    Origin: 'EXTERNAL_KEY_STORE',
    CustomKeyStoreId,
    XksKeyId,
  });

  beforeEach(async () => {
    world = new XksWorld();
    account = await world.account();
    outerId = (await must('CreateKey')).KeyMetadata.KeyId;
    const both = ['ENCRYPT', 'DECRYPT'] as const;
    access = await world.endpoint(account, 'outer', [
      { xksKeyId: 'a', keyId: outerId, operations: both },
      { xksKeyId: 'only-encrypts', keyId: outerId, operations: ['ENCRYPT'] },
      { xksKeyId: 'b', keyId: outerId, operations: both },
    ]);
  });

  describe('are refused', () => {
    const missing = (member: string) =>
      `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`;

    it.each<[string, () => object, string, string | RegExp]>([
      ['without a cluster', () => ({ CustomKeyStoreName: 'x' }), 'ValidationException', missing('cloudHsmClusterId')],
      [
        'without an anchor',
        () => tokenStore({ TrustAnchorCertificate: undefined }),
        'ValidationException',
        missing('trustAnchorCertificate'),
      ],
      [
        'without a password',
        () => tokenStore({ KeyStorePassword: undefined }),
        'ValidationException',
        missing('keyStorePassword'),
      ],
      [
        'in no token',
        () => tokenStore({ CloudHsmClusterId: 'cluster-a2b3c4d5e6f' }),
        'CloudHsmClusterNotFoundException',
        /KEYSTEAD_HSM_TOKENS/,
      ],
      [
        'with another anchor',
        () => tokenStore({ TrustAnchorCertificate: 'x' }),
        'IncorrectTrustAnchorException',
        /trust anchor/,
      ],
      [
        'in a token, with a proxy',
        () => tokenStore({ XksProxyUriEndpoint: HOST }),
        'ValidationException',
        /XksProxyUriEndpoint/,
      ],
      [
        'without connectivity',
        () => proxyStore({ XksProxyConnectivity: undefined }),
        'ValidationException',
        missing('xksProxyConnectivity'),
      ],
      [
        'without an endpoint',
        () => proxyStore({ XksProxyUriEndpoint: undefined }),
        'ValidationException',
        missing('xksProxyUriEndpoint'),
      ],
      [
        'without a path',
        () => proxyStore({ XksProxyUriPath: undefined }),
        'ValidationException',
        missing('xksProxyUriPath'),
      ],
      [
        'without a credential',
        () => proxyStore({ XksProxyAuthenticationCredential: undefined }),
        'ValidationException',
        missing('xksProxyAuthenticationCredential'),
      ],
      [
        'with a proxy and a cluster',
        () => proxyStore({ CloudHsmClusterId: `${TOKENS}aaaaaa` }),
        'ValidationException',
        /CloudHsmClusterId/,
      ],
      [
        'with a later version',
        () => proxyStore({ XksProxyUriPath: '/outer/kms/xks/v2' }),
        'XksProxyInvalidConfigurationException',
        /version 1/,
      ],
      [
        'with a service in public',
        () => proxyStore({ XksProxyVpcEndpointServiceName: VPC_SERVICE }),
        'ValidationException',
        /VPC_ENDPOINT_SERVICE/,
      ],
      [
        'without a service',
        () => proxyStore({ XksProxyConnectivity: 'VPC_ENDPOINT_SERVICE' }),
        'ValidationException',
        missing('xksProxyVpcEndpointServiceName'),
      ],
      [
        'behind a service that is not there',
        () =>
          proxyStore({
            XksProxyConnectivity: 'VPC_ENDPOINT_SERVICE',
            XksProxyVpcEndpointServiceName: VPC_SERVICE.replace('0', 'a'),
          }),
        'XksProxyVpcEndpointServiceNotFoundException',
        /KEYSTEAD_KEY_STORE_CONNECT/,
      ],
      [
        'at another path',
        () => proxyStore({ XksProxyUriPath: '/other/kms/xks/v1' }),
        'XksProxyInvalidConfigurationException',
        /invalid URI path/,
      ],
      [
        'with another secret',
        () => proxyStore({ XksProxyAuthenticationCredential: { ...credential(), RawSecretAccessKey: 'x'.repeat(43) } }),
        'XksProxyIncorrectAuthenticationCredentialException',
        /could not authenticate/,
      ],
    ])('%s', async (_, input, type, text) => {
      const answer = await call('CreateCustomKeyStore', input());
      expect(answer).toMatchObject({ status: 400, type });
      expect(answer.text).toMatch(text);
      expect((await must('DescribeCustomKeyStores')).CustomKeyStores).toEqual([]);
    });

    it('when nobody is there, and when no key manager works', async () => {
      const real = world.proxy;
      world.proxy = () => Promise.reject(new XksTransportError('unreachable', 'ECONNREFUSED'));
      const unreachable = { type: 'XksProxyUriUnreachableException' };
      expect(await call('CreateCustomKeyStore', proxyStore())).toMatchObject(unreachable);
      world.proxy = real;
      world.isReady = false;
      const answer = await call('CreateCustomKeyStore', proxyStore());
      expect(answer).toMatchObject(unreachable);
      expect(answer.text).toContain('cannot communicate with the external key manager');
    });

    it('beyond the quota, by name, and where another one has the address', async () => {
      world.quotas.keyStoresPerRegion = 3;
      await must('CreateCustomKeyStore', proxyStore());
      await must('CreateCustomKeyStore', tokenStore());
      const refused = async (input: object) => (await call('CreateCustomKeyStore', input)).type;
      expect(await refused(tokenStore({ CustomKeyStoreName: 'store' }))).toBe('CustomKeyStoreNameInUseException');
      expect(await refused(tokenStore({ CustomKeyStoreName: 'third' }))).toBe('CloudHsmClusterInUseException');
      expect(await refused(proxyStore({ CustomKeyStoreName: 'third' }))).toBe('XksProxyUriInUseException');
      const behind = { XksProxyConnectivity: 'VPC_ENDPOINT_SERVICE', XksProxyVpcEndpointServiceName: VPC_SERVICE };
      const other = { CustomKeyStoreName: 'third', XksProxyUriPath: '/third/kms/xks/v1' };
      expect(await refused(proxyStore({ ...other, ...behind }))).toBe('XksProxyUriEndpointInUseException');
      // Another host behind a service, and then the same service again.
      const host = { ...behind, CustomKeyStoreName: 'third', XksProxyUriEndpoint: 'https://third.example.com' };
      await must('CreateCustomKeyStore', proxyStore(host));
      world.quotas.keyStoresPerRegion = 4;
      const again = { ...host, CustomKeyStoreName: 'fourth', XksProxyUriEndpoint: 'https://fourth.example.com' };
      expect(await refused(proxyStore(again))).toBe('XksProxyVpcEndpointServiceInUseException');
      world.quotas.keyStoresPerRegion = 3;
      const next = tokenStore({ CustomKeyStoreName: 'fourth', CloudHsmClusterId: `${TOKENS}bbbbbb` });
      expect(await refused(next)).toBe('LimitExceededException');
    });

    it('also when two are made at once', async () => {
      world.quotas.keyStoresPerRegion = 1;
      const made = await Promise.all([
        call('CreateCustomKeyStore', proxyStore()),
        call('CreateCustomKeyStore', tokenStore()),
      ]);
      expect(made.filter(({ status }) => status === 200)).toHaveLength(1);
      expect((await must('DescribeCustomKeyStores')).CustomKeyStores).toHaveLength(1);
    });
  });

  it('are told with all that they are, without their secrets', async () => {
    const { CustomKeyStoreId } = await must('CreateCustomKeyStore', proxyStore());
    expect(await describeStore(CustomKeyStoreId)).toEqual({
      CustomKeyStoreId,
      CustomKeyStoreName: 'store',
      CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
      ConnectionState: 'DISCONNECTED',
      CreationDate: world.clock() / 1000,
      XksProxyConfiguration: {
        Connectivity: 'PUBLIC_ENDPOINT',
        AccessKeyId: access.accessKeyId,
        UriEndpoint: HOST,
        UriPath: '/outer/kms/xks/v1',
      },
    });
    const token = (await must('CreateCustomKeyStore', tokenStore())).CustomKeyStoreId;
    expect(await describeStore(token)).toMatchObject({
      CustomKeyStoreType: 'AWS_CLOUDHSM',
      CloudHsmClusterId: `${TOKENS}aaaaaa`,
      TrustAnchorCertificate: TRUST_ANCHOR,
    });
    const written = world.store.entries().map(({ leaf, details }) => `${String(leaf)} ${String(details)}`);
    for (const secret of [access.secret, 'kmsPswd']) expect(written.join().includes(secret)).toBe(false);
  });

  it('are found by name and by page', async () => {
    const ids = [
      (await must('CreateCustomKeyStore', proxyStore())).CustomKeyStoreId,
      (await must('CreateCustomKeyStore', tokenStore())).CustomKeyStoreId,
    ];
    const first = await must('DescribeCustomKeyStores', { Limit: 1 });
    expect(first).toMatchObject({ Truncated: true });
    const second = await must('DescribeCustomKeyStores', { Limit: 1, Marker: first.NextMarker });
    expect(second).toMatchObject({ Truncated: false });
    const found = [...first.CustomKeyStores, ...second.CustomKeyStores].map((store) => store.CustomKeyStoreId);
    expect(found).toEqual(ids.toSorted());
    const named = await must('DescribeCustomKeyStores', { CustomKeyStoreName: 'token' });
    expect(named.CustomKeyStores).toMatchObject([{ CustomKeyStoreId: ids[1] }]);
    const byNobody = await call('DescribeCustomKeyStores', { CustomKeyStoreName: 'nobody' });
    expect(byNobody).toMatchObject({ type: 'CustomKeyStoreNotFoundException' });
    const byBoth = await call('DescribeCustomKeyStores', { CustomKeyStoreName: 'token', CustomKeyStoreId: ids[1] });
    expect(byBoth).toMatchObject({ type: 'ValidationException' });
  });

  it('belong to their account', async () => {
    const { CustomKeyStoreId } = await must('CreateCustomKeyStore', proxyStore());
    const other = await world.account('two');
    for (const operation of [
      'ConnectCustomKeyStore',
      'DisconnectCustomKeyStore',
      'UpdateCustomKeyStore',
      'DeleteCustomKeyStore',
      'DescribeCustomKeyStores',
    ] as const) {
      const answer = await world.call(other.admin, operation, { CustomKeyStoreId });
      expect(answer).toMatchObject({ type: 'CustomKeyStoreNotFoundException' });
    }
    const wanted = externalKey(CustomKeyStoreId);
    expect(await world.call(other.admin, 'CreateKey', wanted)).toMatchObject({
      type: 'CustomKeyStoreNotFoundException',
    });
  });

  it('connect to a token never yet, and say so', async () => {
    const { CustomKeyStoreId } = await must('CreateCustomKeyStore', tokenStore());
    await must('ConnectCustomKeyStore', { CustomKeyStoreId });
    const failed = { ConnectionState: 'FAILED', ConnectionErrorCode: 'INTERNAL_ERROR' };
    expect(await describeStore(CustomKeyStoreId)).toMatchObject(failed);
    const invalid = { type: 'CustomKeyStoreInvalidStateException' };
    expect(await call('ConnectCustomKeyStore', { CustomKeyStoreId })).toMatchObject(invalid);
    expect(await call('CreateKey', { Origin: 'AWS_CLOUDHSM', CustomKeyStoreId })).toMatchObject(invalid);
    expect(await call('GenerateRandom', { NumberOfBytes: 1, CustomKeyStoreId })).toMatchObject(invalid);
    await must('DisconnectCustomKeyStore', { CustomKeyStoreId });
    expect(await call('DisconnectCustomKeyStore', { CustomKeyStoreId })).toMatchObject(invalid);
    await must('DeleteCustomKeyStore', { CustomKeyStoreId });
    // The token is free again.
    await must('CreateCustomKeyStore', tokenStore());
  });

  it('change what they may in the state that they are in', async () => {
    const { storeId, keyId } = await connected();
    const update = (more: object) => call('UpdateCustomKeyStore', { CustomKeyStoreId: storeId, ...more });
    const invalid = { type: 'CustomKeyStoreInvalidStateException' };
    expect(await update({ NewCustomKeyStoreName: 'renamed' })).toMatchObject({ status: 200 });
    expect(await update({ XksProxyUriEndpoint: 'https://other.example.com' })).toMatchObject(invalid);
    expect(await update({ XksProxyConnectivity: 'PUBLIC_ENDPOINT' })).toMatchObject(invalid);
    expect(await update({ XksProxyUriPath: '/wrong/kms/xks/v1' })).toMatchObject({
      type: 'XksProxyInvalidConfigurationException',
    });
    const wrong = { ...credential(), RawSecretAccessKey: 'y'.repeat(43) };
    expect(await update({ XksProxyAuthenticationCredential: wrong })).toMatchObject({
      type: 'XksProxyIncorrectAuthenticationCredentialException',
    });
    // What was refused changed nothing.
    await must('Encrypt', { KeyId: keyId, Plaintext });
    expect(await update({ KeyStorePassword: 'password' })).toMatchObject(invalid);
    await must('DisconnectCustomKeyStore', { CustomKeyStoreId: storeId });
    expect(await update({ KeyStorePassword: 'password' })).toMatchObject({ type: 'ValidationException' });
    expect(await update({ XksProxyUriEndpoint: 'https://other.example.com' })).toMatchObject({ status: 200 });
    expect(await describeStore(storeId)).toMatchObject({
      CustomKeyStoreName: 'renamed',
      XksProxyConfiguration: { UriEndpoint: 'https://other.example.com', UriPath: '/outer/kms/xks/v1' },
    });
    const token = (await must('CreateCustomKeyStore', tokenStore())).CustomKeyStoreId;
    const renamed = { CustomKeyStoreId: token, NewCustomKeyStoreName: 'renamed' };
    expect(await call('UpdateCustomKeyStore', renamed)).toMatchObject({ type: 'CustomKeyStoreNameInUseException' });
    await must('UpdateCustomKeyStore', { CustomKeyStoreId: token, CloudHsmClusterId: `${TOKENS}bbbbbb` });
    const stranger = { CustomKeyStoreId: token, CloudHsmClusterId: 'cluster-a2b3c4d5e6f' };
    expect(await call('UpdateCustomKeyStore', stranger)).toMatchObject({ type: 'CloudHsmClusterNotFoundException' });
  });

  describe('take a key', () => {
    it.each<[string, object, string]>([
      ['without a store', { Origin: 'EXTERNAL_KEY_STORE', XksKeyId: 'a' }, 'ValidationException'],
      ['without its name there', { Origin: 'EXTERNAL_KEY_STORE', CustomKeyStoreId: 'ID' }, 'ValidationException'],
      ['of our own origin', { CustomKeyStoreId: 'ID' }, 'ValidationException'],
      ['with a name for nothing', { XksKeyId: 'a' }, 'ValidationException'],
      ['of several Regions', { ...externalKey('ID'), MultiRegion: true }, 'UnsupportedOperationException'],
      [
        'of another spec',
        { ...externalKey('ID'), KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' },
        'UnsupportedOperationException',
      ],
      ['of another type of store', { Origin: 'AWS_CLOUDHSM', CustomKeyStoreId: 'ID' }, 'UnsupportedOperationException'],
      ['that is not exposed', externalKey('ID', 'nobody'), 'XksKeyNotFoundException'],
      ['that only encrypts', externalKey('ID', 'only-encrypts'), 'XksKeyInvalidConfigurationException'],
      ['of an unknown store', externalKey('cks-0'), 'CustomKeyStoreNotFoundException'],
    ])('but not one %s', async (_, input, type) => {
      const { CustomKeyStoreId } = await must('CreateCustomKeyStore', proxyStore());
      await must('ConnectCustomKeyStore', { CustomKeyStoreId });
      const keys = (await must('ListKeys')).Keys.length;
      const named =
        'CustomKeyStoreId' in input && input.CustomKeyStoreId === 'ID' ? { ...input, CustomKeyStoreId } : input;
      expect(await call('CreateKey', named)).toMatchObject({ status: 400, type });
      expect((await must('ListKeys')).Keys).toHaveLength(keys);
    });

    it('whose counterpart is on, and that no other key has', async () => {
      const { storeId } = await connected();
      expect(await call('CreateKey', externalKey(storeId))).toMatchObject({ type: 'XksKeyAlreadyInUseException' });
      await must('DisableKey', { KeyId: outerId });
      expect(await call('CreateKey', externalKey(storeId, 'b'))).toMatchObject({
        type: 'XksKeyInvalidConfigurationException',
        text: expect.stringContaining('is not enabled'),
      });
      await must('EnableKey', { KeyId: outerId });
      // Two at once: one of them.
      const made = await Promise.all([0, 1].map(() => call('CreateKey', externalKey(storeId, 'b'))));
      expect(made.filter(({ status }) => status === 200)).toHaveLength(1);
    });

    it('until they are deleted, also at the same time', async () => {
      const { CustomKeyStoreId } = await must('CreateCustomKeyStore', proxyStore());
      await must('ConnectCustomKeyStore', { CustomKeyStoreId });
      const [, deleted] = await Promise.all([
        call('CreateKey', externalKey(CustomKeyStoreId)),
        call('DisconnectCustomKeyStore', { CustomKeyStoreId }).then(() =>
          call('DeleteCustomKeyStore', { CustomKeyStoreId }),
        ),
      ]);
      const stores = (await must('DescribeCustomKeyStores')).CustomKeyStores.length;
      const keys = (await must('ListKeys')).Keys.length - 1;
      expect([stores, keys, deleted.status]).toEqual(keys === 1 ? [1, 1, 400] : [0, 0, 200]);
    });
  });

  it('hold keys whose every use needs the other half', async () => {
    const { keyId, arn } = await connected();
    const { CiphertextBlob } = await must('Encrypt', { KeyId: keyId, Plaintext, EncryptionContext });
    expect(Buffer.from(CiphertextBlob, 'base64').subarray(0, 4).toString('hex')).toBe('4b530102');
    const opened = await must('Decrypt', { CiphertextBlob, EncryptionContext });
    expect(opened).toMatchObject({ Plaintext: Plaintext.toString('base64'), KeyId: arn });
    expect(opened).not.toHaveProperty('KeyMaterialId');
    const longest = Buffer.alloc(4096, 7);
    const big = await must('Encrypt', { KeyId: keyId, Plaintext: longest });
    expect((await must('Decrypt', big)).Plaintext).toBe(longest.toString('base64'));
    const without = await must('GenerateDataKeyWithoutPlaintext', { KeyId: keyId, NumberOfBytes: 1024 });
    expect(Buffer.from((await must('Decrypt', without)).Plaintext, 'base64')).toHaveLength(1024);
    // The proxy saw AWS's side of it, and neither plaintext nor context.
    const written = world.store.entries().map(({ leaf, details }) => `${String(leaf)} ${String(details)}`);
    const asked = written.filter((entry) => entry.includes('"protocol":"xks"'));
    expect(asked.at(-1)).toContain('"kmsOperation":"Decrypt"');
    expect(asked.at(-1)).toContain(`"kmsKeyArn":"${arn}"`);
    expect(asked.join()).not.toContain('purpose');
  });

  it('have it in the log what kept a key from use, in the words of the proxy, which the caller is not told', async () => {
    const { keyId } = await connected();
    await must('DisableKey', { KeyId: outerId });
    const answer = await call('Encrypt', { KeyId: keyId, Plaintext });
    expect(answer.text).not.toContain('enable it in Keystead');
    const last = world.store.entries().at(-1);
    expect(JSON.parse(String(last?.leaf))).toMatchObject({ outcome: 'refused', reason: 'external-key-failed' });
    expect(String(last?.details)).toContain(
      'InvalidStateException: The external key is not enabled: enable it in Keystead',
    );
  });

  it('refuse a changed ciphertext at every byte', async () => {
    const { keyId } = await connected();
    const { CiphertextBlob } = await must('Encrypt', { KeyId: keyId, Plaintext });
    const bytes = Buffer.from(CiphertextBlob, 'base64');
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      const { status, type } = await call('Decrypt', { CiphertextBlob: changed, KeyId: keyId });
      const types = ['InvalidCiphertextException', 'IncorrectKeyException', 'KMSInvalidStateException'];
      expect([at, status, types.includes(type ?? '')]).toEqual([at, 400, true]);
    }
    for (let length = 0; length < bytes.length; length++) {
      const { status } = await call('Decrypt', { CiphertextBlob: bytes.subarray(0, length), KeyId: keyId });
      expect([length, status]).toEqual([length, 400]);
    }
    expect(world.faults).toEqual([]);
  });

  it('keep the two kinds of ciphertexts apart', async () => {
    const { keyId } = await connected();
    const ours = Buffer.from((await must('Encrypt', { KeyId: outerId, Plaintext })).CiphertextBlob, 'base64');
    const theirs = Buffer.from((await must('Encrypt', { KeyId: keyId, Plaintext })).CiphertextBlob, 'base64');
    // The one's handle in the other's frame.
    const crossed = [Buffer.from(ours), Buffer.from(theirs)] as const;
    theirs.copy(crossed[0], 4, 4, 20);
    ours.copy(crossed[1], 4, 4, 20);
    for (const CiphertextBlob of crossed) {
      expect(await call('Decrypt', { CiphertextBlob })).toMatchObject({ type: 'InvalidCiphertextException' });
    }
  });

  it('answer what the states of a key in them refuse', async () => {
    const { storeId, keyId, arn } = await connected();
    const { CiphertextBlob } = await must('Encrypt', { KeyId: keyId, Plaintext });
    const uses: readonly [OperationName, object][] = [
      ['Encrypt', { KeyId: keyId, Plaintext }],
      ['Decrypt', { CiphertextBlob }],
      ['ReEncrypt', { CiphertextBlob, DestinationKeyId: outerId }],
      ['GenerateDataKey', { KeyId: keyId, KeySpec: 'AES_256' }],
      ['GenerateDataKeyWithoutPlaintext', { KeyId: keyId, KeySpec: 'AES_256' }],
      ['GenerateDataKeyPair', { KeyId: keyId, KeyPairSpec: 'ECC_NIST_P256' }],
    ];
    const refusals = async () => Promise.all(uses.map(async ([name, input]) => (await call(name, input)).text));
    const origin = `${arn} origin is EXTERNAL_KEY_STORE which is not valid for this operation.`;
    for (const operation of [
      'EnableKeyRotation',
      'DisableKeyRotation',
      'GetKeyRotationStatus',
      'ListKeyRotations',
      'RotateKeyOnDemand',
      'DeleteImportedKeyMaterial',
    ] as const) {
      const answer = await call(operation, { KeyId: keyId });
      expect([operation, answer.type, answer.text]).toEqual([operation, 'UnsupportedOperationException', origin]);
    }
    const [, , , , , pair] = await refusals();
    expect(pair).toBe(origin);
    await must('DisableKey', { KeyId: keyId });
    expect(await refusals()).toEqual(uses.map(() => `${arn} is disabled.`));
    await must('EnableKey', { KeyId: keyId });

    await must('DisconnectCustomKeyStore', { CustomKeyStoreId: storeId });
    expect(await refusals()).toEqual(uses.map(() => `${arn} is unavailable.`));
    const { KeyMetadata } = await must('DescribeKey', { KeyId: keyId });
    expect(KeyMetadata).toMatchObject({ KeyState: 'Unavailable', Enabled: false });
    const record = world.store.read({ tenantId: account.tenant.tenantId, kind: 'key', id: keyId });
    const listed = readKey(account.instance.tenantKey, record as NonNullable<typeof record>);
    const derived = await world.keys.withStore(account.instance, listed);
    expect(conditionOf(derived, world.clock())).toBe('unavailable');
    expect((await call('CancelKeyDeletion', { KeyId: keyId })).text).toBe(`${arn} is not pending deletion.`);
    // What the table of key states allows on a key that is unavailable.
    await must('DisableKey', { KeyId: keyId });
    await must('EnableKey', { KeyId: keyId });
    await must('TagResource', { KeyId: keyId, Tags: [{ TagKey: 'a', TagValue: 'b' }] });
    await must('CreateAlias', { AliasName: 'alias/outer', TargetKeyId: keyId });
    await must('ScheduleKeyDeletion', { KeyId: keyId, PendingWindowInDays: 7 });
    expect((await must('DescribeKey', { KeyId: keyId })).KeyMetadata.KeyState).toBe('PendingDeletion');

    // When the key is gone, so is what kept its store, and its name there is free.
    expect(await call('DeleteCustomKeyStore', { CustomKeyStoreId: storeId })).toMatchObject({
      type: 'CustomKeyStoreHasCMKsException',
    });
    world.clock.set(world.clock() + 8 * DAY);
    await sweepDueKeys(world.store, world.directory, world.keys, world.clock(), world.random);
    await must('DeleteCustomKeyStore', { CustomKeyStoreId: storeId });
  });

  it('stay connected in the memory of nobody: off is off at the next request', async () => {
    const { storeId, keyId } = await connected();
    const uses = Array.from({ length: 20 }, () => call('Encrypt', { KeyId: keyId, Plaintext }));
    await must('DisconnectCustomKeyStore', { CustomKeyStoreId: storeId });
    expect(await call('Encrypt', { KeyId: keyId, Plaintext })).toMatchObject({ type: 'KMSInvalidStateException' });
    await Promise.all(uses);
  });

  it('refuse to expose a key again that is half elsewhere', async () => {
    const { keyId } = await connected();
    const chained = await world.endpoint(account, 'chained', [
      { xksKeyId: 'c', keyId, operations: ['ENCRYPT', 'DECRYPT'] },
    ]);
    const metadata = { awsPrincipalArn: 'x', kmsOperation: 'x', kmsRequestId: 'x', kmsKeyArn: 'x' };
    expect((await world.ask(chained, 'keys/c/metadata', { requestMetadata: metadata })).body).toMatchObject({
      keyStatus: 'DISABLED',
    });
    const request = { requestMetadata: metadata, plaintext: 'AAAA', encryptionAlgorithm: 'AES_GCM' };
    expect((await world.ask(chained, 'keys/c/encrypt', request)).error).toBe('InvalidKeyUsageException');
  });
});

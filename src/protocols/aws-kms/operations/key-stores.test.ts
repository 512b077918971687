import { describe, expect, it } from 'vitest';
import { TOKENS, TRUST_ANCHOR } from '../endpoint.fixture.ts';
import { keyStores, HOST } from './key-stores.fixture.ts';

const Plaintext = Buffer.from('plain');

describe('custom key stores', () => {
  const scene = keyStores();
  const { call, must, credential, proxyStore, tokenStore, describeStore, connected, externalKey } = scene;

  it('are told with all that they are, without their secrets', async () => {
    const { CustomKeyStoreId } = await must('CreateCustomKeyStore', proxyStore());
    expect(await describeStore(CustomKeyStoreId)).toEqual({
      CustomKeyStoreId,
      CustomKeyStoreName: 'store',
      CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
      ConnectionState: 'DISCONNECTED',
      CreationDate: scene.world.clock() / 1000,
      XksProxyConfiguration: {
        Connectivity: 'PUBLIC_ENDPOINT',
        AccessKeyId: scene.access.accessKeyId,
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
    const written = scene.world.store.entries().map(({ leaf, details }) => `${String(leaf)} ${String(details)}`);
    for (const secret of [scene.access.secret, 'kmsPswd']) expect(written.join().includes(secret)).toBe(false);
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
    const other = await scene.world.account('two');
    for (const operation of [
      'ConnectCustomKeyStore',
      'DisconnectCustomKeyStore',
      'UpdateCustomKeyStore',
      'DeleteCustomKeyStore',
      'DescribeCustomKeyStores',
    ] as const) {
      const answer = await scene.world.call(other.admin, operation, { CustomKeyStoreId });
      expect(answer).toMatchObject({ type: 'CustomKeyStoreNotFoundException' });
    }
    const wanted = externalKey(CustomKeyStoreId);
    expect(await scene.world.call(other.admin, 'CreateKey', wanted)).toMatchObject({
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
});

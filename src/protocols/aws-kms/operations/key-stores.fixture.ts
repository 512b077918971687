import { beforeEach, expect } from 'vitest';
import { XksWorld, type XksAccess } from '../../xks/xks.fixture.ts';
import { TOKENS, TRUST_ANCHOR, type Account, type Answer } from '../endpoint.fixture.ts';
import type { OperationName } from '../model.gen.ts';

export const HOST = 'https://xks.example.com';

/** Custom key stores in front of a real proxy of the same house, anew for each test, with no network in between. */
export function keyStores() {
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

  return {
    call,
    must,
    credential,
    proxyStore,
    tokenStore,
    describeStore,
    connected,
    externalKey,
    get world() {
      return world;
    },
    get account() {
      return account;
    },
    get access() {
      return access;
    },
    get outerId() {
      return outerId;
    },
  };
}

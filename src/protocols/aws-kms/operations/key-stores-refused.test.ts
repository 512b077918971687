import { describe, expect, it } from 'vitest';
import { XksTransportError } from '../../../clients/xks/transport.ts';
import { TOKENS, VPC_SERVICE } from '../endpoint.fixture.ts';
import { keyStores, HOST } from './key-stores.fixture.ts';

describe('custom key stores', () => {
  const scene = keyStores();
  const { call, must, credential, proxyStore, tokenStore } = scene;

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
      const real = scene.world.proxy;
      scene.world.proxy = () => Promise.reject(new XksTransportError('unreachable', 'ECONNREFUSED'));
      const unreachable = { type: 'XksProxyUriUnreachableException' };
      expect(await call('CreateCustomKeyStore', proxyStore())).toMatchObject(unreachable);
      scene.world.proxy = real;
      scene.world.isReady = false;
      const answer = await call('CreateCustomKeyStore', proxyStore());
      expect(answer).toMatchObject(unreachable);
      expect(answer.text).toContain('cannot communicate with the external key manager');
    });

    it('beyond the quota, by name, and where another one has the address', async () => {
      scene.world.quotas.keyStoresPerRegion = 3;
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
      scene.world.quotas.keyStoresPerRegion = 4;
      const again = { ...host, CustomKeyStoreName: 'fourth', XksProxyUriEndpoint: 'https://fourth.example.com' };
      expect(await refused(proxyStore(again))).toBe('XksProxyVpcEndpointServiceInUseException');
      scene.world.quotas.keyStoresPerRegion = 3;
      const next = tokenStore({ CustomKeyStoreName: 'fourth', CloudHsmClusterId: `${TOKENS}bbbbbb` });
      expect(await refused(next)).toBe('LimitExceededException');
    });

    it('also when two are made at once', async () => {
      scene.world.quotas.keyStoresPerRegion = 1;
      const made = await Promise.all([
        call('CreateCustomKeyStore', proxyStore()),
        call('CreateCustomKeyStore', tokenStore()),
      ]);
      expect(made.filter(({ status }) => status === 200)).toHaveLength(1);
      expect((await must('DescribeCustomKeyStores')).CustomKeyStores).toHaveLength(1);
    });
  });
});

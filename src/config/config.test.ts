import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isLoopback } from '../http/loopback.ts';
import { DEFAULT_QUOTAS } from '../keys/quotas.ts';
import { RATE_CLASSES } from '../pipeline/rates.ts';
import { ConfigError, readConfig, SETTINGS } from './config.ts';

describe('settings', () => {
  it('have defaults that keep seal and data apart', () => {
    const config = readConfig({});
    expect(config).toMatchObject({
      listen: { host: 'localhost', port: 8420 },
      dataFolder: resolve('data'),
      sealFile: resolve('keystead.seal'),
      witnessFolders: [resolve('keystead.seal.checkpoints')],
      vaultRoots: [resolve('vaults')],
      sourceRoots: [],
      egress: {},
      region: 'us-east-1',
      logLevel: 'info',
    });
    expect(config.listen.tls).toBeUndefined();
    expect(config.attestationRootsFile).toBeUndefined();
    expect(readConfig({ KEYSTEAD_ATTESTATION_ROOTS: 'roots.pem' }).attestationRootsFile).toBe(resolve('roots.pem'));
  });

  it('take lists separated by commas', () => {
    const config = readConfig({ KEYSTEAD_SOURCE_ROOTS: ' /a , b,', KEYSTEAD_EGRESS_HOSTS: 'kms.example.org' });
    expect(config.sourceRoots).toEqual(['/a', resolve('b')]);
    expect(config.egress).toEqual({ allowedHosts: ['kms.example.org'] });
  });

  it.each(['http://localhost:1', '127.0.0.1:0', 'http://[::1]:8420/', 'http://127.255.0.3:80'])(
    'listen at %s',
    (text) => {
      expect(isLoopback(readConfig({ KEYSTEAD_LISTEN: text }).listen.host)).toBe(true);
    },
  );

  it.each([
    'localhost',
    ':8420',
    'ftp://localhost:1',
    'http://localhost:70000',
    'http://local host:1',
    'http://localhost:1/x',
  ])('do not listen at %j', (text) => expect(() => readConfig({ KEYSTEAD_LISTEN: text })).toThrow(ConfigError));

  it.each([
    'http://0.0.0.0:8420',
    'http://10.0.0.1:8420',
    'http://[::]:8420',
    'http://127.0.0.1.example.org:1',
    'http://1127.0.0.1:1',
  ])('refuse %s beyond loopback without TLS, and say how to have it', (text) =>
    expect(() => readConfig({ KEYSTEAD_LISTEN: text })).toThrow(/KEYSTEAD_TLS_CERT/),
  );

  it('need both files for https', () => {
    expect(() => readConfig({ KEYSTEAD_LISTEN: 'https://0.0.0.0:1' })).toThrow(
      /KEYSTEAD_TLS_CERT and KEYSTEAD_TLS_KEY/,
    );
    expect(
      readConfig({ KEYSTEAD_LISTEN: 'https://0.0.0.0:1', KEYSTEAD_TLS_CERT: '/c', KEYSTEAD_TLS_KEY: '/k' }).listen.tls,
    ).toEqual({ certificatePath: '/c', keyPath: '/k' });
  });

  it('name the proxies in front, and the header in which they say whom they speak for', () => {
    expect(readConfig({}).proxies).toBeUndefined();
    expect(readConfig({ KEYSTEAD_TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8' }).proxies).toEqual({
      addresses: ['127.0.0.1', '10.0.0.0/8'],
      header: 'x-forwarded-for',
    });
    const more = { KEYSTEAD_TRUSTED_PROXIES: '::1', KEYSTEAD_PROXY_HEADER: 'forwarded' };
    expect(readConfig(more).proxies).toEqual({ addresses: ['::1'], header: 'forwarded' });
  });

  it.each([
    [{ KEYSTEAD_TRUSTED_PROXIES: 'proxy.example.com' }, /addresses/],
    [{ KEYSTEAD_TRUSTED_PROXIES: '127.0.0.1,0.0.0.0/0' }, /everybody/],
    [{ KEYSTEAD_TRUSTED_PROXIES: '::ffff:0:0/96' }, /everybody/],
    [{ KEYSTEAD_TRUSTED_PROXIES: '0.0.0.0/1,128.0.0.0/1' }, /everybody, in several blocks/],
    [{ KEYSTEAD_TRUSTED_PROXIES: '127.0.0.1', KEYSTEAD_PROXY_HEADER: 'x-real-ip' }, /x-forwarded-for, forwarded/],
    [{ KEYSTEAD_PROXY_HEADER: 'forwarded' }, /KEYSTEAD_TRUSTED_PROXIES/],
  ])('do not trust by %j', (settings, said) => expect(() => readConfig(settings)).toThrow(said));

  it('set quotas by their names, over the defaults', () => {
    expect(readConfig({}).quotas).toEqual(DEFAULT_QUOTAS);
    const { quotas } = readConfig({ KEYSTEAD_QUOTAS: ' keysPerRegion=5, tagsPerKey = 7,' });
    expect(quotas).toEqual({ ...DEFAULT_QUOTAS, keysPerRegion: 5, tagsPerKey: 7 });
  });

  it.each([
    'keys=5',
    'keysPerRegion',
    'keysPerRegion=0',
    'keysPerRegion=-1',
    'keysPerRegion=1.5',
    '__proto__=1',
    'tagsPerKey=1,tagsPerKey=2',
  ])('refuse the quotas %j, and say which there are', (text) => {
    expect(() => readConfig({ KEYSTEAD_QUOTAS: text })).toThrow(ConfigError);
    expect(() => readConfig({ KEYSTEAD_QUOTAS: text })).toThrow(/keysPerRegion, aliasesPerKey/);
  });

  it('are explained where people read of limits', () => {
    const guide = readFileSync(resolve(import.meta.dirname, '../../docs/guide/regions-and-limits.md'), 'utf8');
    const rows = [...guide.matchAll(/^\| `(\w+)` \|(?: (\d+) \|)?/gm)].map(([, name, number]) => [name, number]);
    const quotas = Object.entries(DEFAULT_QUOTAS).map(([name, number]) => [name, String(number)]);
    expect(rows).toEqual([...quotas, ...RATE_CLASSES.map((name) => [name, undefined])]);
  });

  it('bound the rates of classes that they name, and no others', () => {
    expect(readConfig({}).rates).toEqual({});
    const { rates } = readConfig({ KEYSTEAD_RATES: 'symmetric=5000/10000, rsa = 500' });
    expect(rates).toEqual({
      symmetric: { perSecond: 5000, burst: 10_000 },
      rsa: { perSecond: 500, burst: 500 },
    });
  });

  it.each(['aes=5', 'rsa', 'rsa=0', 'rsa=1/0', 'rsa=-1', 'rsa=1/2/3', '__proto__=1', 'rsa=1,rsa=2'])(
    'refuse the rates %j, and say which classes there are',
    (text) => {
      expect(() => readConfig({ KEYSTEAD_RATES: text })).toThrow(ConfigError);
      expect(() => readConfig({ KEYSTEAD_RATES: text })).toThrow(/symmetric, rsa, ecc/);
    },
  );

  it('refuse a level that there is not', () => {
    expect(() => readConfig({ KEYSTEAD_LOG_LEVEL: 'loud' })).toThrow(/trace, debug, info/);
  });

  it('each say what they are for', () => {
    for (const { about } of Object.values(SETTINGS)) expect(about.length).toBeGreaterThan(10);
  });

  it('asks for client certificates of the external key store proxy only within TLS, with CA and names', () => {
    const tls = { KEYSTEAD_TLS_CERT: '/c.pem', KEYSTEAD_TLS_KEY: '/k.pem' };
    const listen = { KEYSTEAD_XKS_LISTEN: 'https://0.0.0.0:8443' };
    const client = { KEYSTEAD_XKS_CLIENT_CA: '/ca.pem', KEYSTEAD_XKS_CLIENT_NAMES: 'cks.kms.eu-west-1.amazonaws.com' };
    expect(readConfig({}).xks).toBeUndefined();
    expect(readConfig({ ...tls, ...listen, ...client, KEYSTEAD_XKS_URL: 'https://xks.example.com' }).xks).toEqual({
      listen: { host: '0.0.0.0', port: 8443, tls: { certificatePath: '/c.pem', keyPath: '/k.pem' } },
      url: 'https://xks.example.com',
      clientCertificates: { caPath: '/ca.pem', names: ['cks.kms.eu-west-1.amazonaws.com'] },
    });
    for (const wrong of [
      listen,
      { KEYSTEAD_XKS_LISTEN: 'http://0.0.0.0:8443' },
      { ...tls, ...listen, KEYSTEAD_XKS_CLIENT_CA: '/ca.pem' },
      { ...tls, ...listen, KEYSTEAD_XKS_CLIENT_NAMES: 'cks' },
      { KEYSTEAD_XKS_LISTEN: 'http://localhost:1', ...client },
      { ...tls, ...listen, KEYSTEAD_XKS_URL: 'http://xks.example.com' },
      { KEYSTEAD_XKS_URL: 'https://xks.example.com' },
    ]) {
      expect(() => readConfig(wrong)).toThrow(/KEYSTEAD_(?:XKS|TLS)/);
    }
  });

  it('places external key store proxies, and bounds what they may take', () => {
    expect(readConfig({}).keyStores).toEqual({ connect: new Map(), timeoutMs: 250 });
    const read = readConfig({
      KEYSTEAD_KEY_STORE_CONNECT: 'XKS.example.com=10.0.0.7:8443, com.amazonaws.vpce.eu-1.vpce-svc-1=[::1]:443',
      KEYSTEAD_KEY_STORE_TIMEOUT_MS: '500',
    });
    expect(read.keyStores).toEqual({
      connect: new Map([
        ['xks.example.com', { host: '10.0.0.7', port: 8443 }],
        ['com.amazonaws.vpce.eu-1.vpce-svc-1', { host: '::1', port: 443 }],
      ]),
      timeoutMs: 500,
    });
    expect(() => readConfig({ KEYSTEAD_KEY_STORE_TLS_CERT: '/c.pem' })).toThrow('belong together');
    for (const wrong of ['xks.example.com', 'a=b', 'a=b:70000', '=b:1', 'a=:1']) {
      expect(() => readConfig({ KEYSTEAD_KEY_STORE_CONNECT: wrong })).toThrow('KEYSTEAD_KEY_STORE_CONNECT');
    }
    for (const wrong of ['49', '10001', 'soon']) {
      expect(() => readConfig({ KEYSTEAD_KEY_STORE_TIMEOUT_MS: wrong })).toThrow('KEYSTEAD_KEY_STORE_TIMEOUT_MS');
    }
  });
});

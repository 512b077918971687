import { describe, expect, it } from 'vitest';
import { readConfig } from '../config/config.ts';
import { keepOut } from './keep-out.ts';

describe('what no path of a tenant may reach', () => {
  it('is data, seal, witnesses, the private key of TLS and the hosted store, whatever the roots are', () => {
    const config = readConfig({
      KEYSTEAD_LISTEN: 'https://0.0.0.0:8420',
      KEYSTEAD_TLS_CERT: '/srv/tls/chain.pem',
      KEYSTEAD_TLS_KEY: '/srv/tls/key.pem',
      KEYSTEAD_DATA: '/srv/data',
      KEYSTEAD_SEAL: '/srv/seal',
      KEYSTEAD_WITNESS: '/srv/a,/srv/b',
      KEYSTEAD_SOURCE_ROOTS: '/srv',
      KEYSTEAD_HOSTED_STORAGE: '/srv/hosted.json',
    });
    expect(keepOut(config)).toEqual([
      '/srv/data',
      '/srv/seal',
      '/srv/a',
      '/srv/b',
      '/srv/tls/key.pem',
      '/srv/hosted.json',
    ]);
    expect(keepOut(readConfig({ KEYSTEAD_DATA: '/d', KEYSTEAD_SEAL: '/s', KEYSTEAD_WITNESS: '/w' }))).toEqual([
      '/d',
      '/s',
      '/w',
    ]);
  });
});

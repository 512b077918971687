import { describe, expect, it } from 'vitest';
import { readConfig } from '../config/config.ts';
import { keepOut } from './keep-out.ts';

describe('what no path of a tenant may reach', () => {
  it('is data, seal, witnesses and the private key of TLS, whatever the roots are', () => {
    const config = readConfig({
      KEYSTEAD_LISTEN: 'https://0.0.0.0:8420',
      KEYSTEAD_TLS_CERT: '/srv/tls/chain.pem',
      KEYSTEAD_TLS_KEY: '/srv/tls/key.pem',
      KEYSTEAD_DATA: '/srv/data',
      KEYSTEAD_SEAL: '/srv/seal',
      KEYSTEAD_WITNESS: '/srv/a,/srv/b',
      KEYSTEAD_SOURCE_ROOTS: '/srv',
    });
    expect(keepOut(config)).toEqual(['/srv/data', '/srv/seal', '/srv/a', '/srv/b', '/srv/tls/key.pem']);
    expect(keepOut(readConfig({ KEYSTEAD_DATA: '/d', KEYSTEAD_SEAL: '/s', KEYSTEAD_WITNESS: '/w' }))).toEqual([
      '/d',
      '/s',
      '/w',
    ]);
  });
});

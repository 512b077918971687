import { createServer } from 'node:http';
import { get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { EgressGuard, EgressRefusedError } from './egress.ts';

describe('the egress guard', () => {
  const guard = new EgressGuard();

  it.each([
    'http://localhost:8420',
    'http://127.0.0.1:1',
    'http://127.9.9.9',
    'http://[::1]:8420',
    'https://kms.eu-central-1.amazonaws.com',
    'https://10.0.0.7',
  ])('lets %s pass', (address) => expect(guard.check(address)).toBeInstanceOf(URL));

  it.each([
    ['http://169.254.169.254/latest/meta-data', /metadata/],
    ['https://169.254.0.1', /metadata/],
    ['http://0xa9fea9fe', /metadata/],
    ['https://[::ffff:169.254.169.254]', /metadata/],
    ['https://[64:ff9b::169.254.169.254]', /metadata/],
    ['https://[64:ff9b::100.100.100.200]', /metadata/],
    ['https://[fe80::1]', /metadata/],
    ['https://[febf::1]', /metadata/],
    ['https://[fd00:ec2::254]', /metadata/],
    ['http://0.0.0.0:8420', /metadata/],
    ['http://kms.eu-central-1.amazonaws.com', /https only/],
    ['http://10.0.0.7', /https only/],
    ['http://localhost.example.org', /https only/],
    ['ftp://localhost', /scheme/],
    ['file:///etc/passwd', /scheme/],
    ['https://user:secret@example.org', /credentials/],
    ['localhost', /not an address/],
    ['', /not an address/],
  ])('refuses %s', (address, why) => {
    expect(() => guard.check(address)).toThrow(EgressRefusedError);
    expect(() => guard.check(address)).toThrow(why);
  });

  it('quotes no secret of an address', () => {
    expect(() => guard.check('https://user:hunter2@example.org')).not.toThrow(/hunter2/);
  });

  it('keeps to the list of hosts, where there is one', () => {
    const listed = new EgressGuard({ allowedHosts: ['kms.example.org'], plainHttpHosts: ['kms.example.org'] });
    expect(listed.check('http://kms.example.org')).toBeInstanceOf(URL);
    expect(() => listed.check('https://kms.example.com')).toThrow(/operator/);
    expect(() => listed.check('http://localhost')).toThrow(/operator/);
  });

  it('looks at what a name resolves to when it connects', async () => {
    const server = createServer({ keepAliveTimeout: 0 }, (_request, response) => response.end('here'));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    const { httpAgent } = guard.agents();
    try {
      const status = await new Promise((done, fail) =>
        get({ host: 'localhost', port, agent: httpAgent }, (response) => done(response.resume().statusCode)).on(
          'error',
          fail,
        ),
      );
      expect(status).toBe(200);
    } finally {
      httpAgent.destroy();
      server.close();
    }
  });
});

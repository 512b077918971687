import { describe, expect, it } from 'vitest';
import { EgressGuard } from '../../clients/egress.ts';
import { addressOf, clientEnvironment } from './connection.ts';
import { toolsFor, type PostgresTools } from './tools.ts';

describe('where a client program is sent', () => {
  it.each([
    ['169.254.169.254', /metadata address/],
    ['metadata.google.internal,db', /one host name/],
    ['@socket', /one host name/],
    ['other.example.org', /not one that the operator/],
  ])('refuses %s', async (host, why) => {
    const guard = new EgressGuard({ allowedHosts: ['db.example.org', '169.254.169.254'] });
    const refused = addressOf({ host, user: 'u' }, guard);
    await expect(refused).rejects.toMatchObject({ code: 'source-failed', message: expect.stringMatching(why) });
  });

  it('looks a name up once, and takes a socket as it is', async () => {
    expect(['127.0.0.1', '::1']).toContain(await addressOf({ host: 'localhost', user: 'u' }, new EgressGuard()));
    expect(await addressOf({ host: '127.0.0.1', user: 'u' }, new EgressGuard())).toBe('127.0.0.1');
    expect(await addressOf({ host: '/run/postgresql', user: 'u' }, new EgressGuard())).toBeUndefined();
    await expect(addressOf({ host: 'nowhere.invalid', user: 'u' }, new EgressGuard())).rejects.toThrow(/no address/);
  });

  it('has TLS to other machines, and nothing of whoever runs this process', () => {
    const to = (host: string, more: object = {}) => clientEnvironment({ host, user: 'u', ...more }, '192.0.2.1');
    expect(to('db.example.org')).toMatchObject({ PGSSLMODE: 'require', PGHOSTADDR: '192.0.2.1', PGPORT: '5432' });
    expect(to('localhost')['PGSSLMODE']).toBe('disable');
    expect(to('db.example.org', { tls: 'verify-full' })['PGSSLROOTCERT']).toMatch(/ca-certificates/);
    for (const name of ['PGPASSFILE', 'PGSSLKEY', 'PGSERVICEFILE']) expect(to('db')[name]).toMatch(/nonexistent/);
    expect(Object.keys(to('db'))).not.toContain('PGPASSWORD');
    expect(Object.keys(to('db'))).not.toContain('HOME');
  });
});

describe('which client programs are used', () => {
  const tools = (...majors: number[]) => majors.map((major) => ({ major }) as PostgresTools);
  it.each([
    [15, [13, 15, 17], 15],
    [14, [13, 15, 17], 15],
    [9, [15], 15],
  ])('for version %i of %j', (server, installed, expected) => {
    expect(toolsFor(server, tools(...installed)).major).toBe(expected);
  });
  it.each([
    [17, [13, 15], /there: 13, 15.*postgresql-client-17/],
    [16, [], /there: none/],
  ])('refuses version %i of %j', (server, installed, why) => {
    expect(() => toolsFor(server, tools(...installed))).toThrow(why);
  });
});

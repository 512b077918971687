import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BufferRoute } from './route.ts';
import { startServer, type RunningServer } from './server.ts';

const NAME = 'cks.kms.eu-west-1.amazonaws.com';
const OK = { status: 200, headers: [], body: Buffer.from('{}') };
const route: BufferRoute = {
  method: 'POST',
  path: '/*',
  auth: 'client-certificate',
  body: 'buffer',
  bodyLimitBytes: 10,
  timeoutMs: 1000,
  refuse: () => OK,
  handler: () => OK,
};

describe('a server that asks for client certificates', () => {
  let folder: string;
  let server: RunningServer;
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });

  /** A certificate for a name, by a CA of ours. */
  function issue(name: string, ca: string, as: string): void {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${as}.key`];
    openssl('req', ...key, '-subj', name, '-out', `${as}.csr`);
    openssl(
      'x509',
      '-req',
      '-in',
      `${as}.csr`,
      '-CA',
      `${ca}.crt`,
      '-CAkey',
      `${ca}.key`,
      '-days',
      '2',
      '-out',
      `${as}.crt`,
    );
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keystead-mtls-'));
    for (const ca of ['trusted', 'other']) {
      const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${ca}.key`];
      openssl('req', '-x509', ...key, '-subj', `/CN=${ca}`, '-days', '2', '-out', `${ca}.crt`);
    }
    issue('/CN=localhost', 'trusted', 'server');
    issue(`/CN=${NAME}`, 'trusted', 'right');
    issue('/CN=cks.kms.eu-west-2.amazonaws.com', 'trusted', 'wrong-name');
    issue(`/CN=${NAME}/CN=x`, 'trusted', 'two-names');
    issue(`/CN=${NAME}`, 'other', 'wrong-ca');
    // A leaf of the trusted CA is no CA itself.
    issue(`/CN=${NAME}`, 'right', 'by-a-leaf');
    server = await startServer({
      routes: [route],
      host: '127.0.0.1',
      port: 0,
      tls: { certificatePath: join(folder, 'server.crt'), keyPath: join(folder, 'server.key') },
      clientCertificates: { caPath: join(folder, 'trusted.crt'), names: [NAME] },
      onFault: () => {},
    });
  });
  afterAll(async () => {
    await server.close(0);
    rmSync(folder, { recursive: true });
  });

  function ask(client?: string): Promise<number | 'refused'> {
    const own = client && {
      cert: readFileSync(join(folder, `${client}.crt`)),
      key: readFileSync(join(folder, `${client}.key`)),
    };
    return new Promise((resolve) => {
      const options = { method: 'POST', rejectUnauthorized: false, agent: false, ...own };
      const asked = request(server.url, options as object, (response) => {
        response.resume();
        resolve(response.statusCode as number);
      });
      asked.on('error', () => resolve('refused')).end('{}');
    });
  }

  it.each([
    ['right', 200],
    [undefined, 'refused'],
    ['wrong-name', 'refused'],
    ['two-names', 'refused'],
    ['wrong-ca', 'refused'],
    ['by-a-leaf', 'refused'],
  ] as const)('%s: %s', async (client, answer) => expect(await ask(client)).toBe(answer));

  it('does not start without a CA that can be read, nor without TLS', async () => {
    const options = { routes: [route], host: '127.0.0.1', port: 0, onFault: () => {} };
    const clientCertificates = { caPath: join(folder, 'server.key'), names: [NAME] };
    const tls = { certificatePath: join(folder, 'server.crt'), keyPath: join(folder, 'server.key') };
    await expect(startServer({ ...options, tls, clientCertificates })).rejects.toThrow('must hold certificates in PEM');
    await expect(startServer({ ...options, clientCertificates })).rejects.toThrow('within TLS only');
  });
});

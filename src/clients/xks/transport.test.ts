import { execFileSync } from 'node:child_process';
import dns from 'node:dns';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { EgressGuard } from '../egress.ts';
import { tlsTransport, XksTransportError, type XksTransport } from './transport.ts';

const ENDPOINT = 'https://xks.example.com';

describe('the way to a proxy', () => {
  let folder: string;
  let server: Server;
  let port: number;
  let ca: string;
  let serve: (response: ServerResponse) => void = (response) => void response.end('{}');

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keystead-transport-'));
    const files = { cert: join(folder, 'a.crt'), key: join(folder, 'a.key') };
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', files.key];
    const subject = ['-subj', '/CN=xks.example.com', '-addext', 'subjectAltName=DNS:xks.example.com,DNS:localhost'];
    execFileSync('openssl', ['req', '-x509', ...key, ...subject, '-days', '2', '-out', files.cert], { stdio: 'pipe' });
    ca = readFileSync(files.cert, 'utf8');
    server = createServer({ keepAliveTimeout: 0, cert: ca, key: readFileSync(files.key) }, (request, response) =>
      request.resume().on('end', () => serve(response)),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterEach(() => {
    serve = (response) => void response.end('{}');
    vi.restoreAllMocks();
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });

  const post = (
    transport: XksTransport,
    endpoint = ENDPOINT,
    via: { host: string; port: number } | undefined = { host: '127.0.0.1', port },
  ) =>
    transport(
      { endpoint, ...(via && { via }) },
      '/kms/xks/v1/health',
      { host: new URL(endpoint).host },
      Buffer.from('{}'),
    );

  async function failureOf(asked: Promise<unknown>): Promise<string> {
    const error = await asked.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    return error instanceof XksTransportError ? error.failure : String(error);
  }

  it('waits for a quarter of a second, and no longer', async () => {
    serve = () => {};
    const startedMs = performance.now();
    expect(await failureOf(post(tlsTransport(new EgressGuard(), { ca: [ca] })))).toBe('timed-out');
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(245);
  });

  it.each<[string, string, (response: ServerResponse) => void]>([
    [
      'drips without an end',
      'timed-out',
      (response) => {
        const drip = setInterval(() => response.write(' '), 10);
        response.on('close', () => clearInterval(drip));
      },
    ],
    ['says more than any answer has', 'malformed-answer', (response) => void response.end(Buffer.alloc(65 * 1024))],
    [
      'breaks off',
      'unreachable',
      (response) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('{', () => response.socket?.destroy());
      },
    ],
    ['has more headers than fit', 'unreachable', (response) => void response.setHeader('a', 'a'.repeat(20_000)).end()],
  ])('is not taken in by an answer that %s', async (_, failure, answer) => {
    serve = answer;
    // Only what is to come too late is given little time.
    const timeoutMs = failure === 'timed-out' ? 1_000 : 60_000;
    expect(await failureOf(post(tlsTransport(new EgressGuard(), { ca: [ca], timeoutMs })))).toBe(failure);
  });

  it('keeps its connection, and makes a new one where the other side has closed it', async () => {
    const transport = tlsTransport(new EgressGuard(), { ca: [ca], timeoutMs: 60_000 });
    let connections = 0;
    const count = () => void connections++;
    server.on('secureConnection', count);
    for (let i = 0; i < 3; i++) expect((await post(transport)).status).toBe(200);
    expect(connections).toBe(1);
    // The proxy breaks off a kept connection instead of answering.
    let broken = 0;
    serve = (response) => void (broken++ === 0 ? response.socket?.destroy() : response.end('{}'));
    expect((await post(transport)).status).toBe(200);
    expect([broken, connections]).toEqual([2, 2]);
    server.off('secureConnection', count);
  });

  it('knows no proxy by another name than its certificate has, nor one of an unknown CA', async () => {
    const named = tlsTransport(new EgressGuard(), { ca: [ca], timeoutMs: 60_000 });
    expect(await failureOf(post(named, 'https://other.example.com'))).toBe('tls');
    expect(await failureOf(post(tlsTransport(new EgressGuard(), { timeoutMs: 60_000 })))).toBe('tls');
  });

  it('does not go where a redirect leads', async () => {
    serve = (response) => void response.writeHead(302, { location: 'https://169.254.169.254/' }).end();
    expect(await post(tlsTransport(new EgressGuard(), { ca: [ca], timeoutMs: 60_000 }))).toMatchObject({ status: 302 });
  });

  it.each(['https://localhost', 'https://127.0.0.1', 'https://169.254.169.254', 'https://2130706433'])(
    'does not go to %s on the word of a tenant',
    async (endpoint) => {
      const asked = tlsTransport(new EgressGuard(), { ca: [ca], timeoutMs: 60_000 })(
        { endpoint },
        '/',
        {},
        Buffer.alloc(0),
      );
      expect(await failureOf(asked)).toBe('unreachable');
    },
  );

  it('does not go to this machine by way of a name', async () => {
    const addresses = [{ address: '127.0.0.1', family: 4 }];
    vi.spyOn(dns, 'lookup').mockImplementation(((_: string, __: object, done: (...answer: unknown[]) => void) =>
      done(null, addresses)) as never);
    const asked = tlsTransport(new EgressGuard(), { ca: [ca], timeoutMs: 60_000 })(
      { endpoint: ENDPOINT },
      '/',
      {},
      Buffer.alloc(0),
    );
    expect(await failureOf(asked)).toBe('unreachable');
  });

  it('keeps to the hosts that the operator allows', async () => {
    const guard = new EgressGuard({ allowedHosts: ['kms.example.com'] });
    const asked = tlsTransport(guard, { ca: [ca], timeoutMs: 60_000 })(
      { endpoint: ENDPOINT },
      '/',
      {},
      Buffer.alloc(0),
    );
    expect(await failureOf(asked)).toBe('unreachable');
  });
});

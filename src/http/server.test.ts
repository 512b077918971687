import { execFileSync } from 'node:child_process';
import dns from 'node:dns';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { Agent, request as send, type IncomingMessage } from 'node:http';
import { request as sendTls } from 'node:https';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { headerOf } from './headers.ts';
import { isLoopback } from './loopback.ts';
import type { BufferRoute, HttpAnswer, HttpRequest, Route } from './route.ts';
import { routerOf } from './router.ts';
import { startServer, type RunningServer, type ServerOptions } from './server.ts';

const LIMIT = 1024 * 1024;
const echo: BufferRoute = {
  method: 'POST',
  path: '/',
  auth: 'none',
  timeoutMs: 5000,
  body: 'buffer',
  bodyLimitBytes: LIMIT,
  refuse: (refusal) => ({
    status: { 'body-too-large': 413, 'timed-out': 503, failed: 500 }[refusal],
    headers: ['Content-Type', 'application/x-test'],
    body: Buffer.from(`{"refused":"${refusal}"}`),
  }),
  handler: (request: HttpRequest) => ({ status: 200, headers: ['X-Request', request.requestId], body: request.body }),
};

const running: RunningServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close(0)));
});

async function start(routes: readonly Route[], more: Partial<ServerOptions> = {}): Promise<RunningServer> {
  const server = await startServer({ routes, host: '127.0.0.1', port: 0, onFault: () => {}, ...more });
  running.push(server);
  return server;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

function ask(
  url: string,
  options: { method?: string; agent?: Agent; headers?: Record<string, string> } = {},
  body?: Buffer,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = send(url, { method: 'POST', ...options }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({
          status: response.statusCode as number,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        });
      });
    });
    request.on('error', reject).end(body);
  });
}

/** What a raw connection gets to read until the server closes it. */
function raw(url: string, ...texts: string[]): Promise<string> {
  const { port } = new URL(url);
  return new Promise((resolve) => {
    const socket: Socket = connect(Number(port), '127.0.0.1');
    let read = '';
    socket.on('data', (chunk) => (read += chunk.toString('latin1')));
    socket.on('error', () => {});
    socket.on('close', () => resolve(read));
    for (const text of texts) socket.write(text);
  });
}

describe('a request', () => {
  it('reaches its handler as values, and its answer is what the handler said', async () => {
    let seen: HttpRequest | undefined;
    const server = await start([
      {
        ...echo,
        handler: (request: HttpRequest) => {
          seen = request;
          return { status: 201, headers: ['Content-Type', 'application/x-amz-json-1.1'], body: Buffer.from('{}') };
        },
      },
    ]);
    const answer = await ask(
      `${server.url}/?a=%20b&c`,
      { headers: { 'X-Forwarded-For': '6.6.6.6' } },
      Buffer.from('hi'),
    );
    expect(answer).toMatchObject({ status: 201, text: '{}' });
    expect(answer.headers['content-type']).toBe('application/x-amz-json-1.1');
    expect(seen).toMatchObject({ method: 'POST', path: '/', query: 'a=%20b&c', remoteAddress: '127.0.0.1' });
    expect(seen?.body.toString()).toBe('hi');
    expect(seen?.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(headerOf(seen?.rawHeaders ?? [], 'x-forwarded-for')).toBe('6.6.6.6');
  });

  it('is told what is not there', async () => {
    const server = await start([echo]);
    expect((await ask(`${server.url}/x`)).status).toBe(404);
    expect((await ask(server.url, { method: 'GET' })).status).toBe(405);
  });

  it('takes chunked bodies and bodies asked for by 100-continue', async () => {
    const server = await start([echo]);
    expect((await ask(server.url, { headers: { 'Transfer-Encoding': 'chunked' } }, Buffer.from('abc'))).text).toBe(
      'abc',
    );
    expect((await ask(server.url, { headers: { Expect: '100-continue' } }, Buffer.from('abc'))).text).toBe('abc');
  });

  it('is answered by the route where the handler fails or dawdles, and the fault is told', async () => {
    const faults: unknown[] = [];
    const late = Promise.withResolvers<HttpAnswer>();
    const server = await start(
      [
        {
          ...echo,
          path: '/throws',
          handler: () => {
            throw new Error('sync');
          },
        },
        { ...echo, path: '/rejects', handler: () => Promise.reject(new Error('async')) },
        {
          ...echo,
          path: '/slow',
          timeoutMs: 20,
          handler: () => late.promise,
        },
      ],
      { onFault: (error) => faults.push((error as Error).message) },
    );
    expect(await ask(`${server.url}/throws`)).toMatchObject({ status: 500, text: '{"refused":"failed"}' });
    expect(await ask(`${server.url}/rejects`)).toMatchObject({ status: 500, text: '{"refused":"failed"}' });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect(await ask(`${server.url}/slow`, { agent })).toMatchObject({ status: 503, text: '{"refused":"timed-out"}' });
    // What comes then is for nobody, and not for who asks next.
    late.resolve({ status: 200, headers: [], body: Buffer.from('late') });
    expect(await ask(`${server.url}/throws`, { agent })).toMatchObject({ status: 500 });
    agent.destroy();
    expect(faults).toEqual(['sync', 'async', 'sync']);
  });

  it('of a connection that was reset before anybody asked whose it is is not served', async () => {
    const seen: string[] = [];
    const server = await start([
      {
        ...echo,
        handler: ({ body, remoteAddress }: HttpRequest) => {
          seen.push(remoteAddress);
          return { status: 200, headers: [], body };
        },
      },
    ]);
    for (let i = 0; i < 3; i++) {
      await new Promise((resolve) => {
        const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
        socket.on('error', () => {}).on('close', resolve);
        socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi', () => socket.resetAndDestroy());
      });
    }
    expect((await ask(server.url, {}, Buffer.from('still'))).text).toBe('still');
    expect(new Set(seen)).toEqual(new Set(['127.0.0.1']));
  });

  it('streams where the route says so', async () => {
    const server = await start([
      {
        ...echo,
        body: 'stream',
        handler: async ({ body }) => {
          let length = 0;
          for await (const chunk of body) length += (chunk as Buffer).length;
          return { status: 200, headers: [], body: Buffer.from(String(length)) };
        },
      },
    ]);
    expect((await ask(server.url, {}, Buffer.alloc(3 * LIMIT))).text).toBe(String(3 * LIMIT));
  });

  it('goes to the fallback below its paths only', async () => {
    const server = await start([echo], {
      fallback: { below: ['/admin/'], handle: (_, response) => response.end('fallback') },
    });
    expect((await ask(`${server.url}/admin/x`)).text).toBe('fallback');
    expect((await ask(`${server.url}/administrator`)).status).toBe(404);
  });
});

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What buffers hold that somebody still has. */
function bytesInUse(): number {
  collect();
  return process.memoryUsage().arrayBuffers;
}

describe('limits', () => {
  it.each([LIMIT - 1, LIMIT])('takes a body of %i bytes', async (length) => {
    const server = await start([echo]);
    expect((await ask(server.url, {}, Buffer.alloc(length))).text).toHaveLength(length);
  });

  it.each([
    ['declared', LIMIT + 1, {}],
    ['chunked', LIMIT + 1, { 'Transfer-Encoding': 'chunked' }],
    ['declared', 20 * LIMIT, {}],
    ['chunked', 20 * LIMIT, { 'Transfer-Encoding': 'chunked' }],
  ])('refuses a %s body of %i bytes in the words of the route, and goes on', async (_, length, headers) => {
    const server = await start([
      {
        ...echo,
        handler: () => {
          throw new Error('the handler was called');
        },
      },
    ]);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const before = bytesInUse();
    let most = before;
    const watch = setInterval(() => (most = Math.max(most, bytesInUse())), 2);
    const body = Buffer.alloc(length);
    for (let i = 0; i < 3; i++) {
      expect(await ask(server.url, { agent, headers }, body)).toMatchObject({
        status: 413,
        text: '{"refused":"body-too-large"}',
      });
    }
    clearInterval(watch);
    agent.destroy();
    // The client's own copy, and chunks on their way: never the body twice.
    expect(most - before).toBeLessThan(length + 16 * LIMIT);
  });

  it('does not ask for a body that it will refuse', async () => {
    const server = await start([echo]);
    const head = `POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: ${LIMIT + 1}\r\n\r\n`;
    const read = await raw(server.url, head);
    expect(read).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('refuses heads that are too large or ambiguous', async () => {
    const server = await start([echo]);
    const large = await raw(server.url, `POST / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(17 * 1024)}\r\n\r\n`);
    expect(large).toMatch(/^HTTP\/1\.1 431 /);
    const both = await raw(
      server.url,
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    );
    expect(both).toMatch(/^HTTP\/1\.1 400 /);
    const twice = await raw(
      server.url,
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    );
    expect(twice).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('takes no more connections than it may, and goes on with those it has', async () => {
    const server = await start([echo], { maxConnections: 2 });
    const { port } = new URL(server.url);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect((await ask(server.url, { agent }, Buffer.from('one'))).text).toBe('one');
    const second = connect(Number(port), '127.0.0.1');
    await new Promise((done) => second.once('connect', done));
    await expect(ask(server.url, {}, Buffer.from('three'))).rejects.toThrow(/hang up|ECONNRESET/);
    expect((await ask(server.url, { agent }, Buffer.from('still'))).text).toBe('still');
    second.destroy();
    agent.destroy();
  });

  it('closes connections whose head or body does not come', async () => {
    const server = await start([echo], { timeouts: { headersMs: 60, requestMs: 120, checkEveryMs: 20 } });
    const reads = await Promise.all([
      raw(server.url, 'POST / HTTP/1.1\r\nHost: x\r\nX-Slow: '),
      raw(server.url, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc'),
    ]);
    for (const read of reads) expect(read).toMatch(/^HTTP\/1\.1 408 /);
  });
});

describe('closing', () => {
  it('finishes what is in flight, and takes nothing more', async () => {
    let arrived = (): void => {};
    const inHandler = new Promise<void>((resolve) => (arrived = resolve));
    const server = await start([
      {
        ...echo,
        handler: (request: HttpRequest) => {
          arrived();
          return later(50, { status: 200, headers: [], body: request.body });
        },
      },
    ]);
    const agent = new Agent({ keepAlive: true });
    const inFlight = ask(server.url, { agent }, Buffer.from('x'));
    await inHandler;
    const closed = server.close(5000);
    await expect(ask(server.url)).rejects.toThrow('ECONNREFUSED');
    expect(await inFlight).toMatchObject({ status: 200, text: 'x', headers: { connection: 'close' } });
    await closed;
  });

  it('answers every request that has arrived on a connection, and the last says that it is', async () => {
    const waiting: (() => void)[] = [];
    const arrivals = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const server = await start([
      {
        ...echo,
        handler: (request: HttpRequest) => {
          const done = Promise.withResolvers<void>();
          arrivals[waiting.push(done.resolve) - 1]?.resolve();
          return done.promise.then(() => ({ status: 200, headers: [], body: request.body }));
        },
      },
    ]);
    const post = (body: string) => `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n${body}`;
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    let read = '';
    socket.on('data', (chunk) => (read += chunk.toString('latin1')));
    const ended = new Promise((resolve) => socket.once('close', resolve));
    socket.write(post('a') + post('b'));
    await Promise.all(arrivals.map(({ promise }) => promise));
    const closed = server.close(60_000);
    // Whichever is done first: answers leave in the order of their requests.
    for (const finish of waiting.toReversed()) finish();
    await ended;
    await closed;
    const answers = read.split('HTTP/1.1 200 OK').slice(1);
    expect(answers.map((answer) => answer.at(-1))).toEqual(['a', 'b']);
    expect(answers.map((answer) => /^Connection: (.*)\r$/m.exec(answer)?.[1])).toEqual(['keep-alive', 'close']);
  });

  it('ends a connection whose last answer is written and waits behind another', async () => {
    const [first, arrived] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const server = await start([
      {
        ...echo,
        handler: ({ body }: HttpRequest) => {
          const answer = { status: 200, headers: [], body };
          if (body.toString() === 'a') return first.promise.then(() => answer);
          setImmediate(arrived.resolve);
          return answer;
        },
      },
    ]);
    const post = (body: string) => `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n${body}`;
    const answers = raw(server.url, post('a') + post('b'));
    await arrived.promise;
    const closed = server.close(60_000);
    first.resolve();
    expect((await answers).match(/\r\n\r\n./g)).toEqual(['\r\n\r\na', '\r\n\r\nb']);
    await closed;
  });

  it('lets a fallback too end the connections that it answers on', async () => {
    const [arrived, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const server = await start([], {
      fallback: {
        below: ['/admin/'],
        handle: (_, response) => {
          arrived.resolve();
          void answer.promise.then(() => response.end('late'));
        },
      },
    });
    const agent = new Agent({ keepAlive: true });
    const asked = ask(`${server.url}/admin/x`, { agent });
    await arrived.promise;
    const closed = server.close(60_000);
    answer.resolve();
    expect(await asked).toMatchObject({ text: 'late', headers: { connection: 'close' } });
    await closed;
    agent.destroy();
  });

  it('waits no longer than it was told', async () => {
    const arrived = Promise.withResolvers<void>();
    const handler = (): Promise<never> => {
      arrived.resolve();
      return new Promise<never>(() => {});
    };
    const server = await start([{ ...echo, timeoutMs: 20_000, handler }]);
    const hanging = ask(server.url).catch((error: Error) => error.message);
    await arrived.promise;
    await server.close(30);
    expect(await hanging).toMatch(/socket hang up|ECONNRESET/);
  });
});

describe('TLS', () => {
  it('is a must beyond loopback', async () => {
    await expect(start([echo], { host: '0.0.0.0' })).rejects.toThrow('refused to listen at 0.0.0.0 without TLS');
    await expect(start([echo], { host: '::' })).rejects.toThrow('without TLS');
  });

  it('is a must where the name of this machine means another address', async () => {
    const lookup = vi.spyOn(dns, 'lookup').mockImplementation(((...given: unknown[]) => {
      const [done, options] = [given.at(-1), given.at(-2)] as [(...answer: unknown[]) => void, { all?: boolean }];
      const address = { address: '0.0.0.0', family: 4 };
      process.nextTick(() => (options.all === true ? done(null, [address]) : done(null, address.address, 4)));
    }) as unknown as typeof dns.lookup);
    try {
      await expect(start([echo], { host: 'localhost' })).rejects.toThrow('without TLS');
      expect(lookup).toHaveBeenCalled();
    } finally {
      lookup.mockRestore();
    }
  });

  it.each<[string, boolean]>([
    ['127.0.0.1', true],
    ['127.9.9.9', true],
    ['::1', true],
    ['localhost', true],
    ['0.0.0.0', false],
    ['::', false],
    ['10.0.0.1', false],
    ['::ffff:10.0.0.1', false],
    ['127.0.0.1.example.com', false],
    ['', false],
  ])('%j is loopback: %s', (host, expected) => expect(isLoopback(host)).toBe(expected));

  it('takes a renewed certificate without closing, and keeps the old one while the new does not fit', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keystead-tls-'));
    try {
      makeCertificate(folder, 'first');
      makeCertificate(folder, 'second');
      const files = { certificatePath: join(folder, 'live.crt'), keyPath: join(folder, 'live.key') };
      renameSync(join(folder, 'first.crt'), files.certificatePath);
      renameSync(join(folder, 'first.key'), files.keyPath);
      const faults: unknown[] = [];
      const server = await start([echo], { tls: files, onFault: (error) => faults.push(error) });
      expect(await commonName(server.url)).toBe('first');
      renameSync(join(folder, 'second.crt'), files.certificatePath);
      await until(() => faults.length > 0);
      expect(await commonName(server.url)).toBe('first');
      renameSync(join(folder, 'second.key'), files.keyPath);
      await until(async () => (await commonName(server.url)) === 'second');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

function makeCertificate(folder: string, name: string): void {
  const key = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    join(folder, `${name}.key`),
  ];
  const subject = ['-subj', `/CN=${name}`, '-days', '2', '-out', join(folder, `${name}.crt`)];
  execFileSync('openssl', ['req', '-x509', ...key, ...subject], { stdio: 'pipe' });
}

function commonName(url: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = sendTls(url, { method: 'POST', rejectUnauthorized: false, agent: false }, (response) => {
      const { socket } = response as unknown as { socket: { getPeerCertificate: () => { subject: { CN: string } } } };
      const name = socket.getPeerCertificate().subject.CN;
      response.resume().on('end', () => resolve(name));
    });
    request.on('error', reject).end();
  });
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 30_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error('it did not come to pass within 30 s');
    await later(20);
  }
}

describe('the router', () => {
  const at = (method: string, path: string): Route => ({ ...echo, method, path });

  it('prefers the exact path, then the longest wildcard', () => {
    const routes = [at('GET', '/a/*'), at('GET', '/a/b/*'), at('GET', '/a/b/c'), at('PUT', '/a/*')];
    const match = routerOf(routes);
    expect(match('GET', '/a/b/c')).toBe(routes[2]);
    expect(match('GET', '/a/b/d')).toBe(routes[1]);
    expect(match('GET', '/a/x')).toBe(routes[0]);
    expect(match('PUT', '/a/x')).toBe(routes[3]);
    expect(match('PUT', '/a/b/c')).toBe('method-not-allowed');
    expect(match('GET', '/ab')).toBe('not-found');
  });

  it('refuses two routes for one request', () => {
    expect(() => routerOf([at('GET', '/a'), at('GET', '/a')])).toThrow('two routes answer GET /a');
  });
});

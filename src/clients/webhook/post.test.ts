import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { EgressGuard } from '../egress.ts';
import { retryAfter, webhookPoster } from './post.ts';

let server: Server | undefined;

/** A receiver that writes this, and no more, as soon as it is asked. */
async function receiver(answer: string | undefined): Promise<string> {
  server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => (answer === undefined ? socket.destroy() : socket.write(answer)));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

afterEach(() => server?.close());

describe('what a receiver answers', () => {
  it.each([
    ['consent, and more is promised', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc', undefined],
    ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n', 'status-101'],
    ['a wait without an end', 'HTTP/1.1 100 Continue\r\n\r\n', 'timed-out'],
    ['headers without an end', 'HTTP/1.1 200 OK\r\nX: y\r\n', 'timed-out'],
    ['a redirect', 'HTTP/1.1 307 X\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n', 'redirect'],
    ['no HTTP', 'hello\r\n\r\n', 'unreachable'],
    ['nothing', undefined, 'unreachable'],
  ])('%s', async (_, answer, expected) => {
    // Only what is to come too late is given little time.
    const timeoutMs = expected === 'timed-out' ? 300 : 60_000;
    const post = webhookPoster(new EgressGuard({}), { timeoutMs });
    const outcome = await post(await receiver(answer), {}, Buffer.from('{}'));
    expect(outcome).toEqual(expected === undefined ? undefined : { failure: expected });
  });
});

describe('how long a receiver wants to be left alone', () => {
  const NOW = Date.UTC(2026, 10, 22, 15, 0, 0);

  it.each([
    ['120', 120_000],
    ['0', 0],
    ['Sun, 22 Nov 2026 15:02:00 GMT', 120_000],
    ['Sun, 22 Nov 2026 14:59:00 GMT', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['9999999999', undefined],
    [undefined, undefined],
  ])('%s', (text, ms) => expect(retryAfter(text, NOW)).toBe(ms));

  it.each([
    ['503 Service Unavailable', { failure: 'status-503', retryAfterMs: 90_000 }],
    ['429 Too Many Requests', { failure: 'status-429', retryAfterMs: 90_000 }],
    ['500 Internal Server Error', { failure: 'status-500' }],
    ['307 Temporary Redirect', { failure: 'redirect' }],
  ])('is heeded of one that is busy: %s', async (status, expected) => {
    const url = await receiver(`HTTP/1.1 ${status}\r\nRetry-After: 90\r\nContent-Length: 0\r\n\r\n`);
    expect(await webhookPoster(new EgressGuard({}), { timeoutMs: 60_000 })(url, {}, Buffer.from('{}'))).toEqual(
      expected,
    );
  });
});

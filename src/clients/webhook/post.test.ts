import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { EgressGuard } from '../egress.ts';
import { webhookPoster } from './post.ts';

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
    const post = webhookPoster(new EgressGuard({}), { timeoutMs: 300 });
    expect(await post(await receiver(answer), {}, Buffer.from('{}'))).toBe(expected);
  });
});

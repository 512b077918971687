import { describe, expect, it } from 'vitest';
import type { BufferRoute, HttpRequest } from './route.ts';
import { sharedRoute } from './shared-route.ts';

const answerOf = (text: string) => ({ status: 200, headers: [], body: Buffer.from(text) });
const route = (name: string, more: Partial<BufferRoute> = {}): BufferRoute => ({
  method: 'POST',
  path: '/',
  auth: 'signature',
  body: 'buffer',
  bodyLimitBytes: 100,
  timeoutMs: 1,
  refuse: (refusal) => answerOf(`${name} ${refusal}`),
  handler: () => answerOf(name),
  ...more,
});
const request = (query: string, length = 0) => ({ query, body: Buffer.alloc(length) }) as unknown as HttpRequest;
const isFor = (word: string) => (asked: HttpRequest) => asked.query.includes(word);

describe('a route that services share', () => {
  const shared = sharedRoute(
    [
      { route: route('a', { bodyLimitBytes: 10 }), isFor: isFor('a') },
      { route: route('b'), isFor: isFor('b') },
    ],
    route('last'),
  );

  it.each([
    ['a', 0, 'a'],
    ['b', 0, 'b'],
    ['ab', 0, 'a'],
    ['', 0, 'last'],
    ['a', 10, 'a'],
    ['a', 11, 'a body-too-large'],
    ['b', 11, 'b'],
  ])('%j with %i bytes goes to %s', async (query, length, expected) => {
    expect(String((await shared.handler(request(query, length))).body)).toBe(expected);
  });

  it.each<[string, Partial<BufferRoute>]>([
    ['path', { path: '/x' }],
    ['method', { method: 'GET' }],
    ['limit', { bodyLimitBytes: 101 }],
  ])('is not shared with a service of another %s', (_, more) => {
    expect(() => sharedRoute([{ route: route('x', more), isFor: () => true }], route('last'))).toThrow('share a route');
  });
});

import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { readBody } from './body.ts';

it.each<[string, number, string]>([
  ['within the limit', 4, 'abcd'],
  ['beyond it', 3, 'too-large'],
])(
  'nothing of a body %s is kept with its request, which lives as long as its connection',
  async (_, limit, expected) => {
    const request = new PassThrough();
    const read = new Promise<Buffer | 'too-large'>((resolve) =>
      readBody(request as unknown as IncomingMessage, limit, undefined, resolve),
    );
    request.write('ab');
    request.end('cd');
    expect(String(await read)).toBe(expected);
    // What listens holds what it has read.
    expect([request.listenerCount('data'), request.listeners('end').map(({ name }) => name)]).toEqual([
      0,
      expect.not.arrayContaining(['end']),
    ]);
  },
);

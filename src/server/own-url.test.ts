import { expect, it } from 'vitest';
import { ownUrl } from './own-url.ts';

const listen = { host: 'localhost', port: 8420 };

it.each([
  [
    'the name that it listens at, whatever that resolved to',
    { listen },
    'http://127.0.0.1:8420',
    'http://localhost:8420',
  ],
  ['the port that it got', { listen: { ...listen, port: 0 } }, 'http://127.0.0.1:40001', 'http://localhost:40001'],
  [
    'what the operator says',
    { listen, publicUrl: 'https://keys.example.com' },
    'http://127.0.0.1:8420',
    'https://keys.example.com',
  ],
  ['the name before it listens', { listen }, undefined, 'http://localhost:8420'],
])('people reach it by %s', (_, config, bound, url) => expect(ownUrl(config, bound)).toBe(url));

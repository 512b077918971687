import { describe, expect, it } from 'vitest';
import { areEverybody, isProxyBlock } from './proxy-blocks.ts';

describe('what may be trusted', () => {
  it.each([
    '127.0.0.1',
    '::1',
    '10.0.0.0/8',
    '10.0.0.0/1',
    'fd00::/8',
    '::1/128',
    '10.0.0.1/32',
    '::ffff:10.0.0.0/104',
    'fe80::1%eth0',
    '2000::/4',
    '::/97',
  ])('%s', (text) => expect(isProxyBlock(text)).toBe(true));

  it.each([
    '',
    'localhost',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0/8',
    '10.0.0.0/x',
    '::1/129',
    '1.2.3.4%eth0',
  ])('not "%s", which is no block', (text) => expect(isProxyBlock(text)).toBe(false));

  it.each(['0.0.0.0/0', '::/0', '::ffff:0:0/96', '::ffff:10.0.0.0/96', '::fffe:0:0/95', '::/1', '::/80', '2000::/3'])(
    'not "%s", which is everybody',
    (text) => expect(isProxyBlock(text)).toBe(false),
  );
});

describe('blocks together', () => {
  it.each<[readonly string[], boolean]>([
    [['0.0.0.0/1', '128.0.0.0/1'], true],
    [['0.0.0.0/1', '::ffff:192.0.0.0/98', '10.0.0.1', '128.0.0.0/2'], true],
    [['2000::/4', '3000::/4'], true],
    [['0.0.0.0/1', '128.0.0.0/2'], false],
    [['0.0.0.0/1', '2000::/4'], false],
    [['10.0.0.0/8', '10.0.0.0/9', '10.128.0.0/9'], false],
    [[], false],
  ])('%j are everybody: %s', (texts, expected) => expect(areEverybody(texts)).toBe(expected));
});

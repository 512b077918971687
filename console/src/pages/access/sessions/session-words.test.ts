import { describe, expect, it } from 'vitest';
import { browserOf } from './session-words.ts';

const MOZILLA = 'Mozilla/5.0';

describe('what a browser calls itself', () => {
  it.each([
    [`${MOZILLA} (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0`, 'Firefox on Linux'],
    [`${MOZILLA} (Windows NT 10.0; Win64; x64) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0`, 'Edge on Windows'],
    [`${MOZILLA} (Linux; Android 15) Chrome/140.0.0.0 Mobile Safari/537.36`, 'Chrome on Android'],
    [`${MOZILLA} (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1`, 'Safari on iOS'],
    [`${MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15`, 'Safari on macOS'],
    ['curl/8.0', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%s is %s', (userAgent, name) => {
    expect(browserOf(userAgent)).toBe(name);
  });
});

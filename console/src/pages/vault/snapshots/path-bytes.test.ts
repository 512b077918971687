import { describe, expect, it } from 'vitest';
import { childOf, wayTo } from './path-bytes.ts';

const base64 = (...bytes: readonly (string | number)[]) =>
  Buffer.concat(bytes.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.of(part)))).toString(
    'base64',
  );
/** An entry by the bytes of its name, as the API tells it. */
const entry = (nameBytes: string) => ({ name: Buffer.from(nameBytes, 'base64').toString(), nameBytes });

describe('a place in a snapshot', () => {
  it('goes by its text where all of it is text', () => {
    const folder = childOf({}, entry(base64('für uns')));
    const file = childOf(folder, entry(base64('a\nb')));
    expect(file).toEqual({ path: 'für uns/a\nb' });
    expect(wayTo(file).map(({ place }) => place)).toEqual([{ path: 'für uns' }, { path: 'für uns/a\nb' }]);
  });

  it('goes by its bytes from the first name on that is none, there and back', () => {
    const text = childOf({}, entry(base64('ü')));
    const strange = childOf(text, entry(base64('a', 0xff)));
    const inside = childOf(strange, entry(base64('b')));
    expect(strange).toEqual({ path: 'ü/a\uFFFD', bytes: base64('ü/a', 0xff) });
    expect(inside).toEqual({ path: 'ü/a\uFFFD/b', bytes: base64('ü/a', 0xff, '/b') });
    expect(wayTo(inside).map(({ place }) => place)).toEqual([text, strange, inside]);
  });

  it('is the root', () => expect(wayTo({})).toEqual([]));
});

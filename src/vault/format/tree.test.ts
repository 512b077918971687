import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extendedAttribute } from '../attributes.ts';
import { VaultError } from '../errors.ts';
import { decodeNode, encodeNode, type TreeEntry } from './tree.ts';

const base = {
  mode: 0o644,
  uid: 0,
  gid: 4_294_967_294,
  mtimeNs: -1_000_000_001n,
  ctimeNs: 1_700_000_000_123_456_789n,
  device: 18_446_744_073_709_551_615n,
  inode: 1n,
  links: 1,
};
const file = (name: Buffer, size = 0): TreeEntry => ({
  ...base,
  name,
  type: 'file',
  size,
  extents: size === 0 ? [] : [{ chunk: Buffer.alloc(32, 1), offset: 7, length: size }],
  changedWhileRead: false,
});

function outcome(bytes: Buffer): string {
  try {
    decodeNode(bytes);
    return 'entries';
  } catch (error) {
    return error instanceof VaultError ? error.name : String(error);
  }
}

describe('tree node', () => {
  it('gives back every field', () => {
    const entries: TreeEntry[] = [
      {
        ...base,
        name: Buffer.from('a'),
        type: 'folder',
        mode: 0o7777,
        nodes: [Buffer.alloc(32, 2), Buffer.alloc(32, 3)],
      },
      { ...base, name: Buffer.from('b'), type: 'link', target: Buffer.from([0xff, 0x2f, 0x01]) },
      { ...(file(Buffer.from('c'), 10) as Extract<TreeEntry, { type: 'file' }>), changedWhileRead: true },
      file(Buffer.from([0xff])),
    ];
    expect(decodeNode(encodeNode(entries))).toEqual(entries);
  });

  it.each(['', '.', '..', 'a/b', '/', 'a\0', '../up', 'a\0b'])('refuses the name %j', (name) => {
    expect(() => decodeNode(encodeNode([file(Buffer.from(name))]))).toThrow(
      expect.objectContaining({ code: 'malformed' }),
    );
  });

  it.each(['', 'a\0b', 'a\0'])('refuses a link to %j', (target) => {
    const link: TreeEntry = { ...base, name: Buffer.from('link'), type: 'link', target: Buffer.from(target) };
    expect(() => decodeNode(encodeNode([link]))).toThrow(expect.objectContaining({ code: 'malformed' }));
  });

  it.each([
    ['without a name', extendedAttribute(Buffer.alloc(0), Buffer.alloc(1))],
    ['with a name that holds a zero', extendedAttribute(Buffer.from('user.a\0b'), Buffer.alloc(1))],
    ['with a name that is too long', extendedAttribute(Buffer.alloc(256, 'u'), Buffer.alloc(1))],
    ['that ends within its name', { tag: 1, value: Buffer.from([0, 0, 0, 5, 0x75]) }],
  ])('refuses an extended attribute %s', (_case, attribute) => {
    const entry = { ...file(Buffer.from('a')), attributes: [attribute] };
    expect(() => decodeNode(encodeNode([entry]))).toThrow(expect.objectContaining({ code: 'malformed' }));
    // A tag that is not known is passed over, whatever is in it.
    const unknown = { ...file(Buffer.from('a')), attributes: [{ ...attribute, tag: 99 }] };
    expect(decodeNode(encodeNode([unknown]))).toEqual([unknown]);
  });

  it.each([
    ['twice the same', 'a', 'a'],
    ['descending', 'b', 'a'],
  ])('refuses names out of order: %s', (_case, first, second) => {
    const node = encodeNode([file(Buffer.from(first)), file(Buffer.from(second))]);
    expect(() => decodeNode(node)).toThrow(expect.objectContaining({ code: 'malformed' }));
    expect(() => decodeNode(encodeNode([file(Buffer.from('a'))]), Buffer.from('b'))).toThrow(VaultError);
  });

  it('refuses extents that do not sum to the size, or lie beyond any chunk', () => {
    const wrong = { ...(file(Buffer.from('a'), 10) as Extract<TreeEntry, { type: 'file' }>), size: 11 };
    expect(() => decodeNode(encodeNode([wrong]))).toThrow(VaultError);
    expect(() => decodeNode(encodeNode([file(Buffer.from('a'), 9 << 20)]))).toThrow(VaultError);
  });

  it('answers any bytes with entries or a typed error', () => {
    const node = encodeNode([file(Buffer.from('a'), 10), file(Buffer.from('b'))]);
    fc.assert(
      fc.property(
        fc.nat(node.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.nat(node.length),
        (at, change, length) => {
          const bytes = Buffer.from(node);
          bytes[at]! ^= change;
          for (const variant of [bytes, node.subarray(0, length), bytes.subarray(0, length)]) {
            expect(['entries', 'VaultError']).toContain(outcome(variant));
          }
        },
      ),
    );
  });
});

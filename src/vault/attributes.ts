import { lengthPrefixed } from '../bytes/encoding.ts';
import { Reader } from '../bytes/reader.ts';
import { parsing } from './format/format.ts';

/** Something more about an entry: docs/spec/backup-format.md section 7. */
export interface Attribute {
  readonly tag: number;
  readonly value: Buffer;
}

/** xattr(7): also how Linux keeps POSIX ACLs and capabilities. */
export interface ExtendedAttribute {
  readonly name: Buffer;
  readonly value: Buffer;
}

const XATTR = 1;
const SPARSE = 3;

/** The file has less on its disk than its size: runs of zeros may be holes. */
export const SPARSE_FILE: Attribute = { tag: SPARSE, value: Buffer.alloc(0) };

export function isSparse(attributes: readonly Attribute[] | undefined): boolean {
  return attributes?.some(({ tag }) => tag === SPARSE) ?? false;
}

export function extendedAttribute(name: Buffer, value: Buffer): Attribute {
  return { tag: XATTR, value: Buffer.concat([lengthPrefixed(name), value]) };
}

/** @throws {VaultError} `malformed` */
export function extendedAttributes(attributes: readonly Attribute[] | undefined): ExtendedAttribute[] {
  return (attributes ?? [])
    .filter(({ tag }) => tag === XATTR)
    .map(({ value }) =>
      parsing('An extended attribute', () => {
        const reader = new Reader(value);
        return { name: reader.prefixed(255), value: reader.rest() };
      }),
    );
}

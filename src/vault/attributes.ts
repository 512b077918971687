import { lengthPrefixed } from '../bytes/encoding.ts';
import { Reader } from '../bytes/reader.ts';
import { VaultError } from './errors.ts';
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
/** xattr(7): bytes of a name. */
const MAX_XATTR_NAME = 255;

/** The file has less on its disk than its size: runs of zeros may be holes. */
export const SPARSE_FILE: Attribute = { tag: SPARSE, value: Buffer.alloc(0) };

export function isSparse(attributes: readonly Attribute[] | undefined): boolean {
  return attributes?.some(({ tag }) => tag === SPARSE) ?? false;
}

export function extendedAttribute(name: Buffer, value: Buffer): Attribute {
  return { tag: XATTR, value: Buffer.concat([lengthPrefixed(name), value]) };
}

/** Refuses an attribute of a known tag that could not be restored. @throws {VaultError} `malformed` */
export function checkAttribute(attribute: Attribute): void {
  if (attribute.tag === XATTR) readExtendedAttribute(attribute);
}

/** @throws {VaultError} `malformed` */
export function extendedAttributes(attributes: readonly Attribute[] | undefined): ExtendedAttribute[] {
  return (attributes ?? []).filter(({ tag }) => tag === XATTR).map(readExtendedAttribute);
}

function readExtendedAttribute(attribute: Attribute): ExtendedAttribute {
  return parsing('An extended attribute', () => {
    const reader = new Reader(attribute.value);
    const [name, value] = [reader.prefixed(MAX_XATTR_NAME), reader.rest()];
    if (name.length === 0 || name.includes(0)) {
      throw new VaultError('malformed', 'An extended attribute has a name that cannot be one');
    }
    return { name, value };
  });
}

import { createRequire } from 'node:module';
import type { ExtendedAttribute } from './attributes.ts';

/** The functions of Linux's C library that Node does not have: listxattr(2), getxattr(2), setxattr(2). */
interface CLibrary {
  readonly llistxattr: (path: Buffer, list: Buffer | null, size: number) => number;
  readonly lgetxattr: (path: Buffer, name: Buffer, value: Buffer | null, size: number) => number;
  readonly lsetxattr: (path: Buffer, name: Buffer, value: Buffer, size: number, flags: number) => number;
  readonly fsetxattr: (handle: number, name: Buffer, value: Buffer, size: number, flags: number) => number;
  readonly errno: () => number;
}

const ERANGE = 34;
const ENODATA = 61;
const EOPNOTSUPP = 95;
/** The longest list, and the longest value, that Linux allows. */
const MOST = 65_536;
const ZERO = Buffer.alloc(1);

let library: CLibrary | undefined | null = null;

/** `undefined` where there is no such library: on other systems, and with another C library. */
function load(): CLibrary | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
    const c = koffi.load('libc.so.6');
    return {
      llistxattr: c.func('long llistxattr(const void *path, void *list, size_t size)'),
      lgetxattr: c.func('long lgetxattr(const void *path, const void *name, void *value, size_t size)'),
      lsetxattr: c.func('int lsetxattr(const void *path, const void *name, const void *value, size_t size, int flags)'),
      fsetxattr: c.func('int fsetxattr(int handle, const void *name, const void *value, size_t size, int flags)'),
      errno: () => koffi.errno(),
    } as CLibrary;
  } catch {
    return undefined;
  }
}

function cLibrary(): CLibrary | undefined {
  if (library === null) library = load();
  return library;
}

/** A system call that failed, by the number of its error. */
export class AttributeError extends Error {
  override readonly name = 'AttributeError';
  readonly errno: number;

  constructor(errno: number) {
    super(`the extended attributes could not be reached (errno ${errno})`);
    this.errno = errno;
  }
}

const list = Buffer.allocUnsafeSlow(MOST);
const value = Buffer.allocUnsafeSlow(MOST);

/**
 * The extended attributes of what lies at a path, by name; a link's own. None where the file system has none.
 *
 * @throws {AttributeError}
 */
export function readAttributes(path: Buffer): ExtendedAttribute[] {
  const c = cLibrary();
  if (!c) return [];
  const at = Buffer.concat([path, ZERO]);
  const length = c.llistxattr(at, list, MOST);
  if (length === 0) return [];
  if (length < 0) return absent(c);
  const found: ExtendedAttribute[] = [];
  const names = Buffer.from(list.subarray(0, length));
  for (let start = 0; start < length;) {
    const end = names.indexOf(0, start) + 1;
    const size = c.lgetxattr(at, names.subarray(start, end), value, MOST);
    if (size >= 0) found.push({ name: names.subarray(start, end - 1), value: Buffer.from(value.subarray(0, size)) });
    else absent(c);
    start = end;
  }
  return found.toSorted((a, b) => Buffer.compare(a.name, b.name));
}

/** Gives what lies at a path an extended attribute; a link itself. @throws {AttributeError} */
export function writeAttribute(path: Buffer, attribute: ExtendedAttribute): void {
  const at = Buffer.concat([path, ZERO]);
  write(attribute, (c, name, bytes, length) => c.lsetxattr(at, name, bytes, length, 0));
}

/** As {@link writeAttribute}, of an open file or folder. @throws {AttributeError} */
export function writeAttributeOf(handle: number, attribute: ExtendedAttribute): void {
  write(attribute, (c, name, bytes, length) => c.fsetxattr(handle, name, bytes, length, 0));
}

function write(
  attribute: ExtendedAttribute,
  set: (c: CLibrary, name: Buffer, bytes: Buffer, length: number) => number,
): void {
  const c = cLibrary();
  if (!c) throw new AttributeError(EOPNOTSUPP);
  // Not null for an empty value: some file systems take that for a wish to remove it.
  const bytes = attribute.value.length === 0 ? ZERO : attribute.value;
  if (set(c, Buffer.concat([attribute.name, ZERO]), bytes, attribute.value.length) !== 0) {
    throw new AttributeError(c.errno());
  }
}

/** Nothing, where that is the answer: the file system has no attributes, or this one went away just now. */
function absent(c: CLibrary): [] {
  const errno = c.errno();
  if (errno === EOPNOTSUPP || errno === ENODATA || errno === ERANGE) return [];
  throw new AttributeError(errno);
}

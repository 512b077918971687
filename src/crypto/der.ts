/** Thrown by {@link DerReader}: the bytes are not DER of the expected shape. */
export class DerError extends Error {
  override readonly name = 'DerError';
}

/** Tags of the types that keys are made of. ITU-T X.690 section 8.1.2. */
export const TAG = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  sequence: 0x30,
} as const;

/** The tag of a context-specific type: `[number]`. */
export function contextTag(number: number, form: 'primitive' | 'constructed'): number {
  return (form === 'primitive' ? 0x80 : 0xa0) | number;
}

/**
 * Reads values of DER front to back, as views. ITU-T X.690 section 10: definite lengths in the fewest bytes. Tags of
 * one byte only, which are all that keys have.
 */
export class DerReader {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Whether a value of this tag comes next. */
  has(tag: number): boolean {
    return this.#bytes[this.#offset] === tag;
  }

  /** The content of the next value, which must have this tag. */
  value(tag: number): Buffer {
    if (this.#byte() !== tag) throw new DerError(`expected tag ${tag} at offset ${this.#offset - 1}`);
    const length = this.#length();
    if (length > this.#bytes.length - this.#offset) throw new DerError('a length goes beyond the end');
    this.#offset += length;
    return this.#bytes.subarray(this.#offset - length, this.#offset);
  }

  inside(tag: number): DerReader {
    return new DerReader(this.value(tag));
  }

  /** The bytes of a positive integer without a leading zero; zero is empty. */
  magnitude(): Buffer {
    const content = this.value(TAG.integer);
    const [first, second] = [content[0], content[1]];
    if (first === undefined || first >= 0x80) throw new DerError('an integer is empty or negative');
    if (first !== 0) return content;
    if (second !== undefined && second < 0x80) throw new DerError('an integer has needless zeros');
    return content.subarray(1);
  }

  /** The bytes of a bit string of whole bytes. */
  bits(tag: number = TAG.bitString): Buffer {
    const content = this.value(tag);
    if (content[0] !== 0) throw new DerError('a bit string has unused bits');
    return content.subarray(1);
  }

  /** Refuses bytes behind the last value. */
  end(): void {
    if (this.#offset !== this.#bytes.length) throw new DerError('bytes follow the last value');
  }

  #byte(): number {
    const byte = this.#bytes[this.#offset++];
    if (byte === undefined) throw new DerError('the bytes end too early');
    return byte;
  }

  #length(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    const count = first & 0x7f;
    // Keys stay far below 16 MiB. A count of zero is the indefinite form.
    if (count === 0 || count > 3) throw new DerError('a length of a form that DER or this reader does not know');
    let length = 0;
    for (let n = 0; n < count; n++) length = length * 256 + this.#byte();
    if (length < 0x80 || length < 256 ** (count - 1)) throw new DerError('a length has needless bytes');
    return length;
  }
}

/** A value to be written: raw bytes as they stand, or a tag around parts. */
export type DerValue = Uint8Array | { readonly tag: number; readonly parts: readonly DerValue[] };

export function der(tag: number, ...parts: readonly DerValue[]): DerValue {
  return { tag, parts };
}

/** A positive integer of these bytes, which may have leading zeros. */
export function derInteger(magnitude: Uint8Array): DerValue {
  const start = magnitude.findIndex((byte) => byte !== 0);
  const bytes = start === -1 ? magnitude.subarray(0, 0) : magnitude.subarray(start);
  const needsZero = bytes.length === 0 || (bytes[0] as number) >= 0x80;
  return der(TAG.integer, ...(needsZero ? [ZERO] : []), bytes);
}

const ZERO = Buffer.from([0]);

/** Writes a value into one buffer and no other, so that a secret inside has no copy that nobody wipes. */
export function encodeDer(value: DerValue): Buffer {
  const bytes = Buffer.alloc(lengthOf(value));
  write(value, bytes, 0);
  return bytes;
}

function contentLength(parts: readonly DerValue[]): number {
  return parts.reduce((sum, part) => sum + lengthOf(part), 0);
}

function lengthOf(value: DerValue): number {
  if (value instanceof Uint8Array) return value.byteLength;
  const length = contentLength(value.parts);
  return 1 + lengthBytes(length).length + length;
}

function lengthBytes(length: number): number[] {
  if (length < 0x80) return [length];
  const bytes = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [0x80 | bytes.length, ...bytes];
}

function write(value: DerValue, target: Buffer, offset: number): number {
  if (value instanceof Uint8Array) {
    target.set(value, offset);
    return offset + value.byteLength;
  }
  const head = [value.tag, ...lengthBytes(contentLength(value.parts))];
  target.set(head, offset);
  return value.parts.reduce((at, part) => write(part, target, at), offset + head.length);
}

/** The content of an object identifier, from its dotted form. ITU-T X.690 section 8.19. */
export function oidContent(dotted: string): Buffer {
  const [first, second, ...rest] = dotted.split('.').map(Number) as [number, number, ...number[]];
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const groups = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) groups.unshift((left % 128) | 0x80);
    return groups;
  });
  return Buffer.from(bytes);
}

/** Thrown by {@link Reader}: the bytes end too early, go on too long, or hold a length that is out of bounds. */
export class ReadError extends Error {
  override readonly name = 'ReadError';
}

/** Reads fields from untrusted bytes, front to back. Every read is checked against what is left. */
export class Reader {
  #offset = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  /** The next `length` bytes, as a view. */
  take(length: number): Buffer {
    const at = this.#pass(length);
    return this.#bytes.subarray(at, at + length);
  }

  u8(): number {
    return this.#bytes.readUInt8(this.#pass(1));
  }

  u16(): number {
    return this.#bytes.readUInt16BE(this.#pass(2));
  }

  u32(): number {
    return this.#bytes.readUInt32BE(this.#pass(4));
  }

  /** An unsigned 64-bit integer that fits a JavaScript number; a larger one is refused. */
  u64(): number {
    const value = this.bigU64();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new ReadError(`the integer ${value} is out of range`);
    return Number(value);
  }

  bigU64(): bigint {
    return this.#bytes.readBigUInt64BE(this.#pass(8));
  }

  bigI64(): bigint {
    return this.#bytes.readBigInt64BE(this.#pass(8));
  }

  /** Bytes behind an unsigned 32-bit length that may be `atMost` at the most. */
  prefixed(atMost: number): Buffer {
    const length = this.u32();
    if (length > atMost) throw new ReadError(`a length of ${length} is over the limit of ${atMost}`);
    return this.take(length);
  }

  rest(): Buffer {
    return this.take(this.remaining);
  }

  /** Refuses bytes behind the last field. */
  end(): void {
    if (this.remaining !== 0) throw new ReadError(`${this.remaining} bytes follow the last field`);
  }

  /** Goes on by as much, and says where that began. */
  #pass(length: number): number {
    if (!Number.isSafeInteger(length) || length < 0 || length > this.remaining) {
      throw new ReadError(`wanted ${length} bytes at offset ${this.#offset}, ${this.remaining} are left`);
    }
    const at = this.#offset;
    this.#offset += length;
    return at;
  }
}

import { Reader } from '../bytes/reader.ts';
import type { AuditLeaf } from './entry.ts';

/** A leaf is at most this long: an entry bundle gives it a 16-bit length (C2SP tlog-tiles). */
const MAX_LEAF_BYTES = 65_535;
export const SALT_BYTES = 16;
/** Details and their salt share a 16-bit length. */
const MAX_DETAILS_BYTES = 65_535 - SALT_BYTES;
/** A log's name is also the name of its folder. */
const LOG_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

const FIRST_SIZE = 64 * 1024;

/**
 * Collects entries as the bytes of one batch: for each the log's name, the leaf, and salt with details, each behind
 * a 16-bit length, big-endian.
 */
export class EntryFrames {
  #buffer = Buffer.allocUnsafeSlow(FIRST_SIZE);
  #length = 0;

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** @throws {RangeError} the leaf, the details, the salt or the log's name has a length that cannot be stored. */
  append({ tenantId, leaf, salt, details }: AuditLeaf): void {
    if (!LOG_NAME.test(tenantId)) throw new RangeError('the tenant id cannot be the name of an audit log');
    const nameLength = tenantId.length;
    if (leaf.length > MAX_LEAF_BYTES) throw new RangeError(`an audit entry has at most ${MAX_LEAF_BYTES} bytes`);
    if (salt.length !== SALT_BYTES) throw new RangeError(`the salt of an audit entry has ${SALT_BYTES} bytes`);
    if (details.length > MAX_DETAILS_BYTES) {
      throw new RangeError(`the details of an audit entry have at most ${MAX_DETAILS_BYTES} bytes`);
    }
    const needed = 6 + nameLength + leaf.length + SALT_BYTES + details.length;
    const buffer = this.#room(needed);
    let at = this.#length;
    at = buffer.writeUInt16BE(nameLength, at);
    at += buffer.write(tenantId, at, 'latin1');
    at = buffer.writeUInt16BE(leaf.length, at);
    buffer.set(leaf, at);
    at = buffer.writeUInt16BE(SALT_BYTES + details.length, at + leaf.length);
    buffer.set(salt, at);
    buffer.set(details, at + SALT_BYTES);
    this.#length += needed;
  }

  /** Takes the bytes of a batch over. */
  appendBatch(batch: Uint8Array): void {
    this.#room(batch.byteLength).set(batch, this.#length);
    this.#length += batch.byteLength;
  }

  /** Forgets what came behind `length`, which was {@link length} before. */
  truncate(length: number): void {
    this.#length = length;
  }

  get length(): number {
    return this.#length;
  }

  /** A copy of what was collected, in memory of its own. Starts anew. */
  take(): Uint8Array<ArrayBuffer> {
    const batch = new Uint8Array(this.#buffer.subarray(0, this.#length));
    this.#length = 0;
    return batch;
  }

  #room(needed: number): Buffer {
    if (this.#length + needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#buffer.length, this.#length + needed));
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#buffer = larger;
    }
    return this.#buffer;
  }
}

/** An entry as it was read from a batch: views on its bytes. */
export interface FramedEntry {
  readonly log: string;
  readonly leaf: Buffer;
  /** Salt and details, as the details bundle holds them. */
  readonly details: Buffer;
}

/** An entry as {@link readFrames} would give it back. */
export function framed({ tenantId, leaf, salt, details }: AuditLeaf): FramedEntry {
  return { log: tenantId, leaf, details: Buffer.concat([salt, details]) };
}

/** Reads a batch. @throws {ReadError} for bytes that {@link EntryFrames} did not write. */
export function* readFrames(batch: Uint8Array): Generator<FramedEntry> {
  const reader = new Reader(batch);
  while (reader.remaining > 0) {
    const log = reader.take(reader.u16()).toString('latin1');
    const leaf = reader.take(reader.u16());
    yield { log, leaf, details: reader.take(reader.u16()) };
  }
}

import { createHash, hash } from 'node:crypto';

/**
 * The state of one tenant as one value: an LtHash (Bellare and Micciancio 1997; Lewi et al. 2019) over the digests
 * of its records. It depends on the set of records only, not on the order of changes; a change costs the same
 * however many records there are; it needs no secret.
 */
const LANES = 1024;
const LABEL = 'keystead/state-root/v1';

/** 1024 unsigned 16-bit lanes, little-endian in their stored form of 2048 bytes. */
export type StateSum = Uint16Array<ArrayBuffer>;

/** The sum of no records. */
export function emptyState(): StateSum {
  return new Uint16Array(LANES);
}

/** Adds the record with this digest, in place. */
export function addRecord(sum: StateSum, digest: Uint8Array): void {
  const lanes = lanesOf(digest);
  for (let i = 0; i < LANES; i++) sum[i] = (sum[i] as number) + lanes.readUInt16LE(2 * i);
}

/** Takes away the record with this digest, in place. */
export function removeRecord(sum: StateSum, digest: Uint8Array): void {
  const lanes = lanesOf(digest);
  for (let i = 0; i < LANES; i++) sum[i] = (sum[i] as number) - lanes.readUInt16LE(2 * i);
}

/** SHA-256 of the sum: 32 bytes. */
export function stateRoot(sum: StateSum): Buffer {
  return hash('sha256', encodeState(sum), 'buffer');
}

export function encodeState(sum: StateSum): Buffer {
  const bytes = Buffer.allocUnsafe(2 * LANES);
  for (let i = 0; i < LANES; i++) bytes.writeUInt16LE(sum[i] as number, 2 * i);
  return bytes;
}

/** @throws {RangeError} when the bytes are not 2048. */
export function decodeState(bytes: Uint8Array): StateSum {
  if (bytes.byteLength !== 2 * LANES) throw new RangeError('a state sum has 2048 bytes');
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sum = emptyState();
  for (let i = 0; i < LANES; i++) sum[i] = view.readUInt16LE(2 * i);
  return sum;
}

function lanesOf(digest: Uint8Array): Buffer {
  return createHash('shake256', { outputLength: 2 * LANES })
    .update(LABEL)
    .update(digest)
    .digest();
}

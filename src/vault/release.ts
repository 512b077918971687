/** Small buffers are slices of a pool of this many bytes, which is not theirs. */
const POOL_LENGTH = Buffer.allocUnsafe(1).buffer.byteLength;

/**
 * Gives the memory of a buffer back at once; it is empty from then on. The collector would find it too, but marks the
 * whole heap for every 64 MiB of buffers that were dropped, whatever else lies there. Leaves small buffers alone.
 */
export function release({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength > POOL_LENGTH) buffer.transfer(0);
}

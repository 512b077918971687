import { ftruncateSync, writeSync } from 'node:fs';

/** A hole is whole blocks of the file system; smaller ones are not worth a call. */
const BLOCK = 4096;
const ZEROS = Buffer.alloc(BLOCK);

/** Writes a new file from front to back, and leaves out the blocks that are zeros: they read as zeros all the same. */
export class HoleWriter {
  readonly #handle: number;
  #at = 0;

  constructor(handle: number) {
    this.#handle = handle;
  }

  write(bytes: Uint8Array): void {
    let from = 0;
    for (let at = 0; at < bytes.length;) {
      const end = Math.min(bytes.length, at + BLOCK - ((this.#at + at) % BLOCK));
      if (ZEROS.compare(bytes, at, end, 0, end - at) === 0) {
        this.#put(bytes.subarray(from, at), this.#at + from);
        from = end;
      }
      at = end;
    }
    this.#put(bytes.subarray(from), this.#at + from);
    this.#at += bytes.length;
  }

  /** Gives the file its length, for when it ends in a hole. */
  end(): void {
    ftruncateSync(this.#handle, this.#at);
  }

  #put(bytes: Uint8Array, position: number): void {
    for (let at = 0; at < bytes.length;) at += writeSync(this.#handle, bytes, at, bytes.length - at, position + at);
  }
}

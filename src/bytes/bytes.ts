declare const kind: unique symbol;

/**
 * Bytes of one kind. Two kinds do not mix: a function that wants a `Bytes<'DataKey'>` does not take a
 * `Bytes<'WrappedKey'>`, although both are buffers at run time.
 */
export type Bytes<Kind extends string> = Buffer & { readonly [kind]: Kind };

/** Names the kind of a buffer, at the one place where it is known. Shares the memory. */
export function bytesOf<Kind extends string>(buffer: Uint8Array): Bytes<Kind> {
  const view = Buffer.isBuffer(buffer) ? buffer : Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  return view as Bytes<Kind>;
}

/** Overwrites secrets with zeros once they have served. */
export function wipe(...secrets: readonly (Uint8Array | undefined)[]): void {
  for (const secret of secrets) secret?.fill(0);
}

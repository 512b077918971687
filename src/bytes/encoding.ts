/**
 * The canonical encoding of a list of byte strings: each as its length (unsigned 32-bit, big-endian) and its
 * bytes. Two different lists never encode to the same bytes, so the result may be hashed, authenticated or
 * used as additional authenticated data.
 */
export function lengthPrefixed(...parts: readonly (Uint8Array | string)[]): Buffer {
  let length = 0;
  for (const part of parts) length += 4 + Buffer.byteLength(part);
  const encoded = Buffer.allocUnsafe(length);
  let at = 0;
  for (const part of parts) {
    at = encoded.writeUInt32BE(Buffer.byteLength(part), at);
    if (typeof part === 'string') at += encoded.write(part, at, 'utf8');
    else {
      encoded.set(part, at);
      at += part.byteLength;
    }
  }
  return encoded;
}

/**
 * The canonical encoding of a map of strings: a count, then name and value of each entry, sorted by the UTF-8
 * bytes of the names, without Unicode normalisation. An empty or absent map encodes as the count 0.
 */
export function encodeStringMap(map: ReadonlyMap<string, string>): Buffer {
  const entries = [...map].map(([name, value]) => [Buffer.from(name, 'utf8'), Buffer.from(value, 'utf8')] as const);
  entries.sort(([a], [b]) => Buffer.compare(a, b));
  const count = Buffer.allocUnsafe(4);
  count.writeUInt32BE(entries.length);
  return Buffer.concat([count, lengthPrefixed(...entries.flat())]);
}

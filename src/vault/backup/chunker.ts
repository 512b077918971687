/** Where chunks may end, in bytes. `average` is a power of two. */
export interface ChunkerSizes {
  readonly minimum: number;
  readonly average: number;
  readonly maximum: number;
}

export const DEFAULT_SIZES: ChunkerSizes = { minimum: 128 << 10, average: 256 << 10, maximum: 1 << 20 };

/** Finds the end of the next chunk; `undefined` asks for more bytes. */
export type NextCut = (bytes: Uint8Array, start: number, end: number, isLast: boolean) => number | undefined;

/** High bits of the word, which depend on the last 31 bytes. The highest is left out: it is lost in the half step. */
function highBits(count: number): number {
  return (((0xffffffff << (32 - count)) >>> 0) >>> 1) | 0;
}

/**
 * A gear chunker with normalised chunk sizes (FastCDC, Xia et al., USENIX ATC 2016, sections 3.2 to 3.4): a border is
 * likelier behind the average than before it, and the bytes below the minimum are not looked at. Two bytes a step.
 * A chunk ends at the same content wherever that content lies, so what was inserted or removed before it does not matter.
 */
export function chunker(gear: Uint32Array, sizes: ChunkerSizes): NextCut {
  const bits = Math.log2(sizes.average);
  const strict = highBits(bits + 2);
  const loose = highBits(bits - 2);
  // One shift by two instead of two by one: the first of two bytes goes in already shifted.
  const shifted = new Int32Array(256);
  const plain = new Int32Array(256);
  for (let i = 0; i < 256; i++) {
    plain[i] = gear[i] as number;
    shifted[i] = (gear[i] as number) << 1;
  }
  const strictBefore = strict << 1;
  const looseBefore = loose << 1;

  const scan = (bytes: Uint8Array, from: number, to: number, hash: number, before: number, mask: number): void => {
    let state = hash;
    let i = from;
    for (; i + 1 < to; i += 2) {
      state = ((state << 2) + (shifted[bytes[i] as number] as number)) | 0;
      if ((state & before) === 0) {
        found = i + 1;
        return;
      }
      state = (state + (plain[bytes[i + 1] as number] as number)) | 0;
      if ((state & mask) === 0) {
        found = i + 2;
        return;
      }
    }
    found = -1;
    carried = state;
  };
  let found = -1;
  let carried = 0;

  return (bytes, start, end, isLast) => {
    const length = end - start;
    if (length < sizes.maximum && !isLast) return undefined;
    if (length <= sizes.minimum) return end;
    const limit = start + Math.min(length, sizes.maximum);
    // Both scans start on an even distance from the start, so that pairs fall alike wherever the chunk lies.
    const middle = Math.min(start + sizes.average, limit);
    scan(bytes, start + sizes.minimum, middle, 0, strictBefore, strict);
    if (found !== -1) return found;
    scan(bytes, middle, limit, carried, looseBefore, loose);
    return found !== -1 ? found : limit;
  };
}

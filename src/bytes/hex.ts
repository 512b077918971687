const LOWER_CASE_PAIRS = /^(?:[0-9a-f]{2})*$/;

/** Decodes lower-case hexadecimal of even length; `undefined` for anything else. */
export function decodeHex(text: string): Buffer | undefined {
  return LOWER_CASE_PAIRS.test(text) ? Buffer.from(text, 'hex') : undefined;
}

const ALPHABET = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * Decodes RFC 4648 section 4 base64: padded, no white space, no URL alphabet, unused bits zero.
 * Answers `undefined` for anything else, where `Buffer.from` would guess.
 */
export function decodeBase64(text: string): Buffer | undefined {
  if (text.length % 4 !== 0 || !ALPHABET.test(text)) return undefined;
  const decoded = Buffer.from(text, 'base64');
  // RFC 4648 section 3.5: the bits that pad the last character must be zero, so that one value has one spelling.
  return text.endsWith('=') && decoded.toString('base64') !== text ? undefined : decoded;
}

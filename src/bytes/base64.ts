/**
 * Decodes RFC 4648 section 4 base64: padded, no white space, no URL alphabet, unused bits zero.
 * Answers `undefined` for anything else, where `Buffer.from` would guess.
 */
export function decodeBase64(text: string): Buffer | undefined {
  const decoded = Buffer.from(text, 'base64');
  // One value has one spelling (section 3.5 for the bits that pad the last character): what is another is refused.
  return decoded.toString('base64') === text ? decoded : undefined;
}

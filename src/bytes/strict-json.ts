/** Why a text was refused by {@link parseStrictJson}. */
export class StrictJsonError extends Error {
  override readonly name = 'StrictJsonError';
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPENING = new Set([0x7b, 0x5b]);
const CLOSING = new Set([0x7d, 0x5d]);
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Parses JSON from untrusted bytes: valid UTF-8, no member twice in one object, no deeper than `maxDepth`.
 * Depth is checked before parsing. `__proto__` becomes an ordinary own member.
 *
 * @throws {StrictJsonError} with a text that names the rule and quotes nothing of the input.
 */
export function parseStrictJson(bytes: Uint8Array, maxDepth = 32): unknown {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new StrictJsonError('the text is not valid UTF-8');
  }
  const membersWritten = scan(bytes, maxDepth);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new StrictJsonError('the text is not valid JSON');
  }
  // An object keeps one of two members with the same name, so a duplicate shows as a member that got lost.
  if (countMembers(value) !== membersWritten) throw new StrictJsonError('an object has the same member twice');
  return value;
}

/** Counts the colons outside strings: one for each member that was written. */
function scan(bytes: Uint8Array, maxDepth: number): number {
  let members = 0;
  let depth = 0;
  let inString = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (inString) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === COLON) members++;
    else if (OPENING.has(byte)) {
      if (++depth > maxDepth) throw new StrictJsonError(`the text is nested deeper than ${maxDepth} levels`);
    } else if (CLOSING.has(byte)) depth--;
  }
  return members;
}

function countMembers(value: unknown): number {
  if (value === null || typeof value !== 'object') return 0;
  const children: unknown[] = Array.isArray(value) ? value : Object.values(value);
  let members = Array.isArray(value) ? 0 : children.length;
  for (const child of children) members += countMembers(child);
  return members;
}

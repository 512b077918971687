import { isUtf8 } from 'node:buffer';

/** Why a text was refused by {@link parseStrictJson}. */
export class StrictJsonError extends Error {
  override readonly name = 'StrictJsonError';
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Parses JSON from untrusted bytes: valid UTF-8, no member twice in one object, no deeper than `maxDepth`.
 * Depth is checked before parsing. `__proto__` becomes an ordinary own member.
 *
 * @throws {StrictJsonError} with a text that names the rule and quotes nothing of the input.
 */
export function parseStrictJson(bytes: Uint8Array, maxDepth = 32): unknown {
  if (!isUtf8(bytes)) throw new StrictJsonError('the text is not valid UTF-8');
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const membersWritten = scan(text, maxDepth);
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
function scan(text: string, maxDepth: number): number {
  let members = 0;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfString(text, i);
    else if (code === COLON) members++;
    else if (code === OPEN_OBJECT || code === OPEN_LIST) {
      if (++depth > maxDepth) throw new StrictJsonError(`the text is nested deeper than ${maxDepth} levels`);
    } else if (code === CLOSE_OBJECT || code === CLOSE_LIST) depth--;
  }
  return members;
}

/** Where the string that begins at a quote ends. Strings are skipped by search: they are most of the text. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end > 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end < 0 ? text.length : end;
}

/** Whether an odd number of backslashes stands before a place. */
function isEscaped(text: string, at: number): boolean {
  let before = at;
  while (text.charCodeAt(before - 1) === BACKSLASH) before--;
  return (at - before) % 2 === 1;
}

function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let members = 0;
  if (Array.isArray(value)) {
    for (const child of value) members += countMembers(child);
    return members;
  }
  const object = value as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(object)) members += 1 + countMembers(object[name]);
  return members;
}

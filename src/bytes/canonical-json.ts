export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json | undefined };

/**
 * One spelling for one value: members sorted by UTF-16 code units, no white space, `undefined` members left out
 * (RFC 8785, of which numbers are kept to safe integers, so that no other language's number format matters).
 */
export function canonicalJson(value: Json): string {
  return isCanonical(value) ? JSON.stringify(value) : spell(value);
}

/** Whether the members stand in order already, at every depth, and all numbers are safe: then the runtime spells it. */
function isCanonical(value: Json): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value);
  if (value === null || typeof value !== 'object') return true;
  if (Array.isArray(value)) return value.every(isCanonical);
  const object = value as { readonly [name: string]: Json | undefined };
  let before: string | undefined;
  for (const name of Object.keys(object)) {
    const member = object[name];
    if ((before !== undefined && before > name) || (member !== undefined && !isCanonical(member))) return false;
    before = name;
  }
  return true;
}

function spell(value: Json): string {
  if (value === null || typeof value !== 'object') {
    if (typeof value === 'number' && !Number.isSafeInteger(value)) {
      throw new TypeError('canonical JSON holds safe integers only');
    }
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(spell).join(',')}]`;
  const members: string[] = [];
  const object = value as { readonly [name: string]: Json | undefined };
  for (const name of Object.keys(object).toSorted()) {
    const member = object[name];
    if (member !== undefined) members.push(`${JSON.stringify(name)}:${spell(member)}`);
  }
  return `{${members.join(',')}}`;
}

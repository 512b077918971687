/**
 * The canonical request of AWS Signature Version 4
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
 *
 * Every string here is "binary": one character per byte as it came over the wire, so that what is hashed is what was
 * sent, in whatever encoding.
 */

/** How a service spells the path in the canonical request. */
export type PathRule =
  /** Dot segments and doubled slashes removed, then the path as sent is encoded once more: every service but S3. */
  | 'normalized'
  /** The path as sent, each byte in its one spelling: S3. */
  | 'verbatim';

/** One decoded query parameter, name and value encoded by the one spelling of RFC 3986. */
export interface QueryParameter {
  readonly name: string;
  readonly value: string;
}

const UNRESERVED = /^[A-Za-z0-9\-._~]*$/;
const UNTIDY = /^[ \t]|[ \t]$|\t|  /;
const ENCODED: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  return UNRESERVED.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
});

/** Percent-encodes every byte but the unreserved ones (RFC 3986 section 2.3). */
function uriEncode(binary: string): string {
  if (UNRESERVED.test(binary)) return binary;
  let encoded = '';
  for (let i = 0; i < binary.length; i++) encoded += ENCODED[binary.charCodeAt(i) & 0xff];
  return encoded;
}

/** Undoes percent-encoding; `undefined` where a `%` is not followed by two hexadecimal digits. */
export function uriDecode(text: string): string | undefined {
  if (!text.includes('%')) return text;
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return undefined;
  return text.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

/** The path as the signature covers it; `undefined` where it cannot be decoded. */
export function canonicalPath(path: string, rule: PathRule): string | undefined {
  if (path === '/' || path === '') return '/';
  if (rule === 'verbatim') {
    const decoded = uriDecode(path);
    return decoded?.split('/').map(uriEncode).join('/');
  }
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(uriEncode(segment));
  }
  return kept.length === 0 ? '/' : `/${kept.join('/')}${path.endsWith('/') ? '/' : ''}`;
}

/** The parameters of a raw query string, in the order they came; `undefined` where one cannot be decoded. */
export function parseQuery(query: string): QueryParameter[] | undefined {
  const parameters: QueryParameter[] = [];
  if (query === '') return parameters;
  for (const part of query.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = uriDecode(equals < 0 ? part : part.slice(0, equals));
    const value = uriDecode(equals < 0 ? '' : part.slice(equals + 1));
    if (name === undefined || value === undefined) return undefined;
    parameters.push({ name: uriEncode(name), value: uriEncode(value) });
  }
  return parameters;
}

/** The parameters as the signature covers them: sorted by name, then by value, both encoded. */
export function canonicalQuery(parameters: readonly QueryParameter[]): string {
  if (parameters.length === 0) return '';
  return parameters
    .toSorted((a, b) => compare(a.name, b.name) || compare(a.value, b.value))
    .map(({ name, value }) => `${name}=${value}`)
    .join('&');
}

/** A header's value as the signature covers it: trimmed, runs of blanks made one. Other bytes are not blanks. */
export function canonicalValue(value: string): string {
  if (!UNTIDY.test(value)) return value;
  return value.replaceAll(/[ \t]+/g, ' ').replaceAll(/^ | $/g, '');
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

import { canonicalValue, parseQuery, uriDecode, type QueryParameter } from './canonical.ts';
import type { SignatureRefusal } from './refusal.ts';
import { readSigner, rememberedSigner, rememberSigner, type Signer } from './signer.ts';

/** A request as it came. */
export interface SignedRequest {
  readonly method: string;
  /** The path as sent, before any `?`, one character per byte. */
  readonly path: string;
  /** The query as sent, without the `?`. */
  readonly query: string;
  /** Names and values in turn, as they came over the wire, doubles included. */
  readonly rawHeaders: readonly string[];
}

/** What a request says of its own signature. Nothing of it is proven yet. */
export interface SignatureClaim {
  readonly isPresigned: boolean;
  readonly signer: Signer;
  readonly signature: string;
  /** When it was signed, in the wire's basic form. */
  readonly signedAt: string;
  /** Seconds for which a presigned request is good. */
  readonly expiresIn: number | undefined;
  readonly sessionToken: string | undefined;
  /** The value of `x-amz-content-sha256`. */
  readonly contentSha256: string | undefined;
  /** Headers by lower-case name; the values of one name are joined with commas, as the signature covers them. */
  readonly headers: ReadonlyMap<string, string>;
  /** The parameters that the signature covers. */
  readonly query: readonly QueryParameter[];
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
/** Read by more than the signature: two of one would be two meanings. */
const SINGLE = new Set([
  'authorization',
  'host',
  'x-amz-date',
  'date',
  'x-amz-security-token',
  'x-amz-content-sha256',
  'x-amz-target',
  'content-type',
  'content-length',
]);
const SIGNATURE = /^[0-9a-f]{64}$/;
const SIGNATURE_LENGTH = 64;
const HTTP_DATE_YEAR = /\d{4}/;

/** The parameters of the two forms: of the Authorization header, and of a presigned query. */
const PARTS = ['Credential', 'SignedHeaders', 'Signature'] as const;
type Part = (typeof PARTS)[number];

/** Reads what a request says of its signature, or says what is wrong with its form. */
export function readClaim(request: SignedRequest): SignatureClaim | SignatureRefusal {
  const headers = new Map<string, string>();
  const raw = request.rawHeaders;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = (raw[i] as string).toLowerCase();
    const value = canonicalValue(raw[i + 1] as string);
    const before = headers.get(name);
    if (before === undefined) headers.set(name, value);
    else if (SINGLE.has(name)) return malformed(name, 'may be sent once only');
    else headers.set(name, `${before},${value}`);
  }
  const query = parseQuery(request.query);
  if (!query) return malformed('query', 'every % must be followed by two hexadecimal digits');
  const authorization = headers.get('authorization');
  const isPresigned = query.some(({ name }) => name === 'X-Amz-Algorithm' || name === 'X-Amz-Signature');
  if (authorization === undefined) return isPresigned ? readQuery(query, headers) : { code: 'missing' };
  if (isPresigned) return malformed('Authorization', 'a request is signed by header or by query, not by both');
  return readHeader(authorization, query, headers);
}

function readHeader(
  authorization: string,
  query: readonly QueryParameter[],
  headers: ReadonlyMap<string, string>,
): SignatureClaim | SignatureRefusal {
  const rest: Rest = {
    isPresigned: false,
    signedAt: headers.get('x-amz-date') ?? basicForm(headers.get('date')),
    expiresIn: undefined,
    sessionToken: headers.get('x-amz-security-token'),
    contentSha256: headers.get('x-amz-content-sha256'),
    headers,
    query,
  };
  // All that clients change between two requests of a day is the signature, and they send it last.
  const words = authorization.slice(0, -SIGNATURE_LENGTH);
  const signer = rememberedSigner(words);
  const signature = authorization.slice(-SIGNATURE_LENGTH);
  if (signer !== undefined && rest.signedAt !== undefined && SIGNATURE.test(signature)) {
    return claimOf(signer, signature, rest.signedAt, rest);
  }
  const parts = readParts(authorization);
  if ('code' in parts) return parts;
  const claim = assemble(parts, rest);
  if (!('code' in claim) && words.endsWith('Signature=')) rememberSigner(words, claim.signer);
  return claim;
}

type Parts = Readonly<Partial<Record<Part, string>>>;

function readParts(authorization: string): Parts | SignatureRefusal {
  if (!authorization.startsWith(`${ALGORITHM} `)) {
    return malformed('Authorization', `must begin with '${ALGORITHM} '`);
  }
  const found: Partial<Record<Part, string>> = {};
  for (const part of authorization.slice(ALGORITHM.length + 1).split(',')) {
    const equals = part.indexOf('=');
    const name = PARTS.find((each) => each === part.slice(0, equals).trim());
    if (!name) return malformed('Authorization', `takes only ${PARTS.join(', ')}, each with an equal-sign`);
    if (found[name] !== undefined) return malformed(`Authorization ${name}`, 'may be given once only');
    found[name] = part.slice(equals + 1).trim();
  }
  return found;
}

function readQuery(
  query: readonly QueryParameter[],
  headers: ReadonlyMap<string, string>,
): SignatureClaim | SignatureRefusal {
  const found = new Map<string, string>();
  for (const { name, value } of query) {
    if (!name.startsWith('X-Amz-')) continue;
    if (found.has(name)) return malformed(name, 'may be given once only');
    found.set(name, uriDecode(value) as string);
  }
  if (found.get('X-Amz-Algorithm') !== ALGORITHM) return malformed('X-Amz-Algorithm', `must be '${ALGORITHM}'`);
  const expires = found.get('X-Amz-Expires');
  if (expires === undefined) return { code: 'incomplete', parts: ['X-Amz-Expires'] };
  // A week is the longest life of a presigned request (AWS, "Authenticating requests: using query parameters").
  if (!/^\d{1,6}$/.test(expires) || Number(expires) < 1 || Number(expires) > 604_800) {
    return malformed('X-Amz-Expires', 'must be 1 to 604800 seconds');
  }
  const parts: Partial<Record<Part, string>> = {};
  for (const part of PARTS) {
    const value = found.get(`X-Amz-${part}`);
    if (value !== undefined) parts[part] = value;
  }
  return assemble(parts, {
    isPresigned: true,
    signedAt: found.get('X-Amz-Date'),
    expiresIn: Number(expires),
    sessionToken: found.get('X-Amz-Security-Token'),
    contentSha256: found.get('X-Amz-Content-Sha256') ?? headers.get('x-amz-content-sha256'),
    headers,
    query: query.filter(({ name }) => name !== 'X-Amz-Signature'),
  });
}

/** What does not depend on who signed. */
type Rest = Omit<SignatureClaim, 'signer' | 'signature' | 'signedAt'> & { readonly signedAt: string | undefined };

function assemble(found: Parts, rest: Rest): SignatureClaim | SignatureRefusal {
  const { Credential: credential, SignedHeaders: signedHeaderList, Signature: signature } = found;
  const { signedAt } = rest;
  if (credential === undefined || signedHeaderList === undefined || signature === undefined || signedAt === undefined) {
    const parts: string[] = PARTS.filter((part) => found[part] === undefined);
    if (signedAt === undefined) parts.push('X-Amz-Date');
    return { code: 'incomplete', parts };
  }
  const signer = readSigner(credential, signedHeaderList);
  if ('code' in signer) return signer;
  if (!SIGNATURE.test(signature)) return malformed('Signature', 'must be 64 lower-case hexadecimal digits');
  return claimOf(signer, signature, signedAt, rest);
}

function claimOf(signer: Signer, signature: string, signedAt: string, rest: Rest): SignatureClaim {
  const { isPresigned, expiresIn, sessionToken, contentSha256, headers, query } = rest;
  return { isPresigned, signer, signature, signedAt, expiresIn, sessionToken, contentSha256, headers, query };
}

/** A `Date` header (RFC 9110 section 5.6.7) in the basic form. */
function basicForm(date: string | undefined): string | undefined {
  if (date === undefined || !HTTP_DATE_YEAR.test(date)) return date;
  const time = Date.parse(date);
  return Number.isNaN(time) ? date : new Date(time).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
}

function malformed(part: string, rule: string): SignatureRefusal {
  return { code: 'malformed', part, rule };
}

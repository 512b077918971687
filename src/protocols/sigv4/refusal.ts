/**
 * Why a request's signature was not taken. Each protocol says it in its own words; no member holds a signature, a
 * secret or a token.
 */
export type SignatureRefusal =
  /** No signature at all: neither an Authorization header nor the query form. */
  | { readonly code: 'missing' }
  /** Parts of the signature are not there, by their names on the wire. */
  | { readonly code: 'incomplete'; readonly parts: readonly string[] }
  /** A part is there and has another form than the rule says, or is there twice. */
  | { readonly code: 'malformed'; readonly part: string; readonly rule: string }
  | { readonly code: 'unknown-key' }
  | { readonly code: 'mismatch' }
  /** Signed longer ago than is allowed, or a presigned request past its end. Times in the wire's basic form. */
  | { readonly code: 'expired'; readonly signedAt: string; readonly now: string; readonly boundMs: number }
  /** Signed by a clock that is further ahead than is allowed. */
  | { readonly code: 'not-yet-valid'; readonly signedAt: string; readonly now: string; readonly boundMs: number }
  | { readonly code: 'wrong-scope'; readonly field: 'date' | 'service' | 'terminator'; readonly wanted: string }
  /** A header that must be signed is not among the signed ones. */
  | { readonly code: 'unsigned-header'; readonly header: string }
  /** The service wants the body under the signature. */
  | { readonly code: 'unsigned-payload' }
  /** The session token is missing, another one, or sent for a credential that has none. */
  | { readonly code: 'token-invalid' }
  /** A session that is over; told to its holder alone. */
  | { readonly code: 'token-expired' };

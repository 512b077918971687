import { headerOf } from '../../http/headers.ts';
import type { HttpRequest } from '../../http/route.ts';
import type { Proof } from '../../identity/proofs.ts';
import type { Clock } from '../../keys/ports.ts';
import type { UnauthenticatedRefusals } from '../../pipeline/unauthenticated.ts';
import { andThen, type MaybePromise } from '../../records/ports.ts';
import { PROTOCOL } from './call.ts';
import { KeyProtectError, UnauthorizedError } from './errors.ts';

/** Who is behind a bearer token. */
export interface TokenReader {
  /** `undefined` where nobody is, or not any more. */
  read(token: string, nowMs: number): MaybePromise<Proof | undefined>;
}

export interface ProvingPorts {
  readonly tokens: TokenReader;
  readonly clock: Clock;
  readonly unauthenticated: UnauthenticatedRefusals;
}

const BEARER = /^Bearer +/i;
const TOKEN = /^[\w.~+/=-]{1,8192}$/;

/**
 * Finds who asks. Nobody known is counted.
 *
 * @throws {UnauthorizedError} {@link KeyProtectError} `BEARER_SUB_EXTRACTION_ERR`
 */
export function prove(ports: ProvingPorts, request: HttpRequest): MaybePromise<Proof> {
  const refuse = (reason: string, error: Error): never => {
    ports.unauthenticated.note(PROTOCOL, request.remoteAddress, reason);
    throw error;
  };
  const authorization = headerOf(request.rawHeaders, 'authorization');
  if (authorization === undefined) return refuse('no-token', new UnauthorizedError());
  const scheme = BEARER.exec(authorization)?.[0].length;
  if (scheme === undefined) return refuse('malformed-token', noToken());
  const token = authorization.slice(scheme);
  return andThen(ports.tokens.read(token, ports.clock()), (proof) => {
    if (proof !== undefined) return proof;
    // Asked of unknown tokens alone: to look at each character of each token would take longer than to know it.
    if (!TOKEN.test(token)) return refuse('malformed-token', noToken());
    return refuse('token-not-valid', new UnauthorizedError());
  });
}

function noToken(): KeyProtectError {
  return new KeyProtectError(
    'BEARER_SUB_EXTRACTION_ERR',
    'The header Authorization must be: Bearer and an IAM token. Get one from /identity/token',
    { type: 'header', name: 'Authorization' },
  );
}

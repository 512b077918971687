import { bytesOf, wipe } from '../../bytes/bytes.ts';
import { headerOf } from '../../http/headers.ts';
import type { BufferRoute, HttpAnswer, HttpRequest, ServerRefusal } from '../../http/route.ts';
import { isCredentialValid } from '../../identity/credential.ts';
import type { Directory } from '../../identity/directory.ts';
import type { Proof } from '../../identity/proofs.ts';
import type { Clock } from '../../keys/ports.ts';
import type { Call } from '../../pipeline/call.ts';
import { ThrottledError } from '../../pipeline/errors.ts';
import type { Pipeline } from '../../pipeline/execute.ts';
import type { Throttle } from '../../pipeline/throttle.ts';
import type { UnauthenticatedRefusals } from '../../pipeline/unauthenticated.ts';
import { StoreFullError } from '../../records/ports.ts';
import { encodeError, json } from './answer.ts';
import { API_KEY_GRANT, SCOPE } from './claims.ts';
import { discoveryOf } from './discovery.ts';
import { IamError, invalid, missing } from './errors.ts';
import { readForm, type Form } from './form.ts';
import { jwksOf } from './jwks.ts';
import type { SigningKeys } from './signing-keys.ts';
import type { Tokens } from './tokens.ts';

export interface IamPorts {
  readonly directory: Directory;
  readonly tokens: Tokens;
  readonly keys: SigningKeys;
  readonly issuer: string;
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  readonly unauthenticated: UnauthenticatedRefusals;
  /** Absent: nothing bounds how often a tenant asks. */
  readonly throttle?: Throttle;
  /** Told of what went wrong inside; the caller sees a code only. */
  readonly onFault: (error: unknown, requestId: string) => void;
}

const PROTOCOL = 'iam';
const TOKEN_REQUEST = 'incoming.Identity_Token';
/** A form with an API key has a few hundred bytes. */
const BODY_LIMIT_BYTES = 8 * 1024;
const TIMEOUT_MS = 30_000;
/** An API key of Keystead. */
const API_KEY = /^ks_[A-Za-z0-9_-]{43}$/;

const SERVER_REFUSALS: Record<ServerRefusal, IamError> = {
  'body-too-large': new IamError('BXNIM0413E', `A request has at most ${BODY_LIMIT_BYTES} bytes.`),
  'timed-out': new IamError('BXNIM0503E'),
  failed: new IamError('BXNIM0060E', 'Something failed here: the log of the server has it under the request id.'),
};

const NO_ROOM = new IamError(
  'BXNIM0060E',
  'There is no room to record this request, so no token was made. Make room on the disk of the server. Keys are still disabled with a token that you have, or by the API key itself at the command line, by their id.',
);

/** The token service of IBM Cloud IAM: API keys become tokens, and the keys that verify them are published. */
export function iamRoutes(ports: IamPorts): BufferRoute[] {
  const route = (
    method: string,
    path: string,
    handler: BufferRoute['handler'],
    requestType = 'incoming.Identity_Keys',
  ): BufferRoute => ({
    method,
    path,
    auth: 'none',
    body: 'buffer',
    bodyLimitBytes: BODY_LIMIT_BYTES,
    timeoutMs: TIMEOUT_MS,
    refuse: (refusal, requestId) => encodeError(SERVER_REFUSALS[refusal], requestId, requestType),
    handler,
  });
  const token = (request: HttpRequest): Promise<HttpAnswer> => giveToken(ports, request);
  return [
    route('POST', '/identity/token', token, TOKEN_REQUEST),
    route('POST', '/oidc/token', token, TOKEN_REQUEST),
    route('GET', '/identity/keys', async () => json(jwksOf(await ports.keys.take(ports.clock())))),
    route('GET', '/identity/.well-known/openid-configuration', (request) => json(discoveryOf(request, ports.issuer))),
  ];
}

async function giveToken(ports: IamPorts, request: HttpRequest): Promise<HttpAnswer> {
  const { requestId } = request;
  try {
    const proof = await prove(ports, request);
    const call = callOf(request, proof);
    ports.throttle?.take(call, 'sts');
    const issued = await ports.tokens.issue(proof, clientOf(request), ports.clock());
    // Nobody has a token that no log tells of.
    await ports.pipeline.execute(call, () => ({
      targets: [{ action: call.action, resource: proof.principal.arn, isFree: true }],
      details: { event: eventOf(proof), token: issued.id, expiresAt: issued.expiresAt },
      // Clients of IBM come to switch something off by it.
      finds: true,
      run: () => ({ value: undefined }),
    }));
    return json({
      access_token: issued.token,
      refresh_token: 'not_supported',
      token_type: 'Bearer',
      expires_in: issued.expiresAt - issued.issuedAt,
      expiration: issued.expiresAt,
      scope: SCOPE,
    });
  } catch (error) {
    if (error instanceof IamError) return encodeError(error, requestId, TOKEN_REQUEST);
    if (error instanceof ThrottledError) return encodeError(new IamError('BXNIM0429E'), requestId, TOKEN_REQUEST);
    ports.onFault(error, requestId);
    if (error instanceof StoreFullError) return encodeError(NO_ROOM, requestId, TOKEN_REQUEST);
    return encodeError(SERVER_REFUSALS.failed, requestId, TOKEN_REQUEST);
  }
}

/** Who is behind the API key of the form. What is wrong with one that proves nobody is not told. */
async function prove(ports: IamPorts, request: HttpRequest): Promise<Proof> {
  const refuse = (reason: string, error: IamError): IamError => {
    ports.unauthenticated.note(PROTOCOL, request.remoteAddress, reason);
    return error;
  };
  let form: Form;
  try {
    form = readForm(request.body);
    requireGrant(form);
  } catch (error) {
    throw error instanceof IamError ? refuse('malformed-request', error) : error;
  }
  const { apikey = '' } = form;
  if (apikey === '') throw refuse('no-api-key', missing('apikey'));
  if (!API_KEY.test(apikey)) throw refuse('malformed-api-key', new IamError('BXNIM0415E'));
  const bytes = bytesOf<'CredentialSecret'>(Buffer.from(apikey, 'ascii'));
  try {
    const proof = await ports.directory.byApiKey(bytes);
    if (proof !== undefined && isCredentialValid(proof.credential, ports.clock())) return proof;
  } finally {
    wipe(bytes);
  }
  throw refuse('api-key-not-valid', new IamError('BXNIM0415E'));
}

/** @throws {IamError} it is no request to turn an API key into a token */
function requireGrant({ grant_type: grant, response_type: response }: Form): void {
  if (grant === undefined) throw missing('grant_type');
  if (grant !== API_KEY_GRANT) throw invalid('grant_type', `Valid values: '${API_KEY_GRANT}'`);
  // Whoever asks for more than this would get a token to refresh with, and there is none.
  if (response !== undefined && response !== 'cloud_iam') throw invalid('response_type', "Valid values: 'cloud_iam'");
}

/** What the client calls itself by Basic authentication: `bx` in older clients. It proves nothing. */
function clientOf({ rawHeaders }: HttpRequest): string {
  const basic = /^Basic +(?<pair>[A-Za-z0-9+/=]{1,128})$/i.exec(headerOf(rawHeaders, 'authorization') ?? '');
  const pair = Buffer.from(basic?.groups?.['pair'] ?? '', 'base64').toString('latin1');
  const [client = ''] = pair.split(':');
  return /^[\w.-]{1,64}$/.test(client) ? client : 'default';
}

/** The name of IBM's activity event. */
function eventOf({ principal }: Proof): string {
  const isProgram = principal.program === true || principal.service !== undefined;
  return isProgram ? 'iam-identity.serviceid-apikey.login' : 'iam-identity.user-apikey.login';
}

function callOf({ rawHeaders, remoteAddress, isSecure, requestId }: HttpRequest, { principal }: Proof): Call {
  const userAgent = headerOf(rawHeaders, 'user-agent');
  return {
    principal,
    requestId,
    action: 'iam:IssueToken',
    source: {
      protocol: PROTOCOL,
      address: remoteAddress,
      isSecure: isSecure === true,
      ...(userAgent !== undefined && { userAgent }),
    },
  };
}

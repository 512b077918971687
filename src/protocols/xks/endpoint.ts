import { openXksSecret } from '../../keys/xks-endpoint.ts';
import { headerOf } from '../../http/headers.ts';
import type { BufferRoute, HttpAnswer, HttpRequest, ServerRefusal } from '../../http/route.ts';
import type { Directory } from '../../identity/directory.ts';
import type { Clock } from '../../keys/ports.ts';
import type { Call } from '../../pipeline/call.ts';
import type { Pipeline } from '../../pipeline/execute.ts';
import type { UnauthenticatedRefusals } from '../../pipeline/unauthenticated.ts';
import { requireReach } from '../../pipeline/reach.ts';
import { andThen, type Freshness, type MaybePromise, type RecordReader } from '../../records/ports.ts';
import type { Act } from '../../pipeline/act.ts';
import { SignatureVerifier, type SigningCredential } from '../sigv4/verify.ts';
import { XksError, xksErrorOf } from './errors.ts';
import { XksEndpoints, type FoundEndpoint } from './find-endpoint.ts';
import { Members } from './members.ts';
import type { XksAnswer, XksContext, XksPorts } from './operation.ts';
import { decrypt } from './operations/decrypt.ts';
import { encrypt } from './operations/encrypt.ts';
import { health } from './operations/health.ts';
import { metadata } from './operations/metadata.ts';
import { parsePath } from './path.ts';
import { signatureError } from './signature-error.ts';
import { Throttle } from './throttle.ts';

export interface XksProxyPorts extends Omit<XksPorts, 'throttle'> {
  readonly directory: Directory;
  readonly records: RecordReader & Freshness;
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  readonly unauthenticated: UnauthenticatedRefusals;
  /** Told of what went wrong inside; the caller sees a name only. */
  readonly onFault: (error: unknown, requestId: string) => void;
}

const PROTOCOL = 'xks';
/** The largest request has two texts of 8,192 bytes in base64, and a few ARNs. */
const BODY_LIMIT_BYTES = 64 * 1024;
/** AWS KMS waits for 250 ms, other callers for as long as they are told to: KEYSTEAD_KEY_STORE_TIMEOUT_MS. */
const TIMEOUT_MS = 10_000;
/** Specification, appendix A, task 4. */
const SKEW_MS = 5 * 60_000;

const SERVER_REFUSALS: Record<ServerRefusal, XksError> = {
  'body-too-large': new XksError('ValidationException', `A request has at most ${BODY_LIMIT_BYTES} bytes.`),
  'timed-out': new XksError('DependencyTimeoutException', 'Keystead took too long. Try again.'),
  failed: new XksError('InternalException', 'Something failed in Keystead. The log of the server has it.'),
};

/** `POST <prefix>/kms/xks/v1/...` for all endpoints: the External Key Store Proxy API, version 1. */
export function xksRoute(ports: XksProxyPorts): BufferRoute {
  const endpoints = new XksEndpoints(ports.records, ports.directory);
  const withThrottle = { ...ports, throttle: new Throttle() };
  const verifier = new SignatureVerifier<FoundEndpoint>(
    { service: 'kms-xks-proxy', skewMs: SKEW_MS, path: 'verbatim', payload: 'signed', presigned: 'refused' },
    (accessKeyId) => andThen(endpoints.byAccessKey(accessKeyId), (found) => found && signingCredential(found)),
  );
  return {
    method: 'POST',
    path: '/*',
    auth: 'signature',
    body: 'buffer',
    bodyLimitBytes: BODY_LIMIT_BYTES,
    timeoutMs: TIMEOUT_MS,
    refuse: (refusal) => encodeError(SERVER_REFUSALS[refusal]),
    handler: (request) => serve(withThrottle, verifier, request),
  };
}

async function serve(
  ports: XksProxyPorts & XksPorts,
  verifier: SignatureVerifier<FoundEndpoint>,
  request: HttpRequest,
): Promise<HttpAnswer> {
  try {
    const verifying = verifier.verify(request, request.body, ports.clock());
    const verified = verifying instanceof Promise ? await verifying : verifying;
    if (verified.code !== 'verified') {
      ports.unauthenticated.note(PROTOCOL, request.remoteAddress, verified.code);
      return encodeError(signatureError(verified));
    }
    const context = { ...ports, found: verified.principal, awsRegion: verified.region };
    const call = callOf(request, verified.principal);
    const answer = await ports.pipeline.execute(call, (nowMs) =>
      andThen(requireReach(ports.keys, context.found.instance, call), () => prepare(context, request, nowMs)),
    );
    return encode(200, answer);
  } catch (error) {
    const told = xksErrorOf(error);
    if (told.status === 500) ports.onFault(error, request.requestId);
    return encodeError(told);
  }
}

function prepare(context: XksContext, request: HttpRequest, nowMs: number): MaybePromise<Act<XksAnswer>> {
  const call = parsePath(request.path, request.query, context.found.endpoint.pathPrefix);
  const members = new Members(request.body);
  if (call.operation === 'health') return health(context, members);
  return KEY_OPERATIONS[call.operation](context, members, call.xksKeyId, nowMs);
}

const KEY_OPERATIONS = { metadata, encrypt, decrypt };

function signingCredential(found: FoundEndpoint): SigningCredential<FoundEndpoint> {
  const { endpoint, credential, instance } = found;
  return {
    principal: found,
    // An access key id has one secret for ever.
    secretVersion: credential.accessKeyId,
    openSecret: () => openXksSecret(instance.tenantKey, endpoint, credential),
  };
}

function callOf(request: HttpRequest, { principal }: FoundEndpoint): Call {
  const userAgent = headerOf(request.rawHeaders, 'user-agent')?.slice(0, 256);
  return {
    principal,
    requestId: request.requestId,
    action: 'keystead:UseXksEndpoint',
    source: {
      protocol: PROTOCOL,
      address: request.remoteAddress,
      isSecure: request.isSecure === true,
      ...(userAgent !== undefined && { userAgent }),
    },
  };
}

function encodeError({ status, errorName, text }: XksError): HttpAnswer {
  return encode(status, { errorName, errorMessage: text });
}

function encode(status: number, answer: XksAnswer): HttpAnswer {
  const headers = ['Content-Type', 'application/json', 'Cache-Control', 'no-store'];
  return { status, headers, body: Buffer.from(JSON.stringify(answer), 'utf8') };
}

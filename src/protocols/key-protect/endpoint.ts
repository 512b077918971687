import { headerOf } from '../../http/headers.ts';
import type { BufferRoute, HttpAnswer, HttpRequest, ServerRefusal } from '../../http/route.ts';
import { authorizationsOf } from '../../identity/authorization.ts';
import { iamIdOf } from '../../identity/iam-id.ts';
import type { Proof } from '../../identity/proofs.ts';
import { KeyOutlines } from '../../keys/key-outlines.ts';
import type { Clock } from '../../keys/ports.ts';
import type { Act } from '../../pipeline/act.ts';
import type { Call } from '../../pipeline/call.ts';
import type { Pipeline } from '../../pipeline/execute.ts';
import { requireReach } from '../../pipeline/reach.ts';
import type { Throttle } from '../../pipeline/throttle.ts';
import type { UnauthenticatedRefusals } from '../../pipeline/unauthenticated.ts';
import { andThen, type Freshness, type MaybePromise, type RecordReader } from '../../records/ports.ts';
import { encodeAnswer, encodeError, encodeUnauthorized, type Answer } from './answer.ts';
import { BODY_LIMIT_BYTES, readJson, tooLarge } from './body.ts';
import { CATALOG, type Endpoint, type OperationName } from './catalog.ts';
import { KeyProtectError, UnauthorizedError } from './errors.ts';
import { listedKeyOf } from './listing/listed-key.ts';
import { match, PREFIX, type Matched } from './match.ts';
import type { OperationContext, OperationInput, OperationPorts } from './operation.ts';
import { OPERATIONS } from './operations.ts';
import { Query } from './query.ts';
import { rateClassesOf } from './rate-class.ts';
import { guardedByAuthorizations } from './service-access.ts';
import { wireErrorOf } from './wire-error.ts';

/** Who is behind a bearer token. */
export interface TokenReader {
  /** `undefined` where nobody is, or not any more. */
  read(token: string, nowMs: number): MaybePromise<Proof | undefined>;
}

export interface EndpointPorts extends OperationPorts {
  readonly records: RecordReader & Freshness;
  readonly tokens: TokenReader;
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  readonly unauthenticated: UnauthenticatedRefusals;
  /** Absent: nothing bounds how often a tenant asks. */
  readonly throttle?: Throttle;
  /** Told of what went wrong inside; the caller sees a code only. */
  readonly onFault: (error: unknown, requestId: string) => void;
}

const PROTOCOL = 'key-protect';
const TIMEOUT_MS = 30_000;
const METHODS: readonly Endpoint['method'][] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
const BEARER = /^Bearer +/i;
const TOKEN = /^[\w.~+/=-]{1,8192}$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** What is taken for a correlation id and told again. */
const CORRELATION_ID = /^[\w.:-]{1,128}$/;

const SERVER_REFUSALS: Record<ServerRefusal, () => KeyProtectError> = {
  'body-too-large': tooLarge,
  'timed-out': () => new KeyProtectError('SERVICE_UNAVAILABLE_ERR', 'The request took too long: Send it again'),
  failed: () => new KeyProtectError('INTERNAL_ERR', 'Something failed here: the log of the server has it'),
};

/** `/api/v2/...`: the IBM Key Protect API, for all tenants and instances. */
export function keyProtectRoutes(ports: EndpointPorts): BufferRoute[] {
  const served = { ...ports, listed: new KeyOutlines(ports.records, listedKeyOf) };
  return METHODS.map((method) => ({
    method,
    path: `${PREFIX}/*`,
    auth: 'token',
    body: 'buffer',
    bodyLimitBytes: BODY_LIMIT_BYTES,
    timeoutMs: TIMEOUT_MS,
    refuse: (refusal, requestId) => encodeError(SERVER_REFUSALS[refusal](), requestId),
    handler: (request) => serve(served, request),
  }));
}

/** The ports, and what is kept between requests. */
type Served = EndpointPorts & Pick<OperationContext, 'listed'>;

async function serve(ports: Served, request: HttpRequest): Promise<HttpAnswer> {
  const { requestId } = request;
  const correlationId = correlationOf(request);
  try {
    // A turn of the event loop costs a look at the epoch: none is taken where the token is known.
    const proving = prove(ports, request);
    const { principal } = proving instanceof Promise ? await proving : proving;
    const query = new Query(request.query);
    const matched = matchOf(request, query);
    const name = matched instanceof KeyProtectError ? undefined : matched.name;
    const call = callOf(request, principal, name === undefined ? NO_OPERATION : CATALOG[name], correlationId);
    // Before anything is done with a key, and once, however often the act is prepared.
    for (const one of rateClassesOf(name)) ports.throttle?.take(call, one);
    if (matched instanceof KeyProtectError) {
      await ports.pipeline.refuse(call, matched);
      throw matched;
    }
    const answer = await ports.pipeline.execute(call, (nowMs) => prepare(ports, request, call, matched, query, nowMs));
    return encodeAnswer(answer, correlationId);
  } catch (error) {
    const told = wireErrorOf(error);
    if (told === 'unauthorized') return encodeUnauthorized(correlationId);
    if (told.status >= 500 && told.code !== 'NOT_IMPLEMENTED_ERR') ports.onFault(error, requestId);
    return encodeError(told, correlationId);
  }
}

/** By what the entry of a request is known that is for none of the operations. */
const NO_OPERATION: Pick<Endpoint, 'event' | 'actions'> = { event: 'kms.secrets.default', actions: ['kms:Unknown'] };

/** What a request is for, or why it is for nothing. */
function matchOf(request: HttpRequest, query: Query): Matched | KeyProtectError {
  try {
    return match(request.method, request.path, query) ?? noSuchPath(request);
  } catch (error) {
    if (error instanceof KeyProtectError) return error;
    throw error;
  }
}

/** @throws {UnauthorizedError} {@link KeyProtectError} `BEARER_SUB_EXTRACTION_ERR` */
function prove(ports: EndpointPorts, request: HttpRequest): MaybePromise<Proof> {
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

function prepare(
  ports: Served,
  request: HttpRequest,
  call: Call,
  { name, path }: Matched,
  query: Query,
  nowMs: number,
): MaybePromise<Act<Answer>> {
  return andThen(contextOf(ports, request, call, name, nowMs), (context) => {
    const operation = OPERATIONS[name];
    if (operation === 'not-implemented') throw notImplemented(name);
    const input: OperationInput = { path, query, body: readJson(request) };
    const preparing = isAtHome(context)
      ? operation.prepare(context, input, nowMs)
      : hidingNames(context, () => operation.prepare(context, input, nowMs));
    return andThen(preparing, (act) => withinTenant(context, act, call));
  });
}

function contextOf(
  ports: Served,
  { rawHeaders }: HttpRequest,
  { principal, source, requestId }: Call,
  name: OperationName,
  nowMs: number,
): MaybePromise<OperationContext> {
  const instanceId = headerOf(rawHeaders, 'bluemix-instance')?.trim() ?? '';
  if (!UUID.test(instanceId)) {
    throw new KeyProtectError(
      'INVALID_HEADER_ERR',
      'The header Bluemix-Instance must be: the id of an instance, a UUID',
      {
        type: 'header',
        name: 'Bluemix-Instance',
      },
    );
  }
  const { directory, keys, records, random, quotas, wrappingKeys, listed } = ports;
  const endpoint: Endpoint = CATALOG[name];
  const keyRing = endpoint.ignoresKeyRing ? undefined : headerOf(rawHeaders, 'x-kms-key-ring')?.trim();
  return andThen(directory.instanceById(instanceId.toLowerCase()), (instance) => {
    // Whether there is such an instance is not for strangers to know.
    if (instance === undefined) throw new UnauthorizedError();
    return andThen(requireReach(keys, instance, { principal, source }), () => ({
      directory,
      keys,
      records,
      random,
      quotas,
      wrappingKeys,
      listed,
      principal,
      source,
      requestId,
      nowMs,
      instance,
      keyRing: keyRing === '' ? undefined : keyRing,
      port: portOf(rawHeaders, source.isSecure === true),
      prefer: preferOf(rawHeaders),
    }));
  });
}

/** Whether somebody of the tenant itself asks, and no service that it may have authorized. */
function isAtHome({ instance, principal }: OperationContext): boolean {
  return instance.tenantId === principal.tenantId && principal.service === undefined;
}

/**
 * Which keys and aliases another tenant has is not for strangers to find out by their names: what is not there
 * is answered as what is not theirs. Services that the tenant has authorized are told.
 */
async function hidingNames(
  { records, instance, principal }: OperationContext,
  prepareAct: () => MaybePromise<Act<Answer>>,
): Promise<Act<Answer>> {
  try {
    return await prepareAct();
  } catch (error) {
    const told = wireErrorOf(error);
    if (told === 'unauthorized' || told.code !== 'KEY_NOT_FOUND_ERR') throw error;
    const { service } = principal;
    const isAuthorized = service !== undefined && (await authorizationsOf(records, instance, service)).length > 0;
    throw isAuthorized ? error : new UnauthorizedError();
  }
}

/**
 * In an instance of another tenant only what a key's own policy gives is open: where there is no key to ask, the
 * caller's own policies would decide about what is not theirs. Services have none: their authorizations decide.
 */
function withinTenant(context: OperationContext, act: Act<Answer>, call: Call): MaybePromise<Act<Answer>> {
  const { principal } = context;
  const isOpen = act.targets.every(({ key, guarded }) => key !== undefined || guarded !== undefined);
  if (isOpen || isAtHome(context)) return withDetails(act, call);
  if (principal.service === undefined) throw new UnauthorizedError();
  return andThen(guardedByAuthorizations(context, principal.service), (guarded) => {
    const targets = act.targets.map((target) => (target.key === undefined ? { guarded, ...target } : target));
    return withDetails({ ...act, targets }, call);
  });
}

function withDetails(act: Act<Answer>, call: Call): Act<Answer> {
  const details =
    act.details === undefined ? call.details : { ...(call.details as object), ...(act.details as object) };
  return { ...act, ...(details !== undefined && { details }) };
}

function callOf(
  { rawHeaders, remoteAddress, isSecure, requestId, path }: HttpRequest,
  principal: Proof['principal'],
  { event, actions }: Pick<Endpoint, 'event' | 'actions'>,
  correlationId: string,
): Call {
  const userAgent = headerOf(rawHeaders, 'user-agent');
  return {
    principal,
    requestId,
    action: actions[0],
    // What IBM's activity events carry of every request, in canonical order.
    details: {
      correlationId,
      event,
      iamId: iamIdOf(principal),
      instance: headerOf(rawHeaders, 'bluemix-instance')?.slice(0, 64),
      keyRing: headerOf(rawHeaders, 'x-kms-key-ring')?.slice(0, 128),
      uri: path.slice(0, 1_024),
    },
    source: {
      protocol: PROTOCOL,
      address: remoteAddress,
      isSecure: isSecure === true,
      ...(userAgent !== undefined && { userAgent }),
    },
  };
}

/** By its header `Host`, as the client reaches us through whatever is in between. */
function portOf(rawHeaders: readonly string[], isSecure: boolean): number {
  const port = /:(?<port>\d{1,5})$/.exec(headerOf(rawHeaders, 'host') ?? '')?.groups?.['port'];
  return port === undefined ? (isSecure ? 443 : 80) : Number(port);
}

function preferOf(rawHeaders: readonly string[]): OperationContext['prefer'] {
  const prefer = headerOf(rawHeaders, 'prefer')?.toLowerCase() ?? '';
  const wanted = /\breturn\s*=\s*"?(?<what>representation|minimal)/.exec(prefer)?.groups?.['what'];
  return wanted as OperationContext['prefer'];
}

function correlationOf({ rawHeaders, requestId }: HttpRequest): string {
  const given = headerOf(rawHeaders, 'correlation-id')?.trim();
  return given !== undefined && CORRELATION_ID.test(given) ? given : requestId;
}

function noSuchPath({ method }: HttpRequest): KeyProtectError {
  return new KeyProtectError('NOT_FOUND_ERR', `There is no such path for ${method} in this API`);
}

function notImplemented(name: OperationName): KeyProtectError {
  return new KeyProtectError(
    'NOT_IMPLEMENTED_ERR',
    `Keystead does not implement ${name} yet: docs/guide/compatibility.md lists what it does implement`,
  );
}

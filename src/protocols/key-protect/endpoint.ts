import type { BufferRoute, HttpAnswer, HttpRequest, ServerRefusal } from '../../http/route.ts';
import { KeyOutlines } from '../../keys/key-outlines.ts';
import type { Act } from '../../pipeline/act.ts';
import type { Call } from '../../pipeline/call.ts';
import type { Pipeline } from '../../pipeline/execute.ts';
import type { RequestMeter } from '../../pipeline/request-meter.ts';
import type { Throttle } from '../../pipeline/throttle.ts';
import { andThen, type Freshness, type MaybePromise, type RecordReader } from '../../records/ports.ts';
import { encodeAnswer, encodeError, encodeUnauthorized, type Answer } from './answer.ts';
import { BODY_LIMIT_BYTES, readJson, tooLarge } from './body.ts';
import { callOf, correlationOf } from './call.ts';
import { CATALOG, type Endpoint, type OperationName } from './catalog.ts';
import { contextOf, type SharedPorts } from './context.ts';
import { KeyProtectError } from './errors.ts';
import { listedKeyOf } from './listing/listed-key.ts';
import { match, PREFIX, type Matched } from './match.ts';
import { MeteredRequest } from './metered-request.ts';
import type { OperationInput, OperationPorts } from './operation.ts';
import { OPERATIONS } from './operations.ts';
import { hidingNames, withinTenant } from './other-tenant.ts';
import { isAtHome } from './own-instance.ts';
import { prove, type ProvingPorts } from './prove.ts';
import { Query } from './query.ts';
import { rateClassesOf } from './rate-class.ts';
import { wireErrorOf } from './wire-error.ts';

export interface EndpointPorts extends OperationPorts, ProvingPorts {
  readonly records: RecordReader & Freshness;
  readonly pipeline: Pipeline;
  /** Absent: nothing bounds how often a tenant asks. */
  readonly throttle?: Throttle;
  /** Counts the requests of instances whose policy `metrics` wants it. */
  readonly meter: RequestMeter;
  /** Told of what went wrong inside; the caller sees a code only. */
  readonly onFault: (error: unknown, requestId: string) => void;
}

const TIMEOUT_MS = 30_000;
const METHODS: readonly Endpoint['method'][] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

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

type Served = EndpointPorts & SharedPorts;

async function serve(ports: Served, request: HttpRequest): Promise<HttpAnswer> {
  const { requestId } = request;
  const correlationId = correlationOf(request);
  const metered = new MeteredRequest(ports.meter, ports.clock);
  let { event } = NO_OPERATION;
  try {
    // A turn of the event loop costs a look at the epoch: none is taken where the token is known.
    const proving = prove(ports, request);
    const { principal } = proving instanceof Promise ? await proving : proving;
    const query = new Query(request.query);
    const matched = matchOf(request, query);
    const name = matched instanceof KeyProtectError ? undefined : matched.name;
    const endpoint = name === undefined ? NO_OPERATION : CATALOG[name];
    ({ event } = endpoint);
    const call = callOf(request, principal, endpoint, correlationId);
    // Before anything is done with a key, and once, however often the act is prepared.
    for (const one of rateClassesOf(name)) ports.throttle?.take(call, one);
    if (matched instanceof KeyProtectError) {
      await ports.pipeline.refuse(call, matched);
      throw matched;
    }
    const answer = await ports.pipeline.execute(call, (nowMs) =>
      prepare(ports, request, call, matched, query, nowMs, metered),
    );
    return metered.answered(event, encodeAnswer(answer, correlationId));
  } catch (error) {
    const told = wireErrorOf(error);
    if (told === 'unauthorized') return metered.answered(event, encodeUnauthorized(correlationId));
    if (told.status >= 500 && told.code !== 'NOT_IMPLEMENTED_ERR') ports.onFault(error, requestId);
    return metered.answered(event, encodeError(told, correlationId));
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

function prepare(
  ports: Served,
  request: HttpRequest,
  call: Call,
  { name, path }: Matched,
  query: Query,
  nowMs: number,
  metered: MeteredRequest,
): MaybePromise<Act<Answer>> {
  return andThen(contextOf(ports, request, call, name, nowMs, metered), (context) => {
    const operation = OPERATIONS[name];
    if (operation === 'not-implemented') throw notImplemented(name);
    const input: OperationInput = { path, query, body: readJson(request) };
    const preparing = isAtHome(context)
      ? operation.prepare(context, input, nowMs)
      : hidingNames(context, () => operation.prepare(context, input, nowMs));
    return andThen(preparing, (act) => withinTenant(context, act, call));
  });
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

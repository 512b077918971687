import { wipe } from '../../bytes/bytes.ts';
import { headerOf } from '../../http/headers.ts';
import type { BufferRoute, HttpAnswer, HttpRequest, ServerRefusal } from '../../http/route.ts';
import type { Proof } from '../../identity/proofs.ts';
import type { Principal } from '../../identity/principal.ts';
import { signingOf } from '../../identity/signing.ts';
import type { Clock } from '../../keys/ports.ts';
import type { Call } from '../../pipeline/call.ts';
import type { Pipeline } from '../../pipeline/execute.ts';
import { onBehalfOf } from '../../pipeline/on-behalf-of.ts';
import type { Throttle } from '../../pipeline/throttle.ts';
import type { UnauthenticatedRefusals } from '../../pipeline/unauthenticated.ts';
import { andThen } from '../../records/ports.ts';
import { SignatureVerifier } from '../sigv4/verify.ts';
import { StsError } from './errors.ts';
import type { OperationPorts } from './operation.ts';
import { isOperation, operationOf } from './operations.ts';
import { readParameters, type Parameters } from './parameters.ts';
import { signatureError } from './signature-errors.ts';
import { wireErrorOf } from './wire-error.ts';
import { encodeAnswer, encodeError } from './xml.ts';

export interface StsPorts extends OperationPorts {
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  readonly unauthenticated: UnauthenticatedRefusals;
  /** Absent: rates are not bounded. */
  readonly throttle?: Throttle;
  /** Told of what went wrong inside; the caller sees a code only. */
  readonly onFault: (error: unknown, requestId: string) => void;
}

const PROTOCOL = 'sts';
const BODY_LIMIT_BYTES = 128 * 1024;
const TIMEOUT_MS = 30_000;
const SKEW_MS = 15 * 60_000;
/** Clients that know no region of AWS STS sign for these; what a tenant has is the same everywhere. */
const GLOBAL_REGIONS = new Set(['us-east-1', 'aws-global']);

const SERVER_REFUSALS: Record<ServerRefusal, StsError> = {
  'body-too-large': new StsError('RequestEntityTooLarge', `A request has at most ${BODY_LIMIT_BYTES} bytes.`),
  'timed-out': new StsError('ServiceUnavailable', 'The request took too long. Send it again.'),
  failed: new StsError('InternalFailure', 'Something failed here. The log of the server has it under the request id.'),
};

/** Whether a request to the path that all AWS services share is for this one: its parameters are a form or a query. */
export function isForSts({ rawHeaders, query }: Pick<HttpRequest, 'rawHeaders' | 'query'>): boolean {
  if (query !== '' && /(?:^|&)Action=/.test(query)) return true;
  return headerOf(rawHeaders, 'content-type')?.startsWith('application/x-www-form-urlencoded') === true;
}

/** `POST /` and `GET /`: AWS STS by its query protocol, for all tenants. */
export function stsRoutes(ports: StsPorts): { readonly post: BufferRoute; readonly get: BufferRoute } {
  const verifier = new SignatureVerifier<Principal>(
    { service: 'sts', skewMs: SKEW_MS, path: 'normalized', payload: 'signed', presigned: 'allowed' },
    (accessKeyId) => andThen(ports.directory.byAccessKey(accessKeyId), (proof) => proof && signingOf(proof)),
  );
  const post: BufferRoute = {
    method: 'POST',
    path: '/',
    auth: 'signature',
    body: 'buffer',
    bodyLimitBytes: BODY_LIMIT_BYTES,
    timeoutMs: TIMEOUT_MS,
    refuse: (refusal, requestId) => encodeError(SERVER_REFUSALS[refusal], requestId),
    handler: (request) => serve(ports, verifier, request),
  };
  return { post, get: { ...post, method: 'GET' } };
}

async function serve(
  ports: StsPorts,
  verifier: SignatureVerifier<Principal>,
  request: HttpRequest,
): Promise<HttpAnswer> {
  const { requestId } = request;
  const secrets: Uint8Array[] = [];
  try {
    const verified = await verifier.verify(request, request.body, ports.clock());
    if (verified.code !== 'verified') {
      ports.unauthenticated.note(PROTOCOL, request.remoteAddress, verified.code);
      return encodeError(signatureError(verified), requestId);
    }
    const { accessKeyId, region } = verified;
    let named = '';
    let isAdmitted = false;
    const form = parametersOf(request);
    const call = callOf(request, verified.principal, form);
    const answered = await ports.pipeline.execute(call, async (nowMs) => {
      // Once for each request, however often its act is prepared.
      if (!isAdmitted) ports.throttle?.take(call, 'sts');
      isAdmitted = true;
      const parameters = parametersOf(request);
      if (parameters instanceof StsError) throw parameters;
      const { name, operation } = operationOf(parameters);
      named = name;
      const proof = await ports.directory.byAccessKey(accessKeyId);
      // Taken back in this very moment.
      if (proof === undefined) throw signatureError({ code: 'unknown-key' });
      await requireRegion(ports, proof, region);
      const { directory, random } = ports;
      const wipeLater = (...more: readonly (Uint8Array | undefined)[]) =>
        void secrets.push(...more.filter((secret) => secret !== undefined));
      const act = await operation.prepare({ directory, random, region, proof, wipeLater }, parameters, nowMs);
      return {
        ...act,
        run: async (at: number) => {
          const done = await act.run(at);
          return { ...done, value: () => operation.show(done.value) };
        },
      };
    });
    return encodeAnswer(named, answered(), requestId);
  } catch (error) {
    const wireError = wireErrorOf(error);
    if (wireError.status >= 500) ports.onFault(error, requestId);
    return encodeError(wireError, requestId);
  } finally {
    wipe(...secrets);
  }
}

/** The parameters, or why they cannot be read: that is told to proven callers alone, and recorded. */
function parametersOf(request: HttpRequest): Parameters | StsError {
  try {
    return readParameters(request.query, request.method === 'POST' ? request.body : Buffer.alloc(0));
  } catch (error) {
    if (error instanceof StsError) return error;
    throw error;
  }
}

async function requireRegion({ directory }: StsPorts, { tenant }: Proof, region: string): Promise<void> {
  if (GLOBAL_REGIONS.has(region) || (await directory.instance(tenant.tenantId, region)) !== undefined) return;
  throw new StsError(
    'RegionDisabledException',
    `This account has no region "${region}" here. Correct the region that the client signs for, or sign for us-east-1.`,
  );
}

function callOf(request: HttpRequest, principal: Principal, form: Parameters | StsError): Call {
  const userAgent = headerOf(request.rawHeaders, 'user-agent')?.slice(0, 256);
  const action = form instanceof StsError ? undefined : form.text('Action');
  return {
    principal,
    requestId: request.requestId,
    action: action !== undefined && isOperation(action) ? `sts:${action}` : 'sts:Unknown',
    ...(principal.service !== undefined && onBehalfOf((name) => headerOf(request.rawHeaders, name))),
    source: {
      protocol: PROTOCOL,
      address: request.remoteAddress,
      isSecure: request.isSecure === true,
      ...(userAgent !== undefined && { userAgent }),
    },
  };
}

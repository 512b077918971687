import type { Principal } from '../../identity/principal.ts';
import { signingOf } from '../../identity/signing.ts';
import { headerOf } from '../../http/headers.ts';
import type { BufferRoute, HttpAnswer, HttpRequest, ServerRefusal } from '../../http/route.ts';
import type { Clock } from '../../keys/ports.ts';
import type { Call } from '../../pipeline/call.ts';
import type { Pipeline } from '../../pipeline/execute.ts';
import { onBehalfOf } from '../../pipeline/on-behalf-of.ts';
import { requireReach } from '../../pipeline/reach.ts';
import type { Throttle } from '../../pipeline/throttle.ts';
import type { UnauthenticatedRefusals } from '../../pipeline/unauthenticated.ts';
import { andThen, type MaybePromise } from '../../records/ports.ts';
import { SignatureVerifier, type SigningCredential } from '../sigv4/verify.ts';
import { Admission } from './admission.ts';
import { AwsKmsError } from './errors.ts';
import type { OperationPorts } from './operation.ts';
import { prepareOperation, type AnyInput } from './prepare.ts';
import { wipeSecrets } from './secrets.ts';
import { signatureError } from './signature-errors.ts';
import type { ResolvedKey } from './resolve.ts';
import { readInput } from './validate.ts';
import { encodeAnswer, encodeError, isOperation, operationOf } from './wire.ts';
import { wireErrorOf } from './wire-error.ts';

export interface EndpointPorts extends OperationPorts {
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  readonly unauthenticated: UnauthenticatedRefusals;
  /** Absent: nothing bounds how often a tenant asks. */
  readonly throttle?: Throttle;
  /** Told of what went wrong inside; the caller sees a code only. */
  readonly onFault: (error: unknown, requestId: string) => void;
}

const PROTOCOL = 'aws-kms';
/** More than twice the largest request that the model allows. */
const BODY_LIMIT_BYTES = 512 * 1024;
const TIMEOUT_MS = 30_000;
const SKEW_MS = 15 * 60_000;

const SERVER_REFUSALS: Record<ServerRefusal, AwsKmsError> = {
  'body-too-large': new AwsKmsError(
    'RequestEntityTooLargeException',
    `A request has at most ${BODY_LIMIT_BYTES} bytes.`,
  ),
  'timed-out': new AwsKmsError('ServiceUnavailableException', 'The request took too long. Send it again.'),
  failed: new AwsKmsError(
    'KMSInternalException',
    'Something failed here. The log of the server has it under the request id.',
  ),
};

/** `POST /`: the AWS KMS API, for all tenants and regions. */
export function awsKmsRoute(ports: EndpointPorts): BufferRoute {
  const verifier = new SignatureVerifier<Principal>(
    { service: 'kms', skewMs: SKEW_MS, path: 'normalized', payload: 'signed', presigned: 'allowed' },
    (accessKeyId) => lookup(ports, accessKeyId),
  );
  const shared = sharedBy(ports);
  return {
    method: 'POST',
    path: '/',
    auth: 'signature',
    body: 'buffer',
    bodyLimitBytes: BODY_LIMIT_BYTES,
    timeoutMs: TIMEOUT_MS,
    refuse: (refusal, requestId) => encodeError(SERVER_REFUSALS[refusal], requestId),
    handler: (request) => serve(ports, shared, verifier, request),
  };
}

/** What all requests reach for: put together once. */
function sharedBy(ports: EndpointPorts): OperationPorts {
  const { directory, keys, grants, records, random, wrappingKeys, materials, attestationRoots, quotas, keyStores } =
    ports;
  return { directory, keys, grants, records, random, wrappingKeys, materials, attestationRoots, quotas, keyStores };
}

async function serve(
  ports: EndpointPorts,
  shared: OperationPorts,
  verifier: SignatureVerifier<Principal>,
  request: HttpRequest,
): Promise<HttpAnswer> {
  const { requestId } = request;
  const resolved: ResolvedKey[] = [];
  try {
    const verifying = verifier.verify(request, request.body, ports.clock());
    const verified = verifying instanceof Promise ? await verifying : verifying;
    if (verified.code !== 'verified') {
      ports.unauthenticated.note(PROTOCOL, request.remoteAddress, verified.code);
      return encodeError(signatureError(verified), requestId);
    }
    const { principal, region } = verified;
    const target = headerOf(request.rawHeaders, 'x-amz-target');
    const call = callOf(request, principal, region, target);
    const admission = ports.throttle && new Admission(ports.throttle, call);
    const prepareAct = (nowMs: number) => {
      const name = operationOf(target);
      const input = readInput(name, request.body);
      return andThen(ports.directory.instance(principal.tenantId, region), (instance) => {
        if (instance === undefined) throw unknownRegion(region);
        const context = { ...shared, principal, source: call.source, instance, resolved, requestId };
        const prepare = () =>
          andThen(requireReach(ports.keys, instance, call), () =>
            prepareOperation(context, name, input as AnyInput, nowMs),
          );
        return admission === undefined ? prepare() : admission.admit(name, input as AnyInput, prepare);
      });
    };
    const output = await ports.pipeline.execute(call, (nowMs) =>
      admission === undefined ? prepareAct(nowMs) : admission.attempt(() => prepareAct(nowMs)),
    );
    const answer = encodeAnswer(output as object | undefined, requestId);
    wipeSecrets(output);
    return answer;
  } catch (error) {
    const target = headerOf(request.rawHeaders, 'x-amz-target');
    const wireError = wireErrorOf(error, resolved, isOperation(target) ? operationOf(target) : undefined);
    if (wireError.status >= 500) ports.onFault(error, requestId);
    return encodeError(wireError, requestId);
  }
}

function lookup(
  { directory }: EndpointPorts,
  accessKeyId: string,
): MaybePromise<SigningCredential<Principal> | undefined> {
  return andThen(directory.byAccessKey(accessKeyId), (proof) => proof && signingOf(proof));
}

/** What the entry of a request that fails early says it was about: the operation, as far as the header names one. */
function callOf(request: HttpRequest, principal: Principal, region: string, target: string | undefined): Call {
  const userAgent = headerOf(request.rawHeaders, 'user-agent')?.slice(0, 256);
  return {
    principal,
    requestId: request.requestId,
    action: isOperation(target) ? `kms:${operationOf(target)}` : 'kms:Unknown',
    ...(principal.service !== undefined && onBehalfOf((name) => headerOf(request.rawHeaders, name))),
    source: {
      protocol: PROTOCOL,
      address: request.remoteAddress,
      isSecure: request.isSecure === true,
      region,
      ...(userAgent !== undefined && { userAgent }),
    },
  };
}

function unknownRegion(region: string): AwsKmsError {
  return new AwsKmsError(
    'UnrecognizedClientException',
    `This account has no region "${region}" here. Correct the region that the client signs for, or make it: keystead tenant region add ${region}`,
  );
}

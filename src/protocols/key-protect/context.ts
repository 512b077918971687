import { headerOf, isDoubled } from '../../http/headers.ts';
import type { HttpRequest } from '../../http/route.ts';
import type { Call } from '../../pipeline/call.ts';
import { requireReach } from '../../pipeline/reach.ts';
import { andThen, type MaybePromise } from '../../records/ports.ts';
import { CATALOG, type Endpoint, type OperationName } from './catalog.ts';
import { KeyProtectError, UnauthorizedError } from './errors.ts';
import type { MeteredRequest } from './metered-request.ts';
import type { OperationContext, OperationPorts } from './operation.ts';

/** The ports, and what is kept between requests. */
export type SharedPorts = OperationPorts & Pick<OperationContext, 'listed'>;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Finds the instance that a request names, if it may be reached from where the request comes.
 *
 * @throws {UnauthorizedError} {@link OutOfReachError} {@link KeyProtectError} `INVALID_HEADER_ERR`
 */
export function contextOf(
  ports: SharedPorts,
  { rawHeaders }: HttpRequest,
  { principal, source, requestId }: Call,
  name: OperationName,
  nowMs: number,
  metered: MeteredRequest,
): MaybePromise<OperationContext> {
  requireOnce(rawHeaders);
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
    const reached = () => requireReach(keys, instance, { principal, source });
    return andThen(andThen(metered.reached(keys, instance), reached), () => ({
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

const ONCE = ['Authorization', 'Bluemix-Instance', 'X-Kms-Key-Ring'].map((name) => ({
  name,
  lower: name.toLowerCase(),
}));

/** Something in between may have decided by the other value. */
function requireOnce(rawHeaders: readonly string[]): void {
  for (const { name, lower } of ONCE) {
    if (!isDoubled(rawHeaders, lower)) continue;
    throw new KeyProtectError('INVALID_HEADER_ERR', `The header ${name} must be: sent once`, { type: 'header', name });
  }
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

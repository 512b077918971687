import { iamIdOf } from '../../identity/iam-id.ts';
import type { Principal } from '../../identity/principal.ts';
import type { Registrar } from '../../keys/registration.ts';
import { KeyProtectError } from './errors.ts';

/**
 * The service that asks.
 *
 * @throws {KeyProtectError} `SERVICE_ONLY_ERR` for people, service ids and sessions
 */
export function requireService(principal: Principal): Registrar {
  const { service } = principal;
  if (service !== undefined) return { service, iamId: iamIdOf(principal) };
  throw new KeyProtectError(
    'SERVICE_ONLY_ERR',
    'Services alone register resources and acknowledge events: Please use the service that has the resource',
  );
}

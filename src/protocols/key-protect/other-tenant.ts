import { authorizationsOf } from '../../identity/authorization.ts';
import type { Act } from '../../pipeline/act.ts';
import type { Call } from '../../pipeline/call.ts';
import { andThen, type MaybePromise } from '../../records/ports.ts';
import type { Answer } from './answer.ts';
import { UnauthorizedError } from './errors.ts';
import type { OperationContext } from './operation.ts';
import { isAtHome } from './own-instance.ts';
import { guardedByAuthorizations } from './service-access.ts';
import { wireErrorOf } from './wire-error.ts';

/**
 * Which keys and aliases another tenant has is not for strangers to find out by their names: what is not there
 * is answered as what is not theirs. Services that the tenant has authorized are told.
 */
export async function hidingNames(
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
export function withinTenant(context: OperationContext, act: Act<Answer>, call: Call): MaybePromise<Act<Answer>> {
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

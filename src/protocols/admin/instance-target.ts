import type { Target } from '../../pipeline/act.ts';
import { instanceArn } from './arn.ts';
import { requestContext } from './request-context.ts';
import type { AdminContext } from './route.ts';

/** The permission on an instance as a whole, or on one of its key rings, as the wire of IBM asks for it. */
export async function instanceTarget(
  { services, proof }: AdminContext,
  action: string,
  region: string,
  keyRing?: string,
): Promise<Target> {
  const instance = await services.directory.instance(proof.tenant.tenantId, region);
  return {
    action,
    resource: instance === undefined ? '*' : instanceArn(instance),
    ...(keyRing !== undefined && { context: requestContext({ 'kms:keyring': [keyRing] }) }),
  };
}

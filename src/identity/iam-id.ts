import type { Principal } from './principal.ts';

/**
 * The name of a principal as IBM Cloud IAM words it: `IBMid-...` for people, `iam-ServiceId-...` for programs of the
 * tenant, `crn-crn:v1:...` for services (https://cloud.ibm.com/docs/account?topic=account-iamoverview).
 */
export function iamIdOf({ kind, id, name, service }: Pick<Principal, 'kind' | 'id' | 'name' | 'service'>): string {
  if (service !== undefined) return `crn-crn:v1:bluemix:public:${service.split('.')[0]}:global:::${name}::`;
  return kind === 'server' ? `iam-ServiceId-${name}` : `IBMid-${id}`;
}

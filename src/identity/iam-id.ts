import type { Principal } from './principal.ts';

/**
 * The name of a principal as IBM Cloud IAM words it: `IBMid-...` for people, `iam-ServiceId-...` for programs of the
 * tenant, `crn-crn:v1:...` for services (https://cloud.ibm.com/docs/account?topic=account-iamoverview).
 */
export function iamIdOf(principal: Pick<Principal, 'kind' | 'id' | 'name' | 'service' | 'program'>): string {
  const { kind, id, name, service, program } = principal;
  if (service !== undefined) return `crn-crn:v1:bluemix:public:${service.split('.')[0]}:global:::${name}::`;
  if (kind === 'server') return `iam-ServiceId-${name}`;
  return program === true ? `iam-ServiceId-${id}` : `IBMid-${id}`;
}

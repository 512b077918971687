import type { Instance } from './tenant.ts';

type Named = Pick<Instance, 'region' | 'accountId' | 'instanceId'>;

/** The name of an instance as IBM Cloud gives it: `crn:v1:bluemix:public:kms:<region>:a/<account>:<instance>::`. */
export function instanceCrn(instance: Named): string {
  return `${segmentsOf(instance)}::`;
}

/** The name of something in an instance: `crn:v1:bluemix:public:kms:<region>:a/<account>:<instance>:<type>:<id>`. */
export function crnOf(instance: Named, type: 'key' | 'policy', id: string): string {
  return `${segmentsOf(instance)}:${type}:${id}`;
}

function segmentsOf({ region, accountId, instanceId }: Named): string {
  return `crn:v1:bluemix:public:kms:${region}:a/${accountId}:${instanceId}`;
}

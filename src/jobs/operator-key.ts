import type { Tenant } from '../identity/tenant.ts';
import { instanceRef, makeInstance, whileItLasts, type Instance } from '../identity/tenant.ts';
import { SYMMETRIC } from '../crypto/key-spec.ts';
import { defaultAccessPolicy } from '../keys/access-policy.ts';
import { createKey } from '../keys/create.ts';
import { NO_INSTANCE_POLICIES } from '../keys/instance-policies.ts';
import { keyRecordId } from '../keys/key-record.ts';
import { OpenKey } from '../keys/open-key.ts';
import type { Write } from '../records/commit.ts';
import { INSTALLATION } from '../records/record.ts';
import { usedBy, type KeysteadRightsPorts } from './keystead-rights.ts';
import { serverCall } from './server-call.ts';

const ACTION = 'keystead:KeepOperatorKey';
const PAGE = 1_000;

/**
 * The key behind `AES-256`: a Keystead key in the tenant of the operator, one for each environment, which the environment
 * alone may use. So whoever may use keys of the operator's tenant could read such backups, and its log tells of each use.
 *
 * @returns its ARN
 */
export async function keepOperatorKey(
  ports: KeysteadRightsPorts,
  tenant: Pick<Tenant, 'tenantId' | 'accountId'>,
  environment: { readonly id: string; readonly label: string },
  region: string,
): Promise<string> {
  const operator = await operatorTenant(ports);
  const { directory, keys, random, records, pipeline } = ports;
  return pipeline.execute(serverCall(operator, ACTION, environment.id), async () => {
    const there = await directory.instance(operator.tenantId, region);
    return {
      targets: [{ action: ACTION, resource: `arn:aws:keystead::${operator.accountId}:server` }],
      details: { account: tenant.accountId, environment: environment.id, region },
      run: async (nowMs) => {
        const former =
          there === undefined ? await records.revisionOf(instanceRef(operator.tenantId, region)) : undefined;
        const made = there === undefined ? makeInstance(operator, region, nowMs, random, former) : undefined;
        const space = there ?? (made?.instance as Instance);
        const wanted = {
          spec: SYMMETRIC,
          usage: 'encrypt-decrypt',
          origin: 'generated',
          description: `AES-256 of the backup environment ${environment.id} of account ${tenant.accountId}`,
          accessPolicy: defaultAccessPolicy(operator.accountId),
          tags: [],
          instancePolicies: there === undefined ? NO_INSTANCE_POLICIES : await keys.instancePolicies.find(there),
        } as const;
        const { value: key, writes } = createKey(space, wanted, nowMs, random);
        const arn = `arn:aws:kms:${region}:${operator.accountId}:key/${key.id}`;
        const found = { open: new OpenKey(key, space), arn, accountId: operator.accountId };
        const use = await usedBy(ports, found, tenant, environment, nowMs);
        const all: Write[] = [...(made ? [made.write] : []), ...writes, ...use.writes];
        return {
          value: arn,
          writes: all,
          ...(there && { preconditions: [whileItLasts(there)] }),
          keyId: keyRecordId(key.id, key.region),
        };
      },
    };
  });
}

/** Whoever runs this server: the tenant that its first start made. */
async function operatorTenant({ records, directory }: KeysteadRightsPorts): Promise<Tenant> {
  let first: Tenant | undefined;
  for (let after: string | undefined; ;) {
    const page = await records.list(INSTALLATION, 'tenant', '', { limit: PAGE, ...(after !== undefined && { after }) });
    for (const { id } of page) {
      const tenant = await directory.tenant(id);
      if (tenant !== undefined && (first === undefined || tenant.createdAtMs < first.createdAtMs)) first = tenant;
    }
    if (page.length < PAGE) break;
    after = page.at(-1)?.id;
  }
  if (first === undefined) throw new TypeError('an installation has a tenant');
  return first;
}

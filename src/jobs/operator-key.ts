import type { Tenant } from '../identity/tenant.ts';
import { isOperator } from '../identity/built-in-policies.ts';
import { readPrincipal } from '../identity/principal.ts';
import { instanceRef, makeInstance, whileItLasts, type Instance } from '../identity/tenant.ts';
import { SYMMETRIC } from '../crypto/key-spec.ts';
import { defaultAccessPolicy } from '../keys/access-policy.ts';
import { createKey } from '../keys/create.ts';
import { deleteKey } from '../keys/removal.ts';
import { NO_INSTANCE_POLICIES } from '../keys/instance-policies.ts';
import { keyRecordId } from '../keys/key-record.ts';
import { OpenKey } from '../keys/open-key.ts';
import type { Write } from '../records/commit.ts';
import { listAllOf } from '../records/list-all.ts';
import { INSTALLATION } from '../records/record.ts';
import { EnvironmentError } from '../vault/environments/environment-error.ts';
import { requireKey } from './keystead-keys.ts';
import { letGo, usedBy, type KeysteadRightsPorts } from './keystead-rights.ts';
import { serverCall } from './server-call.ts';

const ACTION = 'keystead:KeepOperatorKey';

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
          description: descriptionFor(tenant, environment.id),
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

/** Whether a key is one that {@link keepOperatorKey} made for this environment, and nobody has written on since. */
export async function isOperatorKeyFor(
  ports: KeysteadRightsPorts,
  tenant: Pick<Tenant, 'accountId'>,
  environmentId: string,
  arn: string,
): Promise<boolean> {
  const { accountId } = await operatorTenant(ports);
  const found = await requireKey(ports, arn);
  return found.accountId === accountId && found.open.key.description === descriptionFor(tenant, environmentId);
}

function descriptionFor({ accountId }: Pick<Tenant, 'accountId'>, environmentId: string): string {
  return `AES-256 of the backup environment ${environmentId} of account ${accountId}`;
}

/**
 * Takes back the key of an environment that came to nothing: deleted, and for a while restorable as any. Nothing was
 * ever encrypted under it.
 */
export async function dropOperatorKey(
  ports: KeysteadRightsPorts,
  tenant: Pick<Tenant, 'tenantId' | 'accountId'>,
  environmentId: string,
  arn: string,
): Promise<void> {
  await letGo(ports, tenant, environmentId, arn);
  const operator = await operatorTenant(ports);
  await ports.pipeline.execute(serverCall(operator, ACTION, environmentId), async () => {
    const { open } = await requireKey(ports, arn);
    return {
      targets: [{ action: ACTION, resource: `arn:aws:keystead::${operator.accountId}:server` }],
      details: { account: tenant.accountId, environment: environmentId, key: open.key.id, dropped: true },
      run: (nowMs) => ({
        ...deleteKey(open.space, open.key, 'keystead', nowMs),
        value: undefined,
        keyId: keyRecordId(open.key.id, open.key.region),
      }),
    };
  });
}

/**
 * Whoever runs this server: of the tenants with an operator among their users the oldest, which its first start made. A
 * tenant's age alone says nothing, since clocks are set: keys would go to a customer.
 */
async function operatorTenant({ records, directory }: KeysteadRightsPorts): Promise<Tenant> {
  const rows = await listAllOf(records, INSTALLATION, 'tenant', '');
  const tenants: Tenant[] = [];
  for (const { id } of rows) {
    const tenant = await directory.tenant(id);
    if (tenant !== undefined) tenants.push(tenant);
  }
  tenants.sort((a, b) => a.createdAtMs - b.createdAtMs);
  for (const tenant of tenants) {
    const members = (await listAllOf(records, tenant.tenantId, 'principal', '')).map((row) =>
      readPrincipal(tenant, row),
    );
    if (members.some(({ policies, state }) => state !== 'deleted' && isOperator(policies))) return tenant;
  }
  throw new EnvironmentError(
    'operator-missing',
    'Nobody is the operator of this server, who would keep the key for AES-256. Name a master key of your own, or have somebody made operator',
  );
}

import { SYMMETRIC } from '../../../crypto/key-spec.ts';
import { createKey, makeVersion } from '../../../keys/create.ts';
import { edit } from '../../../keys/change.ts';
import { NO_INSTANCE_POLICIES } from '../../../keys/instance-policies.ts';
import type { Key } from '../../../keys/key.ts';
import { putKey } from '../../../keys/key-record.ts';
import type { Put } from '../../../records/commit.ts';
import type { Account, World } from '../key-protect.fixture.ts';

/** How a root key departs from one that was made a moment ago. */
interface RootKeyDeparture {
  /** It is imported, with this. */
  readonly material?: Buffer;
  /** Without a policy of the key's own only the account's policies count. */
  readonly accessPolicy?: string;
  readonly fields?: Partial<Pick<Key, 'state' | 'expiresAtMs' | 'extractable' | 'keyRing' | 'aliases' | 'rotation'>>;
}

/** Makes a root key as the clock of the world stands. */
export async function rootKey(world: World, account: Account, departure: RootKeyDeparture = {}): Promise<Key> {
  const { tenant, instance } = account;
  const { material, fields = {}, accessPolicy = policyOf(tenant.accountId) } = departure;
  const wanted = {
    spec: SYMMETRIC,
    usage: 'encrypt-decrypt',
    origin: material === undefined ? 'generated' : 'imported',
    description: '',
    accessPolicy,
    tags: [],
    instancePolicies: NO_INSTANCE_POLICIES,
  } as const;
  const { value } = createKey(instance, wanted, world.clock(), world.random);
  const versions = material && [
    makeVersion(instance, value, material, world.clock(), world.random, { stage: 'current' }),
  ];
  const key: Key = { ...value, ...fields, ...(versions && { versions }) };
  await world.commit(tenant, [putKey(tenant.tenantKey, undefined, key)], tenant.tenantId);
  return key;
}

/** Changes a key as another protocol or the clock would. */
export async function changeKey(world: World, account: Account, keyId: string, fields: Partial<Key>): Promise<void> {
  const open = await world.keys.find(account.instance, keyId);
  if (open === undefined) throw new TypeError('no such key');
  await world.commit(account.tenant, edit(open.space, open.key, fields).writes as Put[], account.tenant.tenantId);
}

function policyOf(accountId: string): string {
  const statement = { Effect: 'Allow', Principal: { AWS: accountId }, Action: 'kms:*', Resource: '*' };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}

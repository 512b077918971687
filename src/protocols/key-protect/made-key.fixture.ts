import { SECRET, SYMMETRIC } from '../../crypto/key-spec.ts';
import { defaultAccessPolicy } from '../../keys/access-policy.ts';
import { createKey, makeVersion } from '../../keys/create.ts';
import { NO_INSTANCE_POLICIES } from '../../keys/instance-policies.ts';
import { putKey } from '../../keys/key-record.ts';
import type { Key } from '../../keys/key.ts';
import type { Account, World } from './key-protect.fixture.ts';

/** How a key departs from a fresh one that AWS's API would make. */
export type Made = Partial<Omit<Key, 'revision' | 'tenantId' | 'region'>> & {
  /** Makes it a standard key that holds these bytes. */
  readonly secret?: Buffer;
};

/** Puts a key into the store as it is wanted, whatever it takes to get there in earnest. */
export async function madeKey(world: World, { tenant, instance }: Account, made: Made = {}): Promise<Key> {
  const { key, write } = keyOf(world, { tenant, instance }, made);
  await world.commit(tenant, [write], tenant.tenantId);
  return key;
}

/** As many as the entry of one commit has room for. */
const AT_ONCE = 300;

/** Puts many keys there. */
export async function madeKeys(world: World, account: Account, many: readonly Made[]): Promise<Key[]> {
  const all = many.map((made) => keyOf(world, account, made));
  const writes = all.map(({ write }) => write);
  const { tenant } = account;
  for (let at = 0; at < writes.length; at += AT_ONCE) {
    await world.commit(tenant, writes.slice(at, at + AT_ONCE), tenant.tenantId);
  }
  return all.map(({ key }) => key);
}

function keyOf({ clock, random }: World, { instance }: Pick<Account, 'tenant' | 'instance'>, made: Made) {
  const { secret, ...fields } = made;
  const accessPolicy = defaultAccessPolicy(instance.accountId);
  const wanted = {
    spec: SYMMETRIC,
    usage: 'encrypt-decrypt',
    origin: 'generated',
    description: '',
    tags: [],
    accessPolicy,
    instancePolicies: NO_INSTANCE_POLICIES,
  } as const;
  const { value } = createKey(instance, wanted, clock(), random);
  const kind = secret && ({ spec: SECRET, usage: 'store', origin: 'imported', extractable: true } as const);
  const key = { ...value, ...kind, ...fields };
  const versions = secret && [makeVersion(instance, key, secret, clock(), random, { stage: 'current' })];
  const all: Key = { ...key, ...(versions && { versions }) };
  return { key: all, write: putKey(instance.tenantKey, undefined, all) };
}

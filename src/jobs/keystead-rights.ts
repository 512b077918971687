import type { Tenant } from '../identity/tenant.ts';
import { createGrant, type NewGrant } from '../keys/create-grant.ts';
import type { GrantCache } from '../keys/grant-cache.ts';
import { isWithin } from '../keys/grant-reach.ts';
import { removeGrant } from '../keys/grant-record.ts';
import { isParty, partyName, type Grant } from '../keys/grant.ts';
import { keyRecordId } from '../keys/key-record.ts';
import { register, type Registrar, type Registration } from '../keys/registration.ts';
import { registrationsOf, removeRegistration } from '../keys/registration-record.ts';
import { KeyError } from '../keys/errors.ts';
import type { Needed } from '../pipeline/act.ts';
import type { Call } from '../pipeline/call.ts';
import { retireRules } from '../pipeline/retire-rules.ts';
import type { Write } from '../records/commit.ts';
import type { RecordReader } from '../records/ports.ts';
import type { EnvironmentIdentity } from '../vault/format/descriptor.ts';
import { environmentCrn } from '../vault/environments/environment-crn.ts';
import { environmentPrincipal } from './environment-principal.ts';
import { environmentArn } from './find-environment.ts';
import { requireKey, type FoundKey, type KeysteadKeyPorts } from './keystead-keys.ts';
import { serverCall } from './server-call.ts';

/** What it takes to give and take the right to use keys of this installation. */
export interface KeysteadRightsPorts extends KeysteadKeyPorts {
  readonly grants: GrantCache;
  readonly records: RecordReader;
}

/** Who saves an environment. */
export type Saver = Pick<Call, 'principal' | 'requestId' | 'source'>;

/** What an environment does with a key, and that it may give it up. */
const OPERATIONS = [
  'GenerateDataKey',
  'Encrypt',
  'Decrypt',
  'ReEncryptFrom',
  'ReEncryptTo',
  'DescribeKey',
  'RetireGrant',
] as const;

/** Of a key or an alias: region, account, and the name without them. */
const ANY_ARN = /^arn:aws:kms:([a-z0-9-]+):(\d{12}):(?:key\/)?(.+)$/;
const ALIAS_ARN = /^arn:aws:kms:([a-z0-9-]+):(\d{12}):(alias\/.+)$/;

/** Whose word a registration is: no service has a name of one label, so none can be taken for it. */
export const VAULT_REGISTRAR: Registrar = { service: 'keystead', iamId: 'iam-ServiceId-keystead' };

/**
 * Lets an environment use a key of this installation, by the word of who saves it: a grant for the environment's
 * principal, bound to its encryption context, and a registration, so that the key's owner sees what depends on it and
 * does not delete it by mistake. Who saves it needs `kms:CreateGrant` on the key. What is there already stays.
 *
 * @param identity whose vault is to be opened, where that is another's than the environment's own: its encryption context
 * is the one that the grant is bound to
 * @throws {KeyError} {@link AccessDeniedError} recorded
 */
export async function letUse(
  ports: KeysteadRightsPorts,
  saver: Saver,
  tenant: Pick<Tenant, 'tenantId' | 'accountId'>,
  environment: { readonly id: string; readonly label: string },
  keyArn: string,
  identity?: EnvironmentIdentity,
): Promise<void> {
  const { pipeline } = ports;
  const wanted = grantFor(tenant, environment.id, identity);
  await pipeline.execute({ ...saver, action: 'kms:CreateGrant' }, async () => {
    const found = await requireKey(ports, keyArn);
    const { open, accountId } = found;
    return {
      // Whoever may make grants by a grant alone can hand on no more than that grant gives.
      targets: [
        {
          action: 'kms:CreateGrant',
          resource: keyArn,
          key: open,
          accountId,
          mayRestOn: (grant) => isWithin(wanted, grant),
          // For policies that let somebody make grants for environments alone.
          context: { values: (key) => (key === 'kms:granteeprincipal' ? [wanted.grantee.name] : undefined) },
        },
      ],
      details: {
        granteePrincipal: wanted.grantee.name,
        name: environment.label,
        operations: [...OPERATIONS],
        resourceCRN: crnOf(found, tenant, environment.id),
        ...(identity && { vaultOf: { ...identity } }),
      },
      run: async (nowMs) => {
        const { tenantId, id, region, revision } = open.key;
        return {
          value: undefined,
          ...(await usedBy(ports, found, tenant, environment, nowMs, wanted)),
          // What was decided about this key must still hold when the grant comes into force.
          preconditions: [{ ref: { tenantId, kind: 'key', id: keyRecordId(id, region) }, revision }],
        };
      },
    };
  });
}

/** The change that lets an environment use a key: its grant and its registration. What is there already stays. */
export async function usedBy(
  ports: KeysteadRightsPorts,
  found: FoundKey,
  tenant: Pick<Tenant, 'tenantId' | 'accountId'>,
  environment: { readonly id: string; readonly label: string },
  nowMs: number,
  wanted = grantFor(tenant, environment.id),
): Promise<{ readonly writes: readonly Write[]; readonly rooms: readonly Needed[] }> {
  const grant = await createGrant(ports.grants, found.open, wanted, nowMs, ports.random);
  const registration = await registrationFor(ports, found, tenant, environment, nowMs);
  return {
    writes: [...grant.writes, ...registration.writes],
    rooms: [...(grant.rooms ?? []), ...registration.rooms],
  };
}

/** The ARN of a key of this installation that is named in any way. @throws {KeyError} `key-not-found` */
export async function arnOf(
  { directory, keys }: Pick<KeysteadRightsPorts, 'directory' | 'keys'>,
  tenant: Pick<Tenant, 'tenantId' | 'accountId'>,
  name: string,
  region: string,
): Promise<string> {
  const [, arnRegion, accountId, alias] = ALIAS_ARN.exec(name) ?? [];
  const place = arnRegion ?? region;
  const owner = accountId === undefined ? tenant : await directory.tenantByAccount(accountId);
  const instance = owner && (await directory.instance(owner.tenantId, place));
  const short = alias ?? name;
  const open =
    instance && (await (short.startsWith('alias/') ? keys.findByAlias(instance, short) : keys.find(instance, short)));
  if (open === undefined) throw new KeyError('key-not-found', { keyId: name });
  return `arn:aws:kms:${place}:${(owner as Tenant).accountId}:key/${open.key.id}`;
}

/**
 * The ARN of a key of a tenant that bears this name, by whichever ARN it is asked for: of others nothing is told.
 * `undefined`: there is none.
 */
export async function ownKeyNamed(
  ports: Pick<KeysteadRightsPorts, 'directory' | 'keys'>,
  tenant: Pick<Tenant, 'tenantId' | 'accountId'>,
  name: string,
  region: string,
): Promise<string | undefined> {
  const [, arnRegion = region, accountId = tenant.accountId, short = name] = ANY_ARN.exec(name) ?? [];
  if (accountId !== tenant.accountId) return undefined;
  try {
    return await arnOf(ports, tenant, short, arnRegion);
  } catch (error) {
    if (error instanceof KeyError && error.code === 'key-not-found') return undefined;
    throw error;
  }
}

/** Gives up what {@link letUse} gave, by the environment's own word. What is gone already stays gone. */
export async function letGo(
  ports: KeysteadRightsPorts,
  tenant: Pick<Tenant, 'tenantId' | 'accountId'>,
  environmentId: string,
  keyArn: string,
): Promise<void> {
  const principal = environmentPrincipal(tenant, environmentId);
  const call = {
    principal,
    requestId: environmentId,
    action: 'kms:RetireGrant',
    source: { protocol: 'vault', address: 'local' },
  };
  const own = async (): Promise<{ readonly found: FoundKey; readonly grants: readonly Grant[] }> => {
    const found = await requireKey(ports, keyArn);
    const { space, key } = found.open;
    const all = await ports.grants.ofGrantee(space, key, partyName(granteeOf(tenant, environmentId)));
    return { found, grants: all.filter(({ grantee }) => isParty(grantee, principal)) };
  };
  const before = await own();
  if (before.grants.length === 0) return await deregister(ports, tenant, environmentId, before.found);
  await ports.pipeline.execute(call, async () => {
    const { found, grants } = await own();
    const { open, accountId } = found;
    const crn = crnOf(found, tenant, environmentId);
    const registered = await registeredFor(ports, found, crn);
    return {
      targets: grants.map((grant) => ({
        action: 'kms:RetireGrant',
        resource: keyArn,
        key: open,
        accountId,
        guarded: {
          tenantId: grant.tenantId,
          accountId: principal.accountId,
          policy: retireRules(grant, principal, accountId),
        },
      })),
      details: { grantIds: grants.map(({ id }) => id), resourceCRN: crn },
      run: () => ({
        value: undefined,
        writes: [...grants.map(removeGrant), ...registered.map(removeRegistration)],
        urgent: true,
      }),
    };
  });
}

/** The owner of the key has revoked the grant: nothing is left by whose right the registration could be given up. */
async function deregister(
  ports: KeysteadRightsPorts,
  tenant: Pick<Tenant, 'tenantId' | 'accountId'>,
  environmentId: string,
  found: FoundKey,
): Promise<void> {
  const crn = crnOf(found, tenant, environmentId);
  if ((await registeredFor(ports, found, crn)).length === 0) return;
  const action = 'keystead:SweepEnvironment';
  await ports.pipeline.execute(serverCall(tenant, action, environmentId), async () => {
    const registered = await registeredFor(ports, found, crn);
    return {
      targets: [{ action, resource: environmentArn(tenant, environmentId) }],
      details: { environment: environmentId, masterKey: found.arn, resourceCRN: crn },
      run: () => ({ value: undefined, writes: registered.map(removeRegistration) }),
    };
  });
}

async function registeredFor(
  { records }: KeysteadRightsPorts,
  { open }: FoundKey,
  crn: string,
): Promise<Registration[]> {
  const all = await registrationsOf(records, open.space.tenantKey, open.key);
  return all.filter(({ resourceCrn, service }) => resourceCrn === crn && service === VAULT_REGISTRAR.service);
}

function granteeOf(tenant: Pick<Tenant, 'tenantId' | 'accountId'>, environmentId: string): Grant['grantee'] {
  return { type: 'principal', name: environmentPrincipal(tenant, environmentId).arn };
}

/** The same for the same environment, so that asking twice makes one. */
function grantFor(
  tenant: Pick<Tenant, 'tenantId' | 'accountId'>,
  environmentId: string,
  identity: EnvironmentIdentity = { tenant: tenant.tenantId, environment: environmentId },
): NewGrant {
  return {
    name: `keystead-vault-${environmentId}`,
    grantee: granteeOf(tenant, environmentId),
    issuingAccountId: tenant.accountId,
    operations: OPERATIONS,
    constraints: {
      encryptionContextSubset: [
        ['keystead:environment', identity.environment],
        ['keystead:tenant', identity.tenant],
      ],
    },
  };
}

async function registrationFor(
  { records }: KeysteadRightsPorts,
  found: FoundKey,
  tenant: Pick<Tenant, 'accountId'>,
  { id, label }: { readonly id: string; readonly label: string },
  nowMs: number,
): Promise<
  Pick<ReturnType<typeof register>, 'writes'> & { readonly rooms: NonNullable<ReturnType<typeof register>['rooms']> }
> {
  const { key, space } = found.open;
  const crn = crnOf(found, tenant, id);
  const known = await registrationsOf(records, space.tenantKey, key);
  if (known.some(({ resourceCrn }) => resourceCrn === crn)) return { writes: [], rooms: [] };
  // The owner has the last word: a deletion by force takes it away.
  const wanted = { description: `Backups of the environment ${label}`.slice(0, 240), preventsDeletion: false };
  const { writes, rooms = [] } = register(space, key, crn, wanted, VAULT_REGISTRAR, known, nowMs);
  return { writes, rooms };
}

function crnOf({ open }: FoundKey, { accountId }: Pick<Tenant, 'accountId'>, environmentId: string): string {
  return environmentCrn(open.key.region, accountId, environmentId);
}

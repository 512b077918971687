import { existsSync, readdirSync } from 'node:fs';
import { wipe } from '../bytes/bytes.ts';
import { ConfigError, type Config } from '../config/config.ts';
import type { Random } from '../crypto/random.ts';
import { sharing } from '../identity/appointment.ts';
import { issueAccessKey, issueApiKey, type IssuedCredential } from '../identity/credential.ts';
import { Directory } from '../identity/directory.ts';
import { INSTALLATION_REF, makeInstallation, unseal, type Installation } from '../identity/installation.ts';
import { makePrincipal } from '../identity/principal.ts';
import { enrolmentRef, issueEnrolment, readEnrolment, type IssuedEnrolment } from '../identity/sign-in/enrolment.ts';
import { makeInstance, makeTenant, REGION, type Tenant } from '../identity/tenant.ts';
import { INSTALLATION } from '../records/record.ts';
import type { RecordStore } from '../records/ports.ts';
import { KeyFileSeal } from '../seal/key-file.ts';
import type { SqliteStore } from '../store/sqlite.ts';

const ADMINISTRATOR = 'administrator';
const TENANT_NAME = 'default';
const HOLDER_OF_SEAL = 'holder-of-the-seal';

/** What the first administrator gets to see, once. */
export interface FirstCredentials {
  readonly region: string;
  readonly accountId: string;
  readonly instanceId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly apiKey: string;
  /** Of the link by which the person sets up how it signs in to the console. */
  readonly signInToken: string;
}

interface Context {
  readonly config: Config;
  readonly store: RecordStore & Pick<SqliteStore, 'useQueueKey'>;
  readonly nowMs: number;
  readonly random: Random;
}

/**
 * Opens the installation with its seal, or makes it where the store is empty: seal, installation, one tenant with one
 * region, one administrator. A first start that was cut off before its commit begins again with the seal it made.
 *
 * @throws {SealError} the seal is missing or is not the one of this data
 */
export async function openOrMakeInstallation(
  context: Context,
): Promise<{ readonly installation: Installation; readonly first?: FirstCredentials }> {
  const { config, store } = context;
  const record = await store.read(INSTALLATION_REF);
  if (record !== undefined) {
    const installation = await unseal(KeyFileSeal.open(config.sealFile, config.dataFolder), record);
    store.useQueueKey(installation.barrier.queue);
    return { installation };
  }
  return makeFirst(context);
}

async function makeFirst(context: Context): Promise<{ installation: Installation; first: FirstCredentials }> {
  const { config, store, nowMs, random } = context;
  if (!REGION.test(config.region))
    throw new ConfigError(`"${config.region}" is not the name of a region, like us-east-1`);
  refuseBesideWitnesses(config);
  const seal = existsSync(config.sealFile)
    ? KeyFileSeal.open(config.sealFile, config.dataFolder)
    : KeyFileSeal.create(config.sealFile, config.dataFolder);
  const { installation, write } = await makeInstallation(seal, nowMs, random);
  store.useQueueKey(installation.barrier.queue);
  const made = makeTenant(installation.barrier, TENANT_NAME, nowMs, random);
  const { instance, write: instanceWrite } = makeInstance(made.tenant, config.region, nowMs, random);
  const admin = makePrincipal(made.tenant, ADMINISTRATOR, [ADMINISTRATOR, 'operator'], nowMs, random);
  const accessKey = issueAccessKey(made.tenant, admin.member.id, undefined, nowMs, random);
  const apiKey = issueApiKey(made.tenant, admin.member.id, nowMs, random);
  const link = issueEnrolment(made.tenant, admin.member.id, 'first', HOLDER_OF_SEAL, undefined, nowMs);
  const entry = entryOf(context);
  await store.commit({
    writes: [write, made.write, instanceWrite, admin.write, accessKey.write, apiKey.write, link.write],
    entries: [
      { ...entry(INSTALLATION, 'installation:Initialise'), change: true },
      { ...entry(made.tenant.tenantId, 'installation:CreateTenant'), change: true },
    ],
  });
  return { installation, first: shown(made.tenant, instance.region, instance.instanceId, accessKey, apiKey, link) };
}

/** Checkpoints without their data: it was lost or is elsewhere, and a new installation in its place would hide that. */
function refuseBesideWitnesses({ witnessFolders, dataFolder }: Config): void {
  const witness = witnessFolders.find((folder) => existsSync(folder) && readdirSync(folder).length > 0);
  if (witness === undefined) return;
  throw new ConfigError(
    `${dataFolder} holds no installation, but ${witness} holds checkpoints of one. If its data was lost, bring it back with ` +
      '"keystead state restore". If it lies elsewhere, set KEYSTEAD_DATA. To begin anew, move that folder away',
  );
}

/**
 * Issues new credentials for the first administrator, for somebody who holds data and seal and has lost the old
 * ones. The old ones stay until they are suspended.
 */
export async function reissueFirstCredentials(context: Context): Promise<FirstCredentials> {
  const { config, store, nowMs, random } = context;
  const { installation, first } = await openOrMakeInstallation(context);
  if (first !== undefined) return first;
  const directory = new Directory(store, installation.barrier);
  const [oldest] = (await store.listAll('tenant')).toSorted((a, b) => createdAt(a.body) - createdAt(b.body));
  const tenant = oldest && (await directory.tenant(oldest.id));
  const member = tenant && (await directory.memberNamed(tenant, ADMINISTRATOR));
  if (!tenant || member?.state !== 'active')
    throw new ConfigError('this installation has no first administrator any more');
  const regions = (await store.list(tenant.tenantId, 'instance', '', { limit: 1000 })).map(({ id }) => id);
  // Where there is one region only, it is the one that is meant.
  const [region = config.region] = regions.length === 1 ? regions : [];
  const instance = await directory.instance(tenant.tenantId, region);
  if (!instance) {
    throw new ConfigError(
      `the tenant has no region ${region}: name one that it has by --region: ${regions.join(', ')}`,
    );
  }
  const accessKey = issueAccessKey(tenant, member.id, undefined, nowMs, random, sharing(member));
  const apiKey = issueApiKey(tenant, member.id, nowMs, random, sharing(member));
  const former = await store.read(enrolmentRef(tenant.tenantId, member.id));
  const before = former && readEnrolment(tenant, former);
  const link = issueEnrolment(tenant, member.id, 'first', HOLDER_OF_SEAL, before, nowMs);
  await store.commit({
    writes: [accessKey.write, apiKey.write, link.write],
    entries: [{ ...entryOf(context)(tenant.tenantId, 'installation:ReissueCredentials'), change: true }],
  });
  return shown(tenant, instance.region, instance.instanceId, accessKey, apiKey, link);
}

function entryOf({ nowMs, random }: Context) {
  return (tenantId: string, action: string) => ({
    tenantId,
    timeMs: nowMs,
    principal: HOLDER_OF_SEAL,
    action,
    requestId: 'first-start',
    outcome: 'done' as const,
    details: {},
    salt: random(16),
  });
}

function shown(
  tenant: Tenant,
  region: string,
  instanceId: string,
  accessKey: IssuedCredential,
  apiKey: IssuedCredential,
  link: IssuedEnrolment,
): FirstCredentials {
  const credentials = {
    region,
    accountId: tenant.accountId,
    instanceId,
    accessKeyId: accessKey.credential.id,
    secretAccessKey: accessKey.secret.toString('ascii'),
    apiKey: apiKey.secret.toString('ascii'),
    signInToken: link.token.toString('ascii'),
  };
  wipe(accessKey.secret, apiKey.secret, link.token);
  return credentials;
}

function createdAt(body: Buffer): number {
  return (JSON.parse(body.toString('utf8')) as { createdAtMs: number }).createdAtMs;
}

import Type from 'typebox';
import type { Tenant } from '../../../identity/tenant.ts';
import { environmentArn, requireEnvironment } from '../../../jobs/find-environment.ts';
import { forgetBelongings } from '../../../jobs/forget-left-behind.ts';
import { requireAtRest, withoutEnvironment } from '../../../jobs/leave-environment.ts';
import { listAllOf } from '../../../records/list-all.ts';
import type { RecordReader } from '../../../records/ports.ts';
import { readAgent } from '../../../vault/agents/agent-record.ts';
import { keepAwsAccess } from '../../../vault/environments/aws-access.ts';
import { letGoUnused } from '../../../jobs/let-go-unused.ts';
import { deregisterForGood } from '../../../vault/environments/key-registrations.ts';
import { requireWorking } from '../../../vault/environments/check-environment.ts';
import type { Check } from '../../../vault/environments/checks/check.ts';
import { EnvironmentError } from '../../../vault/environments/environment-error.ts';
import { putEnvironment } from '../../../vault/environments/environment-record.ts';
import { makeWriter, type Environment } from '../../../vault/environments/environment.ts';
import { movedTo, placesOf } from '../../../vault/environments/former-storage.ts';
import { requireFreeLabel } from '../../../vault/environments/new-environment.ts';
import { refuseOverlap } from '../../../vault/environments/place.ts';
import {
  namedEndpoint,
  storageOf,
  type BucketLock,
  type BucketStorage,
  type EnvironmentStorage,
} from '../../../vault/environments/storage.ts';
import { requireRegions } from '../../../vault/environments/wanted-master-key.ts';
import { requireAccess } from '../../../vault/environments/wanted-credentials.ts';
import { requireStorage } from '../../../vault/environments/wanted-storage.ts';
import { keepingOf } from '../../../vault/keeping/legal-hold.ts';
import { activitySpace } from '../../../vault/runs/run-record.ts';
import { adminRoute } from '../route.ts';
import { closed, DISPLAY_NAME, named, UUID } from '../schema.ts';
import { CHECKS, showCheck } from '../vault/answers.ts';
import { ENVIRONMENT, showEnvironment, showStorage, STORAGE } from '../vault/environment-answer.ts';
import {
  CREDENTIALS_INPUT,
  OBJECT_LOCK,
  STORAGE_INPUT,
  wantedCredentials,
  wantedStorage,
} from '../vault/environment-input.ts';
import { refusing } from '../vault/refusals.ts';
import { runRoute } from '../vault/start-run.ts';
import { ENVIRONMENT_PARAMS, EXAMPLE_ENVIRONMENT } from './environments.ts';

const WITH_CHECKS = named('EnvironmentWithChecks', { environment: ENVIRONMENT, checks: CHECKS });

interface Changed {
  readonly environment: Environment;
  readonly checks: readonly Check[];
}

const showChanged = ({ environment, checks }: Changed) => ({
  environment: showEnvironment(environment),
  checks: checks.map(showCheck),
});

export const updateEnvironment = adminRoute({
  id: 'updateEnvironment',
  method: 'POST',
  path: '/environments/{environmentId}',
  action: 'keystead:UpdateEnvironment',
  summary: 'Changes the label of an environment, or how its bucket is reached and locked, once that was seen to work',
  status: 200,
  params: ENVIRONMENT_PARAMS,
  body: closed({
    label: Type.Optional(DISPLAY_NAME),
    credentials: Type.Optional(CREDENTIALS_INPUT),
    objectLock: Type.Optional(OBJECT_LOCK),
    noObjectLock: Type.Optional(
      Type.Boolean({ description: 'true: what is written from now on is not locked; what is locked stays so' }),
    ),
  }),
  answer: WITH_CHECKS,
  example: { params: EXAMPLE_ENVIRONMENT, body: { label: 'Production' } },
  prepare: (context, { params, body }) => {
    const { services, proof } = context;
    const { label, credentials, objectLock, noObjectLock } = body;
    return {
      targets: [{ action: 'keystead:UpdateEnvironment', resource: environmentArn(proof.tenant, params.environmentId) }],
      details: {
        ...(label !== undefined && { label }),
        ...(credentials?.accessKeyId !== undefined && { accessKey: credentials.accessKeyId }),
        ...(objectLock && { objectLock: { ...objectLock } }),
      },
      run: (nowMs) =>
        refusing(async () => {
          const { tenantKey, tenantId } = proof.tenant;
          const before = await requireEnvironment(services.records, proof.tenant, params.environmentId);
          if (label !== undefined && label !== before.label) {
            await requireFreeLabel(services.records, tenantId, label);
          }
          const access =
            credentials &&
            keepAwsAccess(
              tenantKey,
              before.id,
              requireAccess(
                services.vault,
                wantedCredentials(context, credentials),
                namedEndpoint(before.storage),
                'storage-malformed',
              ),
              services.random,
            );
          const storage = changedStorage(before.storage, {
            ...(access && { access }),
            ...(objectLock && { lock: objectLock as BucketLock }),
            ...(noObjectLock === true && { lock: undefined }),
          });
          const after: Environment = { ...before, storage, label: label ?? before.label, updatedAtMs: nowMs };
          const looks = storage !== before.storage;
          const checks = looks ? await requireWorking(services.vault, tenantKey, after, true) : [];
          return { value: { environment: after, checks }, writes: [putEnvironment(tenantKey, before, after)] };
        }),
    };
  },
  show: showChanged,
});

/** @throws {EnvironmentError} `storage-malformed`: it is no bucket */
function changedStorage(
  storage: EnvironmentStorage,
  changes: { readonly access?: BucketStorage['access']; readonly lock?: BucketLock | undefined },
): EnvironmentStorage {
  if (Object.keys(changes).length === 0) return storage;
  if (storage.type === 'folder' || storage.type === 'hosted') {
    throw new EnvironmentError(
      'storage-malformed',
      `Storage of the type ${storage.type} has no credentials and no object lock of its own to change`,
    );
  }
  const { lock, ...rest } = { ...storage, ...changes };
  return { ...rest, ...(lock && { lock }) };
}

export const moveEnvironmentStorage = adminRoute({
  id: 'moveEnvironmentStorage',
  method: 'POST',
  path: '/environments/{environmentId}/storage',
  action: 'keystead:UpdateEnvironment',
  summary:
    'Has new backups of an environment go to another storage, once that was seen to work. What lies at the old one stays listed and restorable from there',
  status: 200,
  params: ENVIRONMENT_PARAMS,
  body: STORAGE_INPUT,
  answer: WITH_CHECKS,
  example: {
    params: EXAMPLE_ENVIRONMENT,
    body: { type: 'folder', path: '/var/lib/keystead/vaults/elsewhere', region: 'us-east-1' },
  },
  prepare: (context, { params, body }) => {
    const { services, proof } = context;
    const { type, region, bucketName, path } = body;
    return {
      targets: [{ action: 'keystead:UpdateEnvironment', resource: environmentArn(proof.tenant, params.environmentId) }],
      details: { storage: { type, region, place: bucketName ?? path ?? type } },
      run: (nowMs) =>
        refusing(async () => {
          const { tenantKey } = proof.tenant;
          const before = await requireEnvironment(services.records, proof.tenant, params.environmentId);
          if (before.nextMasterKeys !== undefined) {
            throw new EnvironmentError(
              'rewrap-pending',
              'This environment is on its way to another master key. Let that end first: ask for the same key again',
            );
          }
          await requireAtRest(services.records, before.id);
          const wanted = await requireStorage(services.vault, wantedStorage(context, body));
          const storage = storageOf(tenantKey, before.id, wanted, services.random);
          requireRegions(before.masterKeys, storage.region);
          await refuseOverlap(services.records, storage);
          const after = movedTo(before, storage, makeWriter(tenantKey, before.id, services.random), nowMs);
          const checks = await requireWorking(services.vault, tenantKey, after, false);
          return {
            value: { environment: after, checks },
            writes: [putEnvironment(tenantKey, before, after)],
            emptySpaces: (['writing', 'rekeying'] as const).map((activity) => activitySpace(before.id, activity)),
          };
        }),
    };
  },
  show: showChanged,
});

/** @throws {EnvironmentError} `hold-stands` */
function requireNoHold({ holds = [] }: Environment): void {
  const standing = holds.find(({ released }) => released === undefined);
  if (standing === undefined) return;
  throw new EnvironmentError(
    'hold-stands',
    `The legal hold ${standing.id} stands on this environment: whoever forgets it could not release it any more. Have it released first, by a second person`,
  );
}

/** @throws {EnvironmentError} `label-differs` */
function requireLabel({ label }: Environment, said: string): void {
  if (label === said) return;
  throw new EnvironmentError(
    'label-differs',
    `This environment has another label than ${said}. Say the label of the one that is meant`,
  );
}

const LABEL_AGAIN = { label: Type.String({ maxLength: 64, description: 'the label once more, against a slip' }) };

export const emptyStore = runRoute({
  id: 'emptyStore',
  below: '/empty-store',
  action: 'keystead:EmptyStore',
  summary:
    'Deletes everything that an environment has in its storage, for good: every snapshot with it. Refused under a legal hold, under object lock, and while there are places that were left',
  body: closed(LABEL_AGAIN),
  example: { label: 'Production backups' },
  details: ({ label }) => ({ label }),
  plan: (_context, environment, { label }) => {
    requireLabel(environment, label);
    requireNoHold(environment);
    const { storage, formerStorages } = environment;
    if (formerStorages.length > 0) {
      const vaults = formerStorages.map(({ vaultId }) => vaultId).join(', ');
      throw new EnvironmentError(
        'former-storages-stand',
        `Backups of this environment also lie at places that it has left (${vaults}), and would stay there. Delete the environment without emptying its store, and delete what lies in the stores by their own means`,
      );
    }
    if (storage.type !== 'folder' && storage.type !== 'hosted' && storage.lock !== undefined) {
      throw new EnvironmentError(
        'store-locked',
        'What this environment stores is under object lock: nobody can delete it before that ends. Unlock what is written from now on, and empty the store when the last lock has ended',
      );
    }
    return { work: { kind: 'empty', keeping: keepingOf(environment) }, subject: {} };
  },
});

const DELETED = named('DeletedEnvironment', {
  environmentId: UUID,
  label: Type.String(),
  left: Type.Array(STORAGE, { description: 'places where backups still lie: nothing in them was touched' }),
  stillRegistered: Type.Optional(
    Type.Array(Type.String(), {
      description: 'keys in IBM Key Protect that it is still registered with: their owner takes that away',
    }),
  ),
  meaning: Type.String({ description: 'what stopped, what cannot be done any more, and what still can' }),
});

/** What goes with an environment. */
interface Stopped {
  readonly sources: number;
  readonly schedules: number;
  readonly agents: readonly string[];
}

async function stoppedWith(records: RecordReader, tenant: Tenant, environmentId: string): Promise<Stopped> {
  const { tenantId, tenantKey } = tenant;
  const agents = (await listAllOf(records, tenantId, 'vault-agent', environmentId)).map((row) =>
    readAgent(tenantKey, row),
  );
  return {
    sources: await records.count(tenantId, 'source', environmentId),
    schedules: await records.count(tenantId, 'schedule', environmentId),
    agents: agents.filter(({ state }) => state !== 'revoked').map(({ name }) => name),
  };
}

function restored(places: number, keys: string): string {
  if (places === 0) return 'No backup was ever made there.';
  return (
    `The backups can still be restored with the storage and ${keys} alone (keystead vault restore --offline, decrypt.py). ` +
    'Nobody can add to these vaults, re-wrap them or take anything away by rule any more: their signing keys are forgotten. "keystead vault environment import" brings them back for reading.'
  );
}

/** What does not happen any more, in a sentence. */
function stoppedIn({ sources, schedules, agents }: Stopped): string {
  const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;
  const parts = [
    ...(sources > 0 ? [`${count(sources, 'source')} and ${count(schedules, 'schedule')} were forgotten with it`] : []),
    ...(sources === 0 && schedules > 0 ? [`${count(schedules, 'schedule')} went with it`] : []),
    ...(agents.length > 0
      ? [
          `the credentials of ${agents.length === 1 ? 'its agent' : 'its agents'} ${agents.join(', ')} have ended: take those of the store away as well`,
        ]
      : []),
  ];
  const text = parts.join('; ');
  return text === '' ? '' : ` ${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Which keys cannot be deleted for its sake any more, in a sentence. */
function registeredWith(keys: readonly string[]): string {
  if (keys.length === 0) return '';
  return ` It is still registered with ${keys.join(', ')} in IBM Key Protect, which keeps the key from being deleted: its owner takes the registration away.`;
}

/** An environment that is gone, and what is told of it. */
interface Deleted {
  readonly environment: Environment;
  readonly stopped: Stopped;
  /** CRNs of keys. */
  readonly stillRegistered: readonly string[];
}

export const deleteEnvironment = adminRoute({
  id: 'deleteEnvironment',
  method: 'POST',
  path: '/environments/{environmentId}/delete',
  action: 'keystead:DeleteEnvironment',
  summary:
    'Forgets an environment with its sources and schedules, and ends the credentials of its agents. What lies in its storage is left as it is',
  status: 200,
  params: ENVIRONMENT_PARAMS,
  body: closed({
    ...LABEL_AGAIN,
    leaveRegistrations: Type.Optional(
      Type.Boolean({
        default: false,
        description:
          'deletes it also where IBM Key Protect does not let go of its registration with the key, which then cannot be deleted until its owner takes the registration away',
      }),
    ),
  }),
  answer: DELETED,
  example: { params: EXAMPLE_ENVIRONMENT, body: { label: 'Production backups' } },
  prepare: ({ services, proof: { tenant } }, { params, body }) => ({
    targets: [{ action: 'keystead:DeleteEnvironment', resource: environmentArn(tenant, params.environmentId) }],
    details: { label: body.label, leaveRegistrations: body.leaveRegistrations === true },
    run: (nowMs) =>
      refusing(async () => {
        const environment = await requireEnvironment(services.records, tenant, params.environmentId);
        requireLabel(environment, body.label);
        requireNoHold(environment);
        await requireAtRest(services.records, environment.id);
        const stopped = await stoppedWith(services.records, tenant, environment.id);
        const change = await withoutEnvironment(services, tenant, environment, nowMs);
        const { egress } = services.vault;
        const leaves = body.leaveRegistrations === true;
        const stillRegistered = await deregisterForGood(egress, tenant.tenantKey, environment, leaves);
        return {
          value: { environment, stopped, stillRegistered },
          ...change,
          result: { ...stopped, agents: stopped.agents.length, stillRegistered: stillRegistered.length },
        };
      }),
  }),
  // What was forgotten is durable here. Keys that could not be let go stay named by a grant that nobody uses, and sources
  // that could not go with it are swept by the clock.
  show: ({ environment, stopped, stillRegistered }: Deleted, { services, proof }) => {
    const { keysteadRights } = services.vault;
    void Promise.allSettled([
      forgetBelongings(services, proof.tenant, environment.id),
      letGoUnused(keysteadRights, proof.tenant, environment.id, environment),
    ]);
    const left = placesOf(environment).filter(({ vaultId }) => vaultId !== undefined);
    const keys = environment.masterKeys.map(({ keyId }) => keyId).join(', ');
    return {
      environmentId: environment.id,
      label: environment.label,
      left: left.map(({ storage }) => showStorage(storage)),
      ...(stillRegistered.length > 0 && { stillRegistered: [...stillRegistered] }),
      meaning: `${restored(left.length, keys)}${stoppedIn(stopped)}${registeredWith(stillRegistered)}`,
    };
  },
});

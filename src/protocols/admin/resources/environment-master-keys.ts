import Type, { type Static } from 'typebox';
import { requireWorking } from '../../../vault/environments/check-environment.ts';
import { putEnvironment } from '../../../vault/environments/environment-record.ts';
import { EnvironmentError } from '../../../vault/environments/environment-error.ts';
import { requireSigning, type Environment } from '../../../vault/environments/environment.ts';
import { atVault, withFormer } from '../../../vault/environments/former-storage.ts';
import { primaryOf, settingsOf, type MasterKeySettings } from '../../../vault/environments/master-key-settings.ts';
import { registerKeys } from '../../../vault/environments/key-registrations.ts';
import { withRights } from '../../../vault/environments/key-rights.ts';
import { preciselyNamed } from '../../../vault/environments/precise-name.ts';
import { encryptionAfter, requireMovable } from '../../../vault/environments/next-master-keys.ts';
import { requireMasterKey, requireNotTwice, requireRegions } from '../../../vault/environments/wanted-master-key.ts';
import type { AdminContext } from '../route.ts';
import { closed } from '../schema.ts';
import { EXAMPLE_MASTER_KEY, MASTER_KEY_INPUT, wantedMasterKey } from '../vault/environment-input.ts';
import type { PlannedRun } from '../../../jobs/begin-run.ts';
import { keyRightsOf } from '../vault/key-rights.ts';
import { runRoute } from '../vault/start-run.ts';

type MasterKeyBody = Static<typeof MASTER_KEY_INPUT>;

export const changeMasterKey = runRoute({
  id: 'changeMasterKey',
  below: '/master-key',
  action: 'keystead:ChangeMasterKey',
  summary:
    'Moves an environment to another master key: data keys are wrapped anew, nothing else is rewritten. Further recipients stay',
  body: MASTER_KEY_INPUT,
  example: EXAMPLE_MASTER_KEY,
  details: ({ keyId }) => ({ masterKey: keyId ?? '' }),
  plan: async (context, before, body, nowMs) => {
    const [, ...others] = before.masterKeys;
    const next = await newSettings(context, before, body);
    return planMove(context, before, [next, ...others.filter(({ keyId }) => keyId !== next.keyId)], nowMs);
  },
});

export const changeRecipients = runRoute({
  id: 'changeRecipients',
  below: '/recipients',
  action: 'keystead:ChangeMasterKey',
  summary:
    'Says which further master keys open the backups of an environment: data keys are wrapped for exactly the primary and these',
  body: closed({
    recipients: Type.Array(MASTER_KEY_INPUT, {
      maxItems: 8,
      description: 'all of them; one that is a recipient already needs its provider and keyId alone',
    }),
  }),
  example: { recipients: [{ ...EXAMPLE_MASTER_KEY, regionException: 'a second region, in case the first is lost' }] },
  details: ({ recipients }) => ({ recipients: recipients.map(({ keyId, provider }) => keyId ?? provider).join(', ') }),
  plan: async (context, before, { recipients }, nowMs) => {
    const [primary, ...others] = before.masterKeys;
    const keptOrNew = async (body: MasterKeyBody): Promise<MasterKeySettings> => {
      const { provider, keyId, ...more } = body;
      const known = others.find((other) => other.provider === provider && other.keyId === keyId);
      const isNamedAlone = Object.values(more).every((value) => value === undefined);
      return known !== undefined && isNamedAlone ? known : await newSettings(context, before, body);
    };
    const kept = await Promise.all(recipients.map(keptOrNew));
    return planMove(context, before, [primaryOf(primary ? [primary] : []), ...kept], nowMs);
  },
});

export const refreshMasterKeys = runRoute({
  id: 'refreshMasterKeys',
  ofAnyVault: true,
  below: '/master-key/refresh',
  action: 'keystead:ChangeMasterKey',
  summary:
    'Wraps the data keys of an environment anew for the same master keys: under the newest versions of those, after a rotation',
  body: closed({
    before: Type.Optional(
      Type.String({
        pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,3})?Z$',
        description:
          'only what was wrapped before: to go on with one that was cut off, when that began; by default everything',
      }),
    ),
  }),
  example: {},
  details: ({ before }) => ({ ...(before !== undefined && { before }) }),
  plan: (_context, { masterKeys, nextMasterKeys }, { before }) => {
    if (nextMasterKeys !== undefined) {
      throw new EnvironmentError(
        'rewrap-pending',
        'This vault is on its way to other master keys, which wraps everything anew. Let that end first',
      );
    }
    const beforeMs = Date.parse(before ?? '');
    return {
      work: {
        kind: 'rewrap',
        to: masterKeys.map(({ keyId }) => keyId),
        refreshBeforeMs: Number.isNaN(beforeMs) ? Number.MAX_SAFE_INTEGER : beforeMs,
      },
      subject: { masterKey: primaryOf(masterKeys).keyId },
    };
  },
});

export const rewrapFormerStorage = runRoute({
  id: 'rewrapFormerStorage',
  below: '/former-storages/rewrap',
  action: 'keystead:ChangeMasterKey',
  ofAnyVault: true,
  summary:
    'Wraps the data keys at a place that an environment has left for the master keys that it has now, so that the former keys are not needed any more',
  example: { vaultId: '0'.repeat(32) } as Record<never, never>,
  plan: async (context, place, _body, nowMs, present) => {
    const { services, proof } = context;
    const { tenantKey } = proof.tenant;
    const former = present.formerStorages.find(({ vaultId }) => vaultId === place.vaultId);
    if (place === present || former === undefined) {
      throw new EnvironmentError(
        'place-not-found',
        'Name a vault at a place that was left (vaultId). The one where backups go is moved by another master key, or refreshed',
      );
    }
    requireSigning(former);
    // One that was cut off goes on to where it was going: what is under those keys alone must stay openable.
    const nextMasterKeys = former.nextMasterKeys ?? present.masterKeys;
    if (former.nextMasterKeys === undefined) requireMovable(place, nextMasterKeys);
    requireRegions(nextMasterKeys, former.storage.region);
    await requireWorking(services.vault, tenantKey, { ...place, masterKeys: nextMasterKeys }, true);
    const environment = withFormer({ ...present, updatedAtMs: nowMs }, former.vaultId, (before) => ({
      ...before,
      nextMasterKeys,
    }));
    return {
      work: { kind: 'rewrap', to: nextMasterKeys.map(({ keyId }) => keyId) },
      subject: { masterKey: primaryOf(nextMasterKeys).keyId },
      environment,
      at: atVault(environment, former.vaultId),
      writes: [putEnvironment(tenantKey, present, environment)],
    };
  },
});

async function newSettings(
  context: AdminContext,
  before: Environment,
  body: MasterKeyBody,
): Promise<MasterKeySettings> {
  const { services, proof } = context;
  const { vault } = services;
  const { tenantId } = proof.tenant;
  const names = { ...vault, tenantId, rights: keyRightsOf(context) };
  const named = await preciselyNamed(names, wantedMasterKey(context, body), before.storage.region);
  const key = requireMasterKey(vault, named);
  return settingsOf(proof.tenant.tenantKey, before.id, key, services.random);
}

/** Remembers where an environment is going, once that was seen to work, and starts the run that takes it there. */
async function planMove(
  context: AdminContext,
  before: Environment,
  nextMasterKeys: readonly MasterKeySettings[],
  nowMs: number,
): Promise<PlannedRun> {
  const { services, proof } = context;
  const { tenantKey } = proof.tenant;
  requireNotTwice(nextMasterKeys);
  requireRegions(nextMasterKeys, before.storage.region);
  requireMovable(before, nextMasterKeys);
  const environment = { ...before, nextMasterKeys, updatedAtMs: nowMs };
  const moved = { ...environment, masterKeys: nextMasterKeys, encryption: encryptionAfter(before, nextMasterKeys) };
  await withRights(keyRightsOf(context), moved, before, () => requireWorking(services.vault, tenantKey, moved, true));
  // Whether or not Key Protect takes it: the move does not stand on it.
  await registerKeys(services.vault.egress, tenantKey, moved);
  return {
    work: { kind: 'rewrap', to: nextMasterKeys.map(({ keyId }) => keyId) },
    subject: { masterKey: primaryOf(nextMasterKeys).keyId },
    environment,
    writes: [putEnvironment(tenantKey, before, environment)],
  };
}

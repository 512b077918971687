import Type, { type Static } from 'typebox';
import { requireWorking } from '../../../vault/environments/check-environment.ts';
import { putEnvironment } from '../../../vault/environments/environment-record.ts';
import type { Environment } from '../../../vault/environments/environment.ts';
import { primaryOf, settingsOf, type MasterKeySettings } from '../../../vault/environments/master-key-settings.ts';
import { requireMovable } from '../../../vault/environments/next-master-keys.ts';
import { requireMasterKey, requireNotTwice, requireRegions } from '../../../vault/environments/wanted-master-key.ts';
import type { AdminContext } from '../route.ts';
import { closed } from '../schema.ts';
import { EXAMPLE_MASTER_KEY, MASTER_KEY_INPUT, wantedMasterKey } from '../vault/environment-input.ts';
import type { PlannedRun } from '../../../jobs/begin-run.ts';
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
  plan: (context, before, body, nowMs) => {
    const [, ...others] = before.masterKeys;
    const next = newSettings(context, before, body);
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
  plan: (context, before, { recipients }, nowMs) => {
    const [primary, ...others] = before.masterKeys;
    const keptOrNew = (body: MasterKeyBody) => {
      const { provider, keyId, ...more } = body;
      const known = others.find((other) => other.provider === provider && other.keyId === keyId);
      const isNamedAlone = Object.values(more).every((value) => value === undefined);
      return known !== undefined && isNamedAlone ? known : newSettings(context, before, body);
    };
    return planMove(context, before, [primaryOf(primary ? [primary] : []), ...recipients.map(keptOrNew)], nowMs);
  },
});

function newSettings(context: AdminContext, before: Environment, body: MasterKeyBody): MasterKeySettings {
  const { services, proof } = context;
  const key = requireMasterKey(wantedMasterKey(context, body));
  return settingsOf(proof.tenant.tenantKey, before.id, key, services.random);
}

/** Remembers where an environment is going, once that was seen to work, and starts the run that takes it there. */
async function planMove(
  { services, proof }: AdminContext,
  before: Environment,
  nextMasterKeys: readonly MasterKeySettings[],
  nowMs: number,
): Promise<PlannedRun> {
  const { tenantKey } = proof.tenant;
  requireNotTwice(nextMasterKeys);
  requireRegions(nextMasterKeys, before.storage.region);
  requireMovable(before, nextMasterKeys);
  const environment = { ...before, nextMasterKeys, updatedAtMs: nowMs };
  await requireWorking(services.vault, tenantKey, { ...environment, masterKeys: nextMasterKeys }, true);
  return {
    work: { kind: 'rewrap', to: nextMasterKeys.map(({ keyId }) => keyId) },
    subject: { masterKey: primaryOf(nextMasterKeys).keyId },
    environment,
    writes: [putEnvironment(tenantKey, before, environment)],
  };
}

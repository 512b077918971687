import Type, { type Static } from 'typebox';
import { environmentArn } from '../../../jobs/find-environment.ts';
import type { Check } from '../../../vault/environments/checks/check.ts';
import { EnvironmentError } from '../../../vault/environments/environment-error.ts';
import { putEnvironment } from '../../../vault/environments/environment-record.ts';
import type { Environment } from '../../../vault/environments/environment.ts';
import { atFormer } from '../../../vault/environments/former-storage.ts';
import { importedStorage } from '../../../vault/environments/import-environment.ts';
import { letOpenImported } from '../../../vault/environments/key-rights.ts';
import { newEnvironment, unmakeEnvironment } from '../../../vault/environments/new-environment.ts';
import type { RunResult } from '../../../vault/runs/job.ts';
import { adminRoute } from '../route.ts';
import { closed, named, TIMESTAMP, timestamp } from '../schema.ts';
import { CHECKS, FINDINGS, showCheck, showFinding } from '../vault/answers.ts';
import { ENVIRONMENT, showEnvironment } from '../vault/environment-answer.ts';
import { ENVIRONMENT_INPUT, EXAMPLE_MASTER_KEY, STORAGE_INPUT, wantedStorage } from '../vault/environment-input.ts';
import { refusing } from '../vault/refusals.ts';
import { detailsOf, servicesOf, wantedFrom } from './environments.ts';

const COUNT = Type.Integer({ minimum: 0 });
const BODY = closed({
  ...ENVIRONMENT_INPUT,
  from: STORAGE_INPUT,
  writerId: Type.Optional(
    Type.String({
      pattern: '^[0-9a-f]{32}$',
      description: 'who must have made the vault, as its environment showed it',
    }),
  ),
});

const FACTS = named('VaultFacts', {
  creator: Type.String(),
  createdAt: TIMESTAMP,
  writers: Type.Array(Type.String()),
  snapshots: COUNT,
  envelopes: COUNT,
  recipients: Type.Array(Type.String()),
  unopened: Type.Integer({ minimum: 0, description: 'data keys that none of the master keys named opens' }),
  tombstones: COUNT,
  marks: COUNT,
  holds: COUNT,
});

interface Imported {
  readonly environment: Environment;
  readonly checks: readonly Check[];
  readonly result: RunResult;
}

export const importEnvironment = adminRoute({
  id: 'importEnvironment',
  method: 'POST',
  path: '/environments/import',
  action: 'keystead:CreateEnvironment',
  summary:
    'Makes an environment around a vault that lies in a storage and that this server knows nothing of: its snapshots are listed and restored from there, new backups go to a storage of their own',
  status: 201,
  body: BODY,
  answer: named('ImportedEnvironment', { environment: ENVIRONMENT, checks: CHECKS, vault: FACTS, findings: FINDINGS }),
  example: {
    body: {
      label: 'Production backups',
      from: { type: 'folder', path: '/var/lib/keystead/vaults/production', region: 'us-east-1' },
      storage: { type: 'folder', path: '/var/lib/keystead/vaults/production-2', region: 'us-east-1' },
      encryptAutomatically: true,
      masterKey: EXAMPLE_MASTER_KEY,
    },
  },
  prepare: (context, { body }) => {
    const { tenant } = context.proof;
    const { from, writerId, ...wanted } = body as Static<typeof BODY>;
    return {
      targets: [{ action: 'keystead:CreateEnvironment', resource: environmentArn(tenant, '*') }],
      details: { ...detailsOf(wanted), from: from.bucketName ?? from.path ?? from.type },
      run: (nowMs) =>
        refusing(async (): Promise<{ value: Imported; writes: readonly [ReturnType<typeof putEnvironment>] }> => {
          const services = servicesOf(context);
          const { tenantKey } = tenant;
          const made = await newEnvironment(services, tenantKey, wantedFrom(context, wanted), nowMs);
          const fresh = { ...made.environment, revision: 0 };
          const wantedImport = { from: wantedStorage(context, from), writerId };
          try {
            const former = await importedStorage(services, tenantKey, fresh, wantedImport, nowMs);
            await letOpenImported(services.rights, fresh, former);
            const end = await context.services.vault.questions.inspect(tenant, atFormer(fresh, former));
            if (end.state !== 'succeeded') {
              throw new EnvironmentError(
                'import-failed',
                `The vault there cannot be brought back. ${end.problem.message}`,
              );
            }
            const { heads, result } = end.report;
            const environment = { ...fresh, formerStorages: [{ ...former, heads }] };
            return {
              value: { environment: { ...environment, revision: 1 }, checks: made.checks, result },
              writes: [putEnvironment(tenantKey, undefined, environment)],
            };
          } catch (error) {
            await unmakeEnvironment(services, tenantKey, fresh);
            throw error;
          }
        }),
    };
  },
  show: ({ environment, checks, result: { vault, findings = [] } }: Imported) => {
    if (vault === undefined) throw new TypeError('an inspection tells of its vault');
    const { createdMs, writers, recipients, ...facts } = vault;
    return {
      environment: showEnvironment(environment),
      checks: checks.map(showCheck),
      vault: { ...facts, createdAt: timestamp(createdMs), writers: [...writers], recipients: [...recipients] },
      findings: findings.map(showFinding),
    };
  },
});

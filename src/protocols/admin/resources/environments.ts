import Type from 'typebox';
import { bytesOf } from '../../../bytes/bytes.ts';
import { EnvironmentError } from '../../../vault/environments/environment-error.ts';
import { putEnvironment, readEnvironment } from '../../../vault/environments/environment-record.ts';
import { lookAtEnvironment, requireWorking } from '../../../vault/environments/check-environment.ts';
import type { Environment } from '../../../vault/environments/environment.ts';
import { primaryOf, settingsOf, type NewMasterKey } from '../../../vault/environments/master-key-settings.ts';
import { newEnvironment } from '../../../vault/environments/new-environment.ts';
import type { Check } from '../../../vault/environments/preflight.ts';
import { adminRoute, type AdminContext } from '../route.ts';
import { closed, DISPLAY_NAME, named, PAGE, pageFrom, paged, pageOf, REGION_NAME, UUID } from '../schema.ts';
import { CHECKS, ENVIRONMENT, showCheck, showEnvironment } from '../vault/answers.ts';
import { environmentArn, requireEnvironment } from '../../../jobs/find-environment.ts';
import { refusing } from '../vault/refusals.ts';

export const ENVIRONMENT_PARAMS = closed({ environmentId: UUID });
export const EXAMPLE_ENVIRONMENT = { environmentId: '4b1f2a7c-8f1e-4f4e-9a59-2f5d7c3b6e21' };

const ACCESS_KEY = {
  accessKeyId: Type.String({ pattern: '^[A-Za-z0-9]{16,128}$' }),
  secretAccessKey: Type.String({ pattern: '^[!-~]{1,128}$', description: 'kept wrapped, never shown again' }),
};

/** A master key as it is given. */
export const MASTER_KEY_INPUT = closed({
  provider: Type.Enum(['aws-kms', 'key-protect', 'keystead']),
  keyId: Type.String({ minLength: 1, maxLength: 2048, description: 'the key ARN, never an alias' }),
  endpoint: Type.Optional(
    Type.String({ maxLength: 2048, description: "the key service's address; by default AWS's own of the region" }),
  ),
  ...ACCESS_KEY,
});

export const EXAMPLE_MASTER_KEY = {
  provider: 'aws-kms',
  keyId: 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
} as const;

interface MasterKeyBody {
  readonly provider: 'aws-kms' | 'key-protect' | 'keystead';
  readonly keyId: string;
  readonly endpoint?: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** What came in as text, in the kind that secrets have here; wiped when the request is over. @throws {EnvironmentError} */
export function masterKeyFrom(
  context: AdminContext,
  { provider, accessKeyId, secretAccessKey: text, ...rest }: MasterKeyBody,
): Extract<NewMasterKey, { provider: 'aws-kms' }> {
  if (provider !== 'aws-kms') {
    throw new EnvironmentError(
      'provider-not-implemented',
      `Master keys of the provider ${provider} are not implemented yet. Use aws-kms, at AWS or at Keystead's own endpoint`,
    );
  }
  const secretAccessKey = bytesOf<'AwsSecretAccessKey'>(Buffer.from(text, 'latin1'));
  context.wipeLater(secretAccessKey);
  return { ...rest, provider, credentials: { accessKeyId, secretAccessKey } };
}

export const createEnvironment = adminRoute({
  id: 'createEnvironment',
  method: 'POST',
  path: '/environments',
  action: 'keystead:CreateEnvironment',
  summary: 'Makes a backup environment, once storage and master key were seen to work together',
  status: 201,
  body: closed({
    label: DISPLAY_NAME,
    storage: closed({
      type: Type.Enum(['folder', 's3', 'cos', 'azure-blob', 'gcs']),
      path: Type.String({ minLength: 1, maxLength: 1024 }),
      region: REGION_NAME,
    }),
    encryptAutomatically: Type.Boolean(),
    masterKey: MASTER_KEY_INPUT,
  }),
  answer: named('CreatedEnvironment', { environment: ENVIRONMENT, checks: CHECKS }),
  example: {
    body: {
      label: 'Production backups',
      storage: { type: 'folder', path: '/var/lib/keystead/vaults/production', region: 'us-east-1' },
      encryptAutomatically: true,
      masterKey: EXAMPLE_MASTER_KEY,
    },
  },
  prepare: (context, { body }) => {
    const { tenant } = context.proof;
    const { label, storage, masterKey } = body;
    return {
      targets: [{ action: 'keystead:CreateEnvironment', resource: environmentArn(tenant, '*') }],
      details: { label, storage: { ...storage }, masterKey: masterKey.keyId },
      run: (nowMs) =>
        refusing(async () => {
          const { services } = context;
          const { vaultRoots, egress } = services.vault;
          const made = await newEnvironment(
            { records: services.records, random: services.random, vaultRoots, egress },
            tenant.tenantKey,
            { ...body, masterKey: masterKeyFrom(context, masterKey) },
            nowMs,
          );
          return { value: made, writes: [made.write] };
        }),
    };
  },
  show: ({ environment, checks }: { environment: Environment; checks: readonly Check[] }) => ({
    environment: showEnvironment(environment),
    checks: checks.map(showCheck),
  }),
});

export const listEnvironments = adminRoute({
  id: 'listEnvironments',
  method: 'GET',
  path: '/environments',
  action: 'keystead:ListEnvironments',
  summary: 'Lists the backup environments of the own tenant',
  status: 200,
  query: PAGE,
  answer: pageOf(ENVIRONMENT),
  example: { query: { limit: 10 } },
  prepare: ({ services: { records }, proof: { tenant } }, { query }) => ({
    targets: [{ action: 'keystead:ListEnvironments', resource: environmentArn(tenant, '*') }],
    run: () =>
      refusing(async () => {
        const rows = await records.list(tenant.tenantId, 'environment', '', pageFrom(query));
        const items = rows.map((row) => showEnvironment(readEnvironment(tenant.tenantKey, row)));
        return { value: paged(rows, query, items) };
      }),
  }),
  show: (page: { items: ReturnType<typeof showEnvironment>[]; next?: string }) => page,
});

export const getEnvironment = adminRoute({
  id: 'getEnvironment',
  method: 'GET',
  path: '/environments/{environmentId}',
  action: 'keystead:GetEnvironment',
  summary: 'Shows a backup environment',
  status: 200,
  params: ENVIRONMENT_PARAMS,
  answer: ENVIRONMENT,
  example: { params: EXAMPLE_ENVIRONMENT },
  prepare: ({ services: { records }, proof: { tenant } }, { params }) => ({
    targets: [{ action: 'keystead:GetEnvironment', resource: environmentArn(tenant, params.environmentId) }],
    run: () => refusing(async () => ({ value: await requireEnvironment(records, tenant, params.environmentId) })),
  }),
  show: showEnvironment,
});

export const checkEnvironment = adminRoute({
  id: 'checkEnvironment',
  method: 'POST',
  path: '/environments/{environmentId}/check',
  action: 'keystead:CheckEnvironment',
  summary: 'Looks at storage and master key by using both, and says what it found',
  status: 200,
  params: ENVIRONMENT_PARAMS,
  answer: closed({ checks: CHECKS }),
  example: { params: EXAMPLE_ENVIRONMENT },
  prepare: ({ services, proof: { tenant } }, { params }) => ({
    targets: [{ action: 'keystead:CheckEnvironment', resource: environmentArn(tenant, params.environmentId) }],
    run: () =>
      refusing(async () => {
        const environment = await requireEnvironment(services.records, tenant, params.environmentId);
        // What a run that was cut off has left there is this environment's too: nobody else can have its place.
        return { value: await lookAtEnvironment(services.vault, tenant.tenantKey, environment, true) };
      }),
  }),
  show: (checks: readonly Check[]) => ({ checks: checks.map(showCheck) }),
});

export const setEnvironmentCredentials = adminRoute({
  id: 'setEnvironmentCredentials',
  method: 'POST',
  path: '/environments/{environmentId}/credentials',
  action: 'keystead:SetEnvironmentCredentials',
  summary: 'Gives an environment other credentials for the same master key, once they were seen to work',
  status: 200,
  params: ENVIRONMENT_PARAMS,
  body: closed(ACCESS_KEY),
  answer: named('EnvironmentWithChecks', { environment: ENVIRONMENT, checks: CHECKS }),
  example: {
    params: EXAMPLE_ENVIRONMENT,
    body: { accessKeyId: EXAMPLE_MASTER_KEY.accessKeyId, secretAccessKey: EXAMPLE_MASTER_KEY.secretAccessKey },
  },
  prepare: (context, { params, body }) => ({
    targets: [
      {
        action: 'keystead:SetEnvironmentCredentials',
        resource: environmentArn(context.proof.tenant, params.environmentId),
      },
    ],
    details: { accessKey: body.accessKeyId },
    run: (nowMs) =>
      refusing(async () => {
        const { services, proof } = context;
        const { tenantKey } = proof.tenant;
        const before = await requireEnvironment(services.records, proof.tenant, params.environmentId);
        const [primary, ...others] = before.masterKeys;
        if (primary?.provider !== 'aws-kms') throw noAccessKey(before);
        const { access: _, ...rest } = primary;
        const { credentials } = masterKeyFrom(context, { ...rest, ...body });
        const changed = settingsOf(tenantKey, before.id, { ...rest, credentials }, services.random);
        const after: Environment = { ...before, masterKeys: [changed, ...others], updatedAtMs: nowMs };
        const checks = await requireWorking(services.vault, tenantKey, after, true);
        return { value: { environment: after, checks }, writes: [putEnvironment(tenantKey, before, after)] };
      }),
  }),
  show: ({ environment, checks }: { environment: Environment; checks: readonly Check[] }) => ({
    environment: showEnvironment(environment),
    checks: checks.map(showCheck),
  }),
});

/** @throws {EnvironmentError} `rewrap-pending`, `same-master-key` */
export function requireMovable({ masterKeys, nextMasterKeys }: Environment, keyId: string): void {
  const [next] = nextMasterKeys ?? [];
  if (next !== undefined && next.keyId !== keyId) {
    throw new EnvironmentError(
      'rewrap-pending',
      `This environment is on its way to the master key ${next.keyId}. Let that end first: ask for the same key again`,
    );
  }
  if (primaryOf(masterKeys).keyId === keyId) {
    throw new EnvironmentError(
      'same-master-key',
      `The key ${keyId} is the master key already. Its own rotation needs nothing to be done here`,
    );
  }
}

function noAccessKey({ label }: Environment): EnvironmentError {
  return new EnvironmentError(
    'provider-not-implemented',
    `The master key of ${label} is not reached by an access key. There is none to change`,
  );
}

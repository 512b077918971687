import type { Static } from 'typebox';
import { readEnvironment } from '../../../vault/environments/environment-record.ts';
import { lookAtEnvironment } from '../../../vault/environments/check-environment.ts';
import type { Encryption, Environment } from '../../../vault/environments/environment.ts';
import {
  newEnvironment,
  tryEnvironment,
  type EnvironmentServices,
  type WantedEnvironment,
} from '../../../vault/environments/new-environment.ts';
import type { Check } from '../../../vault/environments/checks/check.ts';
import { adminRoute, type AdminContext } from '../route.ts';
import { closed, named, PAGE, pageFrom, paged, pageOf, UUID } from '../schema.ts';
import { CHECKS, showCheck } from '../vault/answers.ts';
import { ENVIRONMENT, showEnvironment } from '../vault/environment-answer.ts';
import { environmentArn, requireEnvironment } from '../../../jobs/find-environment.ts';
import { ENVIRONMENT_INPUT, EXAMPLE_MASTER_KEY, wantedMasterKey, wantedStorage } from '../vault/environment-input.ts';
import { keyRightsOf } from '../vault/key-rights.ts';
import { refusing } from '../vault/refusals.ts';

const ENVIRONMENT_BODY = closed(ENVIRONMENT_INPUT);
export const ENVIRONMENT_PARAMS = closed({ environmentId: UUID });
export const EXAMPLE_ENVIRONMENT = { environmentId: '4b1f2a7c-8f1e-4f4e-9a59-2f5d7c3b6e21' };

const EXAMPLE = {
  label: 'Production backups',
  storage: { type: 'folder', path: '/var/lib/keystead/vaults/production', region: 'us-east-1' },
  encryptAutomatically: true,
  masterKey: EXAMPLE_MASTER_KEY,
} as const;

/** What came in, in the words of the domain. */
export function wantedFrom(context: AdminContext, body: Static<typeof ENVIRONMENT_BODY>): WantedEnvironment {
  const { masterKey, recipients, storage, encryption, ...rest } = body;
  return {
    ...rest,
    storage: wantedStorage(context, storage),
    ...(encryption !== undefined && { encryption: encryption as Encryption }),
    ...(masterKey && { masterKey: wantedMasterKey(context, masterKey) }),
    ...(recipients && { recipients: recipients.map((key) => wantedMasterKey(context, key)) }),
  };
}

/** What the entry of the log tells of it. */
export function detailsOf({ label, storage, masterKey, recipients = [], encryption }: Static<typeof ENVIRONMENT_BODY>) {
  const { credentials: _, objectLock, ...place } = storage;
  const defined = Object.entries(place).filter(([, value]) => value !== undefined);
  return {
    label,
    storage: { ...Object.fromEntries(defined), ...(objectLock && { objectLock: { ...objectLock } }) },
    ...(encryption !== undefined && { encryption }),
    ...(masterKey?.keyId !== undefined && { masterKey: masterKey.keyId }),
    ...(recipients.length > 0 && { recipients: recipients.map(({ provider, keyId }) => keyId ?? provider) }),
  };
}

export function servicesOf(context: AdminContext): EnvironmentServices {
  const { vault, records, random } = context.services;
  return { ...vault, records, random, rights: keyRightsOf(context) };
}

export const createEnvironment = adminRoute({
  id: 'createEnvironment',
  method: 'POST',
  path: '/environments',
  action: 'keystead:CreateEnvironment',
  summary: 'Makes a backup environment, once storage and master key were seen to work together',
  status: 201,
  body: ENVIRONMENT_BODY,
  answer: named('CreatedEnvironment', { environment: ENVIRONMENT, checks: CHECKS }),
  example: { body: EXAMPLE },
  prepare: (context, { body }) => {
    const { tenant } = context.proof;
    return {
      targets: [{ action: 'keystead:CreateEnvironment', resource: environmentArn(tenant, '*') }],
      details: detailsOf(body),
      run: (nowMs) =>
        refusing(async () => {
          const made = await newEnvironment(servicesOf(context), tenant.tenantKey, wantedFrom(context, body), nowMs);
          return { value: made, writes: [made.write] };
        }),
    };
  },
  show: ({ environment, checks }: { environment: Environment; checks: readonly Check[] }) => ({
    environment: showEnvironment(environment),
    checks: checks.map(showCheck),
  }),
});

export const preflightEnvironment = adminRoute({
  id: 'preflightEnvironment',
  method: 'POST',
  path: '/environments/preflight',
  action: 'keystead:CreateEnvironment',
  summary: 'Looks at what an environment would stand on, says what it found, and keeps nothing',
  status: 200,
  body: ENVIRONMENT_BODY,
  answer: closed({ checks: CHECKS }),
  example: { body: EXAMPLE },
  prepare: (context, { body }) => {
    const { tenant } = context.proof;
    return {
      targets: [{ action: 'keystead:CreateEnvironment', resource: environmentArn(tenant, '*') }],
      details: { ...detailsOf(body), preflight: true },
      run: (nowMs) =>
        refusing(async () => ({
          value: await tryEnvironment(servicesOf(context), tenant.tenantKey, wantedFrom(context, body), nowMs),
        })),
    };
  },
  show: (checks: readonly Check[]) => ({ checks: checks.map(showCheck) }),
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

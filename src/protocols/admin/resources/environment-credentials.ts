import Type from 'typebox';
import { environmentArn, requireEnvironment } from '../../../jobs/find-environment.ts';
import { withCredentials, type WantedCredentialChange } from '../../../vault/environments/changed-credentials.ts';
import { requireWorking } from '../../../vault/environments/check-environment.ts';
import type { Check } from '../../../vault/environments/checks/check.ts';
import { putEnvironment } from '../../../vault/environments/environment-record.ts';
import type { Environment } from '../../../vault/environments/environment.ts';
import { registerKeys } from '../../../vault/environments/key-registrations.ts';
import { adminRoute } from '../route.ts';
import { closed, named } from '../schema.ts';
import { CHECKS, showCheck } from '../vault/answers.ts';
import { ENVIRONMENT, showEnvironment } from '../vault/environment-answer.ts';
import {
  ACCESS_KEY_ID,
  API_KEY,
  CREDENTIALS_INPUT,
  EXAMPLE_MASTER_KEY,
  KEY_NAME,
  SECRET_ACCESS_KEY,
  wantedCredentials,
  wantedReach,
} from '../vault/environment-input.ts';
import { refusing } from '../vault/refusals.ts';
import { ENVIRONMENT_PARAMS, EXAMPLE_ENVIRONMENT } from './environments.ts';

const VAULT_ID = Type.String({
  pattern: '^[0-9a-f]{32}$',
  description: "whose bucket the storage's credentials are for; by default the one that new backups go to",
});

export const setEnvironmentCredentials = adminRoute({
  id: 'setEnvironmentCredentials',
  method: 'POST',
  path: '/environments/{environmentId}/credentials',
  action: 'keystead:SetEnvironmentCredentials',
  summary:
    'Gives an environment other credentials for a master key, wherever it is one, or for a bucket, once they were seen to work',
  status: 200,
  params: ENVIRONMENT_PARAMS,
  body: closed({
    keyId: Type.Optional({ ...KEY_NAME, description: 'the master key that they are for; by default the primary' }),
    credentials: Type.Optional(CREDENTIALS_INPUT),
    accessKeyId: Type.Optional({
      ...ACCESS_KEY_ID,
      description: 'with secretAccessKey: short for credentials of the kind access-key',
    }),
    secretAccessKey: Type.Optional(SECRET_ACCESS_KEY),
    apiKey: Type.Optional(API_KEY),
    storage: Type.Optional(CREDENTIALS_INPUT),
    vaultId: Type.Optional(VAULT_ID),
  }),
  answer: named('EnvironmentWithChecks', { environment: ENVIRONMENT, checks: CHECKS }),
  example: {
    params: EXAMPLE_ENVIRONMENT,
    body: { accessKeyId: EXAMPLE_MASTER_KEY.accessKeyId, secretAccessKey: EXAMPLE_MASTER_KEY.secretAccessKey },
  },
  prepare: (context, { params, body }) => {
    const { services, proof } = context;
    const { keyId, credentials, storage, vaultId } = body;
    const accessKeyId = body.accessKeyId ?? credentials?.accessKeyId;
    return {
      targets: [
        {
          action: 'keystead:SetEnvironmentCredentials',
          resource: environmentArn(proof.tenant, params.environmentId),
        },
      ],
      details: {
        ...(keyId !== undefined && { masterKey: keyId }),
        ...(accessKeyId !== undefined && { accessKey: accessKeyId }),
        ...(credentials?.roleArn !== undefined && { role: credentials.roleArn }),
        ...(storage && { storage: storage.accessKeyId ?? storage.roleArn ?? storage.kind }),
        ...(vaultId !== undefined && { vaultId }),
      },
      run: (nowMs) =>
        refusing(async () => {
          const { tenantKey } = proof.tenant;
          const before = await requireEnvironment(services.records, proof.tenant, params.environmentId);
          const wanted: WantedCredentialChange = {
            keyId,
            vaultId,
            ...wantedReach(context, body, 'credentials-malformed'),
            ...(storage && { storage: wantedCredentials(context, storage) }),
          };
          const { vault, random } = services;
          const { environment, places, isAbout } = withCredentials(vault, tenantKey, before, wanted, random, nowMs);
          const checks: Check[] = [];
          for (const place of places) {
            checks.push(...(await requireWorking(vault, tenantKey, place, true, (check) => isAbout(place, check))));
          }
          // An API key of a service registers what one of a person could not.
          if (body.apiKey !== undefined) checks.push(...(await registerKeys(vault.egress, tenantKey, environment)));
          return { value: { environment, checks }, writes: [putEnvironment(tenantKey, before, environment)] };
        }),
    };
  },
  show: ({ environment, checks }: { environment: Environment; checks: readonly Check[] }) => ({
    environment: showEnvironment(environment),
    checks: checks.map(showCheck),
  }),
});

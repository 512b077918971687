import Type from 'typebox';
import { isConsoleSession } from '../../../identity/sign-in/console-session.ts';
import type { Member } from '../../../identity/principal.ts';
import type { Proof } from '../../../identity/proofs.ts';
import { adminRoute } from '../route.ts';
import {
  ACCOUNT_ID,
  DISPLAY_NAME,
  named,
  POLICY_NAMES,
  PRINCIPAL_NAME_TEXT,
  TIMESTAMP,
  timestamp,
  UUID,
} from '../schema.ts';
import { CONSOLE_SESSION } from '../sign-in/schemas.ts';
import { showSession } from '../sign-in/show-session.ts';
import { attachedNames } from '../attached-policies.ts';

const WHO_AM_I = named('WhoAmI', {
  principalId: UUID,
  name: PRINCIPAL_NAME_TEXT,
  arn: Type.String(),
  policies: POLICY_NAMES,
  credentialId: Type.String(),
  tenantId: UUID,
  tenantName: DISPLAY_NAME,
  accountId: ACCOUNT_ID,
  session: Type.Optional(CONSOLE_SESSION),
});

const STATUS = named('Status', { installationId: UUID, version: Type.String(), time: TIMESTAMP });

export const whoAmI = adminRoute({
  id: 'whoAmI',
  method: 'GET',
  path: '/whoami',
  action: 'keystead:WhoAmI',
  summary: 'Tells who the credential of this request belongs to',
  status: 200,
  answer: WHO_AM_I,
  example: {},
  prepare: ({ proof, services: { directory } }) => ({
    targets: [{ action: 'keystead:WhoAmI', resource: '*' }],
    run: async () => {
      const member = await directory.member(proof.tenant, proof.principal.id);
      return {
        value: {
          ...proof,
          policies: member ? await attachedNames(directory, proof.tenant, counting(proof, member)) : [],
        },
      };
    },
  }),
  show: ({ principal, tenant, policies, credential }: Proof & { readonly policies: readonly string[] }) => ({
    principalId: principal.id,
    name: principal.name,
    arn: principal.arn,
    policies: [...policies],
    credentialId: principal.credentialId,
    tenantId: tenant.tenantId,
    tenantName: tenant.name,
    accountId: tenant.accountId,
    ...(isConsoleSession(credential) && { session: showSession(credential, principal, credential.id) }),
  }),
});

/** What counts for this very credential. */
function counting({ principal: { withheld = [] } }: Proof, { policies }: Member): Pick<Member, 'policies'> {
  return { policies: policies.filter((name) => !withheld.some((one) => one === name)) };
}

export const getStatus = adminRoute({
  id: 'getStatus',
  method: 'GET',
  path: '/status',
  action: 'keystead:GetStatus',
  summary: 'Tells which installation this is, its version and its clock',
  status: 200,
  answer: STATUS,
  example: {},
  prepare: ({ services: { installationId, version } }) => ({
    targets: [{ action: 'keystead:GetStatus', resource: '*' }],
    run: (nowMs) => ({ value: { installationId, version, time: timestamp(nowMs) } }),
  }),
  show: (status: { installationId: string; version: string; time: string }) => status,
});

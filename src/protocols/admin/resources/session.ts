import Type from 'typebox';
import type { Proof } from '../../../identity/directory.ts';
import type { Role } from '../../../identity/roles.ts';
import { adminRoute } from '../route.ts';
import { ACCOUNT_ID, DISPLAY_NAME, named, PRINCIPAL_NAME_TEXT, TIMESTAMP, timestamp, UUID } from '../schema.ts';
import { ROLE } from './principals.ts';

const WHO_AM_I = named('WhoAmI', {
  principalId: UUID,
  name: PRINCIPAL_NAME_TEXT,
  arn: Type.String(),
  roles: Type.Array(ROLE),
  credentialId: Type.String(),
  tenantId: UUID,
  tenantName: DISPLAY_NAME,
  accountId: ACCOUNT_ID,
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
      return { value: { ...proof, roles: member?.roles ?? [] } };
    },
  }),
  show: ({ principal, tenant, roles }: Proof & { readonly roles: readonly Role[] }) => ({
    principalId: principal.id,
    name: principal.name,
    arn: principal.arn,
    roles: [...roles],
    credentialId: principal.credentialId,
    tenantId: tenant.tenantId,
    tenantName: tenant.name,
    accountId: tenant.accountId,
  }),
});

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

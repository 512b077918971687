import type { Policy, Role } from '@keystead/sdk';
import type { Methods } from '../mocked.ts';
import { inlineTexts } from './inline-texts.ts';
import { ACCOUNT, ago, DAY, idOf, pageOf, withTags } from './made-up.ts';

const builtIn = (name: string, description: string): Policy => ({
  name,
  arn: `arn:aws:iam::${ACCOUNT}:policy/${name}`,
  isBuiltIn: true,
  description,
  document: JSON.stringify({ Version: '2012-10-17', Statement: [] }),
});

const POLICIES: readonly Policy[] = [
  builtIn('owner', 'Everything within the tenant.'),
  builtIn('key-administrator', 'Makes and manages keys, and uses none.'),
  builtIn('key-user', 'Uses keys, and manages none.'),
  builtIn('backup-administrator', 'Has backups made and kept.'),
  builtIn('restore-operator', 'Restores what was backed up.'),
  builtIn('auditor', 'Sees everything, and changes nothing.'),
];

const TRUST = JSON.stringify(
  {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/backup-runner` },
        Action: 'sts:AssumeRole',
      },
    ],
  },
  null,
  2,
);

const roles = new Map<string, Role>();
const makeRole = (name: string, trustPolicy: string, description: string, maxSessionSeconds: number): Role => {
  const role: Role = {
    roleId: idOf(`role-${name}`),
    name,
    arn: `arn:aws:iam::${ACCOUNT}:role/${name}`,
    description,
    trustPolicy,
    maxSessionSeconds,
    policies: [],
    inlinePolicies: [],
    tags: [],
    keyRoles: [],
    createdAt: ago(90 * DAY),
  };
  roles.set(name, role);
  return role;
};
roles.set('restore-host', {
  ...makeRole('restore-host', TRUST, 'Hosts that are restored', 3_600),
  policies: ['restore-operator'],
});

const changeRole = async (name: string, members: Partial<Role>): Promise<Role> => {
  const changed = { ...(roles.get(name) as Role), ...members };
  roles.set(name, changed);
  return changed;
};

/** Policies, and roles that are assumed, of the made-up server. */
export const rolesMock = {
  listPolicies: () => pageOf(POLICIES),
  listRoles: () => pageOf([...roles.values()]),
  getRole: async (name) => roles.get(name) as Role,
  createRole: async ({ name, trustPolicy, description = '', maxSessionSeconds = 3_600 }) =>
    makeRole(name, trustPolicy, description, maxSessionSeconds),
  attachRolePolicy: (name, { policy }) =>
    changeRole(name, { policies: [...new Set([...(roles.get(name)?.policies ?? []), policy])] }),
  detachRolePolicy: (name, { policy }) =>
    changeRole(name, { policies: (roles.get(name)?.policies ?? []).filter((one) => one !== policy) }),
  listRoleInlinePolicies: inlineTexts.of,
  putRoleInlinePolicy: (name, policy) => changeRole(name, { inlinePolicies: inlineTexts.with(name, policy) }),
  deleteRoleInlinePolicy: (name, policy) =>
    changeRole(name, { inlinePolicies: inlineTexts.without(name, policy.name) }),
  tagRole: (name, { tags }) => changeRole(name, { tags: withTags(roles.get(name)?.tags ?? [], tags) }),
  untagRole: (name, { keys }) =>
    changeRole(name, { tags: (roles.get(name)?.tags ?? []).filter(({ key }) => !keys.includes(key)) }),
  setRoleTrust: (name, { trustPolicy }) => changeRole(name, { trustPolicy }),
  updateRole: (name, changes) =>
    changeRole(name, {
      ...(changes?.description !== undefined && { description: changes.description }),
      ...(changes?.maxSessionSeconds !== undefined && { maxSessionSeconds: changes.maxSessionSeconds }),
    }),
  revokeRoleSessions: (name) => changeRole(name, { sessionsRevokedAt: ago(0) }),
  deleteRole: async (name) => {
    const gone = roles.get(name) as Role;
    roles.delete(name);
    return gone;
  },
} satisfies Partial<Methods>;

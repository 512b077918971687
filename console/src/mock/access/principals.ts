import type { Principal } from '@keystead/sdk';
import type { Methods } from '../mocked.ts';
import { inlineTexts } from './inline-texts.ts';
import { ACCOUNT, ago, DAY, idOf, pageOf, withTags } from './made-up.ts';
import { endSessionsOf } from './session-samples.ts';

const make = (name: string, policies: readonly string[], serviceId = false): Principal => ({
  principalId: idOf(name),
  name,
  arn: `arn:aws:iam::${ACCOUNT}:user/${name}`,
  policies,
  inlinePolicies: [],
  tags: [],
  keyRoles: [],
  serviceId,
  iamId: serviceId ? `iam-ServiceId-${idOf(name)}` : `IBMid-${idOf(name)}`,
  state: 'active',
  createdAt: ago(300 * DAY),
});

/** The users of the made-up server, by their ids. */
export const principals = new Map(
  [
    make('ada', ['owner']),
    make('grace', ['key-user']),
    make('mallory', []),
    make('backup-runner', ['backup-administrator'], true),
    make('reporting', ['auditor'], true),
  ].map((principal) => [principal.principalId, principal]),
);

export const principalAt = (principalId: string): Principal => {
  const found = principals.get(principalId);
  if (found === undefined) throw new Error(`the made-up server has no user ${principalId}`);
  return found;
};

const change = async (principalId: string, changes: Partial<Principal>): Promise<Principal> => {
  const changed = { ...principalAt(principalId), ...changes };
  principals.set(principalId, changed);
  return changed;
};

/** Users of the made-up server. */
export const principalsMock = {
  listPrincipals: (query) =>
    pageOf([...principals.values()].filter(({ name }) => query?.name === undefined || query.name === name)),
  getPrincipal: async (principalId) => principalAt(principalId),
  createPrincipal: async ({ name, policies, serviceId }) => {
    const made = { ...make(name, policies, serviceId), createdAt: ago(0) };
    principals.set(made.principalId, made);
    return made;
  },
  attachPrincipalPolicy: (principalId, { policy }) =>
    change(principalId, { policies: [...new Set([...principalAt(principalId).policies, policy])] }),
  detachPrincipalPolicy: (principalId, { policy }) =>
    change(principalId, { policies: principalAt(principalId).policies.filter((name) => name !== policy) }),
  listPrincipalInlinePolicies: inlineTexts.of,
  putPrincipalInlinePolicy: (principalId, policy) =>
    change(principalId, { inlinePolicies: inlineTexts.with(principalId, policy) }),
  deletePrincipalInlinePolicy: (principalId, { name }) =>
    change(principalId, { inlinePolicies: inlineTexts.without(principalId, name) }),
  tagPrincipal: (principalId, { tags }) => change(principalId, { tags: withTags(principalAt(principalId).tags, tags) }),
  untagPrincipal: (principalId, { keys }) =>
    change(principalId, { tags: principalAt(principalId).tags.filter(({ key }) => !keys.includes(key)) }),
  suspendPrincipal: (principalId) => {
    endSessionsOf(principalId);
    return change(principalId, { state: 'suspended' });
  },
  resumePrincipal: (principalId) => change(principalId, { state: 'active' }),
  deletePrincipal: async (principalId) => {
    const gone = await change(principalId, { state: 'deleted' });
    principals.delete(principalId);
    endSessionsOf(principalId);
    return gone;
  },
  endPrincipalSessions: async (principalId) => {
    endSessionsOf(principalId);
    return principalAt(principalId);
  },
} satisfies Partial<Methods>;

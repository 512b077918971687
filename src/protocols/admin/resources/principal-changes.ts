import { userArn } from '../../../identity/arn.ts';
import type { Proof } from '../../../identity/proofs.ts';
import { IdentityError } from '../../../identity/errors.ts';
import { LIMITS } from '../../../identity/limits.ts';
import { putPrincipal, type Member } from '../../../identity/principal.ts';
import { detachAll } from '../../../identity/detach-all.ts';
import type { HolderChange } from '../holder-changes.ts';
import { holderChange, holderRoutes, type HolderKind } from '../holder-routes.ts';
import { inlinePoliciesRoute } from '../inline-policies.ts';
import { adminRoute } from '../route.ts';
import { appoint } from '../sign-in/appoint.ts';
import { endPresence, endSignIn } from '../sign-in/enrolment-of.ts';
import { closed, UUID } from '../schema.ts';
import { PRINCIPAL, showPrincipal, withPolicyNames, type NamedMember } from './principals.ts';

const PARAMS = closed({ principalId: UUID });
const EXAMPLE = { principalId: '8d7f1a52-93c4-4c0e-8a3f-1b6f2f4c9a10' };

/** Users, as endpoints change them. */
export const USERS: HolderKind<Member, typeof PARAMS, NamedMember> = {
  noun: 'Principal',
  path: '/principals/{principalId}',
  params: PARAMS,
  answer: PRINCIPAL,
  example: EXAMPLE,
  inlineLimit: LIMITS.inlinePoliciesOfUser,
  find: async ({ services, proof }, { principalId }) => services.directory.member(proof.tenant, principalId),
  require(member, { principalId }) {
    if (member !== undefined && member.state !== 'deleted') return member;
    throw new IdentityError('principal-not-found', `your tenant has no principal ${principalId}`);
  },
  resource: ({ proof }, _, member) => (member ? userArn(proof.tenant.accountId, member.name) : '*'),
  put(tenant, after) {
    const { member, write } = putPrincipal(tenant, after);
    return { after: member, write };
  },
  name: withPolicyNames,
  show: showPrincipal,
  attached: appoint,
};

export const getPrincipal = adminRoute({
  id: 'getPrincipal',
  method: 'GET',
  path: USERS.path,
  action: 'keystead:GetPrincipal',
  summary: 'Shows a user of the own tenant',
  status: 200,
  params: PARAMS,
  answer: PRINCIPAL,
  example: { params: EXAMPLE },
  prepare: async (context, { params }) => {
    const member = await USERS.find(context, params);
    return {
      targets: [{ action: 'keystead:GetPrincipal', resource: USERS.resource(context, params, member) }],
      run: async () => ({ value: await withPolicyNames(context, USERS.require(member, params)) }),
    };
  },
  show: showPrincipal,
});

export const listPrincipalInlinePolicies = inlinePoliciesRoute(USERS);

/** Every endpoint that changes one user. */
export const PRINCIPAL_CHANGES = [
  ...holderRoutes(USERS),
  holderChange(USERS, {
    id: 'suspendPrincipal',
    action: 'keystead:SuspendPrincipal',
    below: '/suspend',
    summary: 'Switches a user off: every request of it and of its sessions that starts after the answer is refused',
    urgent: true,
    step: async (context, member): Promise<HolderChange<Member>> => {
      requireAnother(context.proof, member);
      if (member.state === 'suspended') return { holder: member, writes: [] };
      return endPresence(context, { ...member, state: 'suspended' });
    },
  }),
  holderChange(USERS, {
    id: 'resumePrincipal',
    action: 'keystead:ResumePrincipal',
    below: '/resume',
    summary: 'Switches a user on again, with the credentials that were not taken back',
    step: (_, member): HolderChange<Member> => ({
      holder: member.state === 'active' ? member : { ...member, state: 'active' },
      writes: [],
    }),
  }),
  holderChange(USERS, {
    id: 'deletePrincipal',
    action: 'keystead:DeletePrincipal',
    below: '/delete',
    summary:
      'Deletes a user for good, with its credentials. Its name is never given again: policies may go on naming it',
    urgent: true,
    step: async (context, member): Promise<HolderChange<Member>> => {
      const { services, proof } = context;
      requireAnother(proof, member);
      const { holder, writes } = await detachAll(services.directory, proof.tenant, member);
      const gone = await endPresence(context, { ...holder, state: 'deleted', inline: [] });
      const ways = await endSignIn(context, member);
      return { ...gone, writes: [...writes, ...gone.writes, ...ways] };
    },
  }),
];

/** Whoever switched itself off could not switch itself on again, and might have been the last who could. */
function requireAnother({ principal }: Proof, member: Member): void {
  if (principal.id !== member.id) return;
  throw new IdentityError('principal-is-oneself', `you are ${member.name}: nobody suspends or deletes oneself`);
}

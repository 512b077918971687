import { userArn } from '../../../identity/arn.ts';
import { IdentityError } from '../../../identity/errors.ts';
import { putPrincipal } from '../../../identity/principal.ts';
import { withoutSessions } from '../../../identity/sign-in/console-session.ts';
import { putSignIn, type SignIn } from '../../../identity/sign-in/sign-in-record.ts';
import { withoutLink } from '../../../identity/sign-in/ways-in.ts';
import { operatorTargets } from '../attached-policies.ts';
import { adminRoute } from '../route.ts';
import { closed, UUID } from '../schema.ts';
import { signInOf } from '../sign-in/person.ts';
import { IDENTITY_LINKS, showLinks } from '../sign-in/own-change.ts';

const ID = '8d7f1a52-93c4-4c0e-8a3f-1b6f2f4c9a10';

export const unlinkPrincipalIdentity = adminRoute({
  id: 'unlinkPrincipalIdentity',
  method: 'POST',
  path: '/principals/{principalId}/identities/{providerId}/unlink',
  action: 'keystead:UnlinkIdentity',
  summary:
    'Takes the link between a user and an identity provider away, and ends all sessions of the user. An open sign-in link lets it be linked anew',
  status: 200,
  params: closed({ principalId: UUID, providerId: UUID }),
  answer: closed({ links: IDENTITY_LINKS }),
  example: { params: { principalId: ID, providerId: ID } },
  prepare: async ({ services, proof: { tenant } }, { params }) => {
    const member = await services.directory.member(tenant, params.principalId);
    return {
      targets: [
        { action: 'keystead:UnlinkIdentity', resource: member ? userArn(tenant.accountId, member.name) : '*' },
        // Whoever may not give an operator a way in takes none away either.
        ...operatorTargets(member?.policies ?? [], 'installation:SuspendCredential'),
      ],
      details: { principal: params.principalId, provider: params.providerId },
      run: async () => {
        if (member === undefined || member.state === 'deleted')
          throw new IdentityError('principal-not-found', `your tenant has no principal ${params.principalId}`);
        const before = await signInOf(services, tenant, member.id);
        const after = withoutLink(before, params.providerId);
        const writes = [putSignIn(tenant, before, after), putPrincipal(tenant, withoutSessions(member)).write];
        return { value: after, writes, urgent: true };
      },
    };
  },
  show: (signIn: SignIn) => ({ links: showLinks(signIn) }),
});

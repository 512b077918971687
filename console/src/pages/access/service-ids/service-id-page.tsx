import type { Principal } from '@keystead/sdk';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useApi } from '../../../api/api.ts';
import { PRINCIPAL_COMMANDS } from '../../../commands/holder-commands.ts';
import { ACCESS_MORE_COMMANDS } from '../../../commands/access-more-commands.ts';
import { Command } from '../../../ui/command.tsx';
import { CopyText } from '../../../ui/copy-text.tsx';
import { Facts } from '../../../ui/facts.tsx';
import { TextLink } from '../../../ui/links.tsx';
import { Page } from '../../../ui/page.tsx';
import { StateBadge } from '../../../ui/state-badge.tsx';
import { Time } from '../../../ui/time.tsx';
import type { Holder } from '../holder/holder.ts';
import { RightsSections } from '../holder/rights-sections.tsx';
import { principalQuery } from '../queries.ts';
import { ServiceIdActions } from './service-id-actions.tsx';

/** One user that is a program: what it may, and what proves it. */
export function ServiceIdPage() {
  const { principalId } = useParams({ from: '/shell/access/service-ids/$principalId' });
  const { data: principal } = useSuspenseQuery(principalQuery(useApi(), principalId));
  const { name, iamId, arn, state, policies, keyRoles, createdAt } = principal;
  return (
    <Page
      title={name}
      about="A user that is a program. It proves itself by its keys, and never signs in here."
      actions={state !== 'deleted' && <ServiceIdActions principal={principal} />}
    >
      <Facts
        facts={[
          [
            'State',
            <StateBadge key="state" tone={state === 'active' ? 'good' : 'off'}>
              {STATES[state]}
            </StateBadge>,
          ],
          ['IAM id (IBM)', <CopyText key="iam" text={iamId} label={`the IAM id of ${name}`} />],
          ['ARN (AWS)', <CopyText key="arn" text={arn} label={`the ARN of ${name}`} />],
          [
            'Its keys',
            <TextLink key="keys" to="/access/credentials" search={{ of: name }} size="sm">
              API and access keys, with their expiry and last use
            </TextLink>,
          ],
          [
            'Roles on keys (IBM)',
            keyRoles
              .map(({ roles, region, keyRing, keyId }) =>
                [roles.join(', '), region, keyRing && `ring ${keyRing}`, keyId && `key ${keyId}`]
                  .filter(Boolean)
                  .join(', '),
              )
              .join('; '),
          ],
          ['Made', <Time key="made" at={createdAt} />],
        ]}
      />
      <RightsSections
        holder={holderOf(principal)}
        called="roles"
        policies={policies}
        attach={(api, policy) => api.attachPrincipalPolicy(principalId, { policy })}
        detach={(api, policy) => api.detachPrincipalPolicy(principalId, { policy })}
        about="Give it no more than the program needs: whoever steals one of its keys may as much."
      />
      <Command words={ACCESS_MORE_COMMANDS.showServiceId(name)} />
    </Page>
  );
}

const STATES: Readonly<Record<Principal['state'], string>> = {
  active: 'Active',
  suspended: 'Suspended',
  deleted: 'Deleted',
};

function holderOf({ principalId, name, inlinePolicies, tags }: Principal): Holder {
  return {
    name,
    commands: PRINCIPAL_COMMANDS,
    noun: 'Principal',
    inlinePolicies,
    tags,
    touches: [['principals']],
    readPolicies: (api) => api.listPrincipalInlinePolicies(principalId),
    putPolicy: (api, policy) => api.putPrincipalInlinePolicy(principalId, policy),
    deletePolicy: (api, policy) => api.deletePrincipalInlinePolicy(principalId, { name: policy }),
    tag: (api, added) => api.tagPrincipal(principalId, { tags: added }),
    untag: (api, keys) => api.untagPrincipal(principalId, { keys }),
  };
}

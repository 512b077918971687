import type { OwnSignIn } from '@keystead/sdk';
import { Alert, Text } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useApi } from '../../../api/api.ts';
import { useWhoAmI } from '../../../api/who-am-i.ts';
import { ACCESS_COMMANDS } from '../../../commands/access-commands.ts';
import { ActsMenu } from '../../../ui/acts-menu.tsx';
import { Command } from '../../../ui/command.tsx';
import { CopyText } from '../../../ui/copy-text.tsx';
import { DataTable } from '../../../ui/data-table.tsx';
import { Facts } from '../../../ui/facts.tsx';
import { Page } from '../../../ui/page.tsx';
import { Section } from '../../../ui/section.tsx';
import { Time } from '../../../ui/time.tsx';
import { roleNames } from '../people/role-picker.tsx';
import { SessionTable } from '../people/session-table.tsx';
import { OwnKeysSection } from './own-keys-section.tsx';
import { ownSessionsQuery, ownSignInQuery } from './own-queries.ts';
import { PasskeysSection } from './passkeys-section.tsx';
import { PasswordSection } from './password-section.tsx';
import { useProof, type WithProof } from './use-proof.tsx';

/** Oneself: how one signs in, where one is signed in, what proves one's programs. */
export function AccountPage() {
  const { name, arn, policies, tenantName, accountId, principalId, session } = useWhoAmI();
  return (
    <Page title="My account" about="How you sign in, and where you are signed in. It takes no permission: it is yours.">
      <Facts
        facts={[
          ['Name', name],
          ['Roles', roleNames(policies)],
          ['Tenant', tenantName],
          ['Account', <CopyText key="account" text={accountId} label="the account" />],
          ['ARN', <CopyText key="arn" text={arn} label="the ARN" />],
        ]}
      />
      <Command words={ACCESS_COMMANDS.whoAmI()} />
      {session === undefined ? (
        <Alert color="gray" title="Nobody is signed in here">
          <Text size="sm">
            This page is shown to an API key. How somebody signs in is shown to themselves, when they are signed in.
          </Text>
        </Alert>
      ) : (
        <OwnSections name={name} />
      )}
      <OwnKeysSection principalId={principalId} />
    </Page>
  );
}

function OwnSections({ name }: { readonly name: string }) {
  const api = useApi();
  const { data: has } = useSuspenseQuery(ownSignInQuery(api));
  const { data: sessions } = useSuspenseQuery(ownSessionsQuery(api));
  const { withProof, dialog } = useProof(has);
  return (
    <>
      <PasskeysSection has={has} withProof={withProof} />
      <PasswordSection name={name} has={has} withProof={withProof} />
      {has.links.length > 0 && <LinksSection has={has} withProof={withProof} />}
      <Section
        title="Sessions"
        about="Browsers in which you are signed in. End one that you do not know, then change how you sign in."
      >
        <SessionTable sessions={sessions} nobody="You are signed in nowhere." isOwn />
      </Section>
      {dialog}
    </>
  );
}

function LinksSection({ has: { links }, withProof }: { readonly has: OwnSignIn; readonly withProof: WithProof }) {
  return (
    <Section title="Identity providers" about="Who vouches for you when you sign in by your company.">
      <DataTable
        caption="Identity providers"
        rows={links}
        idOf={({ providerId }) => providerId}
        columns={[
          { name: 'Provider', cell: ({ issuer }) => issuer },
          { name: 'You are there', cell: ({ subject }) => subject, isSpare: true },
          { name: 'Linked', cell: ({ linkedAt }) => <Time at={linkedAt} /> },
          {
            name: 'Actions',
            cell: ({ providerId, issuer }) => (
              <ActsMenu
                of={issuer}
                acts={[
                  {
                    label: 'Take the link away',
                    isDangerous: true,
                    next: {
                      title: `Sign in by ${issuer} no more?`,
                      about:
                        'It signs you in no more, and an administrator must make a new sign-in link before it can be linked again.',
                      verb: 'Take the link away',
                      run: (api) => withProof(() => api.unlinkOwnIdentity(providerId)),
                      touches: [['own-sign-in']],
                      done: `${issuer} signs you in no more`,
                    },
                  },
                ]}
              />
            ),
          },
        ]}
      />
    </Section>
  );
}

import { Alert, Text } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useApi } from '../../../api/api.ts';
import { useWhoAmI } from '../../../api/who-am-i.ts';
import { ACCESS_COMMANDS } from '../../../commands/access-commands.ts';
import { Command } from '../../../ui/command.tsx';
import { CopyText } from '../../../ui/copy-text.tsx';
import { Facts } from '../../../ui/facts.tsx';
import { Page } from '../../../ui/page.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { Section } from '../../../ui/section.tsx';
import { roleNames } from '../people/role-names.ts';
import { SessionTable } from '../people/session-table.tsx';
import { OwnKeysSection } from './own-keys-section.tsx';
import { ownSessionsQuery, ownSignInQuery } from './own-queries.ts';
import { PasskeysSection } from './passkeys-section.tsx';
import { PasswordSection } from './password-section.tsx';
import { errandDone, errandProblem } from './provider-errands.ts';
import { ProvidersSection } from './providers-section.tsx';
import { useProof } from './use-proof.tsx';

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
  const { done, problem } = useSearch({ from: '/shell/account' });
  const words = errandDone(done);
  return (
    <>
      {words !== undefined && <Alert color="green" title={words} role="status" />}
      <ProblemNotice error={errandProblem(problem) ?? null} title="Your provider did not help" />
      <PasskeysSection has={has} withProof={withProof} />
      <PasswordSection name={name} has={has} withProof={withProof} />
      <ProvidersSection has={has} withProof={withProof} />
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

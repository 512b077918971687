import type { PrincipalSignIn } from '@keystead/sdk';
import { Group, Text } from '@mantine/core';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useApi } from '../../../api/api.ts';
import { useWhoAmI } from '../../../api/who-am-i.ts';
import { ACCESS_COMMANDS } from '../../../commands/access-commands.ts';
import { ActsMenu } from '../../../ui/acts-menu.tsx';
import { Command } from '../../../ui/command.tsx';
import { CopyText } from '../../../ui/copy-text.tsx';
import { DataTable } from '../../../ui/data-table.tsx';
import { Facts } from '../../../ui/facts.tsx';
import { TextLink } from '../../../ui/links.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { Page } from '../../../ui/page.tsx';
import { Section } from '../../../ui/section.tsx';
import { ExactTime, Time } from '../../../ui/time.tsx';
import { enrolmentsQuery, principalQuery, principalSignInQuery, sessionsOfQuery } from '../queries.ts';
import { SessionTable } from './session-table.tsx';
import { personActs } from './person-acts.tsx';
import { personState, PersonStateBadge } from './person-state.tsx';
import { roleName } from './role-names.ts';

const route = getRouteApi('/shell/access/people/$principalId');

/** One person: what they are, how they sign in, where they are signed in. */
export function PersonPage() {
  const api = useApi();
  const { principalId } = route.useParams();
  const { principalId: self } = useWhoAmI();
  const { data: person } = useSuspenseQuery(principalQuery(api, principalId));
  const { data: enrolments = [] } = useQuery(enrolmentsQuery(api));
  const signIn = useQuery(principalSignInQuery(api, principalId));
  const sessions = useQuery(sessionsOfQuery(api, principalId));
  const invited = new Set(enrolments.filter(({ kind }) => kind !== 'reset').map((one) => one.principalId));
  return (
    <Page
      title={person.name}
      about={<TextLink to="/access/people">All people</TextLink>}
      actions={<ActsMenu of={person.name} acts={personActs(person, principalId === self)} isLong />}
    >
      <Facts
        facts={[
          ['State', <PersonStateBadge key="state" state={personState(person, invited)} />],
          ['Roles', person.policies.length === 0 ? 'None' : <RoleLinks names={person.policies} />],
          ['Policies of their own', person.inlinePolicies.join(', ')],
          ['Roles of IBM Key Protect', person.keyRoles.flatMap(({ roles }) => roles).join(', ')],
          ['Tags', person.tags.map(({ key, value }) => `${key}=${value}`).join(', ')],
          ['ARN', <CopyText key="arn" text={person.arn} label="the ARN" />],
          ['IAM id', <CopyText key="iam" text={person.iamId} label="the IAM id" />],
          ['Made', <Time key="made" at={person.createdAt} />],
        ]}
      />

      {!person.serviceId && (
        <>
          <Section
            title="Sign-in"
            about="How they prove who they are. Nobody sees passwords, codes or passkeys themselves."
          >
            <ProblemNotice error={signIn.error} title="This is not shown" />
            {signIn.data !== undefined && <SignInFacts signIn={signIn.data} />}
            <Command words={ACCESS_COMMANDS.signInOf(person.name)} />
          </Section>
          <Section title="Sessions" about="Browsers in which they are signed in now.">
            <ProblemNotice error={sessions.error} title="These are not shown" />
            {sessions.data !== undefined && (
              <SessionTable sessions={sessions.data} nobody={`${person.name} is signed in nowhere.`} />
            )}
          </Section>
        </>
      )}
    </Page>
  );
}

function RoleLinks({ names }: { readonly names: readonly string[] }) {
  return (
    <Group gap="xs">
      {names.map((name) => (
        <TextLink key={name} to="/access/roles/$policy" params={{ policy: name }}>
          {roleName(name)}
        </TextLink>
      ))}
    </Group>
  );
}

function SignInFacts({ signIn }: { readonly signIn: PrincipalSignIn }) {
  const { passkeys, passwordSetAt, recoveryCodesLeft, links, wrongAttempts, lockedUntil, enrolment } = signIn;
  const hasNone = passkeys.length === 0 && passwordSetAt === undefined && links.length === 0;
  return (
    <>
      <Facts
        facts={[
          ['Ways in', hasNone ? 'None yet: they come in by their sign-in link' : undefined],
          ['Password', passwordSetAt === undefined ? undefined : withTime('set', passwordSetAt)],
          ['Recovery codes', passwordSetAt === undefined ? undefined : `${recoveryCodesLeft} left`],
          ['Identity providers', links.map(({ issuer, subject }) => `${subject} at ${issuer}`).join(', ')],
          ['Wrong tries', wrongAttempts === 0 ? undefined : `${wrongAttempts} in a row`],
          [
            'Locked',
            lockedUntil && (
              <span key="locked">
                passwords are refused until <ExactTime at={lockedUntil} />
              </span>
            ),
          ],
          [
            'Sign-in link',
            enrolment && (
              <span key="link">
                open until <ExactTime at={enrolment.expiresAt} />
              </span>
            ),
          ],
        ]}
      />
      {passkeys.length > 0 && (
        <DataTable
          caption="Passkeys"
          rows={passkeys}
          idOf={({ passkeyId }) => passkeyId}
          columns={[
            { name: 'Passkey', cell: ({ name }) => name },
            { name: 'Added', cell: ({ createdAt }) => <Time at={createdAt} /> },
            {
              name: 'Last used',
              cell: ({ lastUsedAt }) =>
                lastUsedAt === undefined ? <Text size="sm">Never</Text> : <Time at={lastUsedAt} />,
            },
            {
              name: 'Copies',
              cell: ({ isBackedUp }) => (isBackedUp ? 'On other devices too' : 'On this device alone'),
              isSpare: true,
            },
          ]}
        />
      )}
    </>
  );
}

function withTime(word: string, at: string): ReactNode {
  return (
    <>
      {word} <Time at={at} />
    </>
  );
}

import type { ConsoleSession } from '@keystead/sdk';
import { Group, Select, Stack, Text } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { useAct } from '../../../api/use-act.ts';
import { ACCESS_MORE_COMMANDS } from '../../../commands/access-more-commands.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { Command } from '../../../ui/command.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { DataTable, type Column } from '../../../ui/data-table.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { ForeignText } from '../../../ui/foreign-text.tsx';
import { Page } from '../../../ui/page.tsx';
import { StateBadge } from '../../../ui/state-badge.tsx';
import { Time } from '../../../ui/time.tsx';
import { sessionsQuery } from '../more-queries.ts';
import { browserOf, METHODS } from './session-words.ts';

const COLUMNS: readonly Column<ConsoleSession>[] = [
  {
    name: 'Person',
    cell: ({ name, isCurrent }) => (
      <Group gap="xs">
        <Text fw={600} size="sm">
          {name}
        </Text>
        {isCurrent && <StateBadge tone="good">This one</StateBadge>}
      </Group>
    ),
  },
  { name: 'By', cell: ({ method }) => METHODS[method] },
  { name: 'Signed in', isSpare: true, cell: ({ createdAt }) => <Time at={createdAt} /> },
  {
    name: 'Last used',
    cell: ({ lastUsedAt, lastUsedFrom, renewedAt, address }) => (
      <Stack gap={0}>
        <Time at={lastUsedAt ?? renewedAt} />
        <Text size="xs" c="dimmed">
          from {lastUsedFrom ?? address}
        </Text>
      </Stack>
    ),
  },
  {
    name: 'Browser',
    isSpare: true,
    cell: ({ userAgent }) => browserOf(userAgent) ?? <ForeignText text={userAgent ?? 'It did not say'} max={40} />,
  },
  { name: 'Ends', isSpare: true, cell: ({ endsAt }) => <Time at={endsAt} /> },
  { name: 'Actions', cell: (session) => <End session={session} /> },
];

/** Who is signed in to the console. */
export function SessionsPage() {
  const { person } = useSearch({ from: '/shell/access/sessions' });
  const navigate = useNavigate({ from: '/access/sessions' });
  const { data: sessions } = useSuspenseQuery(sessionsQuery(useApi()));
  const shown = sessions.filter(({ name }) => person === undefined || name === person);
  const names = [...new Set([...sessions.map(({ name }) => name), ...(person === undefined ? [] : [person])])];
  const principalId = shown[0]?.principalId;
  return (
    <Page
      title="Sessions"
      about="Who is signed in to the console. A session ends by itself when it is not used for a while, and after some hours in any case."
    >
      <Group align="flex-end" justify="space-between">
        <Select
          label="Person"
          placeholder="Everybody"
          data={names.toSorted((a, b) => a.localeCompare(b))}
          value={person ?? null}
          onChange={(name) => void navigate({ search: name === null ? {} : { person: name }, replace: true })}
          clearable
          searchable
          clearButtonProps={{ 'aria-label': 'Show everybody' }}
        />
        {person !== undefined && principalId !== undefined && <EndAll name={person} principalId={principalId} />}
      </Group>
      <DataTable
        caption="Sessions"
        columns={COLUMNS}
        rows={shown}
        idOf={({ sessionId }) => sessionId}
        empty={
          <EmptyState title={person === undefined ? 'Nobody is signed in' : `${person} is not signed in`}>
            Every sign-in to the console is a session, and is listed here until it ends. Programs have none: they prove
            themselves by API and access keys.
          </EmptyState>
        }
      />
      <Command
        words={person === undefined ? ACCESS_MORE_COMMANDS.sessions() : ACCESS_MORE_COMMANDS.sessionsOf(person)}
      />
    </Page>
  );
}

function End({ session }: { readonly session: ConsoleSession }) {
  const { sessionId, name, isCurrent } = session;
  const [isAsking, setIsAsking] = useState(false);
  const end = useAct({
    act: (api) => api.endSession(sessionId),
    touches: [['sessions'], ...(isCurrent ? [['who-am-i']] : [])],
    done: () => `The session of ${name} has ended.`,
  });
  return (
    <>
      <ActButton
        needs="keystead:EndSession"
        size="compact-sm"
        variant="default"
        onClick={() => setIsAsking(true)}
        aria-label={`End the session of ${name} from ${session.address}`}
      >
        End
      </ActButton>
      <Confirm
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
        title={isCurrent ? 'End your own session?' : `End this session of ${name}?`}
        verb="End the session"
        isDangerous
        command={ACCESS_MORE_COMMANDS.endSession(sessionId)}
        onConfirm={() => end.mutateAsync()}
      >
        {isCurrent
          ? 'You are signed out at once, here and in every tab of this browser.'
          : `Whoever sits there is signed out at once, in the middle of what is being done. ${name} may sign in again: to prevent that, suspend the person.`}
      </Confirm>
    </>
  );
}

function EndAll({ name, principalId }: { readonly name: string; readonly principalId: string }) {
  const [isAsking, setIsAsking] = useState(false);
  const end = useAct({
    act: (api) => api.endPrincipalSessions(principalId),
    touches: [['sessions'], ['who-am-i']],
    done: () => `${name} is signed out everywhere.`,
  });
  return (
    <>
      <ActButton needs="keystead:EndSession" variant="default" onClick={() => setIsAsking(true)}>
        Sign {name} out everywhere
      </ActButton>
      <Confirm
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
        title={`Sign ${name} out everywhere?`}
        verb="End all sessions"
        isDangerous
        command={ACCESS_MORE_COMMANDS.endSessionsOf(name)}
        onConfirm={() => end.mutateAsync()}
      >
        Every console session of {name} ends at once. API keys and access keys go on working: they are under API and
        access keys.
      </Confirm>
    </>
  );
}

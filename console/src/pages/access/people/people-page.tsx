import type { ConsoleSession, Credential, Principal } from '@keystead/sdk';
import { Group, Select, Text } from '@mantine/core';
import { IconSearch, IconUserPlus } from '@tabler/icons-react';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { useWhoAmI } from '../../../api/who-am-i.ts';
import { ACCESS_COMMANDS } from '../../../commands/access-commands.ts';
import { ActsMenu } from '../../../ui/acts-menu.tsx';
import { Command } from '../../../ui/command.tsx';
import { DataTable } from '../../../ui/data-table.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { TextLink } from '../../../ui/links.tsx';
import { ActButton } from '../../../ui/act-button.tsx';
import { Page } from '../../../ui/page.tsx';
import { Time } from '../../../ui/time.tsx';
import { TypedFilter } from '../../../ui/typed-filter.tsx';
import { principalsQuery, sessionsQuery } from '../more-queries.ts';
import { credentialsQuery, enrolmentsQuery } from '../queries.ts';
import { InviteDialog } from './invite-dialog.tsx';
import { personActs } from './person-acts.tsx';
import { personState, PersonStateBadge, type PersonState } from './person-state.tsx';
import { roleNames } from './role-names.ts';

const route = getRouteApi('/shell/access/people');
const STATES: readonly { readonly value: PersonState; readonly label: string }[] = [
  { value: 'active', label: 'Active' },
  { value: 'invited', label: 'Invited' },
  { value: 'suspended', label: 'Suspended' },
  { value: 'deleted', label: 'Deleted' },
];

/** The people of the tenant: who may sign in, as what, and when each was seen last. */
export function PeoplePage() {
  const api = useApi();
  const { q, state } = route.useSearch();
  const navigate = useNavigate();
  const [isInviting, setInviting] = useState(false);
  const { principalId: self } = useWhoAmI();
  const { data: principals } = useSuspenseQuery(principalsQuery(api));
  // Who may not read these still sees the people.
  const { data: enrolments = [] } = useQuery(enrolmentsQuery(api));
  const { data: sessions = [], isError: isUnseen } = useQuery(sessionsQuery(api));
  const { data: credentials = [] } = useQuery(credentialsQuery(api, {}));
  const invited = new Set(enrolments.filter(({ kind }) => kind !== 'reset').map(({ principalId }) => principalId));
  const seen = lastSeen(sessions, credentials);
  const people = principals
    .filter(({ serviceId }) => !serviceId)
    .map((person) => ({ person, state: personState(person, invited) }))
    .filter((row) => (state === undefined ? row.state !== 'deleted' : row.state === state))
    .filter(({ person }) => q === undefined || person.name.toLowerCase().includes(q.toLowerCase()));
  const look = (search: { readonly q?: string | undefined; readonly state?: PersonState | undefined }): void =>
    void navigate({ to: '/access/people', search: { q, state, ...search }, replace: true });
  return (
    <Page
      title="People"
      about="Everybody who may sign in. What they may do is said by their roles."
      actions={
        <ActButton
          needs="keystead:CreatePrincipal"
          leftSection={<IconUserPlus size={16} aria-hidden />}
          onClick={() => setInviting(true)}
        >
          Invite a person
        </ActButton>
      }
    >
      <Group gap="sm" align="flex-end">
        <TypedFilter
          label="Name"
          placeholder="Part of a name"
          leftSection={<IconSearch size={16} aria-hidden />}
          value={q ?? ''}
          onChange={(text) => look({ q: text === '' ? undefined : text })}
        />
        <Select
          label="State"
          placeholder="All but deleted"
          data={[...STATES]}
          value={state ?? null}
          onChange={(value) => look({ state: (value as PersonState | null) ?? undefined })}
          clearable
          clearButtonProps={{ 'aria-label': 'Any state' }}
        />
      </Group>
      <DataTable
        caption="People"
        rows={people}
        idOf={({ person }) => person.principalId}
        columns={[
          {
            name: 'Name',
            cell: ({ person: { principalId, name } }) => (
              <Group gap={6} wrap="nowrap">
                <TextLink to="/access/people/$principalId" params={{ principalId }} fw={600} size="sm">
                  {name}
                </TextLink>
                {principalId === self && (
                  <Text size="xs" c="dimmed">
                    you
                  </Text>
                )}
              </Group>
            ),
          },
          { name: 'State', cell: (row) => <PersonStateBadge state={row.state} /> },
          { name: 'Roles', cell: ({ person }) => roleNames(person.policies), isSpare: true },
          {
            name: 'Last seen',
            cell: ({ person }) => (
              <LastSeen at={seen.get(person.principalId)} otherwise={isUnseen ? 'Not shown to you' : 'Not lately'} />
            ),
            isSpare: true,
          },
          {
            name: 'Actions',
            cell: ({ person }) => <ActsMenu of={person.name} acts={personActs(person, person.principalId === self)} />,
          },
        ]}
        empty={
          <EmptyState title="Nobody fits">
            {q === undefined && state === undefined
              ? 'Invite the people who look after keys and backups: each comes in as themselves, and the log says who did what.'
              : 'Look for another name, or in another state.'}
          </EmptyState>
        }
      />
      <Command words={ACCESS_COMMANDS.people()} />
      {isInviting && <InviteDialog onClose={() => setInviting(false)} />}
    </Page>
  );
}

function LastSeen({ at, otherwise }: { readonly at: string | undefined; readonly otherwise: string }) {
  if (at === undefined)
    return (
      <Text size="sm" c="dimmed">
        {otherwise}
      </Text>
    );
  return <Time at={at} />;
}

/** The newest trace of each: of a session that is alive, or of a key of theirs. */
function lastSeen(
  sessions: readonly ConsoleSession[],
  credentials: readonly Credential[],
): ReadonlyMap<Principal['principalId'], string> {
  const seen = new Map<string, string>();
  const note = (id: string, at: string | undefined): void => {
    const before = seen.get(id);
    if (at !== undefined && (before === undefined || before < at)) seen.set(id, at);
  };
  for (const { principalId, renewedAt, lastUsedAt } of sessions) {
    note(principalId, renewedAt);
    note(principalId, lastUsedAt);
  }
  for (const { principalId, holder, lastUsedAt } of credentials) if (holder === 'user') note(principalId, lastUsedAt);
  return seen;
}

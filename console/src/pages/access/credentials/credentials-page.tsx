import type { Credential, IssuedCredential } from '@keystead/sdk';
import { Button, Group, SegmentedControl, Select, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { useApi } from '../../../api/api.ts';
import { ACCESS_MORE_COMMANDS } from '../../../commands/access-more-commands.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { Command } from '../../../ui/command.tsx';
import { CopyText } from '../../../ui/copy-text.tsx';
import { DataTable, type Column } from '../../../ui/data-table.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { Loading } from '../../../ui/loading.tsx';
import { Page } from '../../../ui/page.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { StateBadge } from '../../../ui/state-badge.tsx';
import { Time } from '../../../ui/time.tsx';
import { principalsQuery } from '../more-queries.ts';
import { CredentialActions } from './credential-actions.tsx';
import { EXPIRING_DAYS, UNUSED_DAYS, viewTimes, type CredentialSearch } from './credential-search.ts';
import { STATES, TYPES, wireOf } from './credential-words.ts';
import { credentialsQuery, rolesQuery } from './credentials-query.ts';
import { holderOf } from './holder.ts';
import { CredentialSecret, IssueCredential } from './issue-credential.tsx';
import { Withheld } from './withheld.tsx';

const choices = <Word extends string>(words: Readonly<Record<Word, string>>) =>
  Object.entries<string>(words).map(([value, label]) => ({ value, label }));
const STATE_CHOICES = Object.entries(STATES).map(([value, { word }]) => ({ value, label: word }));
const VIEWS = [
  { value: 'all', label: 'All' },
  { value: 'unused', label: `Unused for ${UNUSED_DAYS} days` },
  { value: 'expiring', label: `Ending within ${EXPIRING_DAYS} days` },
];

const columns = (nameOf: (credential: Credential) => string): readonly Column<Credential>[] => [
  {
    name: 'Credential',
    cell: ({ credentialId, description, type }) => (
      <Stack gap={0}>
        <Text size="sm" fw={600} className="ks-anywhere">
          {description ?? TYPES[type]}
        </Text>
        {description !== undefined && (
          <Text size="xs" c="dimmed">
            {TYPES[type]}
          </Text>
        )}
        <span className="ks-unbroken">
          <CopyText
            text={credentialId}
            shown={`${credentialId.slice(0, 12)}…`}
            label={`the id of this ${TYPES[type]}`}
          />
        </span>
      </Stack>
    ),
  },
  { name: 'Of', cell: nameOf },
  {
    name: 'State',
    cell: ({ state, expiresAt }) => (
      <Stack gap={2} align="flex-start">
        <StateBadge tone={STATES[state].tone}>{STATES[state].word}</StateBadge>
        {expiresAt !== undefined && (
          <Text size="xs" c="dimmed" component="div">
            ends <Time at={expiresAt} />
          </Text>
        )}
      </Stack>
    ),
  },
  {
    name: 'Last used',
    cell: (credential) => <LastUsed credential={credential} />,
  },
  {
    name: 'Scopes',
    cell: ({ scopes, holder, withheld = [] }) => (
      <Stack gap={0}>
        {scopes === undefined ? (
          <Text size="sm" c="dimmed">
            {holder === 'root' ? 'Everything' : 'Whatever its user may'}
          </Text>
        ) : (
          scopes.join(', ')
        )}
        <Withheld policies={withheld} />
      </Stack>
    ),
  },
  {
    name: 'Actions',
    cell: (credential) => <CredentialActions credential={credential} holder={nameOf(credential)} />,
  },
];

function LastUsed({ credential: { lastUsedAt, lastUsedBy, lastUsedFrom } }: { readonly credential: Credential }) {
  if (lastUsedAt === undefined) return <Text size="sm">Never</Text>;
  return (
    <Stack gap={0}>
      <Time at={lastUsedAt} />
      <Text size="xs" c="dimmed">
        {lastUsedBy !== undefined && wireOf(lastUsedBy)} {lastUsedFrom !== undefined && `from ${lastUsedFrom}`}
      </Text>
    </Stack>
  );
}

/** What proves programs: API keys, access keys and what was made of them. */
export function CredentialsPage() {
  const search = useSearch({ from: '/shell/access/credentials' });
  const navigate = useNavigate({ from: '/access/credentials' });
  const api = useApi();
  const principals = useQuery(principalsQuery(api));
  const roles = useQuery(rolesQuery(api)).data ?? [];
  const people = principals.data ?? [];
  const whose = search.of === undefined ? undefined : people.find(({ name }) => name === search.of);
  const found = useQuery({
    ...credentialsQuery(api, search, whose?.principalId),
    enabled: search.of === undefined || whose !== undefined,
  });
  const [isIssuing, setIsIssuing] = useState(false);
  const [issued, setIssued] = useState<IssuedCredential>();
  const set = (change: { [Name in keyof CredentialSearch]: CredentialSearch[Name] | null | undefined }): void => {
    const entries = Object.entries({ ...search, ...change }).filter(([, value]) => value !== null);
    void navigate({ search: Object.fromEntries(entries) as CredentialSearch, replace: true });
  };
  const issue = (
    <ActButton
      needs="keystead:CreateCredential"
      leftSection={<IconPlus size={16} aria-hidden />}
      onClick={() => setIsIssuing(true)}
    >
      Issue a credential
    </ActButton>
  );
  const isFiltered = Object.keys(search).length > 0;
  const isNobody = search.of !== undefined && principals.data !== undefined && whose === undefined;
  const rows = isNobody ? [] : found.data;
  return (
    <Page
      title="API and access keys"
      about="What proves programs. An access key speaks to AWS KMS, an API key to everything else: IBM Key Protect, the command line, this API."
      actions={issue}
    >
      <Stack gap="sm">
        <SegmentedControl
          aria-label="Which ones"
          data={VIEWS}
          value={search.view ?? 'all'}
          onChange={(view) => set({ view: view === 'all' ? null : (view as never) })}
          w="fit-content"
          maw="100%"
          orientation="horizontal"
        />
        <Group align="flex-end" gap="sm">
          <Select
            label="Of"
            placeholder="Everybody"
            data={people.map(({ name }) => name)}
            value={search.of ?? null}
            onChange={(of) => set({ of })}
            searchable
            clearable
            clearButtonProps={{ 'aria-label': 'Show those of everybody' }}
          />
          <Select
            label="Type"
            placeholder="Any"
            data={choices(TYPES)}
            value={search.type ?? null}
            onChange={(type) => set({ type: type as never })}
            clearable
            clearButtonProps={{ 'aria-label': 'Show any type' }}
            w={160}
          />
          <Select
            label="State"
            placeholder="Any"
            data={STATE_CHOICES}
            value={search.state ?? null}
            onChange={(state) => set({ state: state as never })}
            clearable
            clearButtonProps={{ 'aria-label': 'Show any state' }}
            w={160}
          />
        </Group>
      </Stack>
      <ProblemNotice error={found.error} title="They cannot be listed" />
      {rows === undefined && found.error === null && <Loading />}
      {rows?.length === 0 &&
        (isFiltered ? <NoneFits onShowAll={() => void navigate({ search: {} })} /> : <None>{issue}</None>)}
      {rows !== undefined && rows.length > 0 && (
        <DataTable
          caption="Credentials"
          columns={columns((credential) => holderOf(credential, people, roles))}
          rows={rows}
          idOf={({ credentialId }) => credentialId}
        />
      )}
      <Command words={commandOf(search)} />
      {isIssuing && (
        <IssueCredential
          people={people}
          onIssued={setIssued}
          onClose={() => setIsIssuing(false)}
          {...(whose && { whose })}
        />
      )}
      {issued !== undefined && (
        <CredentialSecret
          issued={issued}
          of={holderOf(issued.credential, people, roles)}
          onClose={() => setIssued(undefined)}
        />
      )}
    </Page>
  );
}

function commandOf({ of, type, state, view }: CredentialSearch): readonly string[] {
  const { unusedSince = '', expiringBefore = '' } = viewTimes(view, Date.now());
  return ACCESS_MORE_COMMANDS.credentials(of ?? '', type ?? '', state ?? '', unusedSince, expiringBefore);
}

function None({ children }: { readonly children: ReactNode }) {
  return (
    <EmptyState title="No credential yet" action={children}>
      Programs prove who they are by an API key or an access key. Give each program its own, with an end and no more
      scope than it needs, so that one can be taken back without the others.
    </EmptyState>
  );
}

function NoneFits({ onShowAll }: { readonly onShowAll: () => void }) {
  return (
    <EmptyState
      title="No credential is like that"
      action={
        <Button variant="default" onClick={onShowAll}>
          Show all
        </Button>
      }
    >
      None fits the filters.
    </EmptyState>
  );
}

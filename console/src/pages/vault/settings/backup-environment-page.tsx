import type { Environment } from '@keystead/sdk';
import { Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useApi } from '../../../api/api.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { Command } from '../../../ui/command.tsx';
import { DataTable, type Column } from '../../../ui/data-table.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { ButtonLink, TextLink } from '../../../ui/links.tsx';
import { Page } from '../../../ui/page.tsx';
import { environmentsQuery } from '../api/vault-queries.ts';
import { KeyStateBadge } from '../keys/key-state-badge.tsx';
import { placeText, shortKeyName, storageTypeName } from '../words/storage-words.ts';

const COLUMNS: readonly Column<Environment>[] = [
  {
    name: 'Label',
    cell: ({ environmentId, label }) => (
      <TextLink to="/settings/backup-environment/$environmentId" params={{ environmentId }} fw={600} size="sm">
        {label}
      </TextLink>
    ),
  },
  {
    name: 'Storage',
    cell: ({ storage }) => (
      <Stack gap={0}>
        <Text size="sm">{storageTypeName(storage.type)}</Text>
        <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {placeText(storage)}
        </Text>
      </Stack>
    ),
  },
  { name: 'Region', isSpare: true, cell: ({ storage }) => storage.region },
  { name: 'Encryption', cell: ({ encryption }) => encryption },
  {
    name: 'Master Key',
    isSpare: true,
    cell: (environment) => (
      <Stack gap={2} align="flex-start">
        <KeyStateBadge environment={environment} />
        <span className="ks-code">{shortKeyName(environment.masterKey)}</span>
      </Stack>
    ),
  },
];

/** Settings > Backup Environment: where backups go, and under which key. */
export function BackupEnvironmentPage() {
  const { data: environments } = useSuspenseQuery(environmentsQuery(useApi()));
  const bringBack = (
    <ButtonLink to="/settings/backup-environment/import" variant="default">
      Bring one back from its store
    </ButtonLink>
  );
  const add = (
    <ButtonLink to="/settings/backup-environment/new" leftSection={<IconPlus size={16} aria-hidden />}>
      Add an environment
    </ButtonLink>
  );
  return (
    <Page
      title="Backup Environment"
      about="Where backups go and under which key. Have as many as you like: each has a storage, a master key and sources of its own."
      actions={
        <>
          {bringBack}
          {add}
        </>
      }
    >
      <DataTable
        caption="Backup environments"
        columns={COLUMNS}
        rows={environments}
        idOf={({ environmentId }) => environmentId}
        empty={
          <EmptyState title="No backup environment yet" action={add}>
            It takes a place, such as a folder, an NFS mount or a bucket, and a master key in the same region. Both are
            used for real before anything is saved, and you are told what to do where something is amiss.
          </EmptyState>
        }
      />
      <Command words={VAULT_COMMANDS.listEnvironments()} />
    </Page>
  );
}

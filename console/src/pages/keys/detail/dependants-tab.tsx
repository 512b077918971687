import { List, Stack, Text, Title } from '@mantine/core';
import type { Registration } from '@keystead/sdk';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useApi } from '../../../api/api.ts';
import { KEY_COMMANDS } from '../../../commands/key-commands.ts';
import { Command } from '../../../ui/command.tsx';
import { CopyText } from '../../../ui/copy-text.tsx';
import { DataTable, type Column } from '../../../ui/data-table.tsx';
import { Time } from '../../../ui/time.tsx';
import { dependantsQuery } from '../dependants-query.ts';
import type { KeyTabProps } from './key-page.tsx';

const COLUMNS: readonly Column<Registration>[] = [
  {
    name: 'Resource',
    cell: ({ description, resourceCrn }) => (
      <CopyText text={resourceCrn} shown={description ?? resourceCrn} label="the CRN of the resource" />
    ),
  },
  { name: 'Service', isSpare: true, cell: ({ service }) => service },
  {
    name: 'Holds the key',
    cell: ({ preventsDeletion }) => (preventsDeletion ? 'yes: it prevents its deletion' : 'no'),
  },
  { name: 'Since', isSpare: true, cell: ({ createdAt }) => <Time at={createdAt} /> },
];

/** Who depends on a key: resources that services registered, and backup environments. */
export function DependantsTab({ shown }: KeyTabProps) {
  const { data } = useSuspenseQuery(dependantsQuery(useApi(), shown));
  return (
    <Stack gap="xl">
      <Stack gap="sm">
        <Title order={2} size="h4">
          Backup environments
        </Title>
        {data.environments.length === 0 ? (
          <Text size="sm">No environment has it as a master key.</Text>
        ) : (
          <List size="sm">
            {data.environments.map(({ environmentId, label, newestAt }) => (
              <List.Item key={environmentId}>
                {label}:{' '}
                {newestAt === undefined ? (
                  'nothing was proven restorable yet'
                ) : (
                  <>
                    the newest that was proven restorable is of <Time at={newestAt} />
                  </>
                )}
              </List.Item>
            ))}
          </List>
        )}
      </Stack>
      <Stack gap="sm">
        <Title order={2} size="h4">
          Registered resources
        </Title>
        {data.registrations.length === 0 ? (
          <Text size="sm">No service has registered a resource with it.</Text>
        ) : (
          <DataTable
            caption="Registered resources"
            columns={COLUMNS}
            rows={data.registrations}
            idOf={({ resourceCrn }) => resourceCrn}
          />
        )}
        <Command words={KEY_COMMANDS.registrations(shown.region, shown.keyId)} />
      </Stack>
      {data.unknown.map((what) => (
        <Text key={what} size="sm">
          {what} cannot be shown: you may not look at them.
        </Text>
      ))}
    </Stack>
  );
}

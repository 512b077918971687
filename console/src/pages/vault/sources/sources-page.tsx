import type { Source } from '@keystead/sdk';
import { ActionIcon, Menu, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDots, IconPlus } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useApi } from '../../../api/api.ts';
import { useAct } from '../../../api/use-act.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { ActItem } from '../../../ui/act-item.tsx';
import { ActButton } from '../../../ui/act-button.tsx';
import { Command } from '../../../ui/command.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { DataTable, type Column } from '../../../ui/data-table.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { TextLink } from '../../../ui/links.tsx';
import { Section } from '../../../ui/section.tsx';
import { StateBadge } from '../../../ui/state-badge.tsx';
import { exactTime, Time } from '../../../ui/time.tsx';
import { environmentKey, sourcesQuery } from '../api/vault-queries.ts';
import { useEnvironment } from '../api/use-environment.ts';
import { useStartRun } from '../runs/use-start-run.ts';
import { cronWords } from '../words/cron-words.ts';
import { SourceDialog } from './source-dialog.tsx';

const COLUMNS: readonly Column<Source>[] = [
  {
    name: 'Source',
    cell: (source) => (
      <Stack gap={0}>
        <Text size="sm" fw={600}>
          {source.name}
        </Text>
        <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {whatIsRead(source)}
        </Text>
      </Stack>
    ),
  },
  {
    name: 'Last good backup',
    cell: ({ environmentId, lastGoodBackup, overdueSince }) => (
      <Stack gap={2} align="flex-start">
        {lastGoodBackup === undefined ? (
          'Never'
        ) : (
          <TextLink
            to="/environments/$environmentId/snapshots/$snapshotId"
            params={{ environmentId, snapshotId: lastGoodBackup.snapshotId }}
            size="sm"
          >
            <Time at={lastGoodBackup.at} />
          </TextLink>
        )}
        {overdueSince !== undefined && <StateBadge tone="bad">Overdue</StateBadge>}
      </Stack>
    ),
  },
  {
    name: 'Schedule',
    isSpare: true,
    cell: ({ schedule, alertAfterHours }) => (
      <Stack gap={2} align="flex-start">
        <Text size="sm">
          {schedule === undefined ? 'When somebody says so' : cronWords(schedule.cron, schedule.timeZone)}
        </Text>
        {schedule?.paused === true && <StateBadge tone="off">Paused</StateBadge>}
        {schedule?.nextTimes[0] !== undefined && (
          <Text size="xs" c="dimmed">
            Next: {exactTime(schedule.nextTimes[0])}
          </Text>
        )}
        {alertAfterHours !== undefined && (
          <Text size="xs" c="dimmed">
            Alert after {alertAfterHours} hours without a good backup
          </Text>
        )}
      </Stack>
    ),
  },
  { name: 'Actions', cell: (source) => <SourceMenu source={source} /> },
];

/** What an environment backs up again and again. */
export function SourcesPage() {
  const { environmentId, label } = useEnvironment();
  const { data: sources } = useSuspenseQuery(sourcesQuery(useApi(), environmentId));
  const [isAdding, { open, close }] = useDisclosure(false);
  const add = (
    <ActButton needs="keystead:CreateSource" leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
      Add a source
    </ActButton>
  );
  return (
    <>
      <Section
        title="Sources"
        about="Folders of the server, and databases. Other hosts are backed up by agents, which need no source."
        actions={add}
      >
        {sources.length === 0 ? (
          <EmptyState title="Nothing is backed up yet" action={add}>
            A source is what is backed up again and again: it keeps its name wherever it moves, so that each backup is
            compared with the one before and reads only what has changed.
          </EmptyState>
        ) : (
          <DataTable caption="Sources" columns={COLUMNS} rows={sources} idOf={({ sourceId }) => sourceId} />
        )}
      </Section>
      {isAdding && <SourceDialog environmentId={environmentId} onClose={close} />}
      <Command words={VAULT_COMMANDS.listSources(label)} />
    </>
  );
}

function whatIsRead({ folder, postgres, stream }: Source): string {
  if (folder !== undefined) {
    const left = folder.exclude === undefined ? '' : `, without ${folder.exclude.join(', ')}`;
    const only = folder.include === undefined ? '' : `, only ${folder.include.join(', ')}`;
    return `${folder.path}${only}${left}`;
  }
  if (postgres !== undefined) {
    return `PostgreSQL at ${postgres.host}${postgres.port === undefined ? '' : `:${postgres.port}`}: ${postgres.databases?.join(', ') ?? 'all databases'}`;
  }
  return `what is piped into ${stream?.item ?? 'it'}`;
}

function SourceMenu({ source }: { readonly source: Source }) {
  const { environmentId, sourceId, name, schedule } = source;
  const [isEditing, edit] = useDisclosure(false);
  const [isDeleting, deletion] = useDisclosure(false);
  const touches = [environmentKey(environmentId)];
  const backUp = useStartRun(environmentId, (api) => api.startBackup(environmentId, { sourceId }));
  const pause = useAct({
    act: (api) => api.pauseSource(environmentId, sourceId),
    touches,
    done: () => `${name} is paused: what comes due until it is resumed is not made up for.`,
  });
  const resume = useAct({
    act: (api) => api.resumeSource(environmentId, sourceId),
    touches,
    done: () => `${name} goes on with its next time.`,
  });
  const remove = useAct({
    act: (api) => api.deleteSource(environmentId, sourceId),
    touches,
    done: () => `${name} is no source any more. Its backups are still there.`,
  });
  return (
    <>
      <Menu position="bottom-end" width={200} withInitialFocusPlaceholder={false} portalProps={{ target: '#content' }}>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={`Actions for ${name}`}>
            <IconDots size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <ActItem needs="keystead:StartBackup" onClick={() => backUp.mutate(undefined)}>
            Back up now
          </ActItem>
          <ActItem needs="keystead:UpdateSource" onClick={edit.open}>
            Change
          </ActItem>
          {schedule !== undefined && (
            <ActItem
              needs={schedule.paused ? 'keystead:ResumeSource' : 'keystead:PauseSource'}
              onClick={() => (schedule.paused ? resume : pause).mutate()}
            >
              {schedule.paused ? 'Resume' : 'Pause'}
            </ActItem>
          )}
          <Menu.Divider />
          <ActItem needs="keystead:DeleteSource" isDangerous onClick={deletion.open}>
            Delete
          </ActItem>
        </Menu.Dropdown>
      </Menu>
      {isEditing && <SourceDialog environmentId={environmentId} source={source} onClose={edit.close} />}
      <Confirm
        isOpen={isDeleting}
        onClose={deletion.close}
        title={`Delete the source ${name}?`}
        verb="Delete the source"
        isDangerous
        command={VAULT_COMMANDS.deleteSource(environmentId, name)}
        onConfirm={() => remove.mutateAsync()}
      >
        It is not backed up any more{schedule !== undefined && ', and its schedule goes with it'}. Every backup of it
        stays, and can be restored like any other.
      </Confirm>
    </>
  );
}

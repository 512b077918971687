import type { Schedule } from '@keystead/sdk';
import { Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useApi } from '../../../api/api.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { Command } from '../../../ui/command.tsx';
import { DataTable, type Column } from '../../../ui/data-table.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { TextLink } from '../../../ui/links.tsx';
import { Section } from '../../../ui/section.tsx';
import { StateBadge } from '../../../ui/state-badge.tsx';
import { exactTime } from '../../../ui/clock.ts';
import { Time } from '../../../ui/time.tsx';
import { schedulesQuery, sourcesQuery } from '../api/vault-queries.ts';
import { useEnvironment } from '../api/use-environment.ts';
import { cronWords } from '../words/cron-words.ts';
import { AddSchedule } from './add-schedule.tsx';
import { ScheduleMenu } from './schedule-menu.tsx';
import { placeName, taskName, WAITS } from './schedule-words.ts';
import { useTabTitle } from '../../../ui/tab-title.ts';

const SHOWN_TIMES = 3;

/** All that an environment does by the clock. */
export function SchedulesPage() {
  const api = useApi();
  const environment = useEnvironment();
  const { environmentId, label } = environment;
  useTabTitle('Schedules', label);
  const { data: schedules } = useSuspenseQuery(schedulesQuery(api, environmentId));
  const { data: sources } = useSuspenseQuery(sourcesQuery(api, environmentId));
  const [isAdding, { open, close }] = useDisclosure(false);
  const add = (
    <ActButton needs="keystead:CreateSchedule" leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
      Add a schedule
    </ActButton>
  );
  const columns: readonly Column<Schedule>[] = [
    {
      name: 'What',
      cell: (schedule) => (
        <Stack gap={0}>
          <Text size="sm" fw={600}>
            {taskName(schedule, sources)}
          </Text>
          <Text size="xs" c="dimmed">
            {cronWords(schedule.cron, schedule.timeZone)}
          </Text>
        </Stack>
      ),
    },
    {
      name: 'Next times',
      cell: ({ paused, waiting, nextTimes }) =>
        paused ? (
          <StateBadge tone="off">Paused</StateBadge>
        ) : (
          <Stack gap={2}>
            {waiting !== undefined && <StateBadge tone="waiting">{WAITS[waiting.for]}</StateBadge>}
            {waiting?.rest !== undefined && (
              <Text size="xs" style={{ overflowWrap: 'anywhere' }}>
                still to go: {waiting.rest.map((place) => placeName(place, environment)).join(', ')}
              </Text>
            )}
            {nextTimes.slice(0, SHOWN_TIMES).map((at, index) => (
              <Text key={at} size={index === 0 ? 'sm' : 'xs'} {...(index > 0 && { c: 'dimmed' })}>
                {exactTime(at)}
              </Text>
            ))}
          </Stack>
        ),
    },
    {
      name: 'Last',
      isSpare: true,
      cell: ({ last }) =>
        last === undefined ? (
          'Not yet'
        ) : (
          <Text size="sm" component="div">
            <Time at={last.dueAt} />
            {last.runId === undefined ? (
              `: ${last.outcome}${last.code === undefined ? '' : ` (${last.code})`}`
            ) : (
              <>
                {': '}
                <TextLink
                  to="/environments/$environmentId/runs/$runId"
                  params={{ environmentId, runId: last.runId }}
                  size="sm"
                >
                  the run
                </TextLink>
              </>
            )}
          </Text>
        ),
    },
    { name: 'Actions', cell: (schedule) => <ScheduleMenu schedule={schedule} name={taskName(schedule, sources)} /> },
  ];
  return (
    <>
      <Section
        title="Schedules"
        about="Backups, verifications and maintenance by the clock. Times that were missed are made up for once; places that were left are looked after in turn."
        actions={add}
      >
        <DataTable
          caption="Schedules"
          columns={columns}
          rows={schedules}
          idOf={({ scheduleId }) => scheduleId}
          empty={
            <EmptyState title="Nothing runs by itself yet" action={add}>
              Give each source a schedule in the section Sources. Add a restore drill each week here: it proves that you
              could restore, and tells you when you could not.
            </EmptyState>
          }
        />
      </Section>
      <AddSchedule environmentId={environmentId} isOpen={isAdding} onClose={close} />
      <Command words={VAULT_COMMANDS.listSchedules(label)} />
    </>
  );
}

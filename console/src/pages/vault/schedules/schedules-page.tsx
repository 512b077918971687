import type { Schedule, Source } from '@keystead/sdk';
import { ActionIcon, Group, Menu, NumberInput, Select, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDots, IconPlus } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { useAct } from '../../../api/use-act.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { ActItem } from '../../../ui/act-item.tsx';
import { ActButton } from '../../../ui/act-button.tsx';
import { Command } from '../../../ui/command.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { DataTable, type Column } from '../../../ui/data-table.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { TextLink } from '../../../ui/links.tsx';
import { Section } from '../../../ui/section.tsx';
import { StateBadge } from '../../../ui/state-badge.tsx';
import { exactTime, Time } from '../../../ui/time.tsx';
import { environmentKey, schedulesQuery, sourcesQuery } from '../api/vault-queries.ts';
import { useEnvironment } from '../api/use-environment.ts';
import { cronWords } from '../words/cron-words.ts';
import { LEVELS, levelName, type Level } from '../words/run-words.ts';
import { cronOf, NIGHTLY, ScheduleFields } from './schedule-fields.tsx';

const SHOWN_TIMES = 3;
const WAITS: Record<NonNullable<Schedule['waiting']>['for'], string> = {
  'master-key': 'waits for the master key',
  'run-in-flight': 'waits for the run before it',
  'server-busy': 'waits for a place on the server',
};

/** All that an environment does by the clock. */
export function SchedulesPage() {
  const api = useApi();
  const { environmentId, label } = useEnvironment();
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
        about="Backups, verifications and maintenance by the clock. Times that were missed are made up for once."
        actions={add}
      >
        {schedules.length === 0 ? (
          <EmptyState title="Nothing runs by itself yet" action={add}>
            Give each source a schedule in the section Sources. Add a restore drill each week here: it proves that you
            could restore, and tells you when you could not.
          </EmptyState>
        ) : (
          <DataTable caption="Schedules" columns={columns} rows={schedules} idOf={({ scheduleId }) => scheduleId} />
        )}
      </Section>
      <AddSchedule environmentId={environmentId} isOpen={isAdding} onClose={close} />
      <Command words={VAULT_COMMANDS.listSchedules(label)} />
    </>
  );
}

function taskName({ task }: Schedule, sources: readonly Source[]): string {
  const { kind, sourceId, level, samplePercent } = task;
  if (kind === 'backup') return `Backup of ${sources.find((one) => one.sourceId === sourceId)?.name ?? 'a source'}`;
  if (kind === 'maintain') return 'Maintenance: retention and clearing up';
  const part = samplePercent === undefined ? '' : `, ${samplePercent} %`;
  return level === 'drill' ? 'Restore drill' : `Verification: ${levelName(level ?? '')}${part}`;
}

function ScheduleMenu({ schedule, name }: { readonly schedule: Schedule; readonly name: string }) {
  const { environmentId } = useEnvironment();
  const { scheduleId, task, paused } = schedule;
  const [isDeleting, deletion] = useDisclosure(false);
  const touches = [environmentKey(environmentId)];
  const resume = useAct({
    act: (api) => api.resumeSchedule(environmentId, scheduleId),
    touches,
    done: () => 'It goes on with its next time.',
  });
  const pause = useAct({
    act: (api) => api.pauseSchedule(environmentId, scheduleId),
    touches,
    done: () => 'Paused: what comes due meanwhile is not made up for.',
  });
  const remove = useAct({
    act: (api) => api.deleteSchedule(environmentId, scheduleId),
    touches,
    done: () => 'The schedule is deleted.',
  });
  return (
    <>
      <Menu position="bottom-end" withInitialFocusPlaceholder={false} portalProps={{ target: '#content' }}>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={`Actions for ${name}`}>
            <IconDots size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <ActItem
            needs={paused ? 'keystead:ResumeSchedule' : 'keystead:PauseSchedule'}
            onClick={() => (paused ? resume : pause).mutate()}
          >
            {paused ? 'Resume' : 'Pause'}
          </ActItem>
          {task.kind === 'backup' ? (
            <Menu.Label>Change or delete it with its source</Menu.Label>
          ) : (
            <ActItem needs="keystead:DeleteSchedule" isDangerous onClick={deletion.open}>
              Delete
            </ActItem>
          )}
        </Menu.Dropdown>
      </Menu>
      <Confirm
        isOpen={isDeleting}
        onClose={deletion.close}
        title={`Delete the schedule "${name}"?`}
        verb="Delete the schedule"
        isDangerous
        command={VAULT_COMMANDS.deleteSchedule(environmentId, scheduleId)}
        onConfirm={() => remove.mutateAsync()}
      >
        Nothing does this by itself any more. What it has done so far stays as it is.
      </Confirm>
    </>
  );
}

const TASKS = [
  { value: 'drill', label: 'Restore drill' },
  ...LEVELS.filter(({ level }) => level !== 'drill').map(({ level, name }) => ({
    value: level,
    label: `Verification: ${name}`,
  })),
  { value: 'maintain', label: 'Maintenance: retention and clearing up' },
];

interface AddScheduleProps {
  readonly environmentId: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

function AddSchedule({ environmentId, isOpen, onClose }: AddScheduleProps) {
  const [task, setTask] = useState('drill');
  const [percent, setPercent] = useState(5);
  const [timing, setTiming] = useState({ ...NIGHTLY, every: 'week' as const, time: '04:00' } as typeof NIGHTLY);
  const cron = cronOf(timing);
  const add = useAct({
    act: (api) =>
      api.createSchedule(environmentId, {
        task:
          task === 'maintain'
            ? { kind: 'maintain' }
            : { kind: 'verify', level: task as Level, ...(task === 'sample' && { samplePercent: percent }) },
        schedule: { cron, timeZone: timing.timeZone },
      }),
    touches: [environmentKey(environmentId)],
    done: ({ cron: line, timeZone }) => `It runs ${cronWords(line, timeZone)}.`,
  });
  const about = LEVELS.find(({ level }) => level === task)?.about;
  return (
    <FormDialog
      isOpen={isOpen}
      onClose={onClose}
      title="Add a schedule"
      verb="Add the schedule"
      isReady={cron !== ''}
      command={
        task === 'maintain'
          ? VAULT_COMMANDS.scheduleMaintenance(environmentId, cron || '@weekly', timing.timeZone)
          : VAULT_COMMANDS.scheduleVerification(environmentId, task, cron || '@weekly', timing.timeZone)
      }
      onSubmit={() => add.mutateAsync()}
    >
      <Select
        label="What"
        description={about ?? 'Carries out the rules of retention, empties the trash, and extends locks.'}
        data={TASKS}
        value={task}
        allowDeselect={false}
        onChange={(value) => value !== null && setTask(value)}
      />
      {task === 'sample' && (
        <Group>
          <NumberInput
            label="How much of the data, in percent"
            min={1}
            max={100}
            value={percent}
            onChange={(value) => setPercent(Number(value) || 5)}
          />
        </Group>
      )}
      <ScheduleFields value={timing} onChange={setTiming} />
    </FormDialog>
  );
}

import { Group, Select } from '@mantine/core';
import { useState } from 'react';
import { useAct } from '../../../api/use-act.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { WholeNumber } from '../../../ui/whole-number.tsx';
import { environmentKey } from '../api/vault-queries.ts';
import { cronWords } from '../words/cron-words.ts';
import { LEVELS, type Level } from '../words/run-words.ts';
import { ScheduleFields } from './schedule-fields.tsx';
import { cronOf, NIGHTLY } from './timing.ts';

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

/** A drill, a verification or maintenance by the clock. Backups get their schedules with their sources. */
export function AddSchedule({ environmentId, isOpen, onClose }: AddScheduleProps) {
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
          <WholeNumber
            label="How much of the data, in percent"
            min={1}
            max={100}
            value={percent}
            onChange={setPercent}
          />
        </Group>
      )}
      <ScheduleFields value={timing} onChange={setTiming} />
    </FormDialog>
  );
}

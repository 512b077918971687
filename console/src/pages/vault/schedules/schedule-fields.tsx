import { Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { WholeNumber } from '../../../ui/whole-number.tsx';
import { cronWords, WEEKDAYS } from '../words/cron-words.ts';
import { cronOf, LAST_DAY, type Timing } from './timing.ts';

const EVERY = [
  { value: 'hour', label: 'Every hour' },
  { value: 'day', label: 'Every day' },
  { value: 'week', label: 'Every week' },
  { value: 'month', label: 'Every month' },
  { value: 'cron', label: 'By a cron line of my own' },
];
const ZONES = Intl.supportedValuesOf('timeZone');
const DAYS = WEEKDAYS.map((label, value) => ({ value: String(value), label }));

interface ScheduleFieldsProps {
  readonly value: Timing;
  readonly onChange: (timing: Timing) => void;
}

/** When something runs: chosen in words, or by a cron line. */
export function ScheduleFields({ value, onChange }: ScheduleFieldsProps) {
  const set = (part: Partial<Timing>): void => onChange({ ...value, ...part });
  const cron = cronOf(value);
  return (
    <Stack gap="xs">
      <Group grow align="flex-start">
        <Select
          label="When"
          data={EVERY}
          value={value.every}
          allowDeselect={false}
          onChange={(every) => every !== null && set({ every: every as Timing['every'] })}
        />
        {value.every === 'week' && (
          <Select
            label="Day of the week"
            data={DAYS}
            value={value.weekday}
            allowDeselect={false}
            onChange={(weekday) => weekday !== null && set({ weekday })}
          />
        )}
        {value.every === 'month' && (
          <WholeNumber
            label="Day of the month"
            min={1}
            max={LAST_DAY}
            value={value.day}
            onChange={(day) => set({ day })}
          />
        )}
        {value.every === 'cron' ? (
          <TextInput
            label="Cron line"
            description="Minute, hour, day, month, day of the week"
            placeholder="30 2 * * 1-5"
            value={value.cron}
            onChange={(event) => set({ cron: event.currentTarget.value })}
          />
        ) : (
          <TextInput
            type="time"
            label={value.every === 'hour' ? 'At (the minutes count)' : 'At'}
            value={value.time}
            onChange={(event) => set({ time: event.currentTarget.value })}
          />
        )}
      </Group>
      <Select
        label="Time zone"
        searchable
        data={ZONES.includes(value.timeZone) ? ZONES : [value.timeZone, ...ZONES]}
        value={value.timeZone}
        allowDeselect={false}
        onChange={(timeZone) => timeZone !== null && set({ timeZone })}
      />
      {cron !== '' && (
        <Text size="sm" c="dimmed" aria-live="polite">
          Runs {cronWords(cron, value.timeZone)}
        </Text>
      )}
    </Stack>
  );
}

import { Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { WholeNumber } from '../../../ui/whole-number.tsx';
import { cronWords, WEEKDAYS } from '../words/cron-words.ts';

/** When something is to run, as a form has it. */
export interface Timing {
  readonly every: 'hour' | 'day' | 'week' | 'month' | 'cron';
  readonly time: string;
  readonly weekday: string;
  readonly day: number;
  readonly cron: string;
  readonly timeZone: string;
}

export const NIGHTLY: Timing = {
  every: 'day',
  time: '03:00',
  weekday: '0',
  day: 1,
  cron: '',
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
};

const EVERY = [
  { value: 'hour', label: 'Every hour' },
  { value: 'day', label: 'Every day' },
  { value: 'week', label: 'Every week' },
  { value: 'month', label: 'Every month' },
  { value: 'cron', label: 'By a cron line of my own' },
];
const ZONES = Intl.supportedValuesOf('timeZone');
const DAYS = WEEKDAYS.map((label, value) => ({ value: String(value), label }));

/** The last day that every month has. */
const LAST_DAY = 28;

/** The five fields of cron that a form means; empty: it does not say when. */
export function cronOf({ every, time, weekday, day, cron }: Timing): string {
  if (every === 'cron') return cron.trim();
  if (time === '') return '';
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  if (every === 'hour') return `${minute} * * * *`;
  if (every === 'day') return `${minute} ${hour} * * *`;
  return every === 'week' ? `${minute} ${hour} * * ${weekday}` : `${minute} ${hour} ${day} * *`;
}

/** A form for a cron line that there is: in the words of the form where it has them, else as the line. */
export function timingOf(cron: string, timeZone: string): Timing {
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = cron.split(' ');
  const base = { ...NIGHTLY, timeZone, cron };
  const isNumber = (text: string): boolean => /^\d{1,2}$/.test(text);
  if (!isNumber(minute) || month !== '*') return { ...base, every: 'cron' };
  const time = `${isNumber(hour) ? hour.padStart(2, '0') : '00'}:${minute.padStart(2, '0')}`;
  if (hour === '*' && day === '*' && weekday === '*') return { ...base, every: 'hour', time };
  if (!isNumber(hour)) return { ...base, every: 'cron' };
  if (day === '*' && weekday === '*') return { ...base, every: 'day', time };
  if (day === '*' && /^[0-6]$/.test(weekday)) return { ...base, every: 'week', time, weekday };
  if (isNumber(day) && Number(day) <= LAST_DAY && weekday === '*')
    return { ...base, every: 'month', time, day: Number(day) };
  return { ...base, every: 'cron' };
}

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

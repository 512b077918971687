import type { RetentionRules } from '@keystead/sdk';
import { Button, Group, NumberInput, Paper, Select, SimpleGrid, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { useAct } from '../../../api/use-act.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { Command } from '../../../ui/command.tsx';
import { LeaveGuard } from '../../../ui/leave-guard.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { environmentKey } from '../api/vault-queries.ts';
import { COUNTS, rulesText } from './rules-words.ts';
import { type Counts, countsOf, rulesOf } from './rules-fields.ts';
import { RulesPreview } from './rules-preview.tsx';

interface RulesFormProps {
  readonly environmentId: string;
  readonly label: string;
  readonly source: string | undefined;
  readonly current: RetentionRules | undefined;
}

const SUGGESTED: Counts = { last: '', hourly: '', daily: 14, weekly: 8, monthly: 12, yearly: '', trashDays: 7 };

/** The rules of one source, or of all, with what they would do. */
export function RulesForm({ environmentId, label, source, current }: RulesFormProps) {
  const api = useApi();
  const [first] = useState<Counts>(current === undefined ? SUGGESTED : countsOf(current));
  const [counts, setCounts] = useState(first);
  const [timeZone, setTimeZone] = useState(current?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
  const rules = rulesOf(counts, timeZone);
  const what = source === undefined ? {} : { source };
  const preview = useMutation({ mutationFn: () => api.previewRetention(environmentId, { ...what, rules }) });
  const touches = [environmentKey(environmentId)];
  const save = useAct({
    act: (client) => client.setRetention(environmentId, { ...what, rules }),
    touches,
    done: () => 'The rules are saved. They are carried out with the next maintenance.',
  });
  const drop = useAct({
    act: (client) => client.setRetention(environmentId, what),
    touches,
    done: () => (source === undefined ? 'Everything is kept from now on.' : `${source} goes by the rules of all.`),
  });
  const set = (member: keyof Counts) => (value: number | string) => {
    setCounts({ ...counts, [member]: value });
    preview.reset();
    save.reset();
  };
  return (
    <Paper withBorder p="md">
      <LeaveGuard isUnsaved={counts !== first && !save.isPending && !save.isSuccess}>
        What you have changed in the rules was not saved.
      </LeaveGuard>
      <Stack>
        <Text size="sm" c="dimmed">
          The newest snapshot of each of so many hours, days, weeks, months and years is kept; and the newest of each
          source always.
        </Text>
        <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }}>
          {COUNTS.map(({ member, label: name }) => (
            <NumberInput
              key={member}
              label={name}
              min={0}
              max={100_000}
              value={counts[member] ?? ''}
              onChange={set(member)}
            />
          ))}
        </SimpleGrid>
        <SimpleGrid cols={{ base: 1, sm: 3 }}>
          <NumberInput
            label="Younger than so many days stays"
            min={0}
            value={counts.minimumAgeDays ?? ''}
            onChange={set('minimumAgeDays')}
          />
          <NumberInput label="Days in the trash" min={0} value={counts.trashDays ?? ''} onChange={set('trashDays')} />
          <Select
            label="Time zone of days and weeks"
            searchable
            allowDeselect={false}
            data={[...new Set([timeZone, 'UTC', ...Intl.supportedValuesOf('timeZone')])]}
            value={timeZone}
            onChange={(value) => value !== null && setTimeZone(value)}
          />
        </SimpleGrid>
        <Text size="sm" aria-live="polite">
          {rulesText(rules)}
        </Text>
        <ProblemNotice error={save.error ?? preview.error ?? drop.error} />
        <Group>
          <ActButton needs="keystead:SetRetention" loading={save.isPending} onClick={() => save.mutate()}>
            Save the rules
          </ActButton>
          <Button variant="default" loading={preview.isPending} onClick={() => preview.mutate()}>
            Preview
          </Button>
          {current !== undefined && (
            <ActButton
              needs="keystead:SetRetention"
              variant="subtle"
              loading={drop.isPending}
              onClick={() => drop.mutate()}
            >
              {source === undefined ? 'Keep everything' : 'Take its own rules away'}
            </ActButton>
          )}
        </Group>
        {preview.data !== undefined && <RulesPreview snapshots={preview.data.snapshots} source={source} />}
        <Command
          words={VAULT_COMMANDS.setRetention(
            label,
            source ?? '',
            said(rules.last),
            said(rules.hourly),
            said(rules.daily),
            said(rules.weekly),
            said(rules.monthly),
            said(rules.yearly),
            said(rules.minimumAgeDays),
            said(rules.trashDays),
            timeZone,
          )}
        />
      </Stack>
    </Paper>
  );
}

const said = (count: number | undefined): string => (count === undefined ? '' : String(count));

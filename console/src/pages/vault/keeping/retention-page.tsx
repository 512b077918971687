import type { RetentionRules, Snapshots } from '@keystead/sdk';
import { Button, Group, NumberInput, Paper, Select, SimpleGrid, Stack, Text } from '@mantine/core';
import { useMutation, useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { useAct } from '../../../api/use-act.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { countOf } from '../../../ui/amounts.ts';
import { Command } from '../../../ui/command.tsx';
import { DataTable, type Column } from '../../../ui/data-table.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { Section } from '../../../ui/section.tsx';
import { StateBadge } from '../../../ui/state-badge.tsx';
import { exactTime } from '../../../ui/time.tsx';
import { environmentKey, retentionQuery, sourcesQuery } from '../api/vault-queries.ts';
import { useEnvironment } from '../api/use-environment.ts';
import { useStartRun } from '../runs/use-start-run.ts';
import { COUNTS, keptText, rulesText } from './rules-words.ts';

const ALL = 'all';
const SHOWN_SNAPSHOTS = 100;
type Snapshot = Snapshots['snapshots'][number];

/** What is kept, and for how long. */
export function RetentionPage() {
  const api = useApi();
  const { environmentId, label } = useEnvironment();
  const { data: retention } = useSuspenseQuery(retentionQuery(api, environmentId));
  const { data: sources } = useSuspenseQuery(sourcesQuery(api, environmentId));
  const [about, setAbout] = useState(ALL);
  const source = about === ALL ? undefined : about.slice(ALL.length);
  const own = retention.sources.find((one) => one.source === source)?.rules;
  const current = source === undefined ? retention.rules : own;
  const names = [...new Set([...sources.map(({ name }) => name), ...retention.sources.map((one) => one.source)])];
  const clean = useStartRun(environmentId, (client, dryRun: boolean) =>
    client.startMaintenance(environmentId, { dryRun }),
  );
  return (
    <>
      <Section
        title="Retention"
        about="Rules say which snapshots stay. What they let go lies in the trash first, from where it can be taken back."
        actions={
          <>
            <ActButton
              needs="keystead:StartMaintenance"
              variant="default"
              loading={clean.isPending}
              onClick={() => clean.mutate(true)}
            >
              What would be cleared up?
            </ActButton>
            <ActButton
              needs="keystead:StartMaintenance"
              variant="default"
              loading={clean.isPending}
              onClick={() => clean.mutate(false)}
            >
              Clear up now
            </ActButton>
          </>
        }
      >
        <Stack gap={4}>
          <Text size="sm">
            <strong>All sources.</strong> {rulesText(retention.rules)}
          </Text>
          {retention.sources.map(({ source: name, rules }) => (
            <Text key={name} size="sm">
              <strong>{name}.</strong> {rulesText(rules)}
            </Text>
          ))}
        </Stack>
        <Command words={VAULT_COMMANDS.prune(label)} />
      </Section>
      <Section title="Change the rules">
        <Select
          label="For"
          maw={360}
          allowDeselect={false}
          data={[
            { value: ALL, label: 'All sources without rules of their own' },
            ...names.map((name) => ({ value: ALL + name, label: name })),
          ]}
          value={about}
          onChange={(value) => value !== null && setAbout(value)}
        />
        <RulesForm
          key={`${about} ${JSON.stringify(current)}`}
          environmentId={environmentId}
          label={label}
          source={source}
          current={current}
        />
      </Section>
    </>
  );
}

interface RulesFormProps {
  readonly environmentId: string;
  readonly label: string;
  readonly source: string | undefined;
  readonly current: RetentionRules | undefined;
}

type Counts = Partial<
  Record<(typeof COUNTS)[number]['member'] | 'minimumAgeDays' | 'trashDays', number | string | undefined>
>;

const SUGGESTED: Counts = { last: '', hourly: '', daily: 14, weekly: 8, monthly: 12, yearly: '', trashDays: 7 };

function RulesForm({ environmentId, label, source, current }: RulesFormProps) {
  const api = useApi();
  const [counts, setCounts] = useState<Counts>(current === undefined ? SUGGESTED : countsOf(current));
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
  };
  return (
    <Paper withBorder p="md">
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
        {preview.data !== undefined && <Preview snapshots={preview.data.snapshots} source={source} />}
        <Command
          words={VAULT_COMMANDS.setRetention(
            label,
            String(rules.daily ?? 0),
            String(rules.weekly ?? 0),
            String(rules.monthly ?? 0),
          )}
        />
      </Stack>
    </Paper>
  );
}

const PREVIEW_COLUMNS: readonly Column<Snapshot>[] = [
  { name: 'Taken', cell: ({ createdAt }) => exactTime(createdAt) },
  { name: 'Source', isSpare: true, cell: ({ source }) => source ?? '' },
  {
    name: 'Then',
    cell: ({ keptBy = [] }) =>
      keptBy.length > 0 ? <StateBadge tone="good">Kept</StateBadge> : <StateBadge tone="off">To the trash</StateBadge>,
  },
  { name: 'Why', cell: ({ keptBy }) => keptText(keptBy) },
];

function Preview({
  snapshots,
  source,
}: {
  readonly snapshots: readonly Snapshot[];
  readonly source: string | undefined;
}) {
  const about = source === undefined ? snapshots : snapshots.filter((one) => one.source === source);
  const gone = about.filter(({ keptBy = [] }) => keptBy.length === 0);
  return (
    <Stack gap="xs" role="status">
      <Text size="sm" fw={600}>
        Of {countOf(about.length, 'snapshot')}, {about.length - gone.length} would stay and {gone.length} would go to
        the trash.
      </Text>
      {about.length > 0 && (
        <DataTable
          caption="What these rules would keep"
          columns={PREVIEW_COLUMNS}
          rows={about.toReversed().slice(0, SHOWN_SNAPSHOTS)}
          idOf={({ snapshotId }) => snapshotId}
        />
      )}
    </Stack>
  );
}

function countsOf(rules: RetentionRules): Counts {
  const { timeZone: _, ...counts } = rules;
  return { ...counts };
}

function rulesOf(counts: Counts, timeZone: string): RetentionRules {
  const given = Object.entries(counts).filter(([, value]) => value !== '' && value !== undefined);
  return { ...Object.fromEntries(given.map(([name, value]) => [name, Number(value)])), timeZone };
}

import type { Run } from '@keystead/sdk';
import { Group, Paper, Radio, Stack, Text } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { Command } from '../../../ui/command.tsx';
import { DataTable, type Column } from '../../../ui/data-table.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { ButtonLink, TextLink } from '../../../ui/links.tsx';
import { Section } from '../../../ui/section.tsx';
import { StateBadge } from '../../../ui/state-badge.tsx';
import { Time } from '../../../ui/time.tsx';
import { WholeNumber } from '../../../ui/whole-number.tsx';
import { runsQuery, sourcesQuery } from '../api/vault-queries.ts';
import { useEnvironment } from '../api/use-environment.ts';
import { RunsTable } from '../runs/runs-table.tsx';
import { useStartRun } from '../runs/use-start-run.ts';
import { LEVELS, levelName, type Level } from '../words/run-words.ts';
import { useTabTitle } from '../../../ui/tab-title.ts';

const SHOWN_RUNS = 10;
const DEFAULT_PERCENT = 5;

interface Proof {
  readonly source: string;
  readonly proven?: { readonly snapshotId: string; readonly provenAt: string; readonly level: string } | undefined;
}

/** Whether one could restore: what was proven, and how to prove it anew. */
export function RecoveryPage() {
  const api = useApi();
  const { environmentId, label, lastProvenRestorable } = useEnvironment();
  useTabTitle('Recovery', label);
  const { data: sources } = useSuspenseQuery(sourcesQuery(api, environmentId));
  const { data: runs } = useSuspenseQuery(runsQuery(api, environmentId));
  const names = new Set([...sources.map(({ name }) => name), ...lastProvenRestorable.map(({ source }) => source)]);
  const proofs = [...names].map((source) => ({
    source,
    proven: lastProvenRestorable.find((one) => one.source === source),
  }));
  const verifications = runs.filter(({ kind }) => kind === 'verify');
  const columns: readonly Column<Proof>[] = [
    {
      name: 'Source',
      cell: ({ source }) => (
        <Text size="sm" fw={600}>
          {source}
        </Text>
      ),
    },
    {
      name: 'Last proven restorable',
      cell: ({ proven }) =>
        proven === undefined ? (
          <StateBadge tone="waiting">Never</StateBadge>
        ) : (
          <Text size="sm" component="div">
            <Time at={proven.provenAt} />, by {levelName(proven.level).toLowerCase()}
          </Text>
        ),
    },
    {
      name: 'Snapshot',
      isSpare: true,
      cell: ({ proven }) =>
        proven === undefined ? (
          ''
        ) : (
          <TextLink
            to="/environments/$environmentId/snapshots/$snapshotId"
            params={{ environmentId, snapshotId: proven.snapshotId }}
            size="sm"
          >
            Open it
          </TextLink>
        ),
    },
  ];
  return (
    <>
      <Section
        title="Could one restore?"
        about="A backup that was never read back is a hope. A drill reads it back, through each master key, and writes nothing."
        actions={
          <ButtonLink to="/environments/$environmentId/snapshots" params={{ environmentId }} variant="default">
            Restore something
          </ButtonLink>
        }
      >
        <DataTable
          caption="What was proven"
          columns={columns}
          rows={proofs}
          idOf={({ source }) => source}
          empty={<EmptyState title="There is nothing to prove yet">Add a source and back it up first.</EmptyState>}
        />
      </Section>
      <Verify environmentId={environmentId} label={label} />
      <Verifications environmentId={environmentId} runs={verifications} />
    </>
  );
}

function Verifications({ environmentId, runs }: { readonly environmentId: string; readonly runs: readonly Run[] }) {
  if (runs.length === 0) return null;
  return (
    <Section
      title="Verifications and drills"
      actions={
        <ButtonLink
          to="/environments/$environmentId/runs"
          params={{ environmentId }}
          search={{ kind: 'verify' }}
          variant="default"
          size="xs"
        >
          All of them
        </ButtonLink>
      }
    >
      <RunsTable runs={runs.slice(0, SHOWN_RUNS)} />
    </Section>
  );
}

function Verify({ environmentId, label }: { readonly environmentId: string; readonly label: string }) {
  const [level, setLevel] = useState<Level>('drill');
  const [percent, setPercent] = useState(DEFAULT_PERCENT);
  const start = useStartRun(environmentId, (api, wanted: Level) =>
    api.startVerification(environmentId, { level: wanted, ...(wanted === 'sample' && { samplePercent: percent }) }),
  );
  return (
    <Section title="Verify now" about="From a look at names, which asks no key, to every byte and a real drill.">
      <Paper withBorder p="md">
        <Stack>
          <Radio.Group
            label="How deep"
            value={level}
            onChange={(value) => setLevel(value as Level)}
            aria-label="How deep"
          >
            <Stack gap="xs" mt="xs">
              {LEVELS.toReversed().map((row) => (
                <Radio
                  key={row.level}
                  value={row.level}
                  label={row.name}
                  description={`${row.about} ${row.asksKey ? 'Asks the master key.' : 'Asks no key.'}`}
                />
              ))}
            </Stack>
          </Radio.Group>
          {level === 'sample' && (
            <WholeNumber
              label="How much of the data, in percent"
              min={1}
              max={100}
              maw={280}
              value={percent}
              onChange={setPercent}
            />
          )}
          <Group>
            <ActButton needs="keystead:StartVerification" loading={start.isPending} onClick={() => start.mutate(level)}>
              {level === 'drill' ? 'Start the drill' : 'Start the verification'}
            </ActButton>
          </Group>
          <Command words={VAULT_COMMANDS.verify(label, level)} />
        </Stack>
      </Paper>
    </Section>
  );
}

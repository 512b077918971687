import type { Run } from '@keystead/sdk';
import { Stack, Text } from '@mantine/core';
import { durationText } from '../../../ui/amounts.ts';
import { DataTable, type Column } from '../../../ui/data-table.tsx';
import { TextLink } from '../../../ui/links.tsx';
import { StateBadge } from '../../../ui/state-badge.tsx';
import { Time } from '../../../ui/time.tsx';
import { runName, runState, runSubject } from '../words/run-words.ts';
import { reportLine } from './report-facts.ts';

const COLUMNS: readonly Column<Run>[] = [
  {
    name: 'Run',
    cell: (run) => (
      <Stack gap={0}>
        <TextLink
          to="/environments/$environmentId/runs/$runId"
          params={{ environmentId: run.environmentId, runId: run.runId }}
          fw={600}
          size="sm"
        >
          {runName(run)}
        </TextLink>
        <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {runSubject(run)}
        </Text>
      </Stack>
    ),
  },
  {
    name: 'State',
    cell: (run) => {
      const { name, tone } = runState(run);
      return <StateBadge tone={tone}>{name}</StateBadge>;
    },
  },
  { name: 'Started', cell: ({ startedAt }) => <Time at={startedAt} /> },
  {
    name: 'Took',
    isSpare: true,
    cell: ({ startedAt, endedAt }) =>
      endedAt === undefined ? '' : durationText((Date.parse(endedAt) - Date.parse(startedAt)) / 1000),
  },
  {
    name: 'Result',
    isSpare: true,
    cell: (run) => (
      <Text size="sm" c="dimmed">
        {run.problem?.message ?? reportLine(run)}
      </Text>
    ),
  },
];

/** Runs, newest first. */
export function RunsTable({ runs }: { readonly runs: readonly Run[] }) {
  return <DataTable caption="Runs" columns={COLUMNS} rows={runs} idOf={({ runId }) => runId} />;
}

import { Select, Text } from '@mantine/core';
import { useInfiniteQuery, useSuspenseQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { Button } from '@mantine/core';
import { useApi } from '../../../api/api.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { Command } from '../../../ui/command.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { Section } from '../../../ui/section.tsx';
import { everyRunQuery, MAX_PAGE, runsQuery } from '../api/vault-queries.ts';
import { useEnvironment } from '../api/use-environment.ts';
import { OpenRuns } from './open-runs.tsx';
import { RunsTable } from './runs-table.tsx';
import { useTabTitle } from '../../../ui/tab-title.ts';

const PAGE = 25;
const KINDS = [
  { value: 'backup', label: 'Backups' },
  { value: 'restore', label: 'Restores' },
  { value: 'restore-databases', label: 'Restores of databases' },
  { value: 'verify', label: 'Verifications and drills' },
  { value: 'maintain', label: 'Maintenance' },
  { value: 'rewrap', label: 'Changes of master key' },
];

/** Everything that was done with an environment, newest first. */
export function RunsPage() {
  const { environmentId, label } = useEnvironment();
  useTabTitle('Runs', label);
  const { kind } = useSearch({ from: '/shell/environments/$environmentId/runs' });
  const navigate = useNavigate();
  const [shown, setShown] = useState(PAGE);
  const { runs, hasOlder, isFetching, fetchOlder } = useRuns(environmentId);
  const found = kind === undefined ? runs : runs.filter((run) => run.kind === kind);
  return (
    <>
      <OpenRuns runs={found} />
      <Section
        title="Runs"
        about="Runs are forgotten half a year after their end; the snapshots that they made are not."
        actions={
          <Select
            aria-label="Kind of run"
            placeholder="Every kind"
            clearable
            data={KINDS}
            value={kind ?? null}
            onChange={(value) =>
              void navigate({
                to: '/environments/$environmentId/runs',
                params: { environmentId },
                search: value === null ? {} : { kind: value },
                replace: true,
              })
            }
          />
        }
      >
        {found.length === 0 && hasOlder ? (
          <Text c="dimmed">None of this kind among the newest {runs.length} runs.</Text>
        ) : found.length === 0 ? (
          <EmptyState title={runs.length === 0 ? 'No run yet' : 'No run of this kind'}>
            {runs.length === 0
              ? 'Backups, restores and verifications appear here, each with how far it is and what came of it.'
              : 'There are others: show every kind to see them.'}
          </EmptyState>
        ) : (
          <RunsTable runs={found.slice(0, shown)} />
        )}
        {(found.length > shown || hasOlder) && (
          <Button
            variant="default"
            loading={isFetching}
            onClick={() => {
              setShown(shown + PAGE);
              if (found.length < shown + PAGE) fetchOlder();
            }}
          >
            Show older ones
          </Button>
        )}
      </Section>
      <Command words={VAULT_COMMANDS.listRuns(label)} />
    </>
  );
}

/** The newest runs, which are kept up to date, and as many of those before them as were asked for. */
function useRuns(environmentId: string) {
  const api = useApi();
  const [looksBack, setLooksBack] = useState(false);
  const { data: newest } = useSuspenseQuery(runsQuery(api, environmentId));
  const every = useInfiniteQuery({ ...everyRunQuery(api, environmentId), enabled: looksBack });
  const known = new Set(newest.map(({ runId }) => runId));
  const older = every.data?.pages.flatMap(({ items }) => items.filter(({ runId }) => !known.has(runId))) ?? [];
  return {
    runs: [...newest, ...older],
    hasOlder: every.data === undefined ? newest.length >= MAX_PAGE : every.hasNextPage,
    isFetching: every.isFetchingNextPage || (looksBack && every.isLoading),
    fetchOlder: () => {
      if (every.hasNextPage) void every.fetchNextPage();
      else setLooksBack(true);
    },
  };
}

import { Button, Group, Text } from '@mantine/core';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { countOf } from '../../../ui/amounts.ts';
import { Command } from '../../../ui/command.tsx';
import { DataTable } from '../../../ui/data-table.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { Section } from '../../../ui/section.tsx';
import { keptQuery, snapshotsQuery } from '../api/vault-queries.ts';
import { useEnvironment } from '../api/use-environment.ts';
import { StoreFindings } from './store-findings.tsx';
import { snapshotColumns } from './snapshot-columns.tsx';
import { SnapshotFilters } from './snapshot-filters.tsx';
import { useTabTitle } from '../../../ui/tab-title.ts';

const PAGE = 50;

/** What there is to be restored, newest first. It is listed without asking the master key. */
export function SnapshotsPage() {
  const api = useApi();
  const { environmentId, label } = useEnvironment();
  useTabTitle('Snapshots', label);
  const { data } = useSuspenseQuery(snapshotsQuery(api, environmentId));
  const { data: kept } = useQuery(keptQuery(api, environmentId));
  const { source } = useSearch({ from: '/shell/environments/$environmentId/snapshots' });
  const [shown, setShown] = useState(PAGE);
  const why = new Map(kept?.snapshots.map((one) => [one.snapshotId, one]));
  const all = data.snapshots.map((one) => ({ ...one, ...why.get(one.snapshotId), source: one.source }));
  const newestFirst = all.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
  const found = source === undefined ? newestFirst : newestFirst.filter((one) => one.source === source);
  return (
    <>
      {kept?.withoutKey && (
        <Text size="sm" c="dimmed" role="note">
          What keeps each, and until when, cannot be told without the master key. {kept.withoutKey.message}
        </Text>
      )}
      <StoreFindings environmentId={environmentId} label={label} findings={data.findings} />
      <Section
        title="Snapshots"
        about="Each is whole in itself: open it, look for what you need, and restore it. Listing them asks no key."
      >
        {all.length === 0 ? (
          <EmptyState title="No snapshot yet">
            Each backup makes one. Back up a source, and it appears here within moments of its end.
          </EmptyState>
        ) : (
          <>
            <SnapshotFilters snapshots={newestFirst} environmentId={environmentId} source={source} />
            <DataTable
              caption="Snapshots"
              columns={snapshotColumns(environmentId, label)}
              rows={found.slice(0, shown)}
              idOf={({ snapshotId }) => snapshotId}
            />
            <Group>
              <Text size="sm" c="dimmed">
                {countOf(found.length, 'snapshot')}
              </Text>
              {found.length > shown && (
                <Button variant="default" size="xs" onClick={() => setShown(shown + PAGE)}>
                  Show older ones
                </Button>
              )}
            </Group>
          </>
        )}
      </Section>
      <Command words={VAULT_COMMANDS.listSnapshots(label)} />
    </>
  );
}

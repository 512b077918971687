import type { SnapshotComparison } from '@keystead/sdk';
import { Button, Group, Select, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery, useSuspenseQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { countText, sizeText } from '../../../ui/amounts.ts';
import { Command } from '../../../ui/command.tsx';
import { DataTable, type Column } from '../../../ui/data-table.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { Facts } from '../../../ui/facts.tsx';
import { ForeignText } from '../../../ui/foreign-text.tsx';
import { TextLink } from '../../../ui/links.tsx';
import { Loading } from '../../../ui/loading.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { StateBadge, type Tone } from '../../../ui/state-badge.tsx';
import { useTabTitle } from '../../../ui/tab-title.ts';
import { exactTime } from '../../../ui/clock.ts';
import { environmentKey, snapshotsQuery } from '../api/vault-queries.ts';
import { useEnvironment } from '../api/use-environment.ts';

const PAGE = 200;
const MAX_PATH = 400;
const FROM = '/shell/environments/$environmentId/snapshots/$snapshotId/compare';
type Difference = SnapshotComparison['differences'][number];

const KINDS: Record<Difference['kind'], readonly [string, Tone]> = {
  added: ['Added', 'good'],
  changed: ['Changed', 'waiting'],
  deleted: ['Deleted', 'bad'],
};

const COLUMNS: readonly Column<Difference>[] = [
  { name: 'Path', cell: ({ path }) => <ForeignPath path={path} /> },
  {
    name: 'What',
    cell: ({ kind, changes = [] }) => {
      const [name, tone] = KINDS[kind];
      return (
        <Group gap={6}>
          <StateBadge tone={tone}>{name}</StateBadge>
          <Text size="xs" c="dimmed">
            {changes.join(', ')}
          </Text>
        </Group>
      );
    },
  },
  { name: 'Size', isSpare: true, isNumber: true, cell: sizesOf },
];

/** What was added, changed and deleted between two snapshots. */
export function ComparePage() {
  const api = useApi();
  const { environmentId, label } = useEnvironment();
  useTabTitle('Compare', label);
  const { snapshotId } = useParams({ from: FROM });
  const search = useSearch({ from: FROM });
  const navigate = useNavigate();
  const [kind, setKind] = useState('all');
  const { data } = useSuspenseQuery(snapshotsQuery(api, environmentId));
  const self = data.snapshots.find((one) => one.snapshotId === snapshotId);
  const before = search.before ?? self?.parent;
  const others = data.snapshots
    .filter((one) => one.snapshotId !== snapshotId && one.source === self?.source)
    .toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
  const comparison = useInfiniteQuery({
    queryKey: [...environmentKey(environmentId), 'compare', snapshotId, before],
    queryFn: ({ pageParam }) =>
      api.compareSnapshots(environmentId, { snapshotId, beforeSnapshotId: before, limit: PAGE, after: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    enabled: before !== undefined,
    retry: false,
  });
  const differences = comparison.data?.pages.flatMap((page) => page.differences) ?? [];
  const totals = comparison.data?.pages.at(-1)?.totals;
  const shown = kind === 'all' ? differences : differences.filter((one) => one.kind === kind);
  return (
    <Stack gap="lg">
      <Stack gap={2}>
        <Text size="sm">
          <TextLink
            to="/environments/$environmentId/snapshots/$snapshotId"
            params={{ environmentId, snapshotId }}
            size="sm"
          >
            {self?.source ?? 'Snapshot'} of {self === undefined ? snapshotId : exactTime(self.createdAt)}
          </TextLink>{' '}
          /
        </Text>
        <Title order={2} size="h3">
          Compare
        </Title>
      </Stack>
      <Group align="flex-end">
        <Select
          label="With the snapshot of"
          placeholder="Choose one of the same source"
          searchable
          w={320}
          data={others.map((one) => ({ value: one.snapshotId, label: exactTime(one.createdAt) }))}
          value={before ?? null}
          onChange={(value) =>
            value !== null &&
            void navigate({
              to: '/environments/$environmentId/snapshots/$snapshotId/compare',
              params: { environmentId, snapshotId },
              search: { before: value },
              replace: true,
            })
          }
        />
        <SegmentedControl
          aria-label="Show"
          value={kind}
          onChange={setKind}
          data={[
            { value: 'all', label: 'All' },
            { value: 'added', label: 'Added' },
            { value: 'changed', label: 'Changed' },
            { value: 'deleted', label: 'Deleted' },
          ]}
        />
      </Group>
      {before === undefined ? (
        <EmptyState title="Choose what to compare with">
          {others.length === 0
            ? 'There is no other snapshot of the same source yet.'
            : 'Many files that were changed and deleted at once are what an attack looks like.'}
        </EmptyState>
      ) : (
        <>
          <ProblemNotice error={comparison.error} title="They cannot be compared" />
          {comparison.isPending && <Loading />}
          {totals !== undefined && (
            <Facts
              facts={[
                ['Added', `${countText(totals.added)}, ${sizeText(totals.addedBytes)}`],
                ['Changed', countText(totals.changed)],
                ['Deleted', `${countText(totals.deleted)}, ${sizeText(totals.deletedBytes)}`],
              ]}
            />
          )}
          {comparison.data !== undefined &&
            (shown.length === 0 ? (
              <EmptyState title="No difference">
                {kind === 'all' ? 'Both hold the same.' : 'None of this kind among those shown.'}
              </EmptyState>
            ) : (
              <DataTable caption="Differences" columns={COLUMNS} rows={shown} idOf={({ pathBytes }) => pathBytes} />
            ))}
          {comparison.hasNextPage && (
            <Button
              variant="default"
              loading={comparison.isFetchingNextPage}
              onClick={() => void comparison.fetchNextPage()}
            >
              Show more
            </Button>
          )}
          <Command words={VAULT_COMMANDS.compare(label, before, snapshotId)} />
        </>
      )}
    </Stack>
  );
}

function ForeignPath({ path }: { readonly path: string }) {
  return (
    <span style={{ overflowWrap: 'anywhere' }}>
      <ForeignText text={path} max={MAX_PATH} />
    </span>
  );
}

function sizesOf({ sizeBefore, sizeAfter }: Difference): string {
  if (sizeBefore === undefined) return sizeAfter === undefined ? '' : sizeText(sizeAfter);
  if (sizeAfter === undefined) return sizeText(sizeBefore);
  return sizeBefore === sizeAfter ? sizeText(sizeAfter) : `${sizeText(sizeBefore)} → ${sizeText(sizeAfter)}`;
}

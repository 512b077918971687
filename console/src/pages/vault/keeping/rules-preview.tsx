import { Stack, Text } from '@mantine/core';
import { countOf } from '../../../ui/amounts.ts';
import { DataTable, type Column } from '../../../ui/data-table.tsx';
import { StateBadge } from '../../../ui/state-badge.tsx';
import { exactTime } from '../../../ui/clock.ts';
import type { ListedSnapshot } from '../snapshots/listed-snapshot.ts';
import { keptText } from './rules-words.ts';

const SHOWN_SNAPSHOTS = 100;
const PREVIEW_COLUMNS: readonly Column<ListedSnapshot>[] = [
  { name: 'Taken', cell: ({ createdAt }) => exactTime(createdAt) },
  { name: 'Source', isSpare: true, cell: ({ source }) => source ?? '' },
  {
    name: 'Then',
    cell: ({ keptBy = [] }) =>
      keptBy.length > 0 ? <StateBadge tone="good">Kept</StateBadge> : <StateBadge tone="off">To the trash</StateBadge>,
  },
  { name: 'Why', cell: ({ keptBy }) => keptText(keptBy) },
];

/** What rules would keep and what not, before they count. */
export function RulesPreview({
  snapshots,
  source,
}: {
  readonly snapshots: readonly ListedSnapshot[];
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

import { Group, Stack, Text } from '@mantine/core';
import { countOf } from '../../../ui/amounts.ts';
import type { Column } from '../../../ui/data-table.tsx';
import { TextLink } from '../../../ui/links.tsx';
import { StateBadge } from '../../../ui/state-badge.tsx';
import { exactTime } from '../../../ui/clock.ts';
import { Time } from '../../../ui/time.tsx';
import { keptText } from '../keeping/rules-words.ts';
import type { ListedSnapshot } from './listed-snapshot.ts';
import { SnapshotMenu } from './snapshot-menu.tsx';

/** When each was taken, of what, and how long it is kept. */
export function snapshotColumns(environmentId: string, label: string): readonly Column<ListedSnapshot>[] {
  return [
    {
      name: 'Taken',
      cell: ({ snapshotId, createdAt, source }) => (
        <Stack gap={0}>
          <TextLink
            to="/environments/$environmentId/snapshots/$snapshotId"
            params={{ environmentId, snapshotId }}
            size="sm"
            fw={600}
          >
            {exactTime(createdAt)}
          </TextLink>
          <Text size="xs" c="dimmed" component="div">
            <Time at={createdAt} />
          </Text>
          <Text size="xs" className="ks-for-spare" style={{ overflowWrap: 'anywhere' }}>
            {source}
          </Text>
        </Stack>
      ),
    },
    {
      name: 'Source',
      isSpare: true,
      cell: ({ source }) => <span style={{ overflowWrap: 'anywhere' }}>{source ?? 'Not known'}</span>,
    },
    { name: 'Kept', cell: (snapshot) => <Kept snapshot={snapshot} /> },
    {
      name: 'Opened by',
      isSpare: true,
      cell: ({ recipients = [] }) => (recipients.length === 0 ? '' : countOf(recipients.length, 'master key')),
    },
    {
      name: 'Actions',
      cell: (snapshot) => <SnapshotMenu snapshot={snapshot} environmentId={environmentId} label={label} />,
    },
  ];
}

function Kept({ snapshot: { held, deletedAt, expiresAt, keptBy } }: { readonly snapshot: ListedSnapshot }) {
  return (
    <Stack gap={2} align="flex-start">
      {held === true && <StateBadge tone="waiting">On hold</StateBadge>}
      {deletedAt !== undefined && (
        <Group gap={4}>
          <StateBadge tone="off">In the trash</StateBadge>
          <Text size="xs" component="div">
            until <Time at={deletedAt} />
          </Text>
        </Group>
      )}
      {deletedAt === undefined && expiresAt !== undefined && (
        <Text size="sm" component="div">
          Expires <Time at={expiresAt} />
        </Text>
      )}
      {keptBy !== undefined && keptBy.length > 0 && (
        <Text size="xs" c="dimmed">
          Kept by {keptText(keptBy)}
        </Text>
      )}
    </Stack>
  );
}

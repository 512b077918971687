import type { Source } from '@keystead/sdk';
import { Stack, Text } from '@mantine/core';
import type { Column } from '../../../ui/data-table.tsx';
import { TextLink } from '../../../ui/links.tsx';
import { StateBadge } from '../../../ui/state-badge.tsx';
import { exactTime } from '../../../ui/clock.ts';
import { Time } from '../../../ui/time.tsx';
import { cronWords } from '../words/cron-words.ts';
import { SourceMenu } from './source-menu.tsx';
import { whatIsRead } from './source-words.ts';

/** What is backed up, and when it was last, a row a source. */
export const SOURCE_COLUMNS: readonly Column<Source>[] = [
  {
    name: 'Source',
    cell: (source) => (
      <Stack gap={0}>
        <Text size="sm" fw={600}>
          {source.name}
        </Text>
        <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {whatIsRead(source)}
        </Text>
      </Stack>
    ),
  },
  {
    name: 'Last good backup',
    cell: ({ environmentId, lastGoodBackup, overdueSince }) => (
      <Stack gap={2} align="flex-start">
        {lastGoodBackup === undefined ? (
          'Never'
        ) : (
          <TextLink
            to="/environments/$environmentId/snapshots/$snapshotId"
            params={{ environmentId, snapshotId: lastGoodBackup.snapshotId }}
            size="sm"
          >
            <Time at={lastGoodBackup.at} />
          </TextLink>
        )}
        {overdueSince !== undefined && <StateBadge tone="bad">Overdue</StateBadge>}
      </Stack>
    ),
  },
  {
    name: 'Schedule',
    isSpare: true,
    cell: ({ schedule, alertAfterHours }) => (
      <Stack gap={2} align="flex-start">
        <Text size="sm">
          {schedule === undefined ? 'When somebody says so' : cronWords(schedule.cron, schedule.timeZone)}
        </Text>
        {schedule?.paused === true && <StateBadge tone="off">Paused</StateBadge>}
        {schedule?.nextTimes[0] !== undefined && (
          <Text size="xs" c="dimmed">
            Next: {exactTime(schedule.nextTimes[0])}
          </Text>
        )}
        {alertAfterHours !== undefined && (
          <Text size="xs" c="dimmed">
            Alert after {alertAfterHours} hours without a good backup
          </Text>
        )}
      </Stack>
    ),
  },
  { name: 'Actions', cell: (source) => <SourceMenu source={source} /> },
];

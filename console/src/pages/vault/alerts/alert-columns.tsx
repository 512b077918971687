import type { Alert as SentAlert, AlertChannel } from '@keystead/sdk';
import { Stack, Text } from '@mantine/core';
import type { Column } from '../../../ui/data-table.tsx';
import { StateBadge, type Tone } from '../../../ui/state-badge.tsx';
import { Time } from '../../../ui/time.tsx';
import { alertName } from './alert-words.ts';

const DELIVERY: Record<SentAlert['state'], readonly [string, Tone]> = {
  delivered: ['Delivered', 'good'],
  waiting: ['Waiting', 'waiting'],
  abandoned: ['Given up', 'bad'],
};

/** What was told to whom, a row an alert; `channels` have the names. */
export function alertColumns(channels: readonly AlertChannel[]): readonly Column<SentAlert>[] {
  return [
    { name: 'What', cell: ({ kind }) => alertName(kind) },
    { name: 'When', cell: ({ at }) => <Time at={at} /> },
    {
      name: 'Channel',
      isSpare: true,
      cell: ({ channelId }) => channels.find((one) => one.channelId === channelId)?.label ?? 'deleted',
    },
    {
      name: 'Delivery',
      cell: ({ state, failure }) => {
        const [name, tone] = DELIVERY[state];
        return (
          <Stack gap={2} align="flex-start">
            <StateBadge tone={tone}>{name}</StateBadge>
            {failure !== undefined && (
              <Text size="xs" c="dimmed">
                {failure}
              </Text>
            )}
          </Stack>
        );
      },
    },
  ];
}

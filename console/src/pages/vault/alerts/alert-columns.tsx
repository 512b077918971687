import type { Alert as SentAlert, AlertChannel } from '@keystead/sdk';
import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { ForeignText } from '../../../ui/foreign-text.tsx';
import { TextLink } from '../../../ui/links.tsx';
import { shortId } from '../../../ui/short-id.ts';
import type { Column } from '../../../ui/data-table.tsx';
import { StateBadge, type Tone } from '../../../ui/state-badge.tsx';
import { Time } from '../../../ui/time.tsx';
import { alertName } from './alert-words.ts';

const DELIVERY: Record<SentAlert['state'], readonly [string, Tone]> = {
  delivered: ['Delivered', 'good'],
  waiting: ['Waiting', 'waiting'],
  abandoned: ['Given up', 'bad'],
};

/** What was told to whom, a row an alert; `channels` and `labels`, of environments by their ids, have the names. */
export function alertColumns(
  channels: readonly AlertChannel[],
  labels: ReadonlyMap<string, string>,
): readonly Column<SentAlert>[] {
  return [
    {
      name: 'What',
      cell: (alert) => (
        <Stack gap={2} align="flex-start">
          <Text size="sm">{whatOf(alert)}</Text>
          {alert.environmentId !== undefined && (
            <TextLink to="/environments/$environmentId" params={{ environmentId: alert.environmentId }} size="xs">
              <ForeignText text={labels.get(alert.environmentId) ?? shortId(alert.environmentId)} max={48} />
            </TextLink>
          )}
        </Stack>
      ),
    },
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

/** What it says, with the way to the run that it is about. */
function whatOf({ kind, environmentId, runId }: SentAlert): ReactNode {
  if (environmentId === undefined || runId === undefined) return alertName(kind);
  return (
    <TextLink to="/environments/$environmentId/runs/$runId" params={{ environmentId, runId }} size="sm">
      {alertName(kind)}
    </TextLink>
  );
}

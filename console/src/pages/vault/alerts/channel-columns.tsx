import type { AlertChannel } from '@keystead/sdk';
import { Text } from '@mantine/core';
import type { Column } from '../../../ui/data-table.tsx';
import { ALERT_KINDS, alertName } from './alert-words.ts';
import { ChannelMenu } from './channel-menu.tsx';

/** Who is told what, a row a channel. */
export const CHANNEL_COLUMNS: readonly Column<AlertChannel>[] = [
  {
    name: 'Channel',
    cell: ({ label }) => (
      <Text size="sm" fw={600}>
        {label}
      </Text>
    ),
  },
  {
    name: 'Where to',
    cell: ({ webhookUrl, emailRecipients = [] }) => (
      <span style={{ overflowWrap: 'anywhere' }}>{webhookUrl ?? emailRecipients.join(', ')}</span>
    ),
  },
  {
    name: 'Told of',
    isSpare: true,
    cell: ({ kinds }) =>
      kinds.length >= ALERT_KINDS.length ? 'Everything' : kinds.map((kind) => alertName(kind)).join(', '),
  },
  {
    name: 'Environments',
    isSpare: true,
    cell: ({ environmentIds }) => (environmentIds === undefined ? 'All' : String(environmentIds.length)),
  },
  { name: 'Actions', cell: (channel) => <ChannelMenu channel={channel} /> },
];

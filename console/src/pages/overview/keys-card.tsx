import type { OverviewKeys } from '@keystead/sdk';
import { Group, Text } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { countText } from '../../ui/amounts.ts';
import { TextLink } from '../../ui/links.tsx';
import { StateBadge, type Tone } from '../../ui/state-badge.tsx';
import { Time } from '../../ui/time.tsx';
import { Card } from './card.tsx';

const TONES: Readonly<Record<string, Tone>> = {
  enabled: 'good',
  'pending-import': 'waiting',
  'pending-deletion': 'bad',
  'pending-replica-deletion': 'bad',
  unavailable: 'bad',
};

/** How many keys there are, in which states. */
export function KeysCard({ keys: { count, isAtLeast, states, countedAt } }: { readonly keys: OverviewKeys }) {
  return (
    <Card
      title="Keys"
      icon={IconKey}
      link={
        <TextLink to="/keys" size="sm">
          All keys
        </TextLink>
      }
    >
      <Text size="xl" fw={700}>
        {isAtLeast && 'at least '}
        {countText(count)}
      </Text>
      {countedAt !== undefined && (
        <Text size="xs" c="dimmed">
          Counted <Time at={countedAt} />
        </Text>
      )}
      <Group gap="xs">
        {states.map(({ state, count: some }) => (
          <StateBadge
            key={state}
            tone={TONES[state] ?? 'off'}
          >{`${countText(some)} ${state.replaceAll('-', ' ')}`}</StateBadge>
        ))}
      </Group>
    </Card>
  );
}

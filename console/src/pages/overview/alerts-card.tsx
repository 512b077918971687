import type { OverviewAlerts, OverviewEnvironments } from '@keystead/sdk';
import { Group, Stack, Text } from '@mantine/core';
import { IconBell } from '@tabler/icons-react';
import { countText } from '../../ui/amounts.ts';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { TextLink } from '../../ui/links.tsx';
import { StateBadge } from '../../ui/state-badge.tsx';
import { Time } from '../../ui/time.tsx';
import { Card } from './card.tsx';

const SHOWN = 4;

interface AlertsCardProps {
  readonly alerts: OverviewAlerts;
  readonly environments: OverviewEnvironments | undefined;
}

/** What went wrong in the last week. */
export function AlertsCard({ alerts: { count, isAtLeast, items }, environments }: AlertsCardProps) {
  const labels = new Map(environments?.items.map(({ environmentId, label }) => [environmentId, label]));
  return (
    <Card
      title="Alerts of 7 days"
      icon={IconBell}
      link={
        <TextLink to="/settings/notifications" size="sm">
          Notifications
        </TextLink>
      }
    >
      {items.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nothing went wrong that anybody was told of.
        </Text>
      ) : (
        <Stack gap={6}>
          {items.slice(0, SHOWN).map(({ alertId, title, weight, at, environmentId }) => (
            <Group key={alertId} gap="xs" wrap="nowrap" align="flex-start">
              <StateBadge tone={weight === 'alarm' ? 'bad' : 'waiting'}>
                {weight === 'alarm' ? 'Alarm' : 'Warning'}
              </StateBadge>
              <Text size="sm">
                {environmentId === undefined ? (
                  title
                ) : (
                  <TextLink to="/environments/$environmentId" params={{ environmentId }} size="sm" underline="always">
                    {title}
                    {labels.has(environmentId) && (
                      <>
                        : <ForeignText text={labels.get(environmentId) as string} max={40} />
                      </>
                    )}
                  </TextLink>
                )}
                , <Time at={at} />
              </Text>
            </Group>
          ))}
          {count > SHOWN && (
            <Text size="sm" c="dimmed">
              {isAtLeast && 'at least '}
              {countText(count - SHOWN)} more
            </Text>
          )}
        </Stack>
      )}
    </Card>
  );
}

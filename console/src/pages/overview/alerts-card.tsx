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
export function AlertsCard({ alerts: { count, isAtLeast, items, channels }, environments }: AlertsCardProps) {
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
      {channels === 0 && <NobodyTold isPressing={environments === undefined || environments.count > 0} />}
      {items.length === 0 ? (
        <Text size="sm" c="dimmed">
          {channels === 0
            ? 'What goes wrong is not noted here either, as long as nobody is told.'
            : 'Nothing went wrong that anybody was told of.'}
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

/** Alerts are made for whoever is told: with nobody, a backup that fails is found by who happens to look. */
function NobodyTold({ isPressing }: { readonly isPressing: boolean }) {
  return (
    <Stack gap={4} align="flex-start" data-nobody-told>
      <StateBadge tone={isPressing ? 'bad' : 'waiting'}>Nobody is told</StateBadge>
      <Text size="sm">
        No webhook and no e-mail address is set up: when a backup fails or a master key says no, nobody hears of it.
      </Text>
      <TextLink to="/settings/notifications" size="sm" fw={600} underline="always">
        Have somebody told
      </TextLink>
    </Stack>
  );
}

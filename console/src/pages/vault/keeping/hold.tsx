import type { LegalHold } from '@keystead/sdk';
import { Group, Paper, Stack, Title } from '@mantine/core';
import { countOf } from '../../../ui/amounts.ts';
import { Facts } from '../../../ui/facts.tsx';
import { StateBadge } from '../../../ui/state-badge.tsx';
import { Time } from '../../../ui/time.tsx';
import { AskRelease, SecondPerson } from './hold-release.tsx';
import { PrincipalName } from '../../access/principal-name.tsx';

export interface HoldProps {
  readonly hold: LegalHold;
  readonly environmentId: string;
  readonly label: string;
}

/** One hold: what it covers, who placed it, and how far its release is. */
export function Hold({ hold, environmentId, label }: HoldProps) {
  const { holdId, reason, state, placedBy, placedAt, snapshots, release, released } = hold;
  return (
    <Paper withBorder p="md" component="article" aria-label={reason}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={3} size="h5">
            {reason}
          </Title>
          <StateBadge tone={state === 'held' ? 'waiting' : 'off'}>
            {state === 'released' ? 'Released' : release === undefined ? 'Held' : 'Release asked for'}
          </StateBadge>
        </Group>
        <Facts
          facts={[
            [
              'Covers',
              snapshots.length === 0 ? 'Everything, also what is yet to come' : countOf(snapshots.length, 'snapshot'),
            ],
            ['Placed', <Time key="at" at={placedAt} />],
            ['By', <PrincipalName key="by" id={placedBy} />],
            ['Release asked for by', release && <PrincipalName key="asked" id={release.requestedBy} />],
            ['That counts until', release && <Time at={release.expiresAt} />],
            [
              'Released by',
              released && (
                <span key="released">
                  <PrincipalName id={released.requestedBy} /> and <PrincipalName id={released.confirmedBy} />
                </span>
              ),
            ],
          ]}
        />
        {state === 'held' && release === undefined && <AskRelease {...{ hold, environmentId, label }} />}
        {state === 'held' && release !== undefined && (
          <SecondPerson {...{ hold, environmentId, label, releaseId: release.releaseId }} holdId={holdId} />
        )}
      </Stack>
    </Paper>
  );
}

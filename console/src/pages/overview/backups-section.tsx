import type { OverviewEnvironment, OverviewEnvironments } from '@keystead/sdk';
import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { countOf } from '../../ui/amounts.ts';
import { DataTable } from '../../ui/data-table.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { TextLink } from '../../ui/links.tsx';
import { Section } from '../../ui/section.tsx';
import { StateBadge } from '../../ui/state-badge.tsx';
import { Time } from '../../ui/time.tsx';
import { keyStateWords } from '../vault/words/key-state-words.ts';

/** Each environment: when it was backed up last, and when a restore of it was last seen to work. */
export function BackupsSection({ environments }: { readonly environments: OverviewEnvironments }) {
  return (
    <Section title="Backups" about="A backup counts once a restore of it was seen to work.">
      <DataTable
        caption="Backups by environment"
        rows={environments.items}
        idOf={({ environmentId }) => environmentId}
        columns={[
          {
            name: 'Environment',
            cell: ({ environmentId, label }) => (
              <TextLink to="/environments/$environmentId" params={{ environmentId }} fw={600} size="sm">
                <ForeignText text={label} max={48} />
              </TextLink>
            ),
          },
          { name: 'State', cell: stateOf },
          {
            name: 'Last backup',
            cell: ({ lastBackup }) => (lastBackup === undefined ? 'none yet' : <Time at={lastBackup.at} />),
          },
          { name: 'Last proven restorable', cell: provenOf },
          {
            name: 'Next run',
            isSpare: true,
            cell: ({ nextRun, runsInFlight }) =>
              runsInFlight > 0 ? (
                countOf(runsInFlight, 'run now', 'runs now')
              ) : nextRun === undefined ? (
                'not scheduled'
              ) : (
                <Time at={nextRun.at} />
              ),
          },
        ]}
      />
      {environments.isAtLeast && (
        <Text size="sm" c="dimmed">
          There are more than these.
        </Text>
      )}
    </Section>
  );
}

function stateOf({ keys, held, overdueSources, sources, lastBackup }: OverviewEnvironment): ReactNode {
  if (held !== undefined)
    return (
      <Stack gap={2} align="flex-start">
        <StateBadge tone="bad">Held</StateBadge>
        <Text size="xs" c="dimmed">
          its master key says no
        </Text>
      </Stack>
    );
  const primary = keyStateWords(keys[0]?.state ?? 'good');
  if (primary.isDark) return <StateBadge tone={primary.tone}>{`Master key ${primary.name.toLowerCase()}`}</StateBadge>;
  if (overdueSources > 0) return <StateBadge tone="bad">{`${countOf(overdueSources, 'source')} overdue`}</StateBadge>;
  if (lastBackup === undefined)
    return <StateBadge tone="waiting">{sources === 0 ? 'No source yet' : 'No backup yet'}</StateBadge>;
  return <StateBadge tone="good">Backed up</StateBadge>;
}

function provenOf({ lastProven, unprovenSources }: OverviewEnvironment): ReactNode {
  return (
    <Stack gap={2} align="flex-start">
      {lastProven === undefined ? <StateBadge tone="waiting">Never</StateBadge> : <Time at={lastProven.provenAt} />}
      {lastProven !== undefined && unprovenSources > 0 && (
        <Text size="xs" c="dimmed">
          {countOf(unprovenSources, 'source')} never
        </Text>
      )}
    </Stack>
  );
}

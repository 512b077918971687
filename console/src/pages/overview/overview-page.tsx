import type { Overview } from '@keystead/sdk';
import { SimpleGrid, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '../../api/api.ts';
import { useLiveEvents } from '../../api/live/use-live-events.ts';
import { Loading } from '../../ui/loading.tsx';
import { Page } from '../../ui/page.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { AlertsCard } from './alerts-card.tsx';
import { BackupsSection } from './backups-section.tsx';
import { FirstSteps } from './first-steps.tsx';
import { HealthCard } from './health-card.tsx';
import { KeysCard } from './keys-card.tsx';
import { overviewQuery } from './overview-query.ts';
import { ProtectionSection } from './protection-section.tsx';
import { UsesSection } from './uses-section.tsx';
import { WaitingSection } from './waiting-section.tsx';

/** How things stand, as far as one may see them. */
export function OverviewPage() {
  useLiveEvents();
  const { data, error } = useQuery(overviewQuery(useApi()));
  return (
    <Page title="Overview">
      <ProblemNotice error={error} title="The overview cannot be read" />
      {data === undefined && !error && <Loading lines={8} />}
      {data !== undefined && <Parts overview={data} />}
    </Page>
  );
}

function Parts({ overview }: { readonly overview: Overview }) {
  const { keys, alerts, log, uses, environments, hidden } = overview;
  return (
    <Stack gap="xl">
      <FirstSteps overview={overview} />
      <SimpleGrid type="container" cols={{ base: 1, '34rem': 2, '50rem': 3 }}>
        {keys !== undefined && <KeysCard keys={keys} />}
        {alerts !== undefined && <AlertsCard alerts={alerts} environments={environments} />}
        {log !== undefined && <HealthCard log={log} />}
      </SimpleGrid>
      <WaitingSection overview={overview} />
      <ProtectionSection overview={overview} />
      {environments !== undefined && environments.items.length > 0 && <BackupsSection environments={environments} />}
      {uses !== undefined && <UsesSection />}
      {hidden.length > 0 && (
        <Text size="sm" c="dimmed">
          Not shown, because you may not see it: {hidden.map(({ part, action }) => `${part} (${action})`).join(', ')}.
        </Text>
      )}
    </Stack>
  );
}

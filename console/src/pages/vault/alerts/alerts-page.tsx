import type { CreatedAlertChannel, Environment } from '@keystead/sdk';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { Command } from '../../../ui/command.tsx';
import { DataTable } from '../../../ui/data-table.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { SecretOnce } from '../../../ui/secret-once.tsx';
import { Section } from '../../../ui/section.tsx';
import { alertChannelsQuery, alertsQuery, environmentsQuery } from '../api/vault-queries.ts';
import { useEnvironment } from '../api/use-environment.ts';
import { AddChannel } from './add-channel.tsx';
import { alertColumns } from './alert-columns.tsx';
import { CHANNEL_COLUMNS } from './channel-columns.tsx';
import { useTabTitle } from '../../../ui/tab-title.ts';

const SHOWN_ALERTS = 50;

/** Who is told of what becomes of an environment, and what was told. */
export function AlertsPage() {
  const environment = useEnvironment();
  useTabTitle('Alerts', environment.label);
  return <Alerts environment={environment} />;
}

interface AlertsProps {
  /** The environment that it is about; absent: all of the tenant. */
  readonly environment?: Pick<Environment, 'environmentId' | 'label'>;
}

/** The channels with what was told by them. */
export function Alerts({ environment }: AlertsProps) {
  const api = useApi();
  const { data: channels } = useSuspenseQuery(alertChannelsQuery(api));
  const { data: alerts } = useSuspenseQuery(alertsQuery(api));
  const [isAdding, { open, close }] = useDisclosure(false);
  const [created, setCreated] = useState<CreatedAlertChannel>();
  const { data: environments = [] } = useQuery(environmentsQuery(api));
  const labels = new Map(environments.map((one) => [one.environmentId, one.label]));
  const id = environment?.environmentId;
  const here = channels.filter(({ environmentIds }) => id === undefined || (environmentIds?.includes(id) ?? true));
  const told = alerts.filter((alert) => id === undefined || alert.environmentId === id);
  const add = (
    <ActButton needs="keystead:CreateAlertChannel" leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
      Tell somebody
    </ActButton>
  );
  return (
    <>
      <Section
        title="Who is told"
        about="Alerts carry counts and links, never data: no path, no name of a file or source."
        actions={add}
      >
        <DataTable
          caption="Channels"
          columns={CHANNEL_COLUMNS}
          rows={here}
          idOf={({ channelId }) => channelId}
          empty={
            <EmptyState title="Nobody is told of anything yet" action={add}>
              Have somebody told when a backup fails, when the master key says no, and when a source has not been backed
              up for too long.
            </EmptyState>
          }
        />
      </Section>
      {told.length > 0 && (
        <Section title="What was told in the last 30 days">
          <DataTable
            caption="Alerts"
            columns={alertColumns(channels, labels)}
            rows={told.slice(0, SHOWN_ALERTS)}
            idOf={({ alertId }) => alertId}
          />
        </Section>
      )}
      <AddChannel {...(environment && { environment })} isOpen={isAdding} onClose={close} onCreated={setCreated} />
      {created?.webhookSecret !== undefined && (
        <SecretOnce
          isOpen
          onClose={() => setCreated(undefined)}
          title={`The secret of ${created.channel.label}`}
          about="With it the receiver verifies that messages are from here (Standard Webhooks)."
          values={[['Secret', created.webhookSecret]]}
          file={{
            name: `${created.channel.label}.secret`,
            text: `${created.webhookSecret}
`,
          }}
        />
      )}
      <Command words={VAULT_COMMANDS.listAlerts()} />
    </>
  );
}

import type { Alert as SentAlert, AlertChannel, CreatedAlertChannel, Environment } from '@keystead/sdk';
import {
  ActionIcon,
  Checkbox,
  Menu,
  MultiSelect,
  SegmentedControl,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDots, IconPlus } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi, type Api } from '../../../api/api.ts';
import { useAct } from '../../../api/use-act.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { ActItem } from '../../../ui/act-item.tsx';
import { ActButton } from '../../../ui/act-button.tsx';
import { Command } from '../../../ui/command.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { DataTable, type Column } from '../../../ui/data-table.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { SecretOnce } from '../../../ui/secret-once.tsx';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { Section } from '../../../ui/section.tsx';
import { StateBadge, type Tone } from '../../../ui/state-badge.tsx';
import { Time } from '../../../ui/time.tsx';
import { alertChannelsQuery, alertsQuery } from '../api/vault-queries.ts';
import { useEnvironment } from '../api/use-environment.ts';
import { ALERT_KINDS, alertName } from './alert-words.ts';

const SHOWN_ALERTS = 50;
const TOUCHES = [['alert-channels'], ['alerts']] as const;
const DELIVERY: Record<SentAlert['state'], readonly [string, Tone]> = {
  delivered: ['Delivered', 'good'],
  waiting: ['Waiting', 'waiting'],
  abandoned: ['Given up', 'bad'],
};

/** Who is told of what becomes of an environment, and what was told. */
export function AlertsPage() {
  return <Alerts environment={useEnvironment()} />;
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
        {here.length === 0 ? (
          <EmptyState title="Nobody is told of anything yet" action={add}>
            Have somebody told when a backup fails, when the master key says no, and when a source has not been backed
            up for too long.
          </EmptyState>
        ) : (
          <DataTable caption="Channels" columns={CHANNEL_COLUMNS} rows={here} idOf={({ channelId }) => channelId} />
        )}
      </Section>
      {told.length > 0 && (
        <Section title="What was told in the last 30 days">
          <DataTable
            caption="Alerts"
            columns={alertColumns(channels)}
            rows={told.slice(0, SHOWN_ALERTS)}
            idOf={({ alertId }) => alertId}
          />
        </Section>
      )}
      <AddChannel environment={environment} isOpen={isAdding} onClose={close} onCreated={setCreated} />
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

const CHANNEL_COLUMNS: readonly Column<AlertChannel>[] = [
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

function alertColumns(channels: readonly AlertChannel[]): readonly Column<SentAlert>[] {
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

function ChannelMenu({ channel: { channelId, label } }: { readonly channel: AlertChannel }) {
  const [isDeleting, { open, close }] = useDisclosure(false);
  const test = useAct({
    act: (api) => api.testAlertChannel(channelId),
    touches: TOUCHES,
    done: () => `A test is on its way to ${label}.`,
  });
  const remove = useAct({
    act: (api) => api.deleteAlertChannel(channelId),
    touches: TOUCHES,
    done: () => `${label} is told nothing any more.`,
  });
  return (
    <>
      <Menu position="bottom-end" withInitialFocusPlaceholder={false} portalProps={{ target: '#content' }}>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={`Actions for ${label}`}>
            <IconDots size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <ActItem needs="keystead:TestAlertChannel" onClick={() => test.mutate()}>
            Send a test
          </ActItem>
          <ActItem needs="keystead:DeleteAlertChannel" isDangerous onClick={open}>
            Delete
          </ActItem>
        </Menu.Dropdown>
      </Menu>
      <Confirm
        isOpen={isDeleting}
        onClose={close}
        title={`Delete the channel ${label}?`}
        verb="Delete the channel"
        isDangerous
        command={VAULT_COMMANDS.deleteChannel(label)}
        onConfirm={() => remove.mutateAsync()}
      >
        Nobody is told by it any more, of this and of every other environment that it is for. What waits is not sent.
      </Confirm>
    </>
  );
}

interface AddChannelProps {
  readonly environment: AlertsProps['environment'];
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onCreated: (created: CreatedAlertChannel) => void;
}

type Kind = NonNullable<Parameters<Api['createAlertChannel']>[0]['kinds']>[number];

function AddChannel({ environment, isOpen, onClose, onCreated }: AddChannelProps) {
  const [label, setLabel] = useState('');
  const [way, setWay] = useState('email');
  const [addresses, setAddresses] = useState('');
  const [url, setUrl] = useState('');
  const [kinds, setKinds] = useState<string[]>([]);
  const [isHereOnly, setIsHereOnly] = useState(false);
  const recipients = addresses.split(/[\s,;]+/).filter((one) => one !== '');
  const add = useAct({
    act: (api) =>
      api.createAlertChannel({
        label: label.trim(),
        ...(way === 'email' ? { emailRecipients: recipients } : { webhookUrl: url.trim() }),
        ...(kinds.length > 0 && { kinds: kinds as Kind[] }),
        ...(isHereOnly && environment && { environmentIds: [environment.environmentId] }),
      }),
    touches: TOUCHES,
    done: ({ channel }) => `${channel.label} is told from now on.`,
  });
  return (
    <FormDialog
      isOpen={isOpen}
      onClose={onClose}
      title="Tell somebody"
      verb="Add the channel"
      isReady={label.trim() !== '' && (way === 'email' ? recipients.length > 0 : url.trim() !== '')}
      command={
        way === 'email'
          ? VAULT_COMMANDS.createMailChannel(label || 'on-call', recipients[0] ?? 'oncall@example.com')
          : VAULT_COMMANDS.createWebhookChannel(label || 'pager', url || 'https://pager.example.com/hook')
      }
      onSubmit={async () => onCreated(await add.mutateAsync())}
    >
      <TextInput
        label="Label"
        placeholder="on call"
        value={label}
        onChange={(event) => setLabel(event.currentTarget.value)}
        data-autofocus
      />
      <SegmentedControl
        aria-label="How"
        data={[
          { value: 'email', label: 'E-mail' },
          { value: 'webhook', label: 'Webhook' },
        ]}
        value={way}
        onChange={setWay}
      />
      {way === 'email' ? (
        <Textarea
          label="Addresses"
          description="One a line. They go through the mail server of the operator"
          autosize
          minRows={1}
          value={addresses}
          onChange={(event) => setAddresses(event.currentTarget.value)}
        />
      ) : (
        <TextInput
          label="Address of the webhook"
          description="Messages are signed (Standard Webhooks); the secret is shown once"
          placeholder="https://pager.example.com/hook"
          value={url}
          onChange={(event) => setUrl(event.currentTarget.value)}
        />
      )}
      <MultiSelect
        label="Told of"
        placeholder={kinds.length === 0 ? 'Everything' : ''}
        data={ALERT_KINDS.map(({ kind, name }) => ({ value: kind, label: name }))}
        value={kinds}
        onChange={setKinds}
      />
      {environment !== undefined && (
        <Checkbox
          label={`Only of ${environment.label}`}
          checked={isHereOnly}
          onChange={(event) => setIsHereOnly(event.currentTarget.checked)}
        />
      )}
    </FormDialog>
  );
}

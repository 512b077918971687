import type { CreatedAlertChannel, Environment } from '@keystead/sdk';
import { Checkbox, MultiSelect, SegmentedControl, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Api } from '../../../api/api.ts';
import { useAct } from '../../../api/use-act.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { ALERT_KINDS } from './alert-words.ts';
import { TOUCHES } from './touches.ts';

interface AddChannelProps {
  /** The environment that it may be for alone; absent: it is for all of the tenant. */
  readonly environment?: Pick<Environment, 'environmentId' | 'label'>;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onCreated: (created: CreatedAlertChannel) => void;
}

type Kind = NonNullable<Parameters<Api['createAlertChannel']>[0]['kinds']>[number];

/** Has somebody told, by mail or by a webhook. */
export function AddChannel({ environment, isOpen, onClose, onCreated }: AddChannelProps) {
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

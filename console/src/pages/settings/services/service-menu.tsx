import type { IssuedCredential, Service, ServiceEvents } from '@keystead/sdk';
import { Select } from '@mantine/core';
import { useState } from 'react';
import { useAct } from '../../../api/use-act.ts';
import { SETTINGS_COMMANDS } from '../../../commands/settings-commands.ts';
import { ActsMenu, type ThingAct } from '../../../ui/acts-menu.tsx';
import { AskText } from '../../../ui/ask-text.tsx';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { SecretOnce } from '../../../ui/secret-once.tsx';
import { CredentialSecret } from '../../access/credentials/issue-credential.tsx';
import { endOf, LASTS } from '../../access/credentials/lasts.ts';
import { TypeRadio } from '../../access/credentials/type-radio.tsx';

const TOUCHES = [['services']];

/** What an operator does with a service. */
export function ServiceMenu({ service }: { readonly service: Service }) {
  const [issued, setIssued] = useState<IssuedCredential>();
  const [told, setTold] = useState<ServiceEvents>();
  const { name, state, eventsUrl } = service;
  const acts: readonly ThingAct[] = [
    {
      label: 'Issue a credential…',
      next: { dialog: (onClose) => <IssueDialog name={name} onIssued={setIssued} onClose={onClose} /> },
    },
    {
      label: eventsUrl === undefined ? 'Tell it of its keys…' : 'Tell it elsewhere, or anew…',
      next: { dialog: (onClose) => <EventsDialog service={service} onTold={setTold} onClose={onClose} /> },
    },
    ...(eventsUrl === undefined ? [] : [stopEvents(name)]),
    state === 'active' ? suspend(name) : resume(name),
  ];
  return (
    <>
      <ActsMenu of={name} acts={acts} />
      {issued !== undefined && <CredentialSecret issued={issued} of={name} onClose={() => setIssued(undefined)} />}
      {told?.secret !== undefined && (
        <SecretOnce
          isOpen
          onClose={() => setTold(undefined)}
          title={`The secret of the messages to ${name}`}
          about="With it the receiver verifies that messages are from here."
          values={[['Secret', told.secret]]}
          file={{ name: `${name}-events-secret`, text: `${told.secret}\n` }}
        />
      )}
    </>
  );
}

const stopEvents = (name: string): ThingAct => ({
  label: 'Tell it no more',
  isDangerous: true,
  next: {
    title: `Tell ${name} no more of its keys?`,
    about:
      'It hears nothing any more of keys that are disabled, rotated or deleted, and may go on with what it has in memory. What waits to be sent is not sent.',
    verb: 'Tell it no more',
    command: SETTINGS_COMMANDS.stopEvents(name),
    run: (api) => api.stopServiceEvents(name),
    touches: TOUCHES,
    done: `${name} is told nothing any more.`,
  },
});

const suspend = (name: string): ThingAct => ({
  label: 'Suspend',
  isDangerous: true,
  next: {
    title: `Suspend ${name}?`,
    about:
      'Its credentials prove nobody any more, with all tenants at once: what it protects does not open until it is resumed.',
    verb: `Suspend ${name}`,
    command: SETTINGS_COMMANDS.suspendService(name),
    run: (api) => api.suspendService(name),
    touches: TOUCHES,
    done: `${name} is suspended.`,
  },
});

const resume = (name: string): ThingAct => ({
  label: 'Resume',
  next: {
    title: `Resume ${name}?`,
    about: 'Its credentials work as before, with every tenant that authorizes it.',
    verb: `Resume ${name}`,
    command: SETTINGS_COMMANDS.resumeService(name),
    run: (api) => api.resumeService(name),
    touches: TOUCHES,
    done: `${name} works again.`,
  },
});

interface IssueDialogProps {
  readonly name: string;
  readonly onIssued: (issued: IssuedCredential) => void;
  readonly onClose: () => void;
}

function IssueDialog({ name, onIssued, onClose }: IssueDialogProps) {
  const [type, setType] = useState<'api-key' | 'access-key'>('api-key');
  const [days, setDays] = useState('365');
  const expiresAt = endOf(days);
  const issue = useAct<void, IssuedCredential>({
    act: (api) => api.createServiceCredential(name, { type, ...(expiresAt !== undefined && { expiresAt }) }),
    touches: TOUCHES,
  });
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title={`Issue a credential of ${name}`}
      about="It proves the service to every tenant. Hand it to whoever runs the service, and issue the next one before it ends."
      verb="Issue it"
      command={SETTINGS_COMMANDS.issueServiceCredential(name, type, expiresAt ?? '')}
      onSubmit={async () => onIssued(await issue.mutateAsync())}
    >
      <TypeRadio type={type} onChange={setType} />
      <Select
        label="It lasts"
        data={LASTS}
        value={days}
        onChange={(chosen) => setDays(chosen ?? '365')}
        allowDeselect={false}
      />
    </FormDialog>
  );
}

interface EventsDialogProps {
  readonly service: Service;
  readonly onTold: (told: ServiceEvents) => void;
  readonly onClose: () => void;
}

function EventsDialog({ service: { name, eventsUrl }, onTold, onClose }: EventsDialogProps) {
  const isNew = eventsUrl === undefined;
  const tell = useAct<string, ServiceEvents>({
    act: (api, url) => api.setServiceEvents(name, { url, newSecret: !isNew }),
    touches: TOUCHES,
    done: () => `${name} is told there of what becomes of its keys.`,
  });
  return (
    <AskText
      onClose={onClose}
      title={`Tell ${name} of its keys`}
      about={
        isNew
          ? 'Signed messages (Standard Webhooks) when a key that it registered is disabled, rotated or deleted.'
          : 'There is a new secret with it: for 24 hours messages are signed by the one before as well.'
      }
      verb="Tell it there"
      label="Address"
      placeholder="https://backup.example.com/keys"
      first={eventsUrl ?? ''}
      mayStay
      command={(url) =>
        SETTINGS_COMMANDS[isNew ? 'setEvents' : 'renewEvents'](name, url || 'https://backup.example.com/keys')
      }
      onSubmit={async (url) => onTold(await tell.mutateAsync(url))}
    />
  );
}

import type { IssuedCredential, Service, ServiceEvents } from '@keystead/sdk';
import { Button, Menu, TextInput, ActionIcon } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDots } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { useAct } from '../../../api/use-act.ts';
import { isRefused } from '../../../api/problem.ts';
import { SETTINGS_COMMANDS } from '../../../commands/settings-commands.ts';
import { Command } from '../../../ui/command.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { DataTable } from '../../../ui/data-table.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { SecretOnce } from '../../../ui/secret-once.tsx';
import { Section } from '../../../ui/section.tsx';
import { StateBadge } from '../../../ui/state-badge.tsx';

const TOUCHES = [['services']] as const;

/** The services that this installation knows: an operator's matter. Whoever is none does not see it. */
export function ServicesSection() {
  const api = useApi();
  const [isAdding, adding] = useDisclosure(false);
  const { data, error } = useQuery({ queryKey: ['services'], queryFn: () => api.listServices() });
  if (isRefused(error)) return null;
  const add = (
    <Button variant="default" onClick={adding.open}>
      Add a service
    </Button>
  );
  return (
    <Section
      title="Services of this installation"
      about="Known to all its tenants, who authorize them one by one. A service has credentials of its own."
      actions={add}
    >
      <ProblemNotice error={error} title="Services cannot be shown" />
      {data?.items.length === 0 && (
        <EmptyState title="No service yet">Add a service that shall be able to register with keys.</EmptyState>
      )}
      {data !== undefined && data.items.length > 0 && (
        <DataTable
          caption="Services of this installation"
          rows={data.items}
          idOf={({ serviceId }) => serviceId}
          columns={[
            { name: 'Service', cell: ({ name }) => name },
            {
              name: 'State',
              cell: ({ state }) => (
                <StateBadge tone={state === 'active' ? 'good' : 'off'}>
                  {state === 'active' ? 'Active' : 'Suspended'}
                </StateBadge>
              ),
            },
            {
              name: 'Told of its keys at',
              isSpare: true,
              cell: ({ eventsUrl }) => <span className="ks-anywhere">{eventsUrl ?? 'nowhere'}</span>,
            },
            { name: 'Actions', cell: (service) => <ServiceMenu service={service} /> },
          ]}
        />
      )}
      <Command words={SETTINGS_COMMANDS.listServices()} />
      <AddService isOpen={isAdding} onClose={adding.close} />
    </Section>
  );
}

function AddService({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const [name, setName] = useState('');
  const add = useAct({
    act: (api) => api.createService({ name: name.trim() }),
    touches: TOUCHES,
    done: (service) => `${service.name} is known now.`,
  });
  return (
    <FormDialog
      isOpen={isOpen}
      onClose={onClose}
      title="Add a service"
      verb="Add the service"
      isReady={name.trim() !== ''}
      command={SETTINGS_COMMANDS.createService(name.trim() === '' ? 'backup.example.com' : name.trim())}
      onSubmit={() => add.mutateAsync()}
    >
      <TextInput
        label="Name"
        description="In lower case, with a dot"
        placeholder="backup.example.com"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        autoComplete="off"
        data-autofocus
      />
    </FormDialog>
  );
}

function ServiceMenu({ service: { name, state, eventsUrl } }: { readonly service: Service }) {
  const [isSuspending, suspending] = useDisclosure(false);
  const [isTelling, telling] = useDisclosure(false);
  const [issued, setIssued] = useState<IssuedCredential>();
  const [told, setTold] = useState<ServiceEvents>();
  const [url, setUrl] = useState(eventsUrl ?? '');
  const suspend = useAct({
    act: (api) => api.suspendService(name),
    touches: TOUCHES,
    done: () => `${name} is suspended.`,
  });
  const resume = useAct({
    act: (api) => api.resumeService(name),
    touches: TOUCHES,
    done: () => `${name} works again.`,
  });
  const issue = useAct({ act: (api) => api.createServiceCredential(name, { type: 'api-key' }), touches: TOUCHES });
  const tell = useAct({
    act: (api) => api.setServiceEvents(name, { url: url.trim() }),
    touches: TOUCHES,
    done: () => `${name} is told there of what becomes of its keys.`,
  });
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={`Actions for ${name}`}>
            <IconDots size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => issue.mutate(undefined, { onSuccess: setIssued })}>Issue an API key</Menu.Item>
          <Menu.Item onClick={telling.open}>Tell it of its keys</Menu.Item>
          {state === 'active' ? (
            <Menu.Item color="red" onClick={suspending.open}>
              Suspend
            </Menu.Item>
          ) : (
            <Menu.Item onClick={() => resume.mutate()}>Resume</Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <ProblemNotice error={issue.error ?? resume.error} />
      <Confirm
        isOpen={isSuspending}
        onClose={suspending.close}
        title={`Suspend ${name}?`}
        verb={`Suspend ${name}`}
        isDangerous
        command={SETTINGS_COMMANDS.suspendService(name)}
        onConfirm={() => suspend.mutateAsync()}
      >
        Its credentials prove nobody any more, with all tenants at once: what it protects does not open until it is
        resumed.
      </Confirm>
      <FormDialog
        isOpen={isTelling}
        onClose={telling.close}
        title={`Tell ${name} of its keys`}
        about="Signed messages (Standard Webhooks) when a key that it registered is disabled, rotated or deleted."
        verb="Tell it there"
        isReady={url.trim() !== ''}
        command={SETTINGS_COMMANDS.setEvents(name, url.trim() === '' ? 'https://backup.example.com/keys' : url.trim())}
        onSubmit={async () => {
          const set = await tell.mutateAsync();
          if (set.secret !== undefined) setTold(set);
        }}
      >
        <TextInput label="Address" value={url} onChange={(event) => setUrl(event.currentTarget.value)} data-autofocus />
      </FormDialog>
      {issued?.apiKey !== undefined && (
        <SecretOnce
          isOpen
          onClose={() => setIssued(undefined)}
          title={`An API key of ${name}`}
          about="Hand it to whoever runs the service."
          values={[['API key', issued.apiKey]]}
          file={{ name: `${name}-api-key`, text: `${issued.apiKey}\n` }}
        />
      )}
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

import { TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { useAct } from '../../../api/use-act.ts';
import { isRefused } from '../../../api/problem.ts';
import { SETTINGS_COMMANDS } from '../../../commands/settings-commands.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { Command } from '../../../ui/command.tsx';
import { DataTable } from '../../../ui/data-table.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { Section } from '../../../ui/section.tsx';
import { StateBadge } from '../../../ui/state-badge.tsx';
import { ServiceMenu } from './service-menu.tsx';

const TOUCHES = [['services']];

/** The services that this installation knows: an operator's matter. Whoever is none does not see it. */
export function ServicesSection() {
  const api = useApi();
  const [isAdding, adding] = useDisclosure(false);
  const { data, error } = useQuery({ queryKey: ['services'], queryFn: () => api.listServices() });
  if (isRefused(error)) return null;
  const add = (
    <ActButton needs="installation:CreateService" variant="default" onClick={adding.open}>
      Add a service
    </ActButton>
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

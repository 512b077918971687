import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '../../../api/api.ts';
import { useAct } from '../../../api/use-act.ts';
import { isRefused } from '../../../api/problem.ts';
import { SETTINGS_COMMANDS } from '../../../commands/settings-commands.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { AskText } from '../../../ui/ask-text.tsx';
import { Command } from '../../../ui/command.tsx';
import { DataTable } from '../../../ui/data-table.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
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
      {isAdding && <AddService onClose={adding.close} />}
    </Section>
  );
}

function AddService({ onClose }: { readonly onClose: () => void }) {
  const add = useAct({
    act: (api, name: string) => api.createService({ name }),
    touches: TOUCHES,
    done: (service) => `${service.name} is known now.`,
  });
  return (
    <AskText
      onClose={onClose}
      title="Add a service"
      verb="Add the service"
      label="Name"
      description="In lower case, with a dot"
      placeholder="backup.example.com"
      command={(name) => SETTINGS_COMMANDS.createService(name || 'backup.example.com')}
      onSubmit={(name) => add.mutateAsync(name)}
    />
  );
}

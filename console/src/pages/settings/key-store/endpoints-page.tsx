import type { XksCredentials } from '@keystead/sdk';
import { everyItem } from '@keystead/sdk';
import { Button, Select, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi, type Api } from '../../../api/api.ts';
import { useAct } from '../../../api/use-act.ts';
import { SETTINGS_COMMANDS } from '../../../commands/settings-commands.ts';
import { countOf } from '../../../ui/amounts.ts';
import { Command } from '../../../ui/command.tsx';
import { DataTable } from '../../../ui/data-table.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { TextLink } from '../../../ui/links.tsx';
import { Time } from '../../../ui/time.tsx';
import { Page } from '../../../ui/page.tsx';
import { useRegions } from '../use-regions.ts';
import { EndpointSecret } from './endpoint-secret.tsx';

export const endpointsQuery = (api: Api) =>
  queryOptions({
    queryKey: ['xks-endpoints', 'list'],
    queryFn: () => Array.fromAsync(everyItem((after) => api.listXksEndpoints({ after }))),
  });

/** Where AWS finds keys of here: its external key stores. */
export function EndpointsPage() {
  const { data: endpoints } = useSuspenseQuery(endpointsQuery(useApi()));
  const [isAdding, adding] = useDisclosure(false);
  const [made, setMade] = useState<XksCredentials>();
  const add = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={adding.open}>
      Set up an endpoint
    </Button>
  );
  return (
    <Page
      title="External key store"
      about="A key of here can stand behind a KMS key in your AWS account: AWS asks here each time, and opens nothing once you switch it off."
      actions={add}
    >
      {endpoints.length === 0 ? (
        <EmptyState title="AWS finds no key here yet" action={add}>
          Set up an endpoint, enter what it shows in the AWS console under KMS, Custom key stores, External key stores,
          and expose the keys that AWS may use.
        </EmptyState>
      ) : (
        <DataTable
          caption="Endpoints"
          rows={endpoints}
          idOf={({ endpointId }) => endpointId}
          columns={[
            {
              name: 'Endpoint',
              cell: ({ endpointId, name }) => (
                <TextLink to="/settings/key-store/$endpointId" params={{ endpointId }} fw={600} size="sm">
                  {name}
                </TextLink>
              ),
            },
            { name: 'Region', cell: ({ region }) => region },
            { name: 'Keys', cell: ({ keys }) => countOf(keys.length, 'key') },
            { name: 'Made', isSpare: true, cell: ({ createdAt }) => <Time at={createdAt} /> },
          ]}
        />
      )}
      <Command words={SETTINGS_COMMANDS.listEndpoints()} />
      <AddEndpoint isOpen={isAdding} onClose={adding.close} onMade={setMade} />
      <EndpointSecret made={made} onClose={() => setMade(undefined)} />
    </Page>
  );
}

interface AddEndpointProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onMade: (made: XksCredentials) => void;
}

function AddEndpoint({ isOpen, onClose, onMade }: AddEndpointProps) {
  const regions = useRegions();
  const [name, setName] = useState('');
  const [region, setRegion] = useState<string | null>(regions[0]?.region ?? null);
  const add = useAct({
    act: (api) => api.createXksEndpoint({ name: name.trim(), region: region as string }),
    touches: [['xks-endpoints']],
  });
  return (
    <FormDialog
      isOpen={isOpen}
      onClose={onClose}
      title="Set up an endpoint"
      about="It has an address and a credential of its own, and shows AWS no key but those that you expose."
      verb="Set up the endpoint"
      isReady={name.trim() !== '' && region !== null}
      command={SETTINGS_COMMANDS.createEndpoint(
        name.trim() === '' ? 'production' : name.trim(),
        region ?? 'eu-central-1',
      )}
      onSubmit={async () => onMade(await add.mutateAsync())}
    >
      <TextInput
        label="Name"
        description="Letters, digits, - and _"
        placeholder="production"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        autoComplete="off"
        data-autofocus
      />
      <Select
        label="Region"
        description="The region whose keys it can expose; best the one that the AWS account works in"
        data={regions.map((one) => one.region)}
        value={region}
        onChange={setRegion}
        allowDeselect={false}
      />
    </FormDialog>
  );
}

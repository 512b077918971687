import { everyItem, type CreatedTenant, type Tenant } from '@keystead/sdk';
import { TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../api/api.ts';
import { isRefused } from '../../api/problem.ts';
import { useAct } from '../../api/use-act.ts';
import { SETTINGS_COMMANDS } from '../../commands/settings-commands.ts';
import { ActButton } from '../../ui/act-button.tsx';
import { AskText } from '../../ui/ask-text.tsx';
import { Command } from '../../ui/command.tsx';
import { CopyText } from '../../ui/copy-text.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Loading } from '../../ui/loading.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { SecretOnce } from '../../ui/secret-once.tsx';
import { Time } from '../../ui/time.tsx';
import { Page } from '../../ui/page.tsx';

/** Whom this installation serves: an operator's page. */
export function TenantsPage() {
  const api = useApi();
  const [isAdding, adding] = useDisclosure(false);
  const [made, setMade] = useState<CreatedTenant>();
  const [widened, setWidened] = useState<Tenant>();
  const { data, error } = useQuery({
    queryKey: ['tenants'],
    queryFn: () => Array.fromAsync(everyItem((after) => api.listTenants({ after }))),
  });
  return (
    <Page
      title="Tenants"
      about="Each tenant has keys, people, environments and an audit log of its own, under a key of its own. Nobody sees another one's, the operator as little."
      actions={
        !isRefused(error) && (
          <ActButton
            needs="installation:CreateTenant"
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={adding.open}
          >
            Add a tenant
          </ActButton>
        )
      }
    >
      <ProblemNotice error={error} title="Tenants are the operator's matter" />
      {data === undefined && !error && <Loading />}
      {data !== undefined && (
        <DataTable
          caption="Tenants"
          rows={data}
          idOf={({ tenantId }) => tenantId}
          columns={[
            { name: 'Tenant', cell: ({ name }) => <ForeignText text={name} max={64} /> },
            {
              name: 'Account',
              cell: ({ accountId }) => <CopyText text={accountId} label={`the account ${accountId}`} />,
            },
            {
              name: 'Id',
              isSpare: true,
              cell: ({ tenantId }) => <CopyText text={tenantId} label={`the id ${tenantId}`} />,
            },
            { name: 'Since', isSpare: true, cell: ({ createdAt }) => <Time at={createdAt} /> },
            {
              name: 'Actions',
              cell: (tenant) => (
                <ActButton
                  needs="installation:AddRegion"
                  size="compact-sm"
                  variant="default"
                  aria-label={`Open a region for ${tenant.name}`}
                  onClick={() => setWidened(tenant)}
                >
                  Open a region
                </ActButton>
              ),
            },
          ]}
        />
      )}
      <Command words={SETTINGS_COMMANDS.listTenants()} />
      {isAdding && <AddTenant onClose={adding.close} onMade={setMade} />}
      {widened !== undefined && <OpenRegion tenant={widened} onClose={() => setWidened(undefined)} />}
      {made !== undefined && (
        <SecretOnce
          isOpen
          onClose={() => setMade(undefined)}
          title={`The first administrator of ${made.tenant.name}`}
          about="Hand these to whoever administers the tenant. They come from here once, and from nowhere else."
          values={[
            ['Name', made.administrator.name],
            ['API key', made.apiKey],
            ['Access key ID', made.accessKeyId],
            ['Secret access key', made.secretAccessKey],
          ]}
          file={{ name: `${made.tenant.accountId}-administrator.json`, text: credentialsOf(made) }}
        />
      )}
    </Page>
  );
}

function credentialsOf({ tenant, region, apiKey, accessKeyId, secretAccessKey }: CreatedTenant): string {
  const { accountId, name } = tenant;
  return `${JSON.stringify({ tenant: name, accountId, region: region.region, apiKey, accessKeyId, secretAccessKey }, undefined, 2)}\n`;
}

interface AddTenantProps {
  readonly onClose: () => void;
  readonly onMade: (made: CreatedTenant) => void;
}

function AddTenant({ onClose, onMade }: AddTenantProps) {
  const [name, setName] = useState('');
  const [region, setRegion] = useState('');
  const add = useAct({
    act: (api) => api.createTenant({ name: name.trim(), region: region.trim() }),
    touches: [['tenants']],
    done: ({ tenant }) => `The tenant ${tenant.name} is there.`,
  });
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title="Add a tenant"
      verb="Add the tenant"
      isReady={name.trim() !== '' && region.trim() !== ''}
      command={SETTINGS_COMMANDS.createTenant(name.trim() || 'Acme', region.trim() || 'eu-central-1')}
      onSubmit={async () => onMade(await add.mutateAsync())}
    >
      <TextInput
        label="Name"
        placeholder="Acme"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
      <TextInput
        label="First region"
        placeholder="eu-central-1"
        value={region}
        onChange={(event) => setRegion(event.currentTarget.value)}
      />
    </FormDialog>
  );
}

function OpenRegion({ tenant, onClose }: { readonly tenant: Tenant; readonly onClose: () => void }) {
  const add = useAct({
    act: (api, region: string) => api.addTenantRegion(tenant.tenantId, { region }),
    touches: [['regions']],
    done: ({ region }) => `${tenant.name} may have keys in ${region} from now on.`,
  });
  return (
    <AskText
      onClose={onClose}
      title={`Open a region for ${tenant.name}`}
      about="From then on its keys may live there. Closing it again is the tenant's own matter, once no key is in it."
      verb="Open the region"
      label="Region"
      placeholder="eu-central-1, or eu-de"
      command={(region) => SETTINGS_COMMANDS.addTenantRegion(region || 'eu-central-1', tenant.tenantId)}
      onSubmit={(region) => add.mutateAsync(region)}
    />
  );
}

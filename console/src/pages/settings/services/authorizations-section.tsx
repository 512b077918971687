import { everyItem, type Authorization } from '@keystead/sdk';
import { Button, MultiSelect, Select, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { useAct } from '../../../api/use-act.ts';
import { SETTINGS_COMMANDS } from '../../../commands/settings-commands.ts';
import { Command } from '../../../ui/command.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { DataTable } from '../../../ui/data-table.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { ForeignText } from '../../../ui/foreign-text.tsx';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { Loading } from '../../../ui/loading.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { Section } from '../../../ui/section.tsx';
import { Time } from '../../../ui/time.tsx';
import { useRegions } from '../use-regions.ts';

const TOUCHES = [['authorizations']] as const;
const ROLES = ['Reader', 'ReaderPlus', 'Writer', 'Manager', 'KeyPurge'] as const;
type Role = (typeof ROLES)[number];

/** What services may do with keys of this tenant. */
export function AuthorizationsSection() {
  const api = useApi();
  const [isAdding, adding] = useDisclosure(false);
  const [ended, setEnded] = useState<Authorization>();
  const { data, error } = useQuery({
    queryKey: ['authorizations'],
    queryFn: () => Array.fromAsync(everyItem((after) => api.listAuthorizations({ after }))),
  });
  const remove = useAct({
    act: (client, id: string) => client.deleteAuthorization(id),
    touches: TOUCHES,
    done: ({ service }) => `${service} may no more.`,
  });
  const add = <Button onClick={adding.open}>Authorize a service</Button>;
  return (
    <Section title="Authorizations" about="Which service may use which of your keys." actions={add}>
      <ProblemNotice error={error} title="Authorizations cannot be shown" />
      {data === undefined && !error && <Loading />}
      {data?.length === 0 && (
        <EmptyState title="No service is authorized">
          Authorize a service before it protects something by a key of yours. It gets no more than the role says, for
          the region, ring or key that you name.
        </EmptyState>
      )}
      {data !== undefined && data.length > 0 && (
        <DataTable
          caption="Authorizations"
          rows={data}
          idOf={({ authorizationId }) => authorizationId}
          columns={[
            { name: 'Service', cell: ({ service }) => <ForeignText text={service} max={48} /> },
            { name: 'Roles', cell: ({ roles }) => roles.join(', ') },
            { name: 'For', cell: ({ region, keyRing, keyId }) => scopeOf(region, keyRing, keyId) },
            { name: 'Since', isSpare: true, cell: ({ createdAt }) => <Time at={createdAt} /> },
            {
              name: 'Actions',
              cell: (one) => (
                <Button
                  size="compact-sm"
                  variant="subtle"
                  aria-label={`End the authorization of ${one.service}`}
                  onClick={() => setEnded(one)}
                >
                  End
                </Button>
              ),
            },
          ]}
        />
      )}
      <Command words={SETTINGS_COMMANDS.listAuthorizations()} />
      <Authorize isOpen={isAdding} onClose={adding.close} />
      <Confirm
        isOpen={ended !== undefined}
        onClose={() => setEnded(undefined)}
        title={`End the authorization of ${ended?.service ?? ''}?`}
        verb="End the authorization"
        isDangerous
        command={SETTINGS_COMMANDS.deleteAuthorization(ended?.authorizationId ?? '')}
        onConfirm={() => remove.mutateAsync(ended?.authorizationId as string)}
      >
        The service is refused with its next request: what it protects by these keys does not open until it is
        authorized again.
      </Confirm>
    </Section>
  );
}

function scopeOf(region: string | undefined, ring: string | undefined, key: string | undefined): string {
  const parts = [region ?? 'all regions', ring && `ring ${ring}`, key && `key ${key.slice(0, 8)}`];
  return parts.filter(Boolean).join(', ');
}

function Authorize({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const regions = useRegions();
  const [service, setService] = useState('');
  const [roles, setRoles] = useState<string[]>(['Reader']);
  const [region, setRegion] = useState<string | null>(null);
  const add = useAct({
    act: (api) =>
      api.createAuthorization({ service: service.trim(), roles: roles as Role[], ...(region !== null && { region }) }),
    touches: TOUCHES,
    done: (made) => `${made.service} is authorized.`,
  });
  return (
    <FormDialog
      isOpen={isOpen}
      onClose={onClose}
      title="Authorize a service"
      verb="Authorize the service"
      isReady={service.trim() !== '' && roles.length > 0}
      command={SETTINGS_COMMANDS.createAuthorization(
        service.trim() === '' ? 'backup.example.com' : service.trim(),
        roles[0] ?? 'Reader',
      )}
      onSubmit={() => add.mutateAsync()}
    >
      <TextInput
        label="Service"
        description="The name that the operator gave it"
        placeholder="backup.example.com"
        value={service}
        onChange={(event) => setService(event.currentTarget.value)}
        autoComplete="off"
        data-autofocus
      />
      <MultiSelect
        label="Roles"
        description="Reader wraps and unwraps and registers; ReaderPlus reads stored secrets as well; Writer makes keys"
        data={[...ROLES]}
        value={roles}
        onChange={setRoles}
      />
      <Select
        label="Region"
        placeholder="All regions"
        clearable
        clearButtonProps={{ 'aria-label': 'All regions' }}
        data={regions.map((one) => one.region)}
        value={region}
        onChange={setRegion}
      />
    </FormDialog>
  );
}

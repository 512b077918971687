import { MultiSelect, Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { QueryKey } from '@tanstack/react-query';
import { useApi } from '../../../api/api.ts';
import { useAct } from '../../../api/use-act.ts';
import { SETTINGS_COMMANDS } from '../../../commands/settings-commands.ts';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { keyRingsQuery } from '../../keys/rings/key-rings-query.ts';
import { useRegions } from '../use-regions.ts';

const ROLES = ['Reader', 'ReaderPlus', 'Writer', 'Manager', 'KeyPurge'] as const;
type Role = (typeof ROLES)[number];

interface AuthorizeDialogProps {
  readonly touches: readonly QueryKey[];
  readonly onClose: () => void;
}

/** Lets a service use keys: all of the tenant, those of a region, of a ring, or one. */
export function AuthorizeDialog({ touches, onClose }: AuthorizeDialogProps) {
  const regions = useRegions();
  const [service, setService] = useState('');
  const [roles, setRoles] = useState<string[]>(['Reader']);
  const [region, setRegion] = useState('');
  const [ring, setRing] = useState('');
  const [key, setKey] = useState('');
  const { data: rings = [] } = useQuery(keyRingsQuery(useApi(), region));
  const keyId = key.trim();
  const name = service.trim();
  const add = useAct<void, { readonly service: string }>({
    act: (api) =>
      api.createAuthorization({
        service: name,
        roles: roles as Role[],
        ...(region !== '' && { region }),
        ...(ring !== '' && { keyRing: ring }),
        ...(keyId !== '' && { keyId }),
      }),
    touches,
    done: (made) => `${made.service} is authorized.`,
  });
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title="Authorize a service"
      verb="Authorize the service"
      isReady={name !== '' && roles.length > 0}
      command={SETTINGS_COMMANDS.createAuthorization(
        name === '' ? 'backup.example.com' : name,
        roles[0] ?? 'Reader',
        region,
        ring,
        keyId,
        ...roles.slice(1),
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
        value={region === '' ? null : region}
        onChange={(chosen) => {
          setRegion(chosen ?? '');
          setRing('');
          setKey('');
        }}
      />
      {region !== '' && (
        <>
          <Select
            label="Key ring"
            description="Keys that come into the ring later count, too"
            placeholder="All keys of the region"
            clearable
            clearButtonProps={{ 'aria-label': 'All rings' }}
            data={rings.map(({ keyRing }) => keyRing)}
            value={ring === '' ? null : ring}
            disabled={keyId !== ''}
            onChange={(chosen) => setRing(chosen ?? '')}
          />
          <TextInput
            label="Key"
            description="The id of the one key that it may use, in place of a ring"
            placeholder="All of them"
            value={key}
            disabled={ring !== ''}
            onChange={(event) => setKey(event.currentTarget.value)}
            autoComplete="off"
            classNames={{ input: 'ks-code' }}
          />
        </>
      )}
    </FormDialog>
  );
}

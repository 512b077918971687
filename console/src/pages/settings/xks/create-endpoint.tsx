import type { XksCredentials } from '@keystead/sdk';
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { useAct } from '../../../api/use-act.ts';
import { SETTINGS_COMMANDS } from '../../../commands/settings-commands.ts';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { RegionSelect } from '../../keys/region-select.tsx';
import { useRegion } from '../../keys/regions.ts';
import { ENDPOINTS_KEY } from './endpoints-query.ts';

const NAME = /^[A-Za-z0-9_-]{1,64}$/;

interface CreateEndpointProps {
  readonly onClose: () => void;
  readonly onCreated: (issued: XksCredentials) => void;
}

export function CreateEndpoint({ onClose, onCreated }: CreateEndpointProps) {
  const [name, setName] = useState('');
  const [region, setRegion] = useState(useRegion(undefined));
  const create = useAct({
    act: (api) => api.createXksEndpoint({ name, region }),
    touches: [ENDPOINTS_KEY],
    done: ({ endpoint }) => `The endpoint ${endpoint.name} is there.`,
  });
  const isAmiss = name !== '' && !NAME.test(name);
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title="Make an endpoint"
      about="One for each external key store at AWS. It exposes no key until you say which; the credential is shown once, next."
      verb="Make the endpoint"
      isReady={NAME.test(name) && region !== ''}
      command={SETTINGS_COMMANDS.createEndpoint(name || 'production', region)}
      onSubmit={async () => onCreated(await create.mutateAsync())}
    >
      <TextInput
        label="Name"
        description="For you, and in the audit log: letters, digits, - and _"
        placeholder="production"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={isAmiss && 'Letters, digits, - and _ only, at most 64'}
        autoComplete="off"
        data-autofocus
      />
      <RegionSelect region={region} onChange={setRegion} description="The endpoint exposes keys of this region alone" />
    </FormDialog>
  );
}

import type { ExposedKey, XksEndpoint } from '@keystead/sdk';
import { Button, MultiSelect, NumberInput, Select, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { useAct } from '../../../api/use-act.ts';
import { SETTINGS_COMMANDS } from '../../../commands/settings-commands.ts';
import { Confirm } from '../../../ui/confirm.tsx';
import { CopyText } from '../../../ui/copy-text.tsx';
import { DataTable } from '../../../ui/data-table.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { TextLink } from '../../../ui/links.tsx';
import { Section } from '../../../ui/section.tsx';

const TOUCHES = [['xks-endpoints']] as const;
const OPERATIONS = ['ENCRYPT', 'DECRYPT'] as const;
const SHOWN_KEYS = 100;

/** The keys of an endpoint that AWS may use, each within its bounds. */
export function ExposedKeys({ endpoint }: { readonly endpoint: XksEndpoint }) {
  const [isAdding, adding] = useDisclosure(false);
  const [hidden, setHidden] = useState<ExposedKey>();
  const hide = useAct({
    act: (api, xksKeyId: string) => api.hideXksKey(endpoint.endpointId, { xksKeyId }),
    touches: TOUCHES,
    done: (_, xksKeyId) => `AWS finds ${xksKeyId} no more.`,
  });
  const add = <Button onClick={adding.open}>Expose a key</Button>;
  return (
    <Section title="Keys that AWS may use" actions={add}>
      {endpoint.keys.length === 0 ? (
        <EmptyState title="No key is exposed yet">
          Expose a key, and enter its external key ID at AWS when you make the KMS key.
        </EmptyState>
      ) : (
        <DataTable
          caption="Keys that AWS may use"
          rows={endpoint.keys}
          idOf={({ xksKeyId }) => xksKeyId}
          columns={[
            {
              name: 'External key ID',
              cell: ({ xksKeyId }) => <CopyText text={xksKeyId} label={`the external key ID ${xksKeyId}`} />,
            },
            {
              name: 'Key',
              cell: ({ keyId }) => (
                <TextLink to="/keys/$region/$keyId" params={{ region: endpoint.region, keyId }} size="sm">
                  {keyId.slice(0, 8)}
                </TextLink>
              ),
            },
            { name: 'Bounds', isSpare: true, cell: (key) => <Text size="sm">{boundsOf(key)}</Text> },
            {
              name: 'Actions',
              cell: (key) => (
                <Button
                  size="compact-sm"
                  variant="subtle"
                  aria-label={`Hide ${key.xksKeyId}`}
                  onClick={() => setHidden(key)}
                >
                  Hide
                </Button>
              ),
            },
          ]}
        />
      )}
      <ExposeKey endpoint={endpoint} isOpen={isAdding} onClose={adding.close} />
      <Confirm
        isOpen={hidden !== undefined}
        onClose={() => setHidden(undefined)}
        title={`Hide ${hidden?.xksKeyId ?? ''} from AWS?`}
        verb="Hide the key"
        isDangerous
        command={SETTINGS_COMMANDS.hideKey(endpoint.name, hidden?.xksKeyId ?? '')}
        onConfirm={() => hide.mutateAsync(hidden?.xksKeyId as string)}
      >
        AWS is refused with the next request: what the KMS keys behind it encrypted does not open until the key is
        exposed again by the same external key ID. Data keys that AWS services hold in memory work until they let go of
        them.
      </Confirm>
    </Section>
  );
}

function boundsOf({ operations, perSecond, awsPrincipals, awsRegions, kmsKeyArns }: ExposedKey): string {
  const bounds = [
    operations && `${operations.join(', ').toLowerCase()} alone`,
    perSecond !== undefined && `${perSecond} a second`,
    awsRegions && `from ${awsRegions.join(', ')}`,
    awsPrincipals && `for ${awsPrincipals.join(', ')}`,
    kmsKeyArns && `behind ${kmsKeyArns.join(', ')}`,
  ].filter((bound) => typeof bound === 'string');
  return bounds.length === 0 ? 'none' : bounds.join('; ');
}

interface ExposeKeyProps {
  readonly endpoint: XksEndpoint;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

function ExposeKey({ endpoint, isOpen, onClose }: ExposeKeyProps) {
  const api = useApi();
  const [keyId, setKeyId] = useState<string | null>(null);
  const [xksKeyId, setXksKeyId] = useState('');
  const [operations, setOperations] = useState<string[]>([]);
  const [perSecond, setPerSecond] = useState<number | string>('');
  const [awsRegions, setAwsRegions] = useState<string[]>([]);
  const { data: keys } = useQuery({
    queryKey: ['keys', endpoint.region, 'exposable'],
    queryFn: () => api.listKeys(endpoint.region, { spec: 'SYMMETRIC_DEFAULT', limit: SHOWN_KEYS }),
    enabled: isOpen,
  });
  const expose = useAct({
    act: (client) =>
      client.exposeXksKey(endpoint.endpointId, {
        keyId: keyId as string,
        ...(xksKeyId.trim() !== '' && { xksKeyId: xksKeyId.trim() }),
        ...(operations.length > 0 && { operations: operations as ('ENCRYPT' | 'DECRYPT')[] }),
        ...(typeof perSecond === 'number' && { perSecond }),
        ...(awsRegions.length > 0 && { awsRegions }),
      }),
    touches: TOUCHES,
    done: () => 'AWS may use the key from now on.',
  });
  return (
    <FormDialog
      isOpen={isOpen}
      onClose={onClose}
      title="Expose a key"
      verb="Expose the key"
      isReady={keyId !== null}
      command={SETTINGS_COMMANDS.exposeKey(endpoint.name, keyId ?? 'alias/payroll')}
      onSubmit={() => expose.mutateAsync()}
    >
      <Select
        label="Key"
        description={`A symmetric key of ${endpoint.region}`}
        searchable
        nothingFoundMessage="No such key"
        data={(keys?.items ?? []).map(({ keyId: id, name, aliases }) => ({
          value: id,
          label: `${name ?? aliases[0] ?? id} (${id.slice(0, 8)})`,
        }))}
        value={keyId}
        onChange={setKeyId}
      />
      <TextInput
        label="External key ID"
        description="How AWS calls it; the id of the key where nothing is said"
        placeholder="payroll"
        value={xksKeyId}
        onChange={(event) => setXksKeyId(event.currentTarget.value)}
        autoComplete="off"
      />
      <Stack gap="sm">
        <MultiSelect
          label="Operations"
          placeholder={operations.length === 0 ? 'Both' : ''}
          data={[...OPERATIONS]}
          value={operations}
          onChange={setOperations}
        />
        <NumberInput
          label="Most requests in a second"
          placeholder="No bound of its own"
          min={1}
          allowDecimal={false}
          value={perSecond}
          onChange={setPerSecond}
        />
        <TagsInput
          label="Regions of AWS"
          description="That requests may come from; none: any"
          value={awsRegions}
          onChange={setAwsRegions}
        />
      </Stack>
    </FormDialog>
  );
}

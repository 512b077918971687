import type { KeySummary, XksEndpoint } from '@keystead/sdk';
import { Checkbox, Group, NumberInput, Select, TagsInput, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { useAct } from '../../../api/use-act.ts';
import { SETTINGS_COMMANDS } from '../../../commands/settings-commands.ts';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { keyName } from '../../keys/key-words.ts';
import { ENDPOINTS_KEY } from './endpoints-query.ts';

const XKS_KEY_ID = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,128}$/;
const SEARCH_MS = 200;
const OPERATIONS = ['ENCRYPT', 'DECRYPT'] as const;

/** A key of the endpoint's region is shown to AWS, within limits. */
export function ExposeKey({ endpoint, onClose }: { readonly endpoint: XksEndpoint; readonly onClose: () => void }) {
  const [key, setKey] = useState<KeySummary>();
  const [xksKeyId, setXksKeyId] = useState('');
  const [operations, setOperations] = useState<string[]>([...OPERATIONS]);
  const [perSecond, setPerSecond] = useState<number | string>('');
  const [awsRegions, setAwsRegions] = useState<string[]>([]);
  const [awsPrincipals, setAwsPrincipals] = useState<string[]>([]);
  const [kmsKeyArns, setKmsKeyArns] = useState<string[]>([]);
  const name = xksKeyId || (key?.keyId ?? '');
  const expose = useAct({
    act: (api) =>
      api.exposeXksKey(endpoint.endpointId, {
        keyId: key?.keyId ?? '',
        ...(xksKeyId !== '' && { xksKeyId }),
        operations: OPERATIONS.filter((one) => operations.includes(one)),
        ...(typeof perSecond === 'number' && { perSecond }),
        ...(awsRegions.length > 0 && { awsRegions }),
        ...(awsPrincipals.length > 0 && { awsPrincipals }),
        ...(kmsKeyArns.length > 0 && { kmsKeyArns }),
      }),
    touches: [ENDPOINTS_KEY],
    done: () => `AWS can use the key as ${name}.`,
  });
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title={`Expose a key at ${endpoint.name}`}
      about="AWS may use it from then on, within these limits and as far as the key's own policy allows. What is not limited is open to whoever has the credential."
      verb="Expose the key"
      isReady={key !== undefined && XKS_KEY_ID.test(name) && operations.length > 0}
      command={SETTINGS_COMMANDS.exposeKey(endpoint.name, key?.keyId ?? 'alias/payroll', name || 'payroll')}
      onSubmit={() => expose.mutateAsync()}
    >
      <KeyChoice region={endpoint.region} onChange={setKey} />
      <TextInput
        label="External key ID"
        description="How AWS names it. Left empty, it is the id of the key"
        placeholder={key?.keyId ?? 'payroll'}
        value={xksKeyId}
        onChange={(event) => setXksKeyId(event.currentTarget.value)}
        error={xksKeyId !== '' && !XKS_KEY_ID.test(xksKeyId) && 'Letters, digits, . _ and - only, at most 128'}
        autoComplete="off"
      />
      <Checkbox.Group label="What AWS may do with it" value={operations} onChange={setOperations}>
        <Group mt={4}>
          <Checkbox value="ENCRYPT" label="Encrypt" />
          <Checkbox value="DECRYPT" label="Decrypt" />
        </Group>
      </Checkbox.Group>
      <NumberInput
        label="Most requests a second"
        description="Left empty: as many as come"
        min={1}
        max={100_000}
        allowDecimal={false}
        value={perSecond}
        onChange={setPerSecond}
      />
      <TagsInput
        label="Regions of AWS"
        description="That requests may come from. None: from all"
        placeholder={awsRegions.length === 0 ? 'eu-central-1' : ''}
        value={awsRegions}
        onChange={setAwsRegions}
      />
      <TagsInput
        label="Principals of AWS"
        description="Who may be behind a request: ARNs or service names, * and ? stand for any. None: all"
        placeholder={awsPrincipals.length === 0 ? 'arn:aws:iam::123456789012:role/*' : ''}
        value={awsPrincipals}
        onChange={setAwsPrincipals}
      />
      <TagsInput
        label="KMS keys at AWS"
        description="That it may be used for: ARNs, * and ? stand for any. None: all"
        placeholder={kmsKeyArns.length === 0 ? 'arn:aws:kms:eu-central-1:123456789012:key/*' : ''}
        value={kmsKeyArns}
        onChange={setKmsKeyArns}
      />
    </FormDialog>
  );
}

interface KeyChoiceProps {
  readonly region: string;
  readonly onChange: (key: KeySummary | undefined) => void;
}

/** Those that can stand behind an external key store: AES-256, with their material here. */
function KeyChoice({ region, onChange }: KeyChoiceProps) {
  const api = useApi();
  const [text, setText] = useState('');
  const [searched] = useDebouncedValue(text, SEARCH_MS);
  const { data, error } = useQuery({
    queryKey: ['keys', region, 'to-expose', searched],
    queryFn: () => api.listKeys(region, { spec: 'aes-256', limit: 50, ...(searched !== '' && { text: searched }) }),
    placeholderData: keepPreviousData,
  });
  const keys = (data?.items ?? []).filter(
    ({ origin, state }) => (origin === 'generated' || origin === 'imported') && state !== 'deleted',
  );
  const labels = keys.map((key) => ({ value: key.keyId, label: `${keyName(key)} (${key.keyId})` }));
  return (
    <>
      <Select
        label="Key"
        description={`AES-256, in ${region}, with its material here`}
        placeholder="Search by alias, description or id"
        searchable
        clearable
        searchValue={text}
        onSearchChange={setText}
        data={labels}
        filter={({ options }) => options}
        nothingFoundMessage="No such key in this region"
        onChange={(keyId) => onChange(keys.find((key) => key.keyId === keyId))}
        data-autofocus
      />
      <ProblemNotice error={error} title="The keys cannot be listed" />
    </>
  );
}

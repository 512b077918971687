import { Autocomplete, Group, NumberInput, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '../../../api/api.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { STORAGE_TYPES } from '../words/storage-words.ts';
import { CredentialFields } from './credential-fields.tsx';
import { missingOfStorage, type Form } from './environment-form.ts';
import { MakeBucketDialog } from './make-bucket-dialog.tsx';
import { regionsQuery } from './own-keys.ts';

/** Where the data is kept. */
export function StorageFields({
  form,
  isHostedOffered = true,
}: {
  readonly form: Form;
  readonly isHostedOffered?: boolean;
}) {
  const { type, isHosted } = form.values;
  return (
    <Stack>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {!(isHosted && isHostedOffered) && (
          <Select
            label="Storage Type"
            data={[...STORAGE_TYPES]}
            allowDeselect={false}
            {...form.getInputProps('type')}
          />
        )}
        <RegionField form={form} />
      </SimpleGrid>
      {!isHosted && (type === 'folder' ? <FolderFields form={form} /> : <BucketFields form={form} />)}
    </Stack>
  );
}

function RegionField({ form }: { readonly form: Form }) {
  const { data: regions = [] } = useQuery(regionsQuery(useApi()));
  return (
    <Autocomplete
      label="Region"
      description="Of the storage. It must match the region of the key"
      placeholder="us-east-1"
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      data={regions}
      {...form.getInputProps('region')}
    />
  );
}

function FolderFields({ form }: { readonly form: Form }) {
  return (
    <TextInput
      label="Folder"
      description="An absolute path on the server, below a folder that the operator allows (KEYSTEAD_VAULT_ROOTS); NFS too"
      placeholder="/srv/vaults/production"
      {...form.getInputProps('path')}
    />
  );
}

function BucketFields({ form }: { readonly form: Form }) {
  const { type, lock } = form.values;
  return (
    <>
      <Group grow align="flex-start">
        <TextInput label="Bucket Name" placeholder="acme-backups" {...form.getInputProps('bucketName')} />
        <TextInput
          label="Prefix"
          description="Where in the bucket; empty: all of it"
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          placeholder="production/"
          {...form.getInputProps('prefix')}
        />
      </Group>
      <TextInput
        label="Endpoint"
        description={
          type === 's3-compatible' ? "The store's address" : "Only where it is not the provider's own of the region"
        }
        placeholder="https://s3.example.com"
        {...form.getInputProps('storageEndpoint')}
      />
      <BucketCredentialFields form={form} />
      <MakeBucket form={form} />
      <Group grow align="flex-start">
        <Select
          label="Object lock"
          placeholder="None"
          clearable
          data={[
            { value: 'governance', label: 'Governance: who may bypass it can delete' },
            { value: 'compliance', label: 'Compliance: nobody can delete' },
          ]}
          value={lock === '' ? null : lock}
          onChange={(value) => form.setFieldValue('lock', value ?? '')}
        />
        {lock !== '' && <NumberInput label="Days" min={1} max={36_500} {...form.getInputProps('lockDays')} />}
      </Group>
      {type !== 'ibm-cos' && (
        <TextInput
          label="Server-side key"
          description="A key of the provider that encrypts once more at rest (SSE-KMS), beneath the own encryption; may stay empty"
          {...form.getInputProps('serverSideKey')}
        />
      )}
    </>
  );
}

/** For whom has no bucket yet. */
function MakeBucket({ form }: { readonly form: Form }) {
  const [isMaking, making] = useDisclosure(false);
  if (missingOfStorage(form.values) !== undefined) return null;
  return (
    <Group gap="sm">
      <ActButton needs="keystead:CreateBucket" variant="default" size="xs" onClick={making.open}>
        Make this bucket
      </ActButton>
      <Text size="sm" c="dimmed">
        Where it is not there yet
      </Text>
      {isMaking && <MakeBucketDialog values={form.values} onClose={making.close} />}
    </Group>
  );
}

/** How a bucket is reached. */
export function BucketCredentialFields({ form }: { readonly form: Form }) {
  const { type, credentials } = form.values;
  return (
    <CredentialFields
      label="Credentials"
      kind={credentials}
      keyHint={type === 'ibm-cos' ? 'HMAC credentials of a service' : 'Of a user made for this alone'}
      inputs={{
        kind: form.getInputProps('credentials'),
        roleArn: form.getInputProps('roleArn'),
        accessKeyId: form.getInputProps('storageAccessKeyId'),
        secretAccessKey: form.getInputProps('storageSecretAccessKey'),
      }}
    />
  );
}

import {
  Autocomplete,
  Button,
  Group,
  Paper,
  PasswordInput,
  Radio,
  Select,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '../../../api/api.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { Command } from '../../../ui/command.tsx';
import { CredentialFields } from './credential-fields.tsx';
import { emptyRecipient, type Encryption, type Form } from './environment-form.ts';
import { allKeysQuery } from './own-keys.ts';
import { RegionHint } from './region-hint.tsx';

/** How data is encrypted, and who can read it then. */
const CHOICES: readonly { readonly encryption: Encryption; readonly about: string }[] = [
  {
    encryption: 'Keystead',
    about: 'Under a key of this installation. Only who may decrypt with it can read.',
  },
  { encryption: 'AWS-KMS', about: 'Under your key in AWS KMS. Only who may decrypt with it can read.' },
  {
    encryption: 'IBM Key Protect',
    about: 'Under your root key in IBM Cloud. Only who may unwrap with it can read.',
  },
  {
    encryption: 'AES-256',
    about: 'Under a key that the operator of this server keeps: they could read, and the switch is theirs.',
  },
];

/** The choice of the encryption, and its master key. */
export function MasterKeyFields({ form, isFixed = false }: { readonly form: Form; readonly isFixed?: boolean }) {
  const { encryption } = form.values;
  return (
    <Stack>
      {!isFixed && (
        <Radio.Group label="Encryption method" {...form.getInputProps('encryption')}>
          <Stack gap={6} mt={6}>
            {CHOICES.map(({ encryption: value, about }) => (
              <Radio key={value} value={value} label={value} description={about} />
            ))}
          </Stack>
        </Radio.Group>
      )}
      {encryption !== 'AES-256' && <KeyFields form={form} encryption={encryption} />}
    </Stack>
  );
}

const KEY_NAMES: Record<Exclude<Encryption, 'AES-256'>, string> = {
  Keystead: 'Id, ARN or alias of a key of this installation, in the region of the storage',
  'AWS-KMS': 'Id, ARN or alias; kept as the key that it means now',
  'IBM Key Protect': 'The CRN of a root key',
};

function KeyFields({ form, encryption }: { readonly form: Form; readonly encryption: Exclude<Encryption, 'AES-256'> }) {
  const { region, key } = form.values;
  const isOwn = encryption === 'Keystead';
  const { data: keys = [] } = useQuery({ ...allKeysQuery(useApi()), enabled: isOwn });
  const usable = keys.filter(
    (one) => one.region === region.trim() && one.state === 'enabled' && one.spec === 'aes-256',
  );
  return (
    <>
      <Stack gap={4}>
        <Autocomplete
          label="Master Key"
          description={KEY_NAMES[encryption]}
          data={isOwn ? usable.map(({ aliases: [alias], keyId }) => alias ?? keyId) : []}
          {...form.getInputProps('key.keyId')}
        />
        <RegionHint encryption={encryption} region={region} keyName={key.keyId} />
      </Stack>
      {encryption === 'AWS-KMS' && (
        <>
          <CredentialFields
            label="Credentials of the key"
            kind={key.credentials}
            keyHint="Of a user who may use this key alone"
            of=" of the key"
            inputs={{
              kind: form.getInputProps('key.credentials'),
              roleArn: form.getInputProps('key.roleArn'),
              accessKeyId: form.getInputProps('key.accessKeyId'),
              secretAccessKey: form.getInputProps('key.secretAccessKey'),
            }}
          />
          <TextInput
            label="Endpoint of the key service"
            description="Only where it is not AWS's own"
            {...form.getInputProps('key.endpoint')}
          />
        </>
      )}
      {encryption === 'IBM Key Protect' && (
        <>
          <PasswordInput
            label="API key"
            description="Of a service id of IBM Cloud, kept wrapped"
            autoComplete="new-password"
            {...form.getInputProps('key.apiKey')}
          />
          <Group grow align="flex-start">
            <TextInput label="Endpoint of Key Protect" {...form.getInputProps('key.endpoint')} />
            <TextInput label="Endpoint of IAM" {...form.getInputProps('key.iamEndpoint')} />
          </Group>
        </>
      )}
    </>
  );
}

const RECIPIENTS = [
  { value: 'recovery', label: 'Recovery key, kept offline' },
  { value: 'keystead', label: 'Keystead' },
  { value: 'aws-kms', label: 'AWS KMS' },
  { value: 'key-protect', label: 'IBM Key Protect' },
];

/** Further master keys that open the same backups. */
export function RecipientFields({ form }: { readonly form: Form }) {
  return (
    <Stack>
      {form.values.recipients.map((recipient, index) => {
        const at = <Name extends string>(name: Name): `recipients.${number}.${Name}` => `recipients.${index}.${name}`;
        return (
          // Rows have no names of their own until they are saved.
          // oxlint-disable-next-line no-array-index-key
          <Paper key={index} withBorder p="md">
            <Stack>
              <Group justify="space-between" align="flex-end">
                <Select
                  label={`Further master key ${index + 1}`}
                  data={RECIPIENTS}
                  allowDeselect={false}
                  {...form.getInputProps(at('provider'))}
                />
                <Button
                  variant="subtle"
                  c="var(--mantine-color-error)"
                  size="xs"
                  onClick={() => form.removeListItem('recipients', index)}
                >
                  Remove
                </Button>
              </Group>
              {recipient.provider === 'recovery' ? (
                <>
                  <Text size="sm" c="dimmed">
                    Make the pair where it is to be kept, with the command below. It prints the public half, which
                    belongs here; the private half never leaves that file.
                  </Text>
                  <Command words={VAULT_COMMANDS.makeRecoveryKey()} />
                  <TextInput label="Public key" {...form.getInputProps(at('publicKey'))} />
                </>
              ) : (
                <>
                  <TextInput label="Key" description="Id, ARN, alias or CRN" {...form.getInputProps(at('keyId'))} />
                  {recipient.provider === 'aws-kms' && (
                    <CredentialFields
                      label="Credentials of this key"
                      kind={recipient.credentials}
                      keyHint="Of a user who may use this key alone"
                      inputs={{
                        kind: form.getInputProps(at('credentials')),
                        roleArn: form.getInputProps(at('roleArn')),
                        accessKeyId: form.getInputProps(at('accessKeyId')),
                        secretAccessKey: form.getInputProps(at('secretAccessKey')),
                      }}
                    />
                  )}
                  {recipient.provider === 'key-protect' && (
                    <PasswordInput label="API key" autoComplete="new-password" {...form.getInputProps(at('apiKey'))} />
                  )}
                  <TextInput
                    label="Why it may be in another region"
                    description="Needed for a key that is not in the region of the storage; shown with it ever after"
                    {...form.getInputProps(at('regionException'))}
                  />
                </>
              )}
            </Stack>
          </Paper>
        );
      })}
      <Group>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => form.insertListItem('recipients', emptyRecipient())}
        >
          Add a further master key
        </Button>
      </Group>
    </Stack>
  );
}

import { Group, PasswordInput, Radio, Stack, TextInput } from '@mantine/core';
import type { CredentialKind } from './environment-form.ts';

interface CredentialFieldsProps {
  readonly label: string;
  readonly kind: CredentialKind;
  /** Whose access key it should be. */
  readonly keyHint: string;
  /** What belongs to an access key: "of the key" where a form has several. */
  readonly of?: string;
  /** What the form has for its inputs. */
  readonly inputs: Readonly<Record<'kind' | 'roleArn' | 'accessKeyId' | 'secretAccessKey', object>>;
}

/** As whom a bucket, or a key in AWS KMS, is reached. */
export function CredentialFields({ label, kind, keyHint, of = '', inputs }: CredentialFieldsProps) {
  return (
    <>
      <Radio.Group label={label} {...inputs.kind}>
        <Stack gap={6} mt={6}>
          <Radio value="access-key" label="Access key and Secret key" description={keyHint} />
          <Radio
            value="role"
            label="A role to assume"
            description="With an External ID that is your tenant's and that nobody can choose: see the policies to copy"
          />
          <Radio
            value="environment"
            label="As whom the server itself is"
            description="Where its operator allows that (KEYSTEAD_VAULT_OWN_CREDENTIALS)"
          />
        </Stack>
      </Radio.Group>
      {kind === 'role' && (
        <TextInput
          label={`Role${of}`}
          placeholder="arn:aws:iam::111122223333:role/keystead-vault"
          {...inputs.roleArn}
        />
      )}
      {kind !== 'environment' && (
        <Group grow align="flex-start">
          <TextInput label={`Access key${of}`} autoComplete="off" {...inputs.accessKeyId} />
          <PasswordInput label={`Secret key${of}`} autoComplete="new-password" {...inputs.secretAccessKey} />
        </Group>
      )}
    </>
  );
}

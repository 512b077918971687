import type { Environment } from '@keystead/sdk';
import { PasswordInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useAct } from '../../../api/use-act.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { ENVIRONMENTS_KEY } from '../api/vault-queries.ts';
import { CredentialFields } from './credential-fields.tsx';
import {
  awsCredentialsOf,
  credentialsOf,
  environmentForm,
  isReachSaid,
  NO_KEY,
  type CredentialKind,
  type EnvironmentForm,
  type KeyFields,
} from './environment-form.ts';
import { BucketCredentialFields } from './storage-fields.tsx';

interface CredentialsDialogProps {
  readonly environment: Environment;
  readonly onClose: () => void;
}

const ABOUT = 'They are used before they are kept: where they do not work, those that are there stay.';

/** Other credentials for the bucket. */
export function BucketCredentialsDialog({ environment, onClose }: CredentialsDialogProps) {
  const { environmentId, label, storage } = environment;
  const form = useForm<EnvironmentForm>({
    mode: 'controlled',
    initialValues: environmentForm(storage.region, environment),
  });
  const give = useAct({
    act: (api) => api.setEnvironmentCredentials(environmentId, { storage: credentialsOf(form.values) }),
    touches: [ENVIRONMENTS_KEY],
    done: () => 'The bucket is reached with the new credentials.',
  });
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title="Change the credentials of the bucket"
      about={ABOUT}
      verb="Save Settings"
      command={VAULT_COMMANDS.setBucketCredentials(label)}
      onSubmit={() => give.mutateAsync()}
    >
      <BucketCredentialFields form={form} />
    </FormDialog>
  );
}

/** Other credentials for the master key. */
export function KeyCredentialsDialog({ environment, onClose }: CredentialsDialogProps) {
  const { environmentId, label, masterKey } = environment;
  const isIbm = masterKey.provider === 'key-protect';
  const { kind, roleArn = '', accessKeyId = '' } = masterKey.credentials ?? {};
  const form = useForm<KeyFields>({
    mode: 'controlled',
    initialValues: { ...NO_KEY, credentials: (kind ?? 'access-key') as CredentialKind, roleArn, accessKeyId },
  });
  const { credentials, apiKey } = form.values;
  const give = useAct({
    act: (api) =>
      api.setEnvironmentCredentials(environmentId, isIbm ? { apiKey } : { credentials: awsCredentialsOf(form.values) }),
    touches: [ENVIRONMENTS_KEY],
    done: () => 'The master key is asked with the new credentials.',
  });
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title="Change the credentials of the master key"
      about={ABOUT}
      verb="Save Settings"
      isReady={isIbm ? apiKey !== '' : isReachSaid(form.values)}
      command={commandFor(label, form.values)}
      onSubmit={() => give.mutateAsync()}
    >
      {isIbm ? (
        <PasswordInput label="API key" autoComplete="new-password" {...form.getInputProps('apiKey')} />
      ) : (
        <CredentialFields
          label="Credentials"
          kind={credentials}
          keyHint="Of a user who may use this key alone"
          inputs={{
            kind: form.getInputProps('credentials'),
            roleArn: form.getInputProps('roleArn'),
            accessKeyId: form.getInputProps('accessKeyId'),
            secretAccessKey: form.getInputProps('secretAccessKey'),
          }}
        />
      )}
    </FormDialog>
  );
}

function commandFor(label: string, { credentials, roleArn }: KeyFields): readonly string[] {
  if (credentials === 'environment') return VAULT_COMMANDS.setKeyAsServer(label);
  if (credentials === 'role') return VAULT_COMMANDS.setKeyRole(label, roleArn.trim() || 'ROLE_ARN');
  return VAULT_COMMANDS.setCredentials(label);
}

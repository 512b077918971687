import type { Environment } from '@keystead/sdk';
import { PasswordInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useAct } from '../../../api/use-act.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { ENVIRONMENTS_KEY } from '../api/vault-queries.ts';
import { credentialsOf, environmentForm, type EnvironmentForm } from './environment-form.ts';
import { CredentialFields } from './storage-fields.tsx';

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
      <CredentialFields form={form} />
    </FormDialog>
  );
}

/** Other credentials for the master key. */
export function KeyCredentialsDialog({ environment, onClose }: CredentialsDialogProps) {
  const { environmentId, label, masterKey } = environment;
  const isIbm = masterKey.provider === 'key-protect';
  const form = useForm({
    mode: 'controlled',
    initialValues: { accessKeyId: masterKey.accessKeyId ?? '', secretAccessKey: '', apiKey: '' },
  });
  const { accessKeyId, secretAccessKey, apiKey } = form.values;
  const give = useAct({
    act: (api) => api.setEnvironmentCredentials(environmentId, isIbm ? { apiKey } : { accessKeyId, secretAccessKey }),
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
      isReady={isIbm ? apiKey !== '' : accessKeyId !== '' && secretAccessKey !== ''}
      command={VAULT_COMMANDS.setCredentials(label)}
      onSubmit={() => give.mutateAsync()}
    >
      {isIbm ? (
        <PasswordInput label="API key" autoComplete="new-password" {...form.getInputProps('apiKey')} />
      ) : (
        <>
          <TextInput label="Access key" autoComplete="off" {...form.getInputProps('accessKeyId')} />
          <PasswordInput label="Secret key" autoComplete="new-password" {...form.getInputProps('secretAccessKey')} />
        </>
      )}
    </FormDialog>
  );
}

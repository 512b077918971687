import type { Environment } from '@keystead/sdk';
import { useForm } from '@mantine/form';
import { useAct } from '../../../api/use-act.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { Checkbox } from '@mantine/core';
import { ENVIRONMENTS_KEY } from '../api/vault-queries.ts';
import { environmentForm, missingOfStorage, storageOf, type EnvironmentForm } from './environment-form.ts';
import { StorageFields } from './storage-fields.tsx';

interface MoveStorageDialogProps {
  readonly environment: Environment;
  readonly onClose: () => void;
}

/** New backups go elsewhere; what is there stays listed and restorable from where it lies. */
export function MoveStorageDialog({ environment, onClose }: MoveStorageDialogProps) {
  const { environmentId, label, storage } = environment;
  const form = useForm<EnvironmentForm>({
    mode: 'controlled',
    initialValues: environmentForm(storage.region, environment),
  });
  const { values } = form;
  const move = useAct({
    act: (api) => api.moveEnvironmentStorage(environmentId, storageOf(values)),
    touches: [ENVIRONMENTS_KEY],
    done: () => 'New backups go to the new place. The first one reads everything once.',
  });
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title={`Move ${label} to another storage`}
      about="New backups go to the new place, once it was seen to work. What lies at the present one is left there, listed with the rest and restored from there. The first backup afterwards reads everything once."
      verb="Move the storage"
      isReady={missingOfStorage(values) === undefined}
      command={
        values.type === 'folder'
          ? VAULT_COMMANDS.moveToFolder(label, values.path || '/srv/vaults/new', values.region)
          : VAULT_COMMANDS.moveToBucket(label, values.type, values.bucketName || 'acme-backups', values.region)
      }
      onSubmit={() => move.mutateAsync()}
    >
      <Checkbox label="Vault-hosted backup environment" {...form.getInputProps('isHosted', { type: 'checkbox' })} />
      <StorageFields form={form} />
    </FormDialog>
  );
}

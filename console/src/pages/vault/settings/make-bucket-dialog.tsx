import { Checkbox, Select, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useAct } from '../../../api/use-act.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { storageOf, type EnvironmentForm } from './environment-form.ts';

const STORAGE_CLASSES = [
  { value: 'smart', label: 'Smart tier' },
  { value: 'standard', label: 'Standard' },
  { value: 'vault', label: 'Vault' },
  { value: 'cold', label: 'Cold vault' },
] as const;
type StorageClass = (typeof STORAGE_CLASSES)[number]['value'];

interface MakeBucketDialogProps {
  /** The storage as its form has it: the bucket, and how it is reached. */
  readonly values: EnvironmentForm;
  readonly onClose: () => void;
}

/** Makes the bucket that the form of a storage names: what cannot be switched on later everywhere is asked first. */
export function MakeBucketDialog({ values, onClose }: MakeBucketDialogProps) {
  const { type, region, lock, lockDays } = values;
  const bucketName = values.bucketName.trim();
  const isLocked = lock !== '';
  const isIbm = type === 'ibm-cos';
  const form = useForm({
    mode: 'controlled',
    initialValues: { versioned: false, rootKeyCrn: '', storageClass: 'smart' as StorageClass },
  });
  const { versioned, rootKeyCrn, storageClass } = form.values;
  const make = useAct({
    act: (api) => {
      // A prefix and a server-side key are the environment's: a bucket is made without.
      const { prefix: _, serverSideKey: __, ...storage } = storageOf(values);
      return api.createBucket({
        storage,
        ...(versioned && !isLocked && { versioned }),
        ...(isIbm && { storageClass }),
        ...(isIbm && rootKeyCrn.trim() !== '' && { rootKeyCrn: rootKeyCrn.trim() }),
      });
    },
    touches: [],
    done: (made) => `The bucket ${made.bucketName} is there. Save the settings to use it.`,
  });
  const words = isLocked
    ? VAULT_COMMANDS.makeLockedBucket(type, bucketName, region, `${lock}:${lockDays}`)
    : VAULT_COMMANDS.makeBucket(type, bucketName, region);
  const options = [
    ...(type === 's3-compatible' ? ['--storage-endpoint', values.storageEndpoint.trim()] : []),
    ...(versioned && !isLocked ? ['--versioned'] : []),
    ...(isIbm ? ['--storage-class', storageClass] : []),
    ...(isIbm && rootKeyCrn.trim() !== '' ? ['--root-key', rootKeyCrn.trim()] : []),
  ];
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title={`Make the bucket ${bucketName}`}
      about="It is made with the credentials of the form, which need the right to make buckets for this once. What it keeps is said now: object lock cannot be switched on later everywhere."
      verb="Make the bucket"
      command={[...words, ...options]}
      onSubmit={() => make.mutateAsync()}
    >
      <Text size="sm">
        {isLocked
          ? `With object lock: what is written stays for ${lockDays} days, by the mode ${lock}.`
          : 'Without object lock. To have it, choose it in the form first.'}
      </Text>
      <Checkbox
        label="Keep versions"
        description={
          isLocked ? 'Always on where there is object lock' : 'What was deleted by mistake can be brought back by hand'
        }
        disabled={isLocked}
        checked={isLocked || versioned}
        onChange={(event) => form.setFieldValue('versioned', event.currentTarget.checked)}
      />
      {isIbm && (
        <>
          <Select
            label="Storage class"
            data={STORAGE_CLASSES}
            allowDeselect={false}
            {...form.getInputProps('storageClass')}
          />
          <TextInput
            label="Root key of Key Protect"
            description="Its CRN, in the region of the bucket: encrypts once more at rest; may stay empty"
            {...form.getInputProps('rootKeyCrn')}
          />
        </>
      )}
    </FormDialog>
  );
}

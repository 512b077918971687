import type { Environment, MasterKeyInput } from '@keystead/sdk';
import { Checkbox, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { useStartRun } from '../runs/use-start-run.ts';
import { providerName } from '../words/storage-words.ts';
import { environmentForm, masterKeyOf, recipientOf, type EnvironmentForm } from './environment-form.ts';
import { MasterKeyFields, RecipientFields } from './master-key-fields.tsx';

interface ChangeKeyDialogProps {
  readonly environment: Environment;
  readonly onClose: () => void;
}

/** Another master key: data keys are wrapped anew, and nothing else is rewritten. */
export function ChangeMasterKeyDialog({ environment, onClose }: ChangeKeyDialogProps) {
  const { environmentId, label, storage } = environment;
  const form = useForm<EnvironmentForm>({
    mode: 'controlled',
    initialValues: environmentForm(storage.region, environment),
  });
  const { encryption, key } = form.values;
  const change = useStartRun(environmentId, (api, wanted: MasterKeyInput) =>
    api.changeMasterKey(environmentId, wanted),
  );
  const wanted = masterKeyOf(form.values);
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title={`Change the master key of ${label}`}
      about="Every data key is wrapped anew for the new key, and opened to prove it; the data itself is not rewritten. The present key has to work for that, and is needed no more afterwards. Further master keys stay."
      verb="Change the master key"
      isReady={wanted !== undefined && key.keyId.trim() !== ''}
      command={VAULT_COMMANDS.changeMasterKey(label, encryption, key.keyId || 'alias/backups')}
      onSubmit={() => (wanted === undefined ? Promise.resolve() : change.mutateAsync(wanted))}
    >
      <MasterKeyFields form={form} />
      {wanted === undefined && (
        <Text size="sm" c="dimmed">
          An environment does not go back to a key of the operator: choose a master key of yours.
        </Text>
      )}
    </FormDialog>
  );
}

/** Which further master keys open the same backups. */
export function ChangeRecipientsDialog({ environment, onClose }: ChangeKeyDialogProps) {
  const { environmentId, label, storage, recipients } = environment;
  const [kept, setKept] = useState<ReadonlySet<string>>(new Set(recipients.map(({ keyId }) => keyId)));
  const form = useForm<EnvironmentForm>({
    mode: 'controlled',
    initialValues: environmentForm(storage.region, environment),
  });
  const staying = recipients.filter(({ keyId }) => kept.has(keyId));
  const wanted: readonly MasterKeyInput[] = [
    ...staying.map(({ provider, keyId }) => ({ provider: provider as MasterKeyInput['provider'], keyId })),
    ...form.values.recipients.map(recipientOf),
  ];
  const change = useStartRun(environmentId, (api, all: readonly MasterKeyInput[]) =>
    api.changeRecipients(environmentId, { recipients: all }),
  );
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title={`Further master keys of ${label}`}
      about="Data keys are wrapped for exactly the master key and these. Whoever may use one of them can read every backup."
      verb="Save Settings"
      command={
        wanted.length === 0
          ? VAULT_COMMANDS.primaryAlone(label)
          : VAULT_COMMANDS.changeRecipients(label, 'recipient.json')
      }
      onSubmit={() => change.mutateAsync(wanted)}
    >
      {recipients.length > 0 && (
        <Stack gap="xs">
          {recipients.map(({ provider, keyId }) => (
            <Checkbox
              key={keyId}
              label={`${providerName(provider)} ${keyId}`}
              description={kept.has(keyId) ? 'Stays' : 'Opens nothing any more, once the run has ended'}
              checked={kept.has(keyId)}
              onChange={(event) => {
                const next = new Set(kept);
                if (event.currentTarget.checked) next.add(keyId);
                else next.delete(keyId);
                setKept(next);
              }}
            />
          ))}
        </Stack>
      )}
      <RecipientFields form={form} />
    </FormDialog>
  );
}

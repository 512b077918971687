import type { Environment } from '@keystead/sdk';
import { NumberInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { useStartRun } from '../runs/use-start-run.ts';

const GIBIBYTE = 1024 ** 3;
const DATA_KEY = /^[0-9a-f]{32}$/;

interface RetireDataKeyDialogProps {
  readonly environment: Environment;
  readonly onClose: () => void;
}

/** A data key that leaked protects nothing new from now on, and what lies under it is written anew. */
export function RetireDataKeyDialog({ environment, onClose }: RetireDataKeyDialogProps) {
  const { environmentId, label } = environment;
  const form = useForm({ mode: 'controlled', initialValues: { key: '', gibibytes: '' as number | string } });
  const key = form.values.key.trim();
  const { gibibytes } = form.values;
  const start = useStartRun(environmentId, (api) =>
    api.retireDataKey(environmentId, {
      ...(key !== '' && { key }),
      ...(gibibytes !== '' && { maxBytes: Math.round(Number(gibibytes) * GIBIBYTE) }),
    }),
  );
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title={`Retire a data key of ${label} that leaked`}
      about="Nothing is written under it any more, and what lies under it is read, encrypted under a new one, and deleted after a day: that takes as long as reading it all, and can be done in parts. Snapshots stay what they are. Whoever has copied ciphertext and the key before can read that copy for ever. A master key that leaked is another matter: change the master key."
      verb={key === '' ? 'Go on with the rewriting' : 'Retire the data key'}
      isReady={key === '' || DATA_KEY.test(key)}
      command={key === '' ? VAULT_COMMANDS.goOnRetiring(label) : VAULT_COMMANDS.retireDataKey(label, key)}
      onSubmit={() => start.mutateAsync(undefined)}
    >
      <TextInput
        label="Data key"
        description="Its id, 32 hexadecimal digits, as heads of snapshots name it; empty: go on with what was begun"
        data-autofocus
        {...form.getInputProps('key')}
        error={key !== '' && !DATA_KEY.test(key) && 'An id of a data key has 32 hexadecimal digits'}
      />
      <NumberInput
        label="Rewrite at most, in GiB"
        description="Of what lies under it, in this run; empty: all"
        min={0.1}
        {...form.getInputProps('gibibytes')}
      />
    </FormDialog>
  );
}

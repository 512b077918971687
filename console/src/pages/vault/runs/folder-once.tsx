import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { useStartRun } from './use-start-run.ts';

interface FolderOnceProps {
  readonly environmentId: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** A backup of any folder of the server, without making it a source. */
export function FolderOnce({ environmentId, isOpen, onClose }: FolderOnceProps) {
  const [path, setPath] = useState('');
  const start = useStartRun(environmentId, (api, source: string) => api.startBackup(environmentId, { source }));
  return (
    <FormDialog
      isOpen={isOpen}
      onClose={onClose}
      title="Back up a folder, this once"
      about="What should be backed up again and again is better made a source: it has a name, a schedule and alerts."
      verb="Back up now"
      isReady={path.startsWith('/')}
      command={VAULT_COMMANDS.backUpFolder(environmentId, path || '/srv/records')}
      onSubmit={() => start.mutateAsync(path)}
    >
      <TextInput
        label="Folder of the server"
        description="An absolute path below a folder that the operator allows"
        placeholder="/srv/records"
        value={path}
        onChange={(event) => setPath(event.currentTarget.value)}
        data-autofocus
      />
    </FormDialog>
  );
}

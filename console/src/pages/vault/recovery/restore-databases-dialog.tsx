import type { Environment } from '@keystead/sdk';
import { Checkbox, NumberInput, PasswordInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { Loading } from '../../../ui/loading.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { useStartRun } from '../runs/use-start-run.ts';
import { DatabasesChoice, type ChosenDatabases } from './databases-choice.tsx';
import { databasesQuery } from './databases-of.ts';
import { TlsSelect } from '../sources/tls-select.tsx';

interface RestoreDatabasesDialogProps {
  readonly environment: Environment;
  readonly snapshotId: string;
  readonly onClose: () => void;
}

/** Databases of a snapshot, into a running PostgreSQL server. */
export function RestoreDatabasesDialog({ environment, snapshotId, onClose }: RestoreDatabasesDialogProps) {
  const { environmentId, label } = environment;
  const form = useForm({
    mode: 'controlled',
    initialValues: {
      host: '',
      port: '' as number | string,
      user: 'postgres',
      password: '',
      tls: null as string | null,
      roles: false,
      owners: true,
      replaceExisting: false,
    },
  });
  const { host, port, user, password, tls, ...rest } = form.values;
  const databases = useQuery(databasesQuery(useApi(), environmentId, snapshotId));
  const [choice, setChoice] = useState<ChosenDatabases>();
  const all = databases.data ?? [];
  const chosen = choice ?? new Map(all.map(({ name }) => [name, name]));
  const wanted = [...chosen].map(([database, into]) => ({
    database,
    ...(into.trim() !== '' && into.trim() !== database && { into: into.trim() }),
  }));
  const start = useStartRun(environmentId, (api) =>
    api.startDatabaseRestore(environmentId, {
      snapshotId,
      to: {
        host: host.trim(),
        user: user.trim(),
        ...(port !== '' && { port: Number(port) }),
        ...(tls !== null && { tls: tls as 'disable' | 'require' | 'verify-full' }),
        ...(password !== '' && { password }),
      },
      databases: wanted,
      ...rest,
    }),
  );
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title="Restore databases"
      about="Each is made anew, or filled where it is empty. Where a database of the name holds something, nothing is replaced unless you say so below: restore it under another name, and look at it first."
      verb="Restore the databases"
      isReady={host.trim() !== '' && user.trim() !== '' && wanted.length > 0}
      command={VAULT_COMMANDS.restoreDatabases(label, snapshotId, host || 'db.example.com')}
      onSubmit={() => start.mutateAsync(undefined)}
    >
      {databases.isPending ? (
        <Loading />
      ) : databases.error !== null ? (
        <ProblemNotice error={databases.error} title="It cannot be opened" />
      ) : (
        <DatabasesChoice databases={all} chosen={chosen} onChange={setChoice} />
      )}
      <TextInput label="Host" placeholder="db.example.com" {...form.getInputProps('host')} />
      <NumberInput label="Port" placeholder="5432" min={1} max={65_535} {...form.getInputProps('port')} />
      <TextInput label="User" {...form.getInputProps('user')} />
      <PasswordInput
        label="Password"
        description="For this restore alone: it is not kept"
        autoComplete="new-password"
        {...form.getInputProps('password')}
      />
      <TlsSelect {...form.getInputProps('tls')} />
      <Checkbox
        label="Make the roles that the server does not have"
        {...form.getInputProps('roles', { type: 'checkbox' })}
      />
      <Checkbox
        label="Give things their owners and rights"
        description="Without it everything belongs to the user above"
        {...form.getInputProps('owners', { type: 'checkbox' })}
      />
      <Checkbox
        label="Replace what is there of the same name"
        description="What the dump has is dropped and made anew in databases that are not empty"
        {...form.getInputProps('replaceExisting', { type: 'checkbox' })}
      />
    </FormDialog>
  );
}

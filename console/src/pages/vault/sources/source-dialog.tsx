import type { Source } from '@keystead/sdk';
import {
  Checkbox,
  Collapse,
  Button,
  NumberInput,
  PasswordInput,
  SegmentedControl,
  Stack,
  Switch,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { useAct } from '../../../api/use-act.ts';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { environmentKey } from '../api/vault-queries.ts';
import { ScheduleFields } from '../schedules/schedule-fields.tsx';
import { cronOf } from '../schedules/timing.ts';
import { sourceCommand } from './source-command.ts';
import { sourceBody, sourceChange, sourceForm, type SourceForm } from './source-form.ts';
import { TlsSelect } from './tls-select.tsx';

interface SourceDialogProps {
  readonly environmentId: string;
  /** The one that is changed; absent for a new one. */
  readonly source?: Source;
  readonly onClose: () => void;
}

/** A source that is made or changed. */
export function SourceDialog({ environmentId, source, onClose }: SourceDialogProps) {
  const form = useForm<SourceForm>({ mode: 'controlled', initialValues: sourceForm(source) });
  const { values } = form;
  const [isMore, more] = useDisclosure(source !== undefined);
  const save = useAct({
    act: (api) =>
      source === undefined
        ? api.createSource(environmentId, sourceBody(values))
        : api.updateSource(environmentId, source.sourceId, sourceChange(values, source)),
    touches: [environmentKey(environmentId)],
    done: ({ name }) => (source === undefined ? `${name} is a source now.` : `${name} is changed.`),
  });
  const isReady =
    values.name !== '' &&
    (!values.isTimed || cronOf(values.timing) !== '') &&
    (values.kind === 'folder' ? values.path.startsWith('/') : values.host !== '' && values.user !== '');
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title={source === undefined ? 'Add a source' : `Change the source ${source.name}`}
      verb={source === undefined ? 'Add the source' : 'Save the changes'}
      isReady={isReady}
      command={sourceCommand(environmentId, values, source)}
      onSubmit={() => save.mutateAsync()}
    >
      {source === undefined && (
        <>
          <TextInput
            label="Name"
            description="Stays what it is, wherever the source moves"
            data-autofocus
            {...form.getInputProps('name')}
          />
          <SegmentedControl
            aria-label="Kind of source"
            data={[
              { value: 'folder', label: 'Folder' },
              { value: 'postgres', label: 'PostgreSQL' },
            ]}
            {...form.getInputProps('kind')}
          />
        </>
      )}
      {values.kind === 'folder' ? (
        <TextInput
          label="Folder of the server"
          description="An absolute path below a folder that the operator allows (KEYSTEAD_SOURCE_ROOTS)"
          placeholder="/srv/records"
          {...form.getInputProps('path')}
        />
      ) : (
        <DatabaseFields form={form} hasPassword={source?.postgres?.hasPassword === true} />
      )}
      <Switch label="Back it up by the clock" {...form.getInputProps('isTimed', { type: 'checkbox' })} />
      {values.isTimed && (
        <ScheduleFields value={values.timing} onChange={(timing) => form.setFieldValue('timing', timing)} />
      )}
      <Button variant="subtle" size="xs" onClick={more.toggle} aria-expanded={isMore} style={{ alignSelf: 'start' }}>
        {isMore ? 'Fewer settings' : 'More settings'}
      </Button>
      <Collapse expanded={isMore}>
        <Stack>
          <NumberInput
            label="Alert after so many hours without a good backup"
            min={1}
            max={8760}
            {...form.getInputProps('alertAfterHours')}
          />
          <NumberInput
            label="At most so many MiB a second"
            description="How fast a backup reads and writes; empty: as fast as it can"
            min={1 / 1024}
            {...form.getInputProps('mebibytesPerSecond')}
          />
          {values.kind === 'folder' && <FolderFields form={form} />}
        </Stack>
      </Collapse>
    </FormDialog>
  );
}

type Form = ReturnType<typeof useForm<SourceForm>>;

function FolderFields({ form }: { readonly form: Form }) {
  return (
    <>
      <Textarea
        label="Include only"
        description="A pattern a line, such as *.pdf for names or reports/** for paths; empty: everything"
        autosize
        minRows={1}
        {...form.getInputProps('include')}
      />
      <Textarea
        label="Exclude"
        description="A pattern a line, such as *.tmp"
        autosize
        minRows={1}
        {...form.getInputProps('exclude')}
      />
      <Checkbox
        label="Leave out caches"
        description="Folders that are marked by a CACHEDIR.TAG stay empty"
        {...form.getInputProps('skipCaches', { type: 'checkbox' })}
      />
      <Checkbox
        label="Stay on one file system"
        description="Folders that others are mounted on stay empty"
        {...form.getInputProps('oneFileSystem', { type: 'checkbox' })}
      />
      <Textarea
        label="Command before"
        description="A program that the operator allows (KEYSTEAD_RUN_COMMANDS) and its arguments, one a line"
        autosize
        minRows={1}
        {...form.getInputProps('before')}
      />
      <Textarea
        label="Command after"
        description="The same, when the folder has been read"
        autosize
        minRows={1}
        {...form.getInputProps('after')}
      />
    </>
  );
}

function DatabaseFields({ form, hasPassword }: { readonly form: Form; readonly hasPassword: boolean }) {
  return (
    <>
      <TextInput
        label="Host"
        description="Name, address, or the folder of its socket"
        placeholder="db.example.com"
        {...form.getInputProps('host')}
      />
      <NumberInput label="Port" min={1} max={65_535} placeholder="5432" {...form.getInputProps('port')} />
      <TextInput label="User" description="Who may read all of it" {...form.getInputProps('user')} />
      <PasswordInput
        label="Password"
        description={
          hasPassword
            ? 'Kept wrapped. Empty: stays what it is, as long as host, port, user and TLS stay'
            : 'Kept wrapped, and never shown again'
        }
        autoComplete="new-password"
        {...form.getInputProps('password')}
      />
      <TlsSelect {...form.getInputProps('tls')} />
      <Textarea
        label="Databases"
        description="One a line; empty: every one that may be connected to"
        autosize
        minRows={1}
        {...form.getInputProps('databases')}
      />
    </>
  );
}

import { Group, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useAct } from '../../../api/use-act.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { DataTable } from '../../../ui/data-table.tsx';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { Section } from '../../../ui/section.tsx';
import type { Holder } from './holder.ts';

/** Tags of a user or role: conditions of policies may ask for them. */
export function TagsSection({ holder }: { readonly holder: Holder }) {
  const { name, noun, tags, touches, untag } = holder;
  const [isAdding, setIsAdding] = useState(false);
  const remove = useAct({
    act: (api, key: string) => untag(api, [key]),
    touches,
    done: (_, key) => `The tag ${key} is taken away.`,
  });
  return (
    <Section
      title="Tags"
      about={
        <>
          Conditions of policies may ask for them, as <code>aws:PrincipalTag/team</code>.
        </>
      }
      actions={
        <ActButton needs={`keystead:Tag${noun}`} size="xs" variant="default" onClick={() => setIsAdding(true)}>
          Set a tag
        </ActButton>
      }
    >
      <ProblemNotice error={remove.error} />
      {tags.length === 0 ? (
        <Text size="sm" c="dimmed">
          None.
        </Text>
      ) : (
        <DataTable
          caption={`Tags of ${name}`}
          rows={tags}
          idOf={({ key }) => key}
          columns={[
            { name: 'Tag', cell: ({ key }) => <span className="ks-anywhere">{key}</span> },
            { name: 'Value', cell: ({ value }) => <span className="ks-anywhere">{value}</span> },
            {
              name: 'Actions',
              cell: ({ key }) => (
                <ActButton
                  needs={`keystead:Untag${noun}`}
                  size="compact-sm"
                  variant="default"
                  loading={remove.isPending && remove.variables === key}
                  onClick={() => remove.mutate(key)}
                  aria-label={`Take away the tag ${key}`}
                >
                  Take away
                </ActButton>
              ),
            },
          ]}
        />
      )}
      {isAdding && <SetTag holder={holder} onClose={() => setIsAdding(false)} />}
    </Section>
  );
}

function SetTag({ holder, onClose }: { readonly holder: Holder; readonly onClose: () => void }) {
  const { name, commands, touches, tag } = holder;
  const [key, setKey] = useState('');
  const [value, setValue] = useState('');
  const set = useAct<void>({
    act: (api) => tag(api, [{ key, value }]),
    touches,
    done: () => `${name} has the tag ${key}.`,
  });
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title={`Set a tag of ${name}`}
      verb="Set the tag"
      isReady={key !== ''}
      command={commands.tag(name, `${key || 'team'}=${value || 'payroll'}`)}
      onSubmit={() => set.mutateAsync()}
    >
      <Group grow align="flex-start">
        <TextInput
          label="Tag"
          placeholder="team"
          maxLength={128}
          value={key}
          onChange={(event) => setKey(event.currentTarget.value)}
          data-autofocus
        />
        <TextInput
          label="Value"
          placeholder="payroll"
          maxLength={256}
          value={value}
          onChange={(event) => setValue(event.currentTarget.value)}
        />
      </Group>
    </FormDialog>
  );
}

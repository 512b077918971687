import type { Policy } from '@keystead/sdk';
import { Paper, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useAct } from '../../../api/use-act.ts';
import { ACCESS_COMMANDS } from '../../../commands/access-commands.ts';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { PolicyName, PolicyText } from './policy-fields.tsx';
import { FIRST_POLICY, indented, POLICY_NAME, policyWords } from './policy-words.ts';
import { WhatItMay } from './what-it-may.tsx';

interface RoleDialogProps {
  /** The role to be changed; absent: a new one. */
  readonly policy?: Policy;
  readonly onClose: () => void;
}

/** A role of the tenant's own: its policy, and what that comes to in words while one types. */
export function RoleDialog({ policy, onClose }: RoleDialogProps) {
  const [name, setName] = useState(policy?.name ?? '');
  const [description, setDescription] = useState(policy?.description ?? '');
  const [document, setDocument] = useState(policy === undefined ? FIRST_POLICY : indented(policy.document));
  const save = useAct<void>({
    act: (api) =>
      policy === undefined
        ? api.createPolicy({ name, document, ...(description !== '' && { description }) })
        : api.updatePolicy(name, { document, description }),
    touches: [['policies'], ['may']],
    done: () => (policy === undefined ? `There is a role ${name} now` : `The role ${name} is changed`),
  });
  const isReadable = policyWords(document) !== undefined;
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title={policy === undefined ? 'New role' : `The role ${policy.name}`}
      about={
        policy === undefined
          ? 'A policy in the language of AWS IAM. What it does not allow is refused; a Deny in it wins over all else.'
          : `It counts for everybody who has it from their next request on: ${policy.attachments ?? 0} users and roles.`
      }
      verb={policy === undefined ? 'Make the role' : 'Save the role'}
      isReady={POLICY_NAME.test(name) && isReadable}
      command={
        policy === undefined
          ? ACCESS_COMMANDS.createRole(name || 'name', `${name || 'role'}.json`)
          : ACCESS_COMMANDS.updateRole(name, `${name}.json`)
      }
      onSubmit={() => save.mutateAsync()}
    >
      {policy === undefined && <PolicyName value={name} onChange={setName} />}
      <TextInput
        label="What it is for"
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <PolicyText value={document} onChange={setDocument} />
      {isReadable && (
        <Paper withBorder p="md">
          <WhatItMay document={document} />
        </Paper>
      )}
    </FormDialog>
  );
}

import type { IssuedCredential, Principal } from '@keystead/sdk';
import { Alert, MultiSelect, Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { useAct } from '../../../api/use-act.ts';
import { ACCESS_MORE_COMMANDS } from '../../../commands/access-more-commands.ts';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { SecretOnce } from '../../../ui/secret-once.tsx';
import { TYPES } from './credential-words.ts';
import { policiesQuery } from './credentials-query.ts';
import { endOf, LASTS } from './lasts.ts';
import { TypeRadio } from './type-radio.tsx';
import { secretFile, secretsOf } from './secret-file.ts';

/** The account itself, in the list of whom it may be for. */
const ROOT = ':root';

interface IssueCredentialProps {
  readonly people: readonly Principal[];
  readonly whose?: Principal;
  readonly onIssued: (issued: IssuedCredential) => void;
  readonly onClose: () => void;
}

/** Makes a credential for a program. */
export function IssueCredential({ people, whose, onIssued, onClose }: IssueCredentialProps) {
  const [holder, setHolder] = useState<string | null>(whose?.principalId ?? null);
  const [type, setType] = useState<'api-key' | 'access-key'>('api-key');
  const [days, setDays] = useState('90');
  const [description, setDescription] = useState('');
  const [scopes, setScopes] = useState<readonly string[]>([]);
  const policies = useQuery(policiesQuery(useApi()));
  const isRoot = holder === ROOT;
  const expiresAt = endOf(days);
  const name = people.find(({ principalId }) => principalId === holder)?.name;
  const issue = useAct({
    act: (api) =>
      isRoot
        ? api.createRootCredential()
        : api.createCredential(holder as string, {
            type,
            ...(expiresAt !== undefined && { expiresAt }),
            ...(description.trim() !== '' && { description: description.trim() }),
            ...(scopes.length > 0 && { scopes: [...scopes] }),
          }),
    touches: [['credentials']],
  });
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title="Issue a credential"
      about="For one program, in one place: then it can be taken back without stopping the others."
      verb="Issue it"
      isReady={holder !== null}
      command={
        isRoot
          ? ACCESS_MORE_COMMANDS.issueRootCredential()
          : ACCESS_MORE_COMMANDS.issueCredential(
              name ?? 'NAME',
              type,
              expiresAt ?? '',
              description.trim(),
              scopes[0] ?? '',
              ...scopes.slice(1),
            )
      }
      onSubmit={async () => onIssued(await issue.mutateAsync())}
    >
      <Select
        label="Of whom"
        description="It may do what this user may."
        placeholder="Choose a user"
        data={[
          { group: 'Programs', items: people.filter(({ serviceId }) => serviceId).map(choiceOf) },
          { group: 'People', items: people.filter(({ serviceId }) => !serviceId).map(choiceOf) },
          { group: 'Account', items: [{ value: ROOT, label: 'The account itself' }] },
        ]}
        value={holder}
        onChange={setHolder}
        searchable
        data-autofocus
      />
      {isRoot && (
        <Alert
          color="yellow"
          variant="outline"
          title="Nothing bounds it but the policies of keys"
          c="var(--mantine-color-text)"
        >
          An access key of the account itself has no end, no scope and no user who could be suspended. Keep it for the
          day on which a key policy has locked everybody out, and take it back afterwards.
        </Alert>
      )}
      {!isRoot && (
        <>
          <TypeRadio type={type} onChange={setType} />
          <TextInput
            label="What it is for"
            placeholder="Nightly backup on db-1"
            maxLength={200}
            value={description}
            onChange={(event) => setDescription(event.currentTarget.value)}
          />
          <Select
            label="It lasts"
            data={LASTS}
            value={days}
            onChange={(chosen) => setDays(chosen ?? '90')}
            allowDeselect={false}
          />
          <MultiSelect
            label="Scopes"
            description="It may do what its user may and one of these policies allows as well. None: whatever its user may."
            placeholder={scopes.length === 0 ? 'Whatever its user may' : ''}
            data={(policies.data ?? []).map((policy) => policy.name)}
            value={[...scopes]}
            onChange={setScopes}
            maxValues={10}
            searchable
            clearable
            clearButtonProps={{ 'aria-label': 'Take all scopes away' }}
          />
        </>
      )}
    </FormDialog>
  );
}

const choiceOf = ({ principalId, name }: Principal) => ({ value: principalId, label: name });

interface SecretProps {
  readonly issued: IssuedCredential;
  /** Whom it proves. */
  readonly of: string;
  readonly onClose: () => void;
}

/** The secret of a new credential, the one time that it is shown. */
export function CredentialSecret({ issued, of, onClose }: SecretProps) {
  const { type } = issued.credential;
  return (
    <SecretOnce
      isOpen
      onClose={onClose}
      title={`The ${TYPES[type]} of ${of}`}
      about={`The server keeps no copy that it could show again. The file sets the variables that ${
        type === 'api-key' ? 'the command line of Keystead reads' : 'the tools of AWS read'
      }: keep it readable for its user alone.`}
      values={secretsOf(issued)}
      file={secretFile(issued, of, location.origin)}
    />
  );
}

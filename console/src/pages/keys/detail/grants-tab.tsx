import { Button, Group, MultiSelect, Select, Stack, Text, TextInput } from '@mantine/core';
import { everyItem, type Grant, type Principal } from '@keystead/sdk';
import { useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { KEY_COMMANDS } from '../../../commands/key-commands.ts';
import { Command } from '../../../ui/command.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { CopyText } from '../../../ui/copy-text.tsx';
import { DataTable, type Column } from '../../../ui/data-table.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { Time } from '../../../ui/time.tsx';
import { tagOf } from '../create/create-key-act.ts';
import { keyPlace } from '../key-query.ts';
import type { KeyTabProps } from './key-page.tsx';

type Operation = Grant['operations'][number];
const OPERATIONS: Readonly<Record<string, readonly Operation[]>> = {
  'encrypt-decrypt': [
    'Encrypt',
    'Decrypt',
    'GenerateDataKey',
    'GenerateDataKeyWithoutPlaintext',
    'ReEncryptFrom',
    'ReEncryptTo',
  ],
  'sign-verify': ['Sign', 'Verify', 'GetPublicKey'],
  'generate-verify-mac': ['GenerateMac', 'VerifyMac'],
  'key-agreement': ['DeriveSharedSecret', 'GetPublicKey'],
  'encapsulate-decapsulate': ['Encapsulate', 'Decapsulate', 'GetPublicKey'],
};
const ALWAYS: readonly Operation[] = ['DescribeKey', 'CreateGrant', 'RetireGrant'];

function who(arn: string): string {
  return arn.replace(/^arn:aws:(?:iam|sts)::\d{12}:/, '');
}

/** Rights on a key that were handed to somebody. */
export function GrantsTab({ shown }: KeyTabProps) {
  const { region, keyId } = shown;
  const api = useApi();
  const queries = useQueryClient();
  const place = [...keyPlace(region, keyId), 'grants'];
  const { data: grants } = useSuspenseQuery({
    queryKey: place,
    queryFn: () => Array.fromAsync(everyItem<Grant>((after) => api.listGrants(region, keyId, { after }))),
  });
  const [isMaking, setIsMaking] = useState(false);
  const [leaving, setLeaving] = useState<Grant>();
  const columns: readonly Column<Grant>[] = [
    { name: 'To whom', cell: ({ grantee, name }) => (name === undefined ? who(grantee) : `${who(grantee)} (${name})`) },
    { name: 'May', cell: ({ operations }) => operations.join(', ') },
    {
      name: 'Only if',
      isSpare: true,
      cell: ({ constraints }) => {
        const pairs = constraints.encryptionContextEquals ?? constraints.encryptionContextSubset ?? [];
        return pairs.length === 0 ? 'always' : pairs.map(({ name, value }) => `${name}=${value}`).join(', ');
      },
    },
    { name: 'Since', isSpare: true, cell: ({ createdAt }) => <Time at={createdAt} /> },
    {
      name: 'Id',
      isSpare: true,
      cell: ({ grantId }) => <CopyText text={grantId} shown={`${grantId.slice(0, 8)}…`} label="the id of the grant" />,
    },
    {
      name: 'Actions',
      cell: (grant) => (
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => setLeaving(grant)}
          aria-label={`Revoke the grant to ${who(grant.grantee)}`}
        >
          Revoke
        </Button>
      ),
    },
  ];
  const make = (
    <Button onClick={() => setIsMaking(true)} variant={grants.length === 0 ? 'filled' : 'default'}>
      Make a grant
    </Button>
  );
  return (
    <Stack>
      {grants.length === 0 ? (
        <EmptyState title="No grants" action={make}>
          A grant hands somebody rights on this key alone, until it is revoked: for a service, a program or a time,
          without a change of the policy.
        </EmptyState>
      ) : (
        <>
          <Group>{make}</Group>
          <DataTable caption="Grants" columns={columns} rows={grants} idOf={({ grantId }) => grantId} />
        </>
      )}
      <Command words={KEY_COMMANDS.grants(region, keyId)} />
      {isMaking && <GrantDialog shown={shown} onClose={() => setIsMaking(false)} />}
      <Confirm
        isOpen={leaving !== undefined}
        onClose={() => setLeaving(undefined)}
        title={`Revoke the grant to ${who(leaving?.grantee ?? '')}?`}
        verb="Revoke the grant"
        isDangerous
        command={KEY_COMMANDS.revokeGrant(region, keyId, leaving?.grantId ?? '')}
        onConfirm={async () => {
          await api.revokeGrant(region, keyId, leaving?.grantId ?? '');
          await queries.invalidateQueries({ queryKey: place });
        }}
      >
        From the answer on every request that rests on it is refused. Nobody takes that back: the same rights need a new
        grant.
      </Confirm>
    </Stack>
  );
}

function GrantDialog({ shown: { region, keyId, usage }, onClose }: KeyTabProps & { readonly onClose: () => void }) {
  const api = useApi();
  const queries = useQueryClient();
  const [grantee, setGrantee] = useState('');
  const [operations, setOperations] = useState<readonly Operation[]>([]);
  const [context, setContext] = useState('');
  const principals = useQuery({
    queryKey: ['principals', 'all'],
    queryFn: () => Array.fromAsync(everyItem<Principal>((after) => api.listPrincipals({ after }))),
  });
  const { key: name, value } = tagOf(context);
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title="Make a grant"
      verb="Make the grant"
      isReady={grantee !== '' && operations.length > 0 && (context === '' || context.indexOf('=') > 0)}
      command={KEY_COMMANDS.createGrant(
        region,
        keyId,
        grantee === '' ? 'ARN' : grantee,
        operations[0] ?? 'Decrypt',
      ).concat(operations.slice(1), context === '' ? [] : ['--context-subset', context])}
      onSubmit={async () => {
        await api.createGrant(region, keyId, {
          grantee,
          operations: [...operations],
          ...(context !== '' && { constraints: { encryptionContextSubset: [{ name, value }] } }),
        });
        await queries.invalidateQueries({ queryKey: [...keyPlace(region, keyId), 'grants'] });
      }}
    >
      <Select
        label="To whom"
        data={(principals.data ?? []).map((principal) => ({ value: principal.arn, label: principal.name }))}
        value={grantee === '' ? null : grantee}
        onChange={(chosen) => setGrantee(chosen ?? '')}
        searchable
        data-autofocus
      />
      <MultiSelect
        label="May"
        data={[...(OPERATIONS[usage] ?? []), ...ALWAYS]}
        value={[...operations]}
        onChange={(chosen) => setOperations(chosen as Operation[])}
        searchable
        clearButtonProps={{ 'aria-label': 'Nothing' }}
      />
      {usage === 'encrypt-decrypt' && (
        <TextInput
          label="Only with this encryption context"
          description="name=value; empty: with any"
          value={context}
          onChange={(event) => setContext(event.currentTarget.value.trim())}
        />
      )}
      <Text size="xs" c="dimmed">
        A grant counts at once, and until somebody revokes it.
      </Text>
    </FormDialog>
  );
}

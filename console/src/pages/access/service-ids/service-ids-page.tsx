import type { Principal } from '@keystead/sdk';
import { MultiSelect, Stack, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { useAct } from '../../../api/use-act.ts';
import { ACCESS_MORE_COMMANDS } from '../../../commands/access-more-commands.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { Command } from '../../../ui/command.tsx';
import { CopyText } from '../../../ui/copy-text.tsx';
import { DataTable, type Column } from '../../../ui/data-table.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { TextLink } from '../../../ui/links.tsx';
import { Page } from '../../../ui/page.tsx';
import { StateBadge } from '../../../ui/state-badge.tsx';
import { Time } from '../../../ui/time.tsx';
import { policiesQuery } from '../credentials/credentials-query.ts';
import { principalsQuery } from '../more-queries.ts';
import { ServiceIdActions } from './service-id-actions.tsx';

const COLUMNS: readonly Column<Principal>[] = [
  {
    name: 'Service id',
    cell: ({ principalId, name, iamId }) => (
      <Stack gap={0}>
        <TextLink to="/access/service-ids/$principalId" params={{ principalId }} size="sm" fw={600}>
          {name}
        </TextLink>
        <span className="ks-unbroken">
          <CopyText text={iamId} shown={`${iamId.slice(0, 12)}…`} label={`the IAM id of ${name}`} />
        </span>
      </Stack>
    ),
  },
  {
    name: 'State',
    cell: ({ state }) => (
      <StateBadge tone={state === 'active' ? 'good' : 'off'}>{state === 'active' ? 'Active' : 'Suspended'}</StateBadge>
    ),
  },
  {
    name: 'Roles',
    isSpare: true,
    cell: ({ policies, keyRoles, inlinePolicies }) => {
      const more = keyRoles.length + inlinePolicies.length;
      const names = [...policies, ...(more > 0 ? [`${more} of its own`] : [])];
      return names.length === 0 ? 'None' : names.join(', ');
    },
  },
  {
    name: 'Keys',
    isSpare: true,
    cell: ({ name }) => (
      <TextLink
        to="/access/credentials"
        search={{ of: name }}
        size="sm"
        style={{ whiteSpace: 'nowrap' }}
        aria-label={`Its keys: ${name}`}
      >
        Its keys
      </TextLink>
    ),
  },
  { name: 'Made', isSpare: true, cell: ({ createdAt }) => <Time at={createdAt} /> },
  // On narrow screens its own page has them.
  { name: 'Actions', isSpare: true, cell: (principal) => <ServiceIdActions principal={principal} /> },
];

/** Users that are programs. */
export function ServiceIdsPage() {
  const { data: all } = useSuspenseQuery(principalsQuery(useApi()));
  const programs = all.filter(({ serviceId }) => serviceId);
  const [isMaking, setIsMaking] = useState(false);
  const make = (
    <ActButton
      needs="keystead:CreatePrincipal"
      leftSection={<IconPlus size={16} aria-hidden />}
      onClick={() => setIsMaking(true)}
    >
      Make a service id
    </ActButton>
  );
  return (
    <Page
      title="Service ids"
      about="Users that are programs: they never sign in here, and prove themselves by API and access keys. On the wire of IBM Key Protect each is a service id."
      actions={programs.length > 0 && make}
    >
      <DataTable
        caption="Service ids"
        columns={COLUMNS}
        rows={programs}
        idOf={({ principalId }) => principalId}
        empty={
          <EmptyState title="No service id yet" action={make}>
            Make one for each program that uses keys or the vault. Then it is clear in the audit log what did what, and
            one program can be switched off without touching a person.
          </EmptyState>
        }
      />
      <Command words={ACCESS_MORE_COMMANDS.serviceIds()} />
      {isMaking && <MakeDialog onClose={() => setIsMaking(false)} />}
    </Page>
  );
}

function MakeDialog({ onClose }: { readonly onClose: () => void }) {
  const [name, setName] = useState('');
  const [policies, setPolicies] = useState<readonly string[]>([]);
  const all = useQuery(policiesQuery(useApi()));
  const make = useAct({
    act: (api) => api.createPrincipal({ name: name.trim(), policies: [...policies], serviceId: true }),
    touches: [['principals']],
    done: (made) => `${made.name} is there. Issue a key for it next.`,
  });
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title="Make a service id"
      about="It can do nothing until it has a role and a key."
      verb="Make it"
      isReady={name.trim() !== ''}
      command={ACCESS_MORE_COMMANDS.createServiceId(name.trim() || 'NAME', policies[0] ?? '', ...policies.slice(1))}
      onSubmit={() => make.mutateAsync()}
    >
      <TextInput
        label="Name"
        description="After the program and where it runs. It is never given again, not even once this one is deleted."
        placeholder="backup-runner"
        maxLength={64}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
      <MultiSelect
        label="Roles"
        description="No more than the program needs."
        data={(all.data ?? []).map((policy) => policy.name)}
        value={[...policies]}
        onChange={setPolicies}
        searchable
      />
    </FormDialog>
  );
}

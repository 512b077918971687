import type { Role } from '@keystead/sdk';
import { NumberInput, Stack, Text, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { useAct } from '../../../api/use-act.ts';
import { useWhoAmI } from '../../../api/who-am-i.ts';
import { ACCESS_MORE_COMMANDS } from '../../../commands/access-more-commands.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { durationText } from '../../../ui/amounts.ts';
import { Command } from '../../../ui/command.tsx';
import { DataTable, type Column } from '../../../ui/data-table.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { TextLink } from '../../../ui/links.tsx';
import { Page } from '../../../ui/page.tsx';
import { syntaxProblem } from '../../keys/policy/explain-policy.ts';
import { rolesQuery } from '../credentials/credentials-query.ts';
import { HOURS, trustOf } from './trust.ts';
import { TrustFields } from './trust-fields.tsx';

const COLUMNS: readonly Column<Role>[] = [
  {
    name: 'Role',
    cell: ({ name, description }) => (
      <Stack gap={0}>
        <TextLink to="/access/assumable-roles/$role" params={{ role: name }} fw={600} size="sm">
          {name}
        </TextLink>
        <Text size="xs" c="dimmed" className="ks-anywhere">
          {description}
        </Text>
      </Stack>
    ),
  },
  {
    name: 'Policies',
    cell: ({ policies, inlinePolicies }) => [...policies, ...inlinePolicies].join(', ') || 'None: it may do nothing',
  },
  { name: 'Session', isSpare: true, cell: ({ maxSessionSeconds }) => `up to ${durationText(maxSessionSeconds)}` },
];

/** Roles that are taken on for a while, as at AWS. */
export function AssumableRolesPage() {
  const { data: roles } = useSuspenseQuery(rolesQuery(useApi()));
  const [isMaking, setIsMaking] = useState(false);
  const make = (
    <ActButton
      needs="keystead:CreateRole"
      leftSection={<IconPlus size={16} aria-hidden />}
      onClick={() => setIsMaking(true)}
    >
      Make a role
    </ActButton>
  );
  return (
    <Page
      title="Assumable roles"
      about="Whom its trust policy names takes such a role on for some hours (sts:AssumeRole), and may then do what the role may in place of what it may itself."
      actions={roles.length > 0 && make}
    >
      <DataTable
        caption="Assumable roles"
        columns={COLUMNS}
        rows={roles}
        idOf={({ roleId }) => roleId}
        empty={
          <EmptyState title="No assumable role yet" action={make}>
            Use one where a program needs a right for an hour and not for good: its key stays weak, and whoever steals
            it steals little. The SDKs of AWS take roles on by themselves, from a profile with <code>role_arn</code>.
          </EmptyState>
        }
      />
      <Command words={ACCESS_MORE_COMMANDS.assumableRoles()} />
      {isMaking && <MakeRole onClose={() => setIsMaking(false)} />}
    </Page>
  );
}

function MakeRole({ onClose }: { readonly onClose: () => void }) {
  const { accountId } = useWhoAmI();
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [about, setAbout] = useState('');
  const [hours, setHours] = useState<number>(HOURS.min);
  const [trust, setTrust] = useState(() => trustOf([`arn:aws:iam::${accountId}:root`]));
  const make = useAct({
    act: (api) =>
      api.createRole({
        name: name.trim(),
        trustPolicy: trust,
        maxSessionSeconds: hours * 3600,
        ...(about.trim() !== '' && { description: about.trim() }),
      }),
    touches: [['roles']],
    done: (role) => `${role.name} is there. Give it policies next: without them it may do nothing.`,
  });
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title="Make an assumable role"
      verb="Make the role"
      isReady={name.trim() !== '' && syntaxProblem(trust) === undefined}
      command={ACCESS_MORE_COMMANDS.createRole(name.trim() || 'NAME', about.trim(), String(hours * 3600))}
      onSubmit={async () => {
        const role = await make.mutateAsync();
        await navigate({ to: '/access/assumable-roles/$role', params: { role: role.name } });
      }}
    >
      <TextInput
        label="Name"
        placeholder="restore-host"
        maxLength={64}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
      <TextInput label="What it is for" value={about} onChange={(event) => setAbout(event.currentTarget.value)} />
      <NumberInput
        label="A session lasts so many hours at most"
        {...HOURS}
        allowDecimal={false}
        clampBehavior="strict"
        value={hours}
        onChange={(value) => typeof value === 'number' && setHours(value)}
      />
      <TrustFields trust={trust} onChange={setTrust} />
    </FormDialog>
  );
}

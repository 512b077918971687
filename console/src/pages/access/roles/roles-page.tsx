import type { Policy } from '@keystead/sdk';
import { Group, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { ACCESS_COMMANDS } from '../../../commands/access-commands.ts';
import { ActsMenu } from '../../../ui/acts-menu.tsx';
import { Command } from '../../../ui/command.tsx';
import { DataTable } from '../../../ui/data-table.tsx';
import { TextLink } from '../../../ui/links.tsx';
import { ActButton } from '../../../ui/act-button.tsx';
import { Page } from '../../../ui/page.tsx';
import { Section } from '../../../ui/section.tsx';
import { Time } from '../../../ui/time.tsx';
import { roleName } from '../people/role-names.ts';
import { policiesQuery } from '../queries.ts';
import { roleActs } from './role-acts.tsx';
import { RoleDialog } from './role-dialog.tsx';

/** Roles of people: the built-in ones, and those that the tenant has made. */
export function RolesPage() {
  const { data: policies } = useSuspenseQuery(policiesQuery(useApi()));
  const [isMaking, setMaking] = useState(false);
  const own = policies.filter(({ isBuiltIn }) => !isBuiltIn);
  return (
    <Page
      title="Roles"
      about="What a person may do, or what a key for the API may do at most. Several add up. Roles that programs assume for a while are Assumable roles."
      actions={
        <ActButton
          needs="keystead:CreatePolicy"
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => setMaking(true)}
        >
          New role
        </ActButton>
      }
    >
      <DataTable
        caption="Built-in roles"
        rows={policies.filter(({ isBuiltIn }) => isBuiltIn)}
        idOf={({ name }) => name}
        columns={[
          { name: 'Built-in role', cell: (policy) => <RoleLink policy={policy} /> },
          { name: 'What it is for', cell: ({ description }) => description },
        ]}
      />

      <Section
        title="Roles of your own"
        about="For a job that no built-in role fits: named actions, on named keys, under conditions."
      >
        {own.length === 0 ? (
          <Text size="sm" c="dimmed">
            There are none yet. A role of your own is a policy in the language of AWS IAM: begin with one that may
            little.
          </Text>
        ) : (
          <DataTable
            caption="Roles of your own"
            rows={own}
            idOf={({ name }) => name}
            columns={[
              { name: 'Role', cell: (policy) => <RoleLink policy={policy} /> },
              { name: 'What it is for', cell: ({ description }) => description, isSpare: true },
              { name: 'Given to', cell: ({ attachments }) => String(attachments ?? 0), isNumber: true },
              {
                name: 'Changed',
                cell: ({ updatedAt }) => updatedAt !== undefined && <Time at={updatedAt} />,
                isSpare: true,
              },
              { name: 'Actions', cell: (policy) => <ActsMenu of={policy.name} acts={roleActs(policy)} /> },
            ]}
          />
        )}
        <Command words={ACCESS_COMMANDS.roles()} />
      </Section>
      {isMaking && <RoleDialog onClose={() => setMaking(false)} />}
    </Page>
  );
}

function RoleLink({ policy: { name } }: { readonly policy: Policy }) {
  return (
    <Group gap={6} wrap="nowrap">
      <TextLink to="/access/roles/$policy" params={{ policy: name }} fw={600} size="sm">
        {roleName(name)}
      </TextLink>
    </Group>
  );
}

import { Code, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi, type Api } from '../../../api/api.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { Command } from '../../../ui/command.tsx';
import { CopyAction } from '../../../ui/copy-text.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { Section } from '../../../ui/section.tsx';

type Query = Parameters<Api['getVaultPolicy']>[0];

const SUBJECTS = [
  { value: 'key', label: 'The policy of the master key' },
  { value: 'storage', label: 'The policy for the bucket' },
  { value: 'trust', label: 'The trust policy of a role, with the External ID' },
];
const ROLES = [
  { value: 'writer', label: 'Writer: makes backups, and can read none' },
  { value: 'reader', label: 'Reader: restores, and makes none' },
  { value: 'maintenance', label: 'Maintenance: moves data keys, and deletes' },
];

/** Policies with the least that does, ready to be copied. `facts`: what is known of the environment so far. */
export function PoliciesToCopy({ facts }: { readonly facts: Omit<Query, 'for' | 'role' | 'principal'> }) {
  const api = useApi();
  const [subject, setSubject] = useState('key');
  const [role, setRole] = useState<string | null>(null);
  const [principal, setPrincipal] = useState('');
  const query = {
    ...facts,
    for: subject as Query['for'],
    ...(role !== null && subject !== 'trust' && { role: role as NonNullable<Query['role']> }),
    ...(principal.trim() !== '' && { principal: principal.trim() }),
  };
  const { data, error } = useQuery({
    queryKey: ['vault-policies', query],
    queryFn: () => api.getVaultPolicy(query),
    placeholderData: keepPreviousData,
    retry: false,
  });
  return (
    <Section
      title="Policies to copy"
      about="The least that does. Each use of the key is bound to your tenant, the environment and the purpose by its encryption context."
    >
      <Group align="flex-end" grow preventGrowOverflow={false}>
        <Select
          label="Policy"
          data={SUBJECTS}
          value={subject}
          allowDeselect={false}
          onChange={(value) => value !== null && setSubject(value)}
        />
        {subject !== 'trust' && (
          <Select
            label="For"
            placeholder="All that this server does"
            clearable
            data={ROLES}
            value={role}
            onChange={setRole}
          />
        )}
        <TextInput
          label="Whom to allow"
          placeholder="arn:aws:iam::111122223333:user/backup"
          value={principal}
          onChange={(event) => setPrincipal(event.currentTarget.value)}
        />
      </Group>
      <ProblemNotice error={error} title="It cannot be written" />
      {data !== undefined && error === null && (
        <Stack gap="xs">
          <Group justify="space-between" wrap="nowrap" align="flex-start">
            <Text size="sm">{data.where}.</Text>
            <CopyAction text={data.document} label="the policy" />
          </Group>
          <Code block tabIndex={0} role="region" aria-label="The policy" mah={320} style={{ overflow: 'auto' }}>
            {data.document}
          </Code>
        </Stack>
      )}
      <Command
        words={
          role === null || subject === 'trust'
            ? VAULT_COMMANDS.policy(subject)
            : VAULT_COMMANDS.policyOfRole(subject, role)
        }
      />
    </Section>
  );
}

import type { Agent, AgentInvitation } from '@keystead/sdk';
import { Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { Command } from '../../../ui/command.tsx';
import { CopyText } from '../../../ui/copy-text.tsx';
import { DataTable, type Column } from '../../../ui/data-table.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { TextLink } from '../../../ui/links.tsx';
import { Section } from '../../../ui/section.tsx';
import { StateBadge, type Tone } from '../../../ui/state-badge.tsx';
import { Time } from '../../../ui/time.tsx';
import { agentsQuery } from '../api/vault-queries.ts';
import { useEnvironment } from '../api/use-environment.ts';
import { InvitationToken, InviteAgent } from './invite-agent.tsx';
import { RevokeAgent } from './revoke-agent.tsx';
import { useTabTitle } from '../../../ui/tab-title.ts';

const STATES: Record<Agent['state'], readonly [string, Tone]> = {
  invited: ['Invited', 'waiting'],
  enrolled: ['Enrolled', 'good'],
  revoked: ['Revoked', 'off'],
};

const COLUMNS: readonly Column<Agent>[] = [
  {
    name: 'Host',
    cell: ({ name }) => (
      <Text size="sm" fw={600}>
        {name}
      </Text>
    ),
  },
  {
    name: 'State',
    cell: ({ state, invitedUntil, through }) => {
      const [name, tone] = STATES[state];
      return (
        <Stack gap={2} align="flex-start">
          <StateBadge tone={tone}>{name}</StateBadge>
          {state === 'invited' && (
            <Text size="xs" c="dimmed" component="div">
              until <Time at={invitedUntil} />
            </Text>
          )}
          {through !== undefined && (
            <Text size="xs" c="dimmed">
              {through === 0 ? 'none of its snapshots counts' : `its snapshots count up to number ${through}`}
            </Text>
          )}
        </Stack>
      );
    },
  },
  {
    name: 'Last run',
    cell: ({ environmentId, lastRun }) =>
      lastRun === undefined ? (
        'None yet'
      ) : (
        <TextLink
          to="/environments/$environmentId/runs/$runId"
          params={{ environmentId, runId: lastRun.runId }}
          size="sm"
        >
          {lastRun.state}, <Time at={lastRun.endedAt} />
        </TextLink>
      ),
  },
  {
    name: 'Fingerprint',
    isSpare: true,
    cell: ({ writerId }) =>
      writerId === undefined ? '' : <CopyText text={writerId} label="the fingerprint of its signing key" />,
  },
  { name: 'Actions', cell: (agent) => <RevokeAgent agent={agent} /> },
];

/** Hosts that write backups into an environment and can read none. */
export function AgentsPage() {
  const { environmentId, label } = useEnvironment();
  useTabTitle('Agents', label);
  const { data: agents } = useSuspenseQuery(agentsQuery(useApi(), environmentId));
  const [isInviting, { open, close }] = useDisclosure(false);
  const [invitation, setInvitation] = useState<AgentInvitation>();
  const invite = (
    <ActButton needs="keystead:InviteAgent" leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
      Invite a host
    </ActButton>
  );
  return (
    <>
      <Section
        title="Agents"
        about="Hosts that write backups and can read none: who takes such a host over reads no backup, not even its own."
        actions={invite}
      >
        <DataTable
          caption="Agents"
          columns={COLUMNS}
          rows={agents}
          idOf={({ agentId }) => agentId}
          empty={
            <EmptyState title="No host of its own yet" action={invite}>
              Invite a host, bring it the token by a way that you trust, and enrol it there. From then on it backs
              itself up into this environment.
            </EmptyState>
          }
        />
      </Section>
      <InviteAgent
        environmentId={environmentId}
        label={label}
        isOpen={isInviting}
        onClose={close}
        onInvited={setInvitation}
      />
      {invitation !== undefined && <InvitationToken invitation={invitation} onClose={() => setInvitation(undefined)} />}
      <Command words={VAULT_COMMANDS.listAgents(label)} />
    </>
  );
}

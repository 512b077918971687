import type { Agent, AgentInvitation } from '@keystead/sdk';
import { Alert, Button, Checkbox, Group, Modal, NumberInput, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { useAct } from '../../../api/use-act.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { shellLine } from '../../../commands/shell-line.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { Command } from '../../../ui/command.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { CopyText } from '../../../ui/copy-text.tsx';
import { DataTable, type Column } from '../../../ui/data-table.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { TextLink } from '../../../ui/links.tsx';
import { Section } from '../../../ui/section.tsx';
import { StateBadge, type Tone } from '../../../ui/state-badge.tsx';
import { Time } from '../../../ui/time.tsx';
import { agentsQuery, environmentKey } from '../api/vault-queries.ts';
import { useEnvironment } from '../api/use-environment.ts';

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
    cell: ({ state, invitedUntil }) => {
      const [name, tone] = STATES[state];
      return (
        <Stack gap={2} align="flex-start">
          <StateBadge tone={tone}>{name}</StateBadge>
          {state === 'invited' && (
            <Text size="xs" c="dimmed" component="div">
              until <Time at={invitedUntil} />
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
  { name: 'Actions', cell: (agent) => (agent.state === 'revoked' ? '' : <Revoke agent={agent} />) },
];

/** Hosts that write backups into an environment and can read none. */
export function AgentsPage() {
  const { environmentId, label } = useEnvironment();
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
        {agents.length === 0 ? (
          <EmptyState title="No host of its own yet" action={invite}>
            Invite a host, bring it the token by a way that you trust, and enrol it there. From then on it backs itself
            up into this environment.
          </EmptyState>
        ) : (
          <DataTable caption="Agents" columns={COLUMNS} rows={agents} idOf={({ agentId }) => agentId} />
        )}
      </Section>
      <Invite
        environmentId={environmentId}
        label={label}
        isOpen={isInviting}
        onClose={close}
        onInvited={setInvitation}
      />
      {invitation !== undefined && <Token invitation={invitation} onClose={() => setInvitation(undefined)} />}
      <Command words={VAULT_COMMANDS.listAgents(label)} />
    </>
  );
}

interface InviteProps {
  readonly environmentId: string;
  readonly label: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onInvited: (invitation: AgentInvitation) => void;
}

const DEFAULT_MINUTES = 60;

function Invite({ environmentId, label, isOpen, onClose, onInvited }: InviteProps) {
  const [name, setName] = useState('');
  const [minutes, setMinutes] = useState(DEFAULT_MINUTES);
  const invite = useAct({
    act: (api) => api.inviteAgent(environmentId, { name: name.trim(), expiresInMinutes: minutes }),
    touches: [environmentKey(environmentId)],
  });
  return (
    <FormDialog
      isOpen={isOpen}
      onClose={onClose}
      title="Invite a host"
      about="A user is made for it that may write into this environment and do nothing else."
      verb="Invite the host"
      isReady={name.trim() !== ''}
      command={VAULT_COMMANDS.inviteAgent(label, name || 'db-1')}
      onSubmit={async () => onInvited(await invite.mutateAsync())}
    >
      <TextInput
        label="Name of the host"
        placeholder="db-1"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
      <NumberInput
        label="The invitation stands for so many minutes"
        min={1}
        max={10_080}
        value={minutes}
        onChange={(value) => setMinutes(Number(value) || DEFAULT_MINUTES)}
      />
    </FormDialog>
  );
}

function Token({ invitation, onClose }: { readonly invitation: AgentInvitation; readonly onClose: () => void }) {
  const [isKept, setIsKept] = useState(false);
  const { agent, token, expiresAt } = invitation;
  const line = shellLine([
    'keystead',
    'agent',
    'enroll',
    '--server',
    location.origin,
    '--token-file',
    `${agent.name}.token`,
  ]);
  return (
    <Modal
      opened
      onClose={onClose}
      title={`The token of ${agent.name}`}
      size="lg"
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
    >
      <Stack>
        <Alert color="yellow" title="It is shown this once">
          It works one time, until <Time at={expiresAt} />. Bring it to the host by a way that you trust.
        </Alert>
        <CopyText text={token} label="the token" />
        <Group>
          <Button
            variant="default"
            component="a"
            href={`data:text/plain,${encodeURIComponent(token)}`}
            download={`${agent.name}.token`}
          >
            Download it as a file
          </Button>
        </Group>
        <Text size="sm">On the host:</Text>
        <div className="ks-command">
          <code className="ks-code">{line}</code>
        </div>
        <Text size="sm" c="dimmed">
          Both sides then show a fingerprint: compare them.
        </Text>
        <Checkbox
          label="I have kept the token"
          checked={isKept}
          onChange={(event) => setIsKept(event.currentTarget.checked)}
        />
        <Group justify="flex-end">
          <Button disabled={!isKept} onClick={onClose}>
            Done
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Revoke({ agent }: { readonly agent: Agent }) {
  const { environmentId, agentId, name } = agent;
  const [isAsking, { open, close }] = useDisclosure(false);
  const revoke = useAct({
    act: (api) => api.revokeAgent(environmentId, agentId),
    touches: [environmentKey(environmentId)],
    done: () => `${name} writes nothing any more.`,
  });
  return (
    <>
      <Button
        variant="subtle"
        c="var(--mantine-color-error)"
        size="compact-sm"
        onClick={open}
        aria-label={`Revoke ${name}`}
      >
        Revoke
      </Button>
      <Confirm
        isOpen={isAsking}
        onClose={close}
        title={`Revoke ${name}?`}
        verb="Revoke the host"
        isDangerous
        typed={name}
        command={VAULT_COMMANDS.revokeAgent(environmentId, name)}
        onConfirm={() => revoke.mutateAsync()}
      >
        Its credentials end with the answer: it writes no backup from then on. Its snapshots that are there now stay
        readable; whatever is signed with its key later counts for nobody. It cannot be undone, but the host can be
        invited anew. Take its credentials of the store away as well.
      </Confirm>
    </>
  );
}

import type { AgentInvitation } from '@keystead/sdk';
import { Alert, Button, Checkbox, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useAct } from '../../../api/use-act.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { shellLine } from '../../../commands/shell-line.ts';
import { CopyText } from '../../../ui/copy-text.tsx';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { saveText } from '../../../ui/save-file.ts';
import { Time } from '../../../ui/time.tsx';
import { WholeNumber } from '../../../ui/whole-number.tsx';
import { environmentKey } from '../api/vault-queries.ts';

interface InviteProps {
  readonly environmentId: string;
  readonly label: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onInvited: (invitation: AgentInvitation) => void;
}

const DEFAULT_MINUTES = 60;

/** Makes the token by which one host takes a place in the environment. */
export function InviteAgent({ environmentId, label, isOpen, onClose, onInvited }: InviteProps) {
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
      <WholeNumber
        label="The invitation stands for so many minutes"
        min={1}
        max={10_080}
        value={minutes}
        onChange={setMinutes}
      />
    </FormDialog>
  );
}

/** Shows the token once, with what is to be run on the host. */
export function InvitationToken({
  invitation,
  onClose,
}: {
  readonly invitation: AgentInvitation;
  readonly onClose: () => void;
}) {
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
          <Button variant="default" onClick={() => saveText(`${agent.name}.token`, token)}>
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

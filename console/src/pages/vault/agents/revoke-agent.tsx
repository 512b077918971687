import type { Agent } from '@keystead/sdk';
import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useAct } from '../../../api/use-act.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { Confirm } from '../../../ui/confirm.tsx';
import { environmentKey } from '../api/vault-queries.ts';

/** Takes an agent its place: it may write nothing more. */
export function RevokeAgent({ agent }: { readonly agent: Agent }) {
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

import type { Agent } from '@keystead/sdk';
import { Button, Radio, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { useMay } from '../../../api/may.ts';
import { useAct } from '../../../api/use-act.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { Confirm } from '../../../ui/confirm.tsx';
import { WholeNumber } from '../../../ui/whole-number.tsx';
import { environmentKey } from '../api/vault-queries.ts';

/** Ten digits: what the API takes. */
const HIGHEST = 9_999_999_999;
const FORGET = 'keystead:ForgetSnapshots';

/** Takes an agent its place: it may write nothing more. Of one that was revoked before, snapshots can still be taken away. */
export function RevokeAgent({ agent }: { readonly agent: Agent }) {
  const { name, state } = agent;
  const [isAsking, { open, close }] = useDisclosure(false);
  const isRevoked = state === 'revoked';
  // None of its snapshots counts: there is nothing left to take away.
  if (isRevoked && (agent.through ?? 0) === 0) return null;
  return (
    <>
      <Button
        variant="subtle"
        c="var(--mantine-color-error)"
        size="compact-sm"
        onClick={open}
        aria-label={isRevoked ? `Take snapshots of ${name} away` : `Revoke ${name}`}
      >
        {isRevoked ? 'Take snapshots away' : 'Revoke'}
      </Button>
      {isAsking && <RevokeDialog agent={agent} isRevoked={isRevoked} onClose={close} />}
    </>
  );
}

interface RevokeDialogProps {
  readonly agent: Agent;
  readonly isRevoked: boolean;
  readonly onClose: () => void;
}

function RevokeDialog({ agent, isRevoked, onClose }: RevokeDialogProps) {
  const { environmentId, agentId, name } = agent;
  const newest = agent.through ?? numberOf(agent.newestSnapshot);
  const [isCut, setIsCut] = useState(isRevoked);
  const [last, setLast] = useState(newest ?? 0);
  const mayForget = useMay(FORGET) !== false;
  const revoke = useAct({
    act: (api) => api.revokeAgent(environmentId, agentId, isCut ? { through: last } : {}),
    touches: [environmentKey(environmentId)],
    done: () => `${name} writes nothing any more.`,
  });
  return (
    <Confirm
      isOpen
      onClose={onClose}
      title={isRevoked ? `Take snapshots of ${name} away?` : `Revoke ${name}?`}
      verb={isCut ? 'Revoke it, and destroy those snapshots' : 'Revoke the host'}
      isDangerous
      typed={name}
      command={
        isCut
          ? VAULT_COMMANDS.revokeAgentThrough(environmentId, name, String(last))
          : VAULT_COMMANDS.revokeAgent(environmentId, name)
      }
      onConfirm={() => revoke.mutateAsync()}
    >
      <Stack>
        {!isRevoked && (
          <Text size="sm">
            Its credentials end with the answer: it writes no backup from then on, and whatever is signed with its key
            later counts for nobody. It cannot be undone, but the host can be invited anew. Take its credentials of the
            store away as well.
          </Text>
        )}
        {agent.writerId !== undefined && (
          <Radio.Group
            label="Its snapshots that are there"
            value={isCut ? 'cut' : 'all'}
            onChange={(value) => setIsCut(value === 'cut')}
          >
            <Stack gap="xs" mt="xs">
              <Radio
                value="all"
                label="All of them count"
                description="The host was trustworthy until now."
                disabled={isRevoked}
              />
              <Radio
                value="cut"
                label="Only those from before it was taken over"
                description={
                  mayForget
                    ? 'Those after the last good one are destroyed at once, and nobody brings them back.'
                    : `Needs the permission ${FORGET}.`
                }
                disabled={!mayForget}
              />
            </Stack>
          </Radio.Group>
        )}
        {isCut && (
          <WholeNumber
            label="Number of the last good one"
            description={`At the end of its id${newest === undefined ? '' : `; the newest is ${newest}`}. 0: none of them counts.`}
            min={0}
            max={newest ?? HIGHEST}
            value={last}
            onChange={setLast}
            maw={320}
          />
        )}
      </Stack>
    </Confirm>
  );
}

/** The number of a snapshot among those of its writer: the end of its id. */
function numberOf(snapshotId: string | undefined): number | undefined {
  const digits = /(\d{1,10})$/.exec(snapshotId ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}

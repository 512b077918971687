import type { Approval } from '@keystead/sdk';
import { Group, List } from '@mantine/core';
import { useState } from 'react';
import { useAct } from '../../../api/use-act.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { Confirm } from '../../../ui/confirm.tsx';

/** Releases a legal hold, as the second person, or takes the word of the first one back. */
export function ReleaseActs({ approval }: { readonly approval: Approval }) {
  const { environmentId = '', environment = '', holdId = '', releaseId = '', reason = '', mayApprove } = approval;
  const [asking, setAsking] = useState<'release' | 'withdraw'>();
  const close = (): void => setAsking(undefined);
  const touches = [['approvals'], ['environments']];
  const release = useAct({
    act: (api) => api.confirmHoldRelease(environmentId, { holdId, releaseId }),
    touches,
    done: () => `The hold on ${environment} is being released.`,
  });
  const withdraw = useAct({
    act: (api) => api.withdrawHoldRelease(environmentId, { holdId }),
    touches,
    done: () => `The hold on ${environment} stays.`,
  });
  return (
    <>
      <Group gap="xs">
        {mayApprove && (
          <ActButton needs="keystead:ConfirmHoldRelease" size="xs" onClick={() => setAsking('release')}>
            Release the hold
          </ActButton>
        )}
        <ActButton
          needs="keystead:WithdrawHoldRelease"
          size="xs"
          variant="default"
          onClick={() => setAsking('withdraw')}
          aria-label={`Withdraw the request to release "${reason}"`}
        >
          Withdraw
        </ActButton>
      </Group>
      <Confirm
        isOpen={asking === 'release'}
        onClose={close}
        title={`Release the hold "${reason}"?`}
        verb="Release the hold"
        isDangerous
        command={VAULT_COMMANDS.confirmRelease(environment, holdId, releaseId)}
        onConfirm={() => release.mutateAsync()}
      >
        <List size="sm" spacing={4}>
          <List.Item>
            Rules of retention may delete what it covered on {environment}, with the next maintenance.
          </List.Item>
          <List.Item>It cannot be undone: a new hold covers only what is there by then.</List.Item>
        </List>
      </Confirm>
      <Confirm
        isOpen={asking === 'withdraw'}
        onClose={close}
        title={`Withdraw the request to release "${reason}"?`}
        verb="Withdraw the request"
        command={VAULT_COMMANDS.withdrawRelease(environment, holdId)}
        onConfirm={() => withdraw.mutateAsync()}
      >
        The hold stays. Somebody has to ask for its release anew before it can be released.
      </Confirm>
    </>
  );
}

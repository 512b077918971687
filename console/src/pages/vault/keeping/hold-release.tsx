import { Group, List, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useAct } from '../../../api/use-act.ts';
import { useWhoAmI } from '../../../api/who-am-i.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { tellProblem } from '../../../ui/tell-problem.ts';
import { environmentKey } from '../api/vault-queries.ts';
import { useStartRun } from '../runs/use-start-run.ts';
import type { HoldProps } from './hold.tsx';

/** The first of two people asks for the release of a hold. */
export function AskRelease({ hold: { holdId, reason }, environmentId, label }: HoldProps) {
  const [isAsking, { open, close }] = useDisclosure(false);
  const ask = useAct({
    act: (api) => api.requestHoldRelease(environmentId, { holdId }),
    touches: [environmentKey(environmentId)],
    done: () => 'The release is asked for. Somebody else has seven days to confirm it.',
  });
  return (
    <Group>
      <ActButton needs="keystead:RequestHoldRelease" variant="default" size="xs" onClick={open}>
        Ask for its release
      </ActButton>
      <Confirm
        isOpen={isAsking}
        onClose={close}
        title={`Ask for the release of "${reason}"?`}
        verb="Ask for the release"
        command={VAULT_COMMANDS.releaseHold(label, holdId)}
        onConfirm={() => ask.mutateAsync()}
      >
        Nothing is released yet: a second person has to confirm it within seven days. People are told by the alerts.
      </Confirm>
    </Group>
  );
}

interface SecondPersonProps extends HoldProps {
  readonly holdId: string;
  readonly releaseId: string;
}

/** A release that was asked for: somebody else confirms it, whoever asked may withdraw it. */
export function SecondPerson({ hold, holdId, releaseId, environmentId, label }: SecondPersonProps) {
  const { arn } = useWhoAmI();
  const [isConfirming, { open, close }] = useDisclosure(false);
  const isMine = hold.release?.requestedBy === arn;
  const withdraw = useAct({
    act: (api) => api.withdrawHoldRelease(environmentId, { holdId }),
    touches: [environmentKey(environmentId)],
    done: () => 'The release is not asked for any more.',
  });
  const confirm = useStartRun(environmentId, (api) => api.confirmHoldRelease(environmentId, { holdId, releaseId }));
  return (
    <Stack gap="xs">
      {isMine && (
        <Text size="sm" c="dimmed">
          You asked for it: somebody else has to confirm.
        </Text>
      )}
      <Group>
        {!isMine && (
          <ActButton needs="keystead:ConfirmHoldRelease" size="xs" onClick={open}>
            Release it, as the second person
          </ActButton>
        )}
        <ActButton
          needs="keystead:WithdrawHoldRelease"
          size="xs"
          variant="default"
          loading={withdraw.isPending}
          onClick={() => withdraw.mutate(undefined, { onError: (error) => tellProblem(error) })}
        >
          {isMine ? 'Take the request back' : 'Refuse the release'}
        </ActButton>
      </Group>
      <Confirm
        isOpen={isConfirming}
        onClose={close}
        title={`Release the hold "${hold.reason}"?`}
        verb="Release the hold"
        isDangerous
        command={VAULT_COMMANDS.confirmRelease(label, holdId, releaseId)}
        onConfirm={() => confirm.mutateAsync(undefined)}
      >
        <List size="sm">
          <List.Item>Rules of retention may delete what it covered, with the next maintenance.</List.Item>
          <List.Item>It cannot be undone: a new hold covers only what is there by then.</List.Item>
        </List>
      </Confirm>
    </Stack>
  );
}

import type { AlertChannel } from '@keystead/sdk';
import { useDisclosure } from '@mantine/hooks';
import { useAct } from '../../../api/use-act.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { ActItem } from '../../../ui/act-item.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { RowMenu } from '../../../ui/row-menu.tsx';
import { tellProblem } from '../../../ui/tell-problem.ts';
import { TOUCHES } from './touches.ts';

/** What can be done with a channel. */
export function ChannelMenu({ channel: { channelId, label } }: { readonly channel: AlertChannel }) {
  const [isDeleting, { open, close }] = useDisclosure(false);
  const test = useAct({
    act: (api) => api.testAlertChannel(channelId),
    touches: TOUCHES,
    done: () => `A test is on its way to ${label}.`,
  });
  const remove = useAct({
    act: (api) => api.deleteAlertChannel(channelId),
    touches: TOUCHES,
    done: () => `${label} is told nothing any more.`,
  });
  return (
    <>
      <RowMenu of={label}>
        <ActItem
          needs="keystead:TestAlertChannel"
          onClick={() => test.mutate(undefined, { onError: (error) => tellProblem(error) })}
        >
          Send a test
        </ActItem>
        <ActItem needs="keystead:DeleteAlertChannel" isDangerous onClick={open}>
          Delete
        </ActItem>
      </RowMenu>
      <Confirm
        isOpen={isDeleting}
        onClose={close}
        title={`Delete the channel ${label}?`}
        verb="Delete the channel"
        isDangerous
        command={VAULT_COMMANDS.deleteChannel(label)}
        onConfirm={() => remove.mutateAsync()}
      >
        Nobody is told by it any more, of this and of every other environment that it is for. What waits is not sent.
      </Confirm>
    </>
  );
}

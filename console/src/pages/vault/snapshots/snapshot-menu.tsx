import { Menu } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { ActItem } from '../../../ui/act-item.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { RowMenu } from '../../../ui/row-menu.tsx';
import { exactTime } from '../../../ui/clock.ts';
import { PlaceHold } from '../keeping/place-hold.tsx';
import type { ListedSnapshot } from './listed-snapshot.ts';
import { useStartRun } from '../runs/use-start-run.ts';

interface SnapshotMenuProps {
  readonly snapshot: ListedSnapshot;
  readonly environmentId: string;
  readonly label: string;
}

/** What can be done with a snapshot: looked into, held, thrown away. */
export function SnapshotMenu({ snapshot, environmentId, label }: SnapshotMenuProps) {
  const { snapshotId, createdAt, deletedAt, held, parent } = snapshot;
  const navigate = useNavigate();
  const [isTrashing, trashing] = useDisclosure(false);
  const [isHolding, holding] = useDisclosure(false);
  const [isForgetting, forgetting] = useDisclosure(false);
  const snapshots = [snapshotId];
  const takeBack = useStartRun(environmentId, (api) => api.takeBackSnapshots(environmentId, { snapshots }));
  const trash = useStartRun(environmentId, (api) => api.moveToTrash(environmentId, { snapshots }));
  const forget = useStartRun(environmentId, (api) => api.forgetSnapshots(environmentId, { snapshots }));
  const params = { environmentId, snapshotId };
  const taken = exactTime(createdAt);
  return (
    <>
      <RowMenu of={`the snapshot of ${taken}`} width={230}>
        <Menu.Item onClick={() => void navigate({ to: '/environments/$environmentId/snapshots/$snapshotId', params })}>
          Browse and restore
        </Menu.Item>
        <Menu.Item
          onClick={() =>
            void navigate({
              to: '/environments/$environmentId/snapshots/$snapshotId/compare',
              params,
              search: parent === undefined ? {} : { before: parent },
            })
          }
        >
          Compare with another
        </Menu.Item>
        <ActItem needs="keystead:PlaceHold" onClick={holding.open}>
          Place a hold on it
        </ActItem>
        <Menu.Divider />
        {deletedAt === undefined ? (
          <ActItem needs="keystead:MoveToTrash" isDangerous disabled={held === true} onClick={trashing.open}>
            Move to the trash
          </ActItem>
        ) : (
          <ActItem needs="keystead:TakeBackSnapshots" onClick={() => takeBack.mutate(undefined)}>
            Take back from the trash
          </ActItem>
        )}
        <ActItem needs="keystead:ForgetSnapshots" isDangerous disabled={held === true} onClick={forgetting.open}>
          Forget for good
        </ActItem>
        {held === true && <Menu.Label>A legal hold covers it</Menu.Label>}
      </RowMenu>
      <PlaceHold
        environmentId={environmentId}
        label={label}
        isOpen={isHolding}
        onClose={holding.close}
        snapshots={snapshots}
      />
      <Confirm
        isOpen={isTrashing}
        onClose={trashing.close}
        title={`Move the snapshot of ${taken} to the trash?`}
        verb="Move it to the trash"
        command={VAULT_COMMANDS.trash(label, snapshotId)}
        onConfirm={() => trash.mutateAsync(undefined)}
      >
        It lies there for the days that the rules of retention say, seven where there are none, and can be taken back
        until then. Afterwards the next maintenance deletes it.
      </Confirm>
      <Confirm
        isOpen={isForgetting}
        onClose={forgetting.close}
        title={`Forget the snapshot of ${taken} for good?`}
        verb="Forget it for good"
        isDangerous
        typed="for good"
        onConfirm={() => forget.mutateAsync(undefined)}
      >
        What opens it is destroyed at once: nobody can restore it from then on, with any key. It does not go to the
        trash, and cannot be undone.
      </Confirm>
    </>
  );
}

import type { Source } from '@keystead/sdk';
import { Menu } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useAct } from '../../../api/use-act.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { ActItem } from '../../../ui/act-item.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { RowMenu } from '../../../ui/row-menu.tsx';
import { tellProblem } from '../../../ui/tell-problem.ts';
import { environmentKey } from '../api/vault-queries.ts';
import { useStartRun } from '../runs/use-start-run.ts';
import { SourceDialog } from './source-dialog.tsx';

/** What can be done with a source. */
export function SourceMenu({ source }: { readonly source: Source }) {
  const { environmentId, sourceId, name, schedule } = source;
  const [isEditing, edit] = useDisclosure(false);
  const [isDeleting, deletion] = useDisclosure(false);
  const touches = [environmentKey(environmentId)];
  const backUp = useStartRun(environmentId, (api) => api.startBackup(environmentId, { sourceId }));
  const pause = useAct({
    act: (api) => api.pauseSource(environmentId, sourceId),
    touches,
    done: () => `${name} is paused: what comes due until it is resumed is not made up for.`,
  });
  const resume = useAct({
    act: (api) => api.resumeSource(environmentId, sourceId),
    touches,
    done: () => `${name} goes on with its next time.`,
  });
  const remove = useAct({
    act: (api) => api.deleteSource(environmentId, sourceId),
    touches,
    done: () => `${name} is no source any more. Its backups are still there.`,
  });
  return (
    <>
      <RowMenu of={name} width={200}>
        <ActItem needs="keystead:StartBackup" onClick={() => backUp.mutate(undefined)}>
          Back up now
        </ActItem>
        <ActItem needs="keystead:UpdateSource" onClick={edit.open}>
          Change
        </ActItem>
        {schedule !== undefined && (
          <ActItem
            needs={schedule.paused ? 'keystead:ResumeSource' : 'keystead:PauseSource'}
            onClick={() =>
              (schedule.paused ? resume : pause).mutate(undefined, { onError: (error) => tellProblem(error) })
            }
          >
            {schedule.paused ? 'Resume' : 'Pause'}
          </ActItem>
        )}
        <Menu.Divider />
        <ActItem needs="keystead:DeleteSource" isDangerous onClick={deletion.open}>
          Delete
        </ActItem>
      </RowMenu>
      {isEditing && <SourceDialog environmentId={environmentId} source={source} onClose={edit.close} />}
      <Confirm
        isOpen={isDeleting}
        onClose={deletion.close}
        title={`Delete the source ${name}?`}
        verb="Delete the source"
        isDangerous
        command={VAULT_COMMANDS.deleteSource(environmentId, name)}
        onConfirm={() => remove.mutateAsync()}
      >
        It is not backed up any more{schedule !== undefined && ', and its schedule goes with it'}. Every backup of it
        stays, and can be restored like any other.
      </Confirm>
    </>
  );
}

import type { Schedule } from '@keystead/sdk';
import { Menu } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useAct } from '../../../api/use-act.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { ActItem } from '../../../ui/act-item.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { RowMenu } from '../../../ui/row-menu.tsx';
import { tellProblem } from '../../../ui/tell-problem.ts';
import { environmentKey } from '../api/vault-queries.ts';
import { useEnvironment } from '../api/use-environment.ts';

/** What can be done with a schedule. */
export function ScheduleMenu({ schedule, name }: { readonly schedule: Schedule; readonly name: string }) {
  const { environmentId } = useEnvironment();
  const { scheduleId, task, paused } = schedule;
  const [isDeleting, deletion] = useDisclosure(false);
  const touches = [environmentKey(environmentId)];
  const resume = useAct({
    act: (api) => api.resumeSchedule(environmentId, scheduleId),
    touches,
    done: () => 'It goes on with its next time.',
  });
  const pause = useAct({
    act: (api) => api.pauseSchedule(environmentId, scheduleId),
    touches,
    done: () => 'Paused: what comes due meanwhile is not made up for.',
  });
  const remove = useAct({
    act: (api) => api.deleteSchedule(environmentId, scheduleId),
    touches,
    done: () => 'The schedule is deleted.',
  });
  return (
    <>
      <RowMenu of={name}>
        <ActItem
          needs={paused ? 'keystead:ResumeSchedule' : 'keystead:PauseSchedule'}
          onClick={() => (paused ? resume : pause).mutate(undefined, { onError: (error) => tellProblem(error) })}
        >
          {paused ? 'Resume' : 'Pause'}
        </ActItem>
        {task.kind === 'backup' ? (
          <Menu.Label>Change or delete it with its source</Menu.Label>
        ) : (
          <ActItem needs="keystead:DeleteSchedule" isDangerous onClick={deletion.open}>
            Delete
          </ActItem>
        )}
      </RowMenu>
      <Confirm
        isOpen={isDeleting}
        onClose={deletion.close}
        title={`Delete the schedule "${name}"?`}
        verb="Delete the schedule"
        isDangerous
        command={VAULT_COMMANDS.deleteSchedule(environmentId, scheduleId)}
        onConfirm={() => remove.mutateAsync()}
      >
        Nothing does this by itself any more. What it has done so far stays as it is.
      </Confirm>
    </>
  );
}

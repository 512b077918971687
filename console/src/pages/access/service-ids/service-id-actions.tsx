import type { Principal } from '@keystead/sdk';
import { Group } from '@mantine/core';
import { useState } from 'react';
import { useAct } from '../../../api/use-act.ts';
import { PRINCIPAL_COMMANDS } from '../../../commands/holder-commands.ts';
import { ACCESS_MORE_COMMANDS } from '../../../commands/access-more-commands.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { PoliciesDialog } from '../policies-dialog.tsx';

const TOUCHES = [['principals'], ['credentials']];

/** What may be done with a user that is a program. */
export function ServiceIdActions({ principal }: { readonly principal: Principal }) {
  const { principalId, name, state, policies } = principal;
  const [asking, setAsking] = useState<'suspend' | 'delete' | 'roles'>();
  const close = (): void => setAsking(undefined);
  const suspend = useAct({
    act: (api) => api.suspendPrincipal(principalId),
    touches: TOUCHES,
    done: () => `${name} is suspended.`,
  });
  const resume = useAct({
    act: (api) => api.resumePrincipal(principalId),
    touches: TOUCHES,
    done: () => `${name} works again.`,
  });
  const forget = useAct({
    act: (api) => api.deletePrincipal(principalId),
    touches: TOUCHES,
    done: () => `${name} is deleted.`,
  });
  const isActive = state === 'active';
  return (
    <Group gap="xs" wrap="nowrap">
      <ActButton
        needs="keystead:AttachPrincipalPolicy"
        size="compact-sm"
        variant="default"
        onClick={() => setAsking('roles')}
        aria-label={`Roles of ${name}`}
      >
        Roles
      </ActButton>
      <ActButton
        needs={isActive ? 'keystead:SuspendPrincipal' : 'keystead:ResumePrincipal'}
        size="compact-sm"
        variant="default"
        loading={resume.isPending}
        onClick={() => (isActive ? setAsking('suspend') : resume.mutate())}
        aria-label={`${isActive ? 'Suspend' : 'Resume'} ${name}`}
      >
        {isActive ? 'Suspend' : 'Resume'}
      </ActButton>
      <ActButton
        needs="keystead:DeletePrincipal"
        size="compact-sm"
        variant="default"
        onClick={() => setAsking('delete')}
        aria-label={`Delete ${name}`}
      >
        Delete
      </ActButton>
      {asking === 'roles' && (
        <PoliciesDialog
          name={name}
          called="roles"
          before={policies}
          attach={(api, policy) => api.attachPrincipalPolicy(principalId, { policy })}
          detach={(api, policy) => api.detachPrincipalPolicy(principalId, { policy })}
          touches={TOUCHES}
          commandOf={(isAdded, policy) =>
            isAdded ? PRINCIPAL_COMMANDS.attach(policy, name) : PRINCIPAL_COMMANDS.detach(policy, name)
          }
          onClose={close}
        />
      )}
      <Confirm
        isOpen={asking === 'suspend'}
        onClose={close}
        title={`Suspend ${name}?`}
        verb="Suspend it"
        isDangerous
        command={ACCESS_MORE_COMMANDS.suspendServiceId(name)}
        onConfirm={() => suspend.mutateAsync()}
      >
        Every request by one of its keys is refused from the answer on, and so is whatever was opened by them: the
        program stops there. Resume it, and its keys work as before.
      </Confirm>
      <Confirm
        isOpen={asking === 'delete'}
        onClose={close}
        title={`Delete ${name} for good?`}
        verb="Delete it"
        isDangerous
        typed={name}
        command={ACCESS_MORE_COMMANDS.deleteServiceId(name)}
        onConfirm={() => forget.mutateAsync()}
      >
        All of its keys end with the answer: whatever runs by them stops. It cannot be undone, and the name is never
        given again. Grants and key policies that name it do nothing any more.
      </Confirm>
    </Group>
  );
}

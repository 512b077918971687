import type { Principal } from '@keystead/sdk';
import { useState } from 'react';
import { useAct } from '../../../api/use-act.ts';
import { ACCESS_COMMANDS } from '../../../commands/access-commands.ts';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { RolePicker } from './role-picker.tsx';

interface RolesDialogProps {
  readonly person: Principal;
  readonly onClose: () => void;
}

/** Which roles somebody has: what is new is given first, so that nobody is without any meanwhile. */
export function RolesDialog({ person: { principalId, name, policies }, onClose }: RolesDialogProps) {
  const [roles, setRoles] = useState<readonly string[]>(policies);
  const given = roles.filter((role) => !policies.includes(role));
  const taken = policies.filter((role) => !roles.includes(role));
  const change = useAct<void>({
    act: async (api) => {
      for (const policy of given) await api.attachPrincipalPolicy(principalId, { policy });
      for (const policy of taken) await api.detachPrincipalPolicy(principalId, { policy });
    },
    touches: [['principals'], ['policies'], ['who-am-i'], ['may']],
    done: () => `The roles of ${name} are changed`,
  });
  const [first] = [...given, ...taken];
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title={`Roles of ${name}`}
      about="They count from the next request on. Owner, administrator and operator do so for new API keys and access keys alone, and end an open sign-in link. Who becomes an operator needs a new link to sign in."
      verb="Change the roles"
      isReady={first !== undefined}
      command={
        first !== undefined && taken.includes(first)
          ? ACCESS_COMMANDS.detachRole(first, name)
          : ACCESS_COMMANDS.attachRole(first ?? 'role', name)
      }
      onSubmit={() => change.mutateAsync()}
    >
      <RolePicker label="Roles" value={roles} onChange={setRoles} />
    </FormDialog>
  );
}

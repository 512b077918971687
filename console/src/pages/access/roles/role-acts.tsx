import type { Policy } from '@keystead/sdk';
import { ACCESS_COMMANDS } from '../../../commands/access-commands.ts';
import type { ThingAct } from '../../../ui/acts-menu.tsx';
import { RoleDialog } from './role-dialog.tsx';

/** What can be done with a role of the tenant's own; built-in ones stay as they are. */
export function roleActs(policy: Policy): readonly ThingAct[] {
  if (policy.isBuiltIn) return [];
  const { name, attachments = 0 } = policy;
  return [
    { label: 'Edit…', next: { dialog: (onClose) => <RoleDialog policy={policy} onClose={onClose} /> } },
    {
      label: 'Delete',
      isDangerous: true,
      next: {
        title: `Delete the role ${name}?`,
        about:
          attachments > 0
            ? `${attachments} users or roles have it: take it from them first, or this is refused. Keys for the API that it bounds are dead from then on.`
            : 'Nobody has it. Keys for the API that it bounds are dead from then on.',
        verb: 'Delete the role',
        typed: name,
        command: ACCESS_COMMANDS.deleteRole(name),
        run: (api) => api.deletePolicy(name),
        touches: [['policies'], ['credentials']],
        done: `The role ${name} is deleted`,
      },
    },
  ];
}

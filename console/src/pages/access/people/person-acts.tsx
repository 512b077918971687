import type { Principal } from '@keystead/sdk';
import { List } from '@mantine/core';
import { ACCESS_COMMANDS } from '../../../commands/access-commands.ts';
import type { ThingAct } from '../../../ui/acts-menu.tsx';
import { NewLinkDialog } from './new-link-dialog.tsx';
import { RolesDialog } from './roles-dialog.tsx';

const TOUCHED = [['principals'], ['enrolments'], ['sessions'], ['credentials']] as const;

/** What can be done with a person, in the state that it is in. `isSelf`: nobody locks oneself out. */
export function personActs(person: Principal, isSelf: boolean): readonly ThingAct[] {
  const { principalId, name, state, serviceId } = person;
  if (state === 'deleted') return [];
  const acts: ThingAct[] = [
    { label: 'Change roles…', next: { dialog: (onClose) => <RolesDialog person={person} onClose={onClose} /> } },
  ];
  if (state === 'active' && !serviceId)
    acts.push(
      {
        label: 'New sign-in link…',
        next: { dialog: (onClose) => <NewLinkDialog person={person} onClose={onClose} /> },
      },
      {
        label: 'End all sessions',
        next: {
          title: `End all sessions of ${name}?`,
          about: `Every browser in which ${name} is signed in is signed out at once, in the page that is open. They can sign in again. API keys and access keys go on working.`,
          verb: 'End the sessions',
          command: ACCESS_COMMANDS.endSessionsOf(name),
          run: (api) => api.endPrincipalSessions(principalId),
          touches: TOUCHED,
          done: `All sessions of ${name} have ended`,
        },
      },
    );
  if (isSelf) return acts;
  if (state === 'active')
    acts.push({
      label: 'Suspend',
      isDangerous: true,
      next: {
        title: `Suspend ${name}?`,
        about: (
          <List size="sm" spacing={4}>
            {!serviceId && (
              <List.Item>Signed out everywhere at once; an open sign-in link opens nothing any more.</List.Item>
            )}
            <List.Item>
              API keys, access keys and the sessions of roles that they opened are refused from the answer on.
            </List.Item>
            <List.Item>Hosts and programs that work as {name} stop with it.</List.Item>
            <List.Item>Resuming brings back roles, passkeys and keys, but none of the sessions.</List.Item>
          </List>
        ),
        verb: `Suspend ${name}`,
        command: ACCESS_COMMANDS.suspend(name),
        run: (api) => api.suspendPrincipal(principalId),
        touches: TOUCHED,
        done: `${name} is suspended`,
      },
    });
  else
    acts.push({
      label: 'Resume',
      next: {
        title: `Resume ${name}?`,
        about: `${name} signs in again as before, with the same roles. API keys and access keys that were not suspended by themselves work again.`,
        verb: `Resume ${name}`,
        command: ACCESS_COMMANDS.resume(name),
        run: (api) => api.resumePrincipal(principalId),
        touches: TOUCHED,
        done: `${name} is active again`,
      },
    });
  acts.push({
    label: 'Delete',
    isDangerous: true,
    next: {
      title: `Delete ${name} for good?`,
      about: (
        <List size="sm" spacing={4}>
          <List.Item>All that is theirs ends at once: sessions, passkeys, password, API keys, access keys.</List.Item>
          <List.Item>Key policies that name {name} name nobody then. The audit log keeps what was done.</List.Item>
          <List.Item>The name is never given again. This cannot be undone; suspending can.</List.Item>
        </List>
      ),
      verb: `Delete ${name}`,
      typed: name,
      command: ACCESS_COMMANDS.remove(name),
      run: (api) => api.deletePrincipal(principalId),
      touches: TOUCHED,
      done: `${name} is deleted`,
    },
  });
  return acts;
}

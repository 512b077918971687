import type { IssuedEnrolment } from '@keystead/sdk';
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { useAct } from '../../../api/use-act.ts';
import { ACCESS_COMMANDS } from '../../../commands/access-commands.ts';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { LinkOnce } from './link-once.tsx';
import { RolePicker } from './role-picker.tsx';

const NAME = /^[\w+=,.@-]{1,64}$/;

/** Invites a person: the user with its roles, and the link by which the person comes in. */
export function InviteDialog({ onClose }: { readonly onClose: () => void }) {
  const [name, setName] = useState('');
  const [roles, setRoles] = useState<readonly string[]>([]);
  const [made, setMade] = useState<IssuedEnrolment>();
  const invite = useAct({
    act: (api, input: { readonly name: string; readonly policies: readonly string[] }) => api.invitePrincipal(input),
    touches: [['principals'], ['enrolments']],
  });
  if (made !== undefined) return <LinkOnce name={name} enrolment={made} onClose={onClose} />;
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      isFollowed
      title="Invite a person"
      about="They get a link that works once, for seven days. By it they set up a passkey, or a password with an authenticator app. Nobody but they ever knows it."
      verb="Invite"
      isReady={NAME.test(name)}
      command={ACCESS_COMMANDS.invite(name || 'name', ...(roles.length > 0 ? roles : ['role']))}
      onSubmit={async () => setMade((await invite.mutateAsync({ name, policies: roles })).enrolment)}
    >
      <TextInput
        label="Name"
        description="Letters, digits and + = , . @ _ -. Where they sign in by your identity provider, the very name or address that it sends."
        value={name}
        onChange={(event) => setName(event.currentTarget.value.trim())}
        {...(name !== '' && !NAME.test(name) && { error: '1 to 64 letters, digits and + = , . @ _ -' })}
        autoComplete="off"
        data-autofocus
      />
      <RolePicker
        label="Roles"
        description="They add up. Without one a person sees nothing yet; roles can be given later too."
        value={roles}
        onChange={setRoles}
      />
    </FormDialog>
  );
}

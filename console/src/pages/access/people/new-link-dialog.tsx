import type { IssuedEnrolment, Principal } from '@keystead/sdk';
import { Checkbox } from '@mantine/core';
import { useState } from 'react';
import { useAct } from '../../../api/use-act.ts';
import { ACCESS_COMMANDS } from '../../../commands/access-commands.ts';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { LinkOnce } from './link-once.tsx';

interface NewLinkDialogProps {
  readonly person: Pick<Principal, 'principalId' | 'name'>;
  readonly onClose: () => void;
}

/** A new sign-in link, for whoever has lost a passkey or never used the first one. */
export function NewLinkDialog({ person: { principalId, name }, onClose }: NewLinkDialogProps) {
  const [reset, setReset] = useState(false);
  const [made, setMade] = useState<IssuedEnrolment>();
  const make = useAct({
    act: (api, input: { readonly reset: boolean }) => api.createEnrolment(principalId, input),
    touches: [['principals'], ['enrolments'], ['sessions']],
  });
  if (made !== undefined) return <LinkOnce name={name} enrolment={made} onClose={onClose} />;
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      isFollowed
      title={`A new sign-in link for ${name}`}
      about={`By it ${name} sets up a passkey, or a password with an authenticator app. A link that was open before opens nothing any more.`}
      verb="Make the link"
      command={reset ? ACCESS_COMMANDS.resetLink(name) : ACCESS_COMMANDS.link(name)}
      onSubmit={async () => setMade(await make.mutateAsync({ reset }))}
    >
      <Checkbox
        label="Take away all that signs them in today"
        description="For a device that was stolen: passkeys, password and recovery codes are gone at once, all sessions end, and this link is the only way in. It holds for a day."
        checked={reset}
        onChange={(event) => setReset(event.currentTarget.checked)}
      />
    </FormDialog>
  );
}

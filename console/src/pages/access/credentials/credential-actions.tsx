import type { Credential } from '@keystead/sdk';
import { Group, Text } from '@mantine/core';
import { useState } from 'react';
import { useAct } from '../../../api/use-act.ts';
import { ACCESS_MORE_COMMANDS } from '../../../commands/access-more-commands.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { Time } from '../../../ui/time.tsx';
import { TYPES, wireOf } from './credential-words.ts';

interface CredentialActionsProps {
  readonly credential: Credential;
  readonly holder: string;
}

/** What may be done with a credential that was issued: it is taken back, or forgotten. */
export function CredentialActions({ credential, holder }: CredentialActionsProps) {
  const { credentialId, state, type, description } = credential;
  const [asking, setAsking] = useState<'suspend' | 'delete'>();
  const what = `the ${TYPES[type]} ${description === undefined ? '' : `"${description}" `}of ${holder}`;
  const close = () => setAsking(undefined);
  const suspend = useAct({
    act: (api) => api.suspendCredential(credentialId),
    touches: [['credentials']],
    done: () => `${upper(what)} proves nobody any more.`,
  });
  const forget = useAct({
    act: (api) => api.deleteCredential(credentialId),
    touches: [['credentials']],
    done: () => `${upper(what)} is deleted.`,
  });
  return (
    <Group gap="xs" wrap="nowrap">
      {state === 'active' && (
        <ActButton
          needs="keystead:SuspendCredential"
          size="compact-sm"
          variant="default"
          onClick={() => setAsking('suspend')}
          aria-label={`Suspend ${what}`}
        >
          Suspend
        </ActButton>
      )}
      <ActButton
        needs="keystead:DeleteCredential"
        size="compact-sm"
        variant="default"
        onClick={() => setAsking('delete')}
        aria-label={`Delete ${what}`}
      >
        Delete
      </ActButton>
      <Confirm
        isOpen={asking === 'suspend'}
        onClose={close}
        title={`Suspend ${what}?`}
        verb="Suspend it"
        isDangerous
        command={ACCESS_MORE_COMMANDS.suspendCredential(credentialId)}
        onConfirm={() => suspend.mutateAsync()}
      >
        <StopsFirst credential={credential} />
        Every request by it is refused from the answer on, and so is whatever was opened by it. A suspended credential
        is not switched on again: who still needs one is issued another. It stays in this list.
      </Confirm>
      <Confirm
        isOpen={asking === 'delete'}
        onClose={close}
        title={`Delete ${what}?`}
        verb="Delete it"
        isDangerous
        command={ACCESS_MORE_COMMANDS.deleteCredential(credentialId)}
        onConfirm={() => forget.mutateAsync()}
      >
        {state === 'active' && <StopsFirst credential={credential} />}
        {state === 'active'
          ? 'Every request by it is refused from the answer on, and so is whatever was opened by it. It leaves this list; the audit log keeps what was done by it.'
          : 'It proves nobody already. It leaves this list; the audit log keeps what was done by it.'}
      </Confirm>
    </Group>
  );
}

/** Who feels it, as far as can be told. */
function StopsFirst({
  credential: { lastUsedAt, lastUsedBy, lastUsedFrom },
}: Pick<CredentialActionsProps, 'credential'>) {
  return (
    <Text size="sm" fw={600} pb="xs" component="div">
      {lastUsedAt === undefined ? (
        'It was never used, as far as is recorded.'
      ) : (
        <>
          It was last used <Time at={lastUsedAt} />
          {lastUsedBy !== undefined && `, for ${wireOf(lastUsedBy)}`}
          {lastUsedFrom !== undefined && `, from ${lastUsedFrom}`}: whatever runs there stops working first.
        </>
      )}
    </Text>
  );
}

const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

import type { TokenSigningKey } from '@keystead/sdk';
import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../api/api.ts';
import { useAct } from '../../api/use-act.ts';
import { SETTINGS_COMMANDS } from '../../commands/settings-commands.ts';
import { Command } from '../../ui/command.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { CopyText } from '../../ui/copy-text.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { Loading } from '../../ui/loading.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { StateBadge, type Tone } from '../../ui/state-badge.tsx';
import { Time } from '../../ui/time.tsx';
import { Page } from '../../ui/page.tsx';

const TOUCHES = [['token-signing-keys']] as const;
const STATES: Readonly<Record<TokenSigningKey['state'], readonly [string, Tone]>> = {
  signs: ['Signs', 'good'],
  waits: ['Waits: published ahead', 'waiting'],
  retired: ['Retired: its tokens count until they end', 'off'],
};

/** What signs the tokens that clients of the IBM API bear. */
export function TokenKeysPage() {
  const api = useApi();
  const [isRotating, rotating] = useDisclosure(false);
  const [revoked, setRevoked] = useState<TokenSigningKey>();
  const { data, error } = useQuery({ queryKey: ['token-signing-keys'], queryFn: () => api.listTokenSigningKeys() });
  const rotate = useAct({
    act: (client) => client.rotateTokenSigningKey(),
    touches: TOUCHES,
    done: () => 'A new key signs tokens.',
  });
  const revoke = useAct({
    act: (client, keyId: string) => client.revokeTokenSigningKey(keyId),
    touches: TOUCHES,
    done: () => 'Its tokens count no more.',
  });
  return (
    <Page
      title="Token-signing keys"
      about="Clients of the IBM API exchange an API key for a token of an hour. These keys sign the tokens; they change by themselves."
      actions={
        data !== undefined && (
          <Button variant="default" onClick={rotating.open}>
            Rotate now
          </Button>
        )
      }
    >
      <ProblemNotice error={error} title="Token-signing keys are the operator's matter" />
      {data === undefined && !error && <Loading />}
      {data !== undefined && (
        <DataTable
          caption="Token-signing keys"
          rows={data.items}
          idOf={({ keyId }) => keyId}
          columns={[
            { name: 'Key', cell: ({ keyId }) => <CopyText text={keyId} label={`the id ${keyId}`} /> },
            { name: 'State', cell: ({ state }) => <StateBadge tone={STATES[state][1]}>{STATES[state][0]}</StateBadge> },
            { name: 'Signs from', cell: ({ signsFrom }) => <Time at={signsFrom} /> },
            { name: 'Made', isSpare: true, cell: ({ createdAt }) => <Time at={createdAt} /> },
            {
              name: 'Actions',
              cell: (key) => (
                <Button
                  size="compact-sm"
                  variant="subtle"
                  aria-label={`Revoke ${key.keyId}`}
                  onClick={() => setRevoked(key)}
                >
                  Revoke
                </Button>
              ),
            },
          ]}
        />
      )}
      <Command words={SETTINGS_COMMANDS.listTokenKeys()} />
      <Confirm
        isOpen={isRotating}
        onClose={rotating.close}
        title="Have another key sign tokens?"
        verb="Rotate now"
        command={SETTINGS_COMMANDS.rotateTokenKey()}
        onConfirm={() => rotate.mutateAsync()}
      >
        Tokens that were signed before count until they end. Nobody has to sign in anew.
      </Confirm>
      <Confirm
        isOpen={revoked !== undefined}
        onClose={() => setRevoked(undefined)}
        title="Revoke this key?"
        verb="Revoke the key"
        isDangerous
        command={SETTINGS_COMMANDS.revokeTokenKey(revoked?.keyId ?? '')}
        onConfirm={() => revoke.mutateAsync(revoked?.keyId as string)}
      >
        Every token that it signed is refused at once, with all tenants. Clients fetch another one by their API key,
        most of them by themselves. This cannot be undone; do it when the key may be in strange hands.
      </Confirm>
    </Page>
  );
}

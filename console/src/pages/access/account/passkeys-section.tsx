import type { OwnSignIn, Passkey } from '@keystead/sdk';
import { Button, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { hasPasskeys, makePasskey, passkeyName } from '../../../api/passkey.ts';
import { useAct } from '../../../api/use-act.ts';
import { ActsMenu } from '../../../ui/acts-menu.tsx';
import { AskText } from '../../../ui/ask-text.tsx';
import { DataTable } from '../../../ui/data-table.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { Section } from '../../../ui/section.tsx';
import { Time } from '../../../ui/time.tsx';
import type { WithProof } from './use-proof.tsx';
import { withEndedSessions } from './ended-sessions.ts';

const TOUCHED = [['own-sign-in'], ['principals']] as const;

interface PasskeysSectionProps {
  readonly has: OwnSignIn;
  readonly withProof: WithProof;
}

/** One's passkeys: one for each device is good, two at least are better. */
export function PasskeysSection({ has: { passkeys }, withProof }: PasskeysSectionProps) {
  const add = useAct<void>({
    act: (api) =>
      withProof(async () => {
        const { options } = await api.startAddPasskey();
        const credential = await makePasskey(options);
        return api.finishAddPasskey({ credential, name: passkeyName(navigator.userAgent) });
      }),
    touches: TOUCHED,
    done: () => 'You have a new passkey. Give it a name by which you know it',
  });
  return (
    <Section
      title="Passkeys"
      about="Kept by a device or a password manager, opened by fingerprint, face or PIN. Have two, so that a lost one locks you out of nothing."
      actions={
        <Button
          variant="default"
          leftSection={<IconPlus size={16} aria-hidden />}
          loading={add.isPending}
          disabled={!hasPasskeys()}
          onClick={() => add.mutate()}
        >
          Add a passkey
        </Button>
      }
    >
      <ProblemNotice error={add.error} title="No passkey was added" />
      {passkeys.length === 0 ? (
        <Text size="sm" c="dimmed">
          You have none. A passkey is quicker than a password with a code, and nothing of it can be phished.
        </Text>
      ) : (
        <DataTable
          caption="Passkeys"
          rows={passkeys}
          idOf={({ passkeyId }) => passkeyId}
          columns={[
            { name: 'Name', cell: ({ name }) => name },
            { name: 'Added', cell: ({ createdAt }) => <Time at={createdAt} />, isSpare: true },
            {
              name: 'Last used',
              cell: ({ lastUsedAt }) => (lastUsedAt === undefined ? 'Never' : <Time at={lastUsedAt} />),
            },
            {
              name: 'Copies',
              cell: ({ isBackedUp }) => (isBackedUp ? 'On other devices too' : 'On this device alone'),
              isSpare: true,
            },
            {
              name: 'Actions',
              cell: (passkey) => (
                <ActsMenu
                  of={`the passkey ${passkey.name}`}
                  acts={[
                    {
                      label: 'Rename…',
                      next: {
                        dialog: (onClose) => <Rename passkey={passkey} withProof={withProof} onClose={onClose} />,
                      },
                    },
                    {
                      label: 'Remove',
                      isDangerous: true,
                      next: {
                        title: `Remove the passkey ${passkey.name}?`,
                        about:
                          'It signs nobody in from the answer on, and your other sessions end. The browser or password manager may go on offering it: remove it there too. The last way in stays.',
                        verb: 'Remove the passkey',
                        run: (api) => withProof(() => api.deletePasskey(passkey.passkeyId)),
                        touches: TOUCHED,
                        done: withEndedSessions(`The passkey ${passkey.name} is removed`),
                      },
                    },
                  ]}
                />
              ),
            },
          ]}
        />
      )}
    </Section>
  );
}

interface RenameProps {
  readonly passkey: Passkey;
  readonly withProof: WithProof;
  readonly onClose: () => void;
}

function Rename({ passkey, withProof, onClose }: RenameProps) {
  const rename = useAct({
    act: (api, name: string) => withProof(() => api.renamePasskey(passkey.passkeyId, { name })),
    touches: TOUCHED,
  });
  return (
    <AskText
      onClose={onClose}
      title={`Rename the passkey ${passkey.name}`}
      verb="Rename the passkey"
      label="Name"
      first={passkey.name}
      maxLength={64}
      onSubmit={(name) => rename.mutateAsync(name)}
    />
  );
}

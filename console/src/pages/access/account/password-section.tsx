import type { OwnSignIn } from '@keystead/sdk';
import { Button, Group, Text, TextInput, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { useAct } from '../../../api/use-act.ts';
import { ActsMenu, type ThingAct } from '../../../ui/acts-menu.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Facts } from '../../../ui/facts.tsx';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { Section } from '../../../ui/section.tsx';
import { Time } from '../../../ui/time.tsx';
import { AuthenticatorCode } from '../welcome/authenticator-code.tsx';
import { isLongEnough, NewPassword } from '../welcome/new-password.tsx';
import { PasswordSetup } from '../welcome/password-setup.tsx';
import { RecoveryCodesStep } from '../welcome/recovery-codes-step.tsx';
import type { WithProof } from './use-proof.tsx';
import { withEndedSessions } from './ended-sessions.ts';

const TOUCHED = [['own-sign-in'], ['principals']] as const;

interface PasswordSectionProps {
  readonly name: string;
  readonly has: OwnSignIn;
  readonly withProof: WithProof;
}

/** One's password, with the authenticator app and the recovery codes that belong to it. */
export function PasswordSection({ name, has: { passwordSetAt, recoveryCodesLeft }, withProof }: PasswordSectionProps) {
  const api = useApi();
  const [isSetting, setSetting] = useState(false);
  const [codes, setCodes] = useState<readonly string[]>();
  const renew = useAct<void, { readonly recoveryCodes: readonly string[] }>({
    act: () => withProof(() => api.makeRecoveryCodes()),
    touches: TOUCHED,
  });
  const finish = useAct({
    act: (_, given: { readonly password: string; readonly setup: string; readonly code: string }) =>
      withProof(() => api.finishSetPassword(given)),
    touches: TOUCHED,
  });
  const acts: readonly ThingAct[] = [
    { label: 'Change the password…', next: { dialog: (onClose) => <ChangePassword {...{ withProof, onClose }} /> } },
    { label: 'Another authenticator app…', next: { dialog: (onClose) => <ChangeApp {...{ withProof, onClose }} /> } },
    {
      label: 'New recovery codes',
      next: {
        title: 'Make new recovery codes?',
        about: `The ${recoveryCodesLeft} that are left sign nobody in any more. The ten new ones are shown once.`,
        verb: 'Make new codes',
        run: async () => setCodes((await renew.mutateAsync()).recoveryCodes),
        touches: [],
        done: 'There are ten new recovery codes',
      },
    },
    {
      label: 'Remove the password',
      isDangerous: true,
      next: {
        title: 'Remove your password?',
        about:
          'It goes with the authenticator app and the recovery codes: you sign in by a passkey or your provider alone then. Your other sessions end, and the last way in stays.',
        verb: 'Remove the password',
        run: () => withProof(() => api.deletePassword()),
        touches: TOUCHED,
        done: withEndedSessions('Your password is removed'),
      },
    },
  ];
  return (
    <Section
      title="Password"
      about="With an authenticator app that shows codes, and recovery codes for when it is not at hand."
      actions={
        passwordSetAt === undefined ? (
          <Button variant="default" onClick={() => setSetting(true)}>
            Set a password
          </Button>
        ) : (
          <ActsMenu of="your password" acts={acts} />
        )
      }
    >
      {passwordSetAt === undefined ? (
        <Text size="sm" c="dimmed">
          You have none, and need none while you have a passkey.
        </Text>
      ) : (
        <Facts
          facts={[
            ['Set', <Time key="set" at={passwordSetAt} />],
            ['Recovery codes', `${recoveryCodesLeft} of 10 left`],
          ]}
        />
      )}
      <ProblemNotice error={renew.error} />
      <Dialog isOpen={isSetting} title="Set a password" onClose={() => setSetting(false)}>
        <PasswordSetup
          name={name}
          start={() => withProof(() => api.startSetPassword())}
          finish={async (given) => (await finish.mutateAsync(given)).recoveryCodes}
          onDone={(made) => {
            setSetting(false);
            setCodes(made);
          }}
        />
      </Dialog>
      <Dialog
        isOpen={codes !== undefined}
        onClose={() => {}}
        title="Your recovery codes"
        withCloseButton={false}
        closeOnEscape={false}
        closeOnClickOutside={false}
      >
        {codes !== undefined && (
          <RecoveryCodesStep codes={codes} name={name} verb="Close" onKept={() => setCodes(undefined)} />
        )}
      </Dialog>
    </Section>
  );
}

interface ChangeProps {
  readonly withProof: WithProof;
  readonly onClose: () => void;
}

function ChangePassword({ withProof, onClose }: ChangeProps) {
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const change = useAct<void>({
    act: (api) => withProof(() => api.finishSetPassword({ password })),
    touches: TOUCHED,
    done: withEndedSessions('Your password is changed'),
  });
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title="Change the password"
      about="The app and the recovery codes stay. Your other sessions end, so that whoever knew the old one is out."
      verb="Change the password"
      isReady={isLongEnough(password) && password === again}
      onSubmit={() => change.mutateAsync()}
    >
      <NewPassword password={password} again={again} onPassword={setPassword} onAgain={setAgain} />
    </FormDialog>
  );
}

function ChangeApp({ withProof, onClose }: ChangeProps) {
  const api = useApi();
  const [code, setCode] = useState('');
  const setup = useMutation({ mutationFn: () => withProof(() => api.startSetPassword()) });
  const change = useAct<void>({
    act: () => withProof(() => api.finishSetPassword({ setup: setup.data?.setup ?? '', code: code.trim() })),
    touches: TOUCHED,
    done: withEndedSessions('Codes come from the new app now'),
  });
  if (setup.data === undefined)
    return (
      <Dialog title="Another authenticator app" onClose={onClose}>
        <Stack>
          <Text size="sm">
            The app that you have goes on working until the new one has shown its first code. Your other sessions end
            then.
          </Text>
          <ProblemNotice error={setup.error} />
          <Button loading={setup.isPending} onClick={() => setup.mutate()}>
            Show the secret for the new app
          </Button>
        </Stack>
      </Dialog>
    );
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title="Another authenticator app"
      verb="Use this app"
      isReady={/^\s*(?:\d\s*){6}$/.test(code)}
      onSubmit={() => change.mutateAsync()}
    >
      <AuthenticatorCode setup={setup.data} />
      <Group grow>
        <TextInput
          label="Code"
          description="The six digits that the new app shows now"
          inputMode="numeric"
          autoComplete="one-time-code"
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
      </Group>
    </FormDialog>
  );
}

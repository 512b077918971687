import type { AuthenticatorSetup } from '@keystead/sdk';
import { Button, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { AuthenticatorCode } from './authenticator-code.tsx';
import { NewPassword, isLongEnough } from './new-password.tsx';

interface PasswordSetupProps {
  /** Whose password it becomes: for password managers. */
  readonly name: string;
  readonly start: () => Promise<AuthenticatorSetup>;
  readonly finish: (given: {
    readonly password: string;
    readonly setup: string;
    readonly code: string;
  }) => Promise<readonly string[] | undefined>;
  readonly onDone: (recoveryCodes: readonly string[]) => void;
}

/** A password, then an authenticator app that shows a first code: neither counts without the other. */
export function PasswordSetup({ name, start, finish, onDone }: PasswordSetupProps) {
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [code, setCode] = useState('');
  const setup = useMutation({ mutationFn: start });
  const end = useMutation({
    mutationFn: (made: AuthenticatorSetup) => finish({ password, setup: made.setup, code: code.trim() }),
    onSuccess: (codes) => onDone(codes ?? []),
    onError: () => setCode(''),
  });
  const made = setup.data;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (made === undefined) setup.mutate();
        else end.mutate(made);
      }}
    >
      <Stack gap="sm">
        <input type="text" name="username" autoComplete="username" value={name} readOnly hidden />
        {made === undefined ? (
          <>
            <Text size="sm">First a password; then an app on your phone that shows codes.</Text>
            <NewPassword password={password} again={again} onPassword={setPassword} onAgain={setAgain} />
            <ProblemNotice error={setup.error} />
            <Button
              type="submit"
              fullWidth
              loading={setup.isPending}
              disabled={!isLongEnough(password) || password !== again}
            >
              Go on to the authenticator app
            </Button>
          </>
        ) : (
          <>
            <AuthenticatorCode setup={made} />
            <TextInput
              label="Code"
              description="The six digits that the app shows now"
              inputMode="numeric"
              autoComplete="one-time-code"
              value={code}
              onChange={(event) => setCode(event.currentTarget.value)}
              data-autofocus
            />
            <ProblemNotice error={end.error} />
            <Button type="submit" fullWidth loading={end.isPending} disabled={!/^\s*(?:\d\s*){6}$/.test(code)}>
              Set up password and app
            </Button>
            <Button variant="subtle" fullWidth onClick={() => setup.reset()}>
              Choose another password
            </Button>
          </>
        )}
      </Stack>
    </form>
  );
}

import { Button, Stack, TextInput, PasswordInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';

interface PasswordSignInProps {
  /** The account to sign in to, where it is not the first one. */
  readonly account: string | undefined;
  /** Whether the browser may offer passkeys in the field of the name. */
  readonly offersPasskeys: boolean;
  readonly isPrimary: boolean;
  readonly onSignedIn: () => void;
}

/** Name, password and a code, in one step: whatever of them is wrong, the answer is the same. */
export function PasswordSignIn({ account, offersPasskeys, isPrimary, onSignedIn }: PasswordSignInProps) {
  const api = useApi();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const act = useMutation({
    mutationFn: () =>
      api.signInWithPassword({
        name: name.trim(),
        password,
        code: code.trim(),
        ...(account !== undefined && { account }),
      }),
    onSuccess: onSignedIn,
    onError: () => setCode(''),
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        act.mutate();
      }}
    >
      <Stack gap="sm">
        <TextInput
          label="Name"
          name="username"
          autoComplete={offersPasskeys ? 'username webauthn' : 'username'}
          autoCapitalize="none"
          spellCheck={false}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          name="password"
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
        />
        <TextInput
          label="Code"
          description="Six digits of your authenticator app, or one of your recovery codes"
          name="code"
          autoComplete="one-time-code"
          autoCapitalize="none"
          spellCheck={false}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <ProblemNotice error={act.error} title="Not signed in" />
        <Button
          type="submit"
          variant={isPrimary ? 'filled' : 'default'}
          fullWidth
          loading={act.isPending}
          disabled={name.trim() === '' || password === '' || code.trim() === ''}
        >
          Sign in with password and code
        </Button>
      </Stack>
    </form>
  );
}

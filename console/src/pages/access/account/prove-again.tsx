import type { OwnSignIn } from '@keystead/sdk';
import { Button, Divider, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { IconFingerprint } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { askForPasskey, hasPasskeys } from '../../../api/passkey.ts';
import { useWhoAmI } from '../../../api/who-am-i.ts';
import { Dialog } from '../../../ui/dialog.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { ownProvidersQuery } from './own-queries.ts';
import { errandPath } from './provider-errands.ts';

interface ProveAgainProps {
  readonly has: OwnSignIn;
  /** Who it is was proven; or nobody was. */
  readonly onEnd: (isProven: boolean) => void;
}

/** Asks once more who somebody is, before how they sign in is changed: an open page could be anybody's. */
export function ProveAgain({ has, onEnd }: ProveAgainProps) {
  const api = useApi();
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const byPasskey = useMutation({
    mutationFn: async () => {
      const { options } = await api.startPasskeyReauthentication();
      return api.finishPasskeyReauthentication({ credential: await askForPasskey(options) });
    },
    onSuccess: () => onEnd(true),
  });
  const byPassword = useMutation({
    mutationFn: () => api.reauthenticateWithPassword({ password, code: code.trim() }),
    onSuccess: () => onEnd(true),
    onError: () => setCode(''),
  });
  const { accountId } = useWhoAmI();
  const { data: providers = [] } = useQuery(ownProvidersQuery(api, accountId));
  const usable = providers.filter(({ providerId }) => has.links.some((link) => link.providerId === providerId));
  const usesPasskey = has.passkeys.length > 0 && hasPasskeys();
  return (
    <Dialog onClose={() => onEnd(false)} title="Is it still you?" zIndex={300}>
      <Stack>
        <Text size="sm">Before anything of your sign-in is changed, prove once more who you are.</Text>
        {usesPasskey && (
          <Button
            leftSection={<IconFingerprint size={20} aria-hidden />}
            loading={byPasskey.isPending}
            onClick={() => byPasskey.mutate()}
            data-autofocus
          >
            Use your passkey
          </Button>
        )}
        <ProblemNotice error={byPasskey.error} title="Not proven" />
        {has.passwordSetAt !== undefined && (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              // A form around the dialog hears of it too, however far away it is drawn.
              event.stopPropagation();
              byPassword.mutate();
            }}
          >
            <Stack gap="sm">
              {usesPasskey && <Divider label="or" />}
              <PasswordInput
                label="Password"
                autoComplete="current-password"
                value={password}
                onChange={(event) => setPassword(event.currentTarget.value)}
                visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
              />
              <TextInput
                label="Code"
                description="Six digits of your authenticator app, or a recovery code"
                autoComplete="one-time-code"
                value={code}
                onChange={(event) => setCode(event.currentTarget.value)}
              />
              <ProblemNotice error={byPassword.error} title="Not proven" />
              <Button
                type="submit"
                variant={usesPasskey ? 'default' : 'filled'}
                loading={byPassword.isPending}
                disabled={password === '' || code.trim() === ''}
              >
                Use password and code
              </Button>
            </Stack>
          </form>
        )}
        {usable.map(({ providerId, name }) => (
          <Button key={providerId} component="a" href={errandPath('fresh', providerId)} variant="default">
            Sign in again at {name}
          </Button>
        ))}
        {usable.length > 0 && (
          <Text size="sm" c="dimmed">
            The provider asks who you are, and leads back to this page. Then begin again what you were about to change.
          </Text>
        )}
        {!usesPasskey && has.passwordSetAt === undefined && usable.length === 0 && (
          <Text size="sm">Sign out and in again: nothing that you have proves it in this browser.</Text>
        )}
      </Stack>
    </Dialog>
  );
}

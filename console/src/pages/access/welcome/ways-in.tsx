import type { EnrolmentView } from '@keystead/sdk';
import { Alert, Anchor, Button, Divider, Stack, Text } from '@mantine/core';
import { IconFingerprint } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { hasPasskeys, makePasskey, passkeyName } from '../../../api/passkey.ts';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { PasskeysUnusable } from '../sign-in/passkeys-unusable.tsx';
import { PasswordSetup } from './password-setup.tsx';

interface WaysInProps {
  readonly view: EnrolmentView;
  readonly token: string;
  /** Somebody is signed in. The recovery codes are shown once. */
  readonly onDone: (recoveryCodes?: readonly string[]) => void;
}

/** A passkey, or a password with an authenticator app: one of the two is enough. */
export function WaysIn({ view, token, onDone }: WaysInProps) {
  const api = useApi();
  const canPasskey = view.passkeys.isUsable && hasPasskeys();
  const [usesPassword, setUsesPassword] = useState(!canPasskey);
  const passkey = useMutation({
    mutationFn: async () => {
      const { options } = await api.startPasskeyEnrolment({ token });
      const credential = await makePasskey(options);
      return api.finishPasskeyEnrolment({ token, credential, name: passkeyName(navigator.userAgent) });
    },
    onSuccess: () => onDone(),
  });
  if (usesPassword && view.passwordSignIn)
    return (
      <Stack gap="md">
        <PasskeysUnusable site={view.passkeys} />
        <PasswordSetup
          name={view.name}
          start={() => api.startPasswordEnrolment({ token })}
          finish={async (given) => (await api.finishPasswordEnrolment({ token, ...given })).recoveryCodes}
          onDone={onDone}
        />
        {canPasskey && (
          <Anchor component="button" type="button" size="sm" onClick={() => setUsesPassword(false)}>
            Use a passkey instead
          </Anchor>
        )}
      </Stack>
    );
  if (!canPasskey)
    return (
      <Alert color="red" title="There is no way to sign in from here">
        <Stack gap="xs">
          <PasskeysUnusable site={view.passkeys} />
          <Text size="sm">Your account lets nobody sign in by a password. Open this link where passkeys work.</Text>
        </Stack>
      </Alert>
    );
  return (
    <Stack gap="md">
      <Text size="sm">
        A passkey is kept by your device or by your password manager, and opened by fingerprint, face or PIN. There is
        nothing to remember, and nothing that could be phished.
      </Text>
      <Button
        size="md"
        fullWidth
        leftSection={<IconFingerprint size={20} aria-hidden />}
        loading={passkey.isPending}
        onClick={() => passkey.mutate()}
      >
        Set up a passkey
      </Button>
      <ProblemNotice error={passkey.error} title="No passkey was set up" />
      {view.passwordSignIn && (
        <>
          <Divider label="or" />
          <Button variant="default" fullWidth onClick={() => setUsesPassword(true)}>
            Use a password with an authenticator app
          </Button>
        </>
      )}
    </Stack>
  );
}

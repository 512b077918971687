import { Button, Stack } from '@mantine/core';
import { IconFingerprint } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useEffectEvent } from 'react';
import { useApi } from '../../../api/api.ts';
import { askForPasskey, forgetPasskeyQuestion } from '../../../api/passkey.ts';
import { problemOf } from '../../../api/problem.ts';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';

const OFFER_LASTS_MS = 4 * 60_000;

interface PasskeySignInProps {
  /** Whether the browser is to offer passkeys in the field of the name meanwhile. */
  readonly offersInFields: boolean;
  readonly onSignedIn: () => void;
}

/** A passkey says by itself whose it is: nothing is typed. */
export function PasskeySignIn({ offersInFields, onSignedIn }: PasskeySignInProps) {
  const api = useApi();
  const signIn = async (inField: boolean): Promise<void> => {
    const { options } = await api.startPasskeySignIn();
    const credential = await askForPasskey(options, inField);
    await api.finishPasskeySignIn({ credential });
    onSignedIn();
  };
  const inField = useMutation({ mutationFn: () => signIn(true) });
  const act = useMutation({ mutationFn: () => signIn(false) });
  const isBusy = act.isPending || act.isSuccess || inField.isSuccess;
  const offer = useEffectEvent(() => inField.mutate());
  // The button's question ends the one in the field, and a challenge lasts for minutes only: it is asked anew.
  useEffect(() => {
    if (!offersInFields || isBusy) return;
    offer();
    const timer = setInterval(offer, OFFER_LASTS_MS);
    return () => {
      clearInterval(timer);
      forgetPasskeyQuestion();
    };
  }, [offersInFields, isBusy]);
  // Whoever chose nothing in the field has not failed at anything.
  const error = act.error ?? (problemOf(inField.error).code === 'sign-in-refused' ? inField.error : null);
  return (
    <Stack gap="sm">
      <Button
        size="md"
        fullWidth
        leftSection={<IconFingerprint size={20} aria-hidden />}
        loading={isBusy}
        onClick={() => act.mutate()}
      >
        Sign in with a passkey
      </Button>
      <ProblemNotice error={error} title="Not signed in" />
    </Stack>
  );
}

import { Button, Stack } from '@mantine/core';
import { IconFingerprint } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useRef } from 'react';
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
  /** Whether the button was pressed: there is one question to the browser at a time, and then it is the button's. */
  const isPressed = useRef(false);
  const signIn = async (isForgotten?: () => boolean): Promise<void> => {
    const { options } = await api.startPasskeySignIn();
    if (isForgotten?.() === true) throw new DOMException('nobody waits for it any more', 'AbortError');
    const credential = await askForPasskey(options, isForgotten !== undefined);
    await api.finishPasskeySignIn({ credential });
    onSignedIn();
  };
  const inField = useMutation({ mutationFn: signIn });
  const act = useMutation({ mutationFn: () => signIn(), onSettled: () => void (isPressed.current = false) });
  const isBusy = act.isPending || act.isSuccess || inField.isSuccess;
  const offer = useEffectEvent((isForgotten: () => boolean) => inField.mutate(isForgotten));
  // A challenge lasts for minutes only: it is asked anew.
  useEffect(() => {
    if (!offersInFields || isBusy) return;
    let isOver = false;
    const ask = (): void => offer(() => isOver || isPressed.current);
    ask();
    const timer = setInterval(ask, OFFER_LASTS_MS);
    return () => {
      isOver = true;
      clearInterval(timer);
      // The button's question has ended the one in the field by itself.
      if (!isPressed.current) forgetPasskeyQuestion();
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
        onClick={() => {
          isPressed.current = true;
          act.mutate();
        }}
      >
        Sign in with a passkey
      </Button>
      <ProblemNotice error={error} title="Not signed in" />
    </Stack>
  );
}

import { Button, Group, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useApi } from '../../api/api.ts';
import { isPageHeld } from '../../api/held-page.ts';
import { isSignedOut } from '../../api/problem.ts';
import { whoAmIQuery } from '../../api/who-am-i.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { leave } from './leave.ts';
import { hearTabs, tellTabs } from './session-channel.ts';
import { sessionTask, timesOf, type SessionTimes } from './session-clock.ts';
import { useActivity } from './use-activity.ts';
import { useSignOut } from './use-sign-out.ts';

const TICK_MS = 1_000;
const LOOK_AGAIN_MS = 30_000;

/**
 * Renews the session while a person is active, warns two minutes before it ends, and leads to the sign-in when it has.
 * The tabs of one browser share the session, and what becomes of it in one becomes of it in all.
 */
export function SessionKeeper() {
  const api = useApi();
  const router = useRouter();
  const queries = useQueryClient();
  const signOut = useSignOut();
  const activeMs = useActivity();
  const times = useRef<SessionTimes>(undefined);
  const isBusy = useRef(false);
  /** That a session ends for good is said once. */
  const isEndKnown = useRef(false);
  const [warning, setWarning] = useState<{ readonly kind: 'idle' | 'end'; readonly seconds: number }>();

  const renew = useEffectEvent(async () => {
    if (isBusy.current) return;
    isBusy.current = true;
    try {
      const session = await api.renewSession();
      times.current = timesOf(session, Date.now());
      setWarning(undefined);
      tellTabs({ kind: 'renewed', session });
    } catch (error) {
      if (isSignedOut(error)) await leave(router, queries, 'session-ended');
    } finally {
      isBusy.current = false;
    }
  });
  /** The clock of this browser says so; the server has the last word. */
  const end = useEffectEvent(async () => {
    if (isBusy.current) return;
    isBusy.current = true;
    try {
      await queries.fetchQuery({ ...whoAmIQuery(api), staleTime: 0 });
      const laterMs = Date.now() + LOOK_AGAIN_MS;
      times.current = { idleEndsMs: laterMs, endsMs: laterMs, renewedMs: laterMs };
    } catch (error) {
      if (isSignedOut(error)) await leave(router, queries, 'session-ended');
    } finally {
      isBusy.current = false;
    }
  });
  const look = useEffectEvent(() => {
    if (times.current === undefined || isPageHeld()) return;
    const nowMs = Date.now();
    const task = sessionTask(times.current, activeMs.current, nowMs);
    if (task === 'renew') void renew();
    if (task === 'over') void end();
    const seconds = Math.max(0, Math.ceil((Math.min(times.current.idleEndsMs, times.current.endsMs) - nowMs) / 1000));
    setWarning(
      task === 'warn-idle' || (task === 'warn-end' && !isEndKnown.current)
        ? { kind: task === 'warn-idle' ? 'idle' : 'end', seconds }
        : undefined,
    );
  });
  const hear = useEffectEvent((news: Parameters<Parameters<typeof hearTabs>[0]>[0]) => {
    if (news.kind === 'renewed') times.current = timesOf(news.session, Date.now());
    if (news.kind === 'signed-out') void leave(router, queries, 'signed-out');
    // Somebody else may be signed in now: nothing that is shown here is theirs.
    if (news.kind === 'signed-in' && !isPageHeld()) void queries.resetQueries();
  });
  useEffect(() => {
    void renew();
    const timer = setInterval(look, TICK_MS);
    const silence = hearTabs(hear);
    return () => {
      clearInterval(timer);
      silence();
    };
  }, []);

  const close = (): void => {
    if (warning?.kind === 'idle') return void renew();
    isEndKnown.current = true;
    setWarning(undefined);
  };
  return (
    <Dialog
      isOpen={warning !== undefined}
      onClose={close}
      withCloseButton={false}
      title={warning?.kind === 'end' ? 'Your session is about to end' : 'Are you still there?'}
    >
      <Stack>
        <Text size="sm">
          {warning?.kind === 'end'
            ? 'Sessions last for so long and no longer. When it has ended, sign in again: you come back to this page.'
            : 'Nothing was done here for a while. When the session has ended, sign in again: you come back to this page. What you typed here waits for an hour.'}
        </Text>
        <Text fw={600} role="timer">
          {countdown(warning?.seconds ?? 0)} left
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={() => signOut.mutate()} loading={signOut.isPending}>
            Sign out now
          </Button>
          <Button data-autofocus onClick={close}>
            {warning?.kind === 'end' ? 'Go on until then' : 'Stay signed in'}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

function countdown(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

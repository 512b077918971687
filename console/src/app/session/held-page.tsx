import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useEffect, useEffectEvent } from 'react';
import { useApi } from '../../api/api.ts';
import { holdPage, useIsPageHeld } from '../../api/held-page.ts';
import { isSignedOut } from '../../api/problem.ts';
import { useWhoAmI, whoAmIQuery } from '../../api/who-am-i.ts';
import { abandon } from './leave.ts';
import { hearTabs } from './session-channel.ts';

/** How long what was typed is kept for whoever typed it. */
const HELD_MS = 60 * 60_000;

/**
 * In front of a page on which something was typed when its session ended: nothing of it is shown. It goes on where it was
 * when the same person signs in again in another tab; for anybody else, or after an hour, it is left.
 */
export function HeldPage() {
  const isHeld = useIsPageHeld();
  return isHeld && <Held />;
}

function Held() {
  const api = useApi();
  const router = useRouter();
  const queries = useQueryClient();
  const { principalId } = useWhoAmI();
  const leave = useEffectEvent(() => void abandon(router, queries, 'session-ended'));
  const goOn = useEffectEvent(async () => {
    try {
      const now = await api.whoAmI();
      if (now.principalId !== principalId) return leave();
      queries.setQueryData(whoAmIQuery(api).queryKey, now);
      holdPage(false);
      await queries.invalidateQueries();
    } catch (error) {
      if (!isSignedOut(error)) throw error;
    }
  });
  useEffect(() => {
    const look = (): void => void goOn().catch(() => {});
    const silence = hearTabs(({ kind }) => kind === 'signed-in' && look());
    // The news may have come while this tab slept.
    window.addEventListener('focus', look);
    const timer = setTimeout(() => leave(), HELD_MS);
    return () => {
      silence();
      window.removeEventListener('focus', look);
      clearTimeout(timer);
    };
  }, []);
  return (
    <Modal
      opened
      onClose={() => {}}
      fullScreen
      zIndex={400}
      withCloseButton={false}
      closeOnEscape={false}
      title="Your session has ended"
    >
      <Stack maw={560}>
        <Text>
          What you typed on this page is kept for an hour. Sign in again in another tab, as yourself: then this page
          goes on where it was.
        </Text>
        <Group>
          <Button component="a" href="/console/sign-in" target="_blank" rel="noopener" data-autofocus>
            Sign in again
          </Button>
          <Button variant="default" onClick={() => void abandon(router, queries, 'session-ended')}>
            Leave the page
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

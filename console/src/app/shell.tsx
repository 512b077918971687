import { AppShell, Burger, Group, NavLink, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link, Outlet } from '@tanstack/react-router';
import { Suspense, useEffect } from 'react';
import { useRouterState } from '@tanstack/react-router';
import { Loading } from '../ui/loading.tsx';
import { AccountMenu } from './account-menu.tsx';
import { ConnectionNotice } from './connection/connection-notice.tsx';
import { PLACES } from './navigation.ts';
import { SessionKeeper } from './session/session-keeper.tsx';
import { HeldPage } from './session/held-page.tsx';
import { useTypedWatch } from './session/typed.ts';
import { useSignedOut } from './session/use-signed-out.ts';
import { useWhoAmI } from '../api/who-am-i.ts';

/** What is around every page behind the sign-in. */
export function Shell() {
  const [isOpen, { toggle, close }] = useDisclosure(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  useEffect(close, [path, close]);
  useSignedOut();
  useTypedWatch(path);
  const { session } = useWhoAmI();
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 220, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
      padding={{ base: 'md', sm: 'xl' }}
    >
      {session !== undefined && <SessionKeeper key={session.sessionId} />}
      <HeldPage />
      <a className="ks-skip" href="#content">
        To the content
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={isOpen} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Navigation" />
            <img src="/console/keystead.svg" alt="" width={28} height={28} />
            <Text fw={700} size="lg">
              Keystead
            </Text>
          </Group>
          <AccountMenu />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" aria-label="Main">
        {PLACES.map(({ to, name, icon: Icon }) => (
          <NavLink
            key={to}
            className="ks-place"
            label={name}
            leftSection={<Icon size={18} aria-hidden />}
            active={to === '/' ? path === '/' || path === '/console/' : path.replace(/^\/console/, '').startsWith(to)}
            renderRoot={(props) => <Link to={to} {...props} />}
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <ConnectionNotice />
        <Suspense fallback={<Loading />}>
          <Outlet />
        </Suspense>
      </AppShell.Main>
    </AppShell>
  );
}

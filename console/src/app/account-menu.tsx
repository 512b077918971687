import { Button, Menu, Text, useMantineColorScheme } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconChevronDown, IconDeviceDesktop, IconLogout, IconMoon, IconSun, IconUserCircle } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { problemOf } from '../api/problem.ts';
import { useWhoAmI } from '../api/who-am-i.ts';
import { useSignOut } from './session/use-sign-out.ts';

const SCHEMES = [
  { scheme: 'light', name: 'Light', icon: IconSun },
  { scheme: 'dark', name: 'Dark', icon: IconMoon },
  { scheme: 'auto', name: 'As the system', icon: IconDeviceDesktop },
] as const;

/** Who is signed in, as what and where; how the console looks; the way out. */
export function AccountMenu() {
  const { name, policies, tenantName, accountId, session } = useWhoAmI();
  const signOut = useSignOut();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Menu
      position="bottom-end"
      width={260}
      withInitialFocusPlaceholder={false}
      // Within a landmark of the page.
      portalProps={{ target: '#content' }}
    >
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          c="var(--mantine-color-text)"
          rightSection={<IconChevronDown size={16} aria-hidden />}
        >
          {name}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text size="sm" fw={600} c="var(--mantine-color-text)">
            {tenantName}
          </Text>
          <Text size="xs" className="ks-code">
            {accountId}
          </Text>
          {policies.length > 0 && <Text size="xs">{policies.join(', ')}</Text>}
        </Menu.Label>
        <Menu.Item
          leftSection={<IconUserCircle size={16} aria-hidden />}
          renderRoot={(props) => <Link to="/account" {...props} />}
        >
          My account
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>Appearance</Menu.Label>
        {SCHEMES.map(({ scheme, name: label, icon: Icon }) => (
          <Menu.Item
            key={scheme}
            leftSection={<Icon size={16} aria-hidden />}
            onClick={() => setColorScheme(scheme)}
            {...(colorScheme === scheme && { fw: 700 })}
          >
            {label}
          </Menu.Item>
        ))}
        {session !== undefined && (
          <>
            <Menu.Divider />
            <Menu.Item
              leftSection={<IconLogout size={16} aria-hidden />}
              onClick={() => signOut.mutate(undefined, { onError: tell })}
            >
              Sign out
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

function tell(error: unknown): void {
  const { message, action } = problemOf(error);
  notifications.show({ color: 'red', title: 'You are still signed in', message: `${message}. ${action ?? ''}` });
}

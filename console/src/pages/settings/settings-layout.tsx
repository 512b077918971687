import { Text } from '@mantine/core';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { IconChevronLeft } from '@tabler/icons-react';
import { Suspense } from 'react';
import { Loading } from '../../ui/loading.tsx';
import { TextLink } from '../../ui/links.tsx';
import { SETTINGS_GROUPS } from './areas.ts';
import './settings.css';

/** A page of the settings beside the navigation of the area. On narrow screens the way back to the list stands above. */
export function SettingsLayout() {
  const isList = useRouterState({ select: ({ location }) => /\/settings\/?$/.test(location.pathname) });
  return (
    <div className="ks-settings">
      <nav className="ks-settings-nav" aria-label="Settings">
        {SETTINGS_GROUPS.map(({ name, areas }) => (
          <div key={name}>
            <Text size="xs" fw={600} c="dimmed" px="sm" pb={4} id={`settings-${name}`}>
              {name}
            </Text>
            <ul aria-labelledby={`settings-${name}`}>
              {areas.map(({ to, name: label }) => (
                <li key={to}>
                  <Link to={to}>{label}</Link>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </nav>
      <div className="ks-settings-page">
        {!isList && (
          <TextLink to="/settings" size="sm" className="ks-settings-back">
            <IconChevronLeft size={16} aria-hidden /> All settings
          </TextLink>
        )}
        <Suspense fallback={<Loading />}>
          <Outlet />
        </Suspense>
      </div>
    </div>
  );
}

import { Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Page } from '../../ui/page.tsx';
import { Section } from '../../ui/section.tsx';
import { SETTINGS_GROUPS } from './areas.ts';

/** The list of what can be set. */
export function SettingsPage() {
  return (
    <Page title="Settings" about="What holds for the whole tenant, and what the operator sets for the installation.">
      {SETTINGS_GROUPS.map(({ name, areas }) => (
        <Section key={name} title={name}>
          <ul className="ks-settings-list">
            {areas.map(({ to, name: label, about }) => (
              <li key={to}>
                <Link to={to}>
                  <Text fw={600}>{label}</Text>
                  <Text size="sm" c="dimmed">
                    {about}
                  </Text>
                </Link>
              </li>
            ))}
          </ul>
        </Section>
      ))}
    </Page>
  );
}

import { Group, Paper, SimpleGrid, Stack, Text } from '@mantine/core';
import { TextLink } from '../../ui/links.tsx';
import { Page } from '../../ui/page.tsx';
import { Section } from '../../ui/section.tsx';
import { SETTINGS_GROUPS } from './areas.ts';

/** All settings, and what each is for. */
export function SettingsPage() {
  return (
    <Page title="Settings">
      {SETTINGS_GROUPS.map(({ name, areas }) => (
        <Section key={name} title={name}>
          <SimpleGrid cols={{ base: 1, xs: 2, lg: 3 }}>
            {areas.map(({ to, name: area, about, icon: AreaIcon }) => (
              <Paper key={to} withBorder p="md">
                <Group wrap="nowrap" align="flex-start" gap="sm">
                  <AreaIcon size={20} aria-hidden style={{ flexShrink: 0, marginTop: 2 }} />
                  <Stack gap={2}>
                    <TextLink to={to} fw={600}>
                      {area}
                    </TextLink>
                    <Text size="sm" c="dimmed">
                      {about}
                    </Text>
                  </Stack>
                </Group>
              </Paper>
            ))}
          </SimpleGrid>
        </Section>
      ))}
    </Page>
  );
}

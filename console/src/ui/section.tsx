import { Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

interface SectionProps {
  readonly title: string;
  readonly about?: ReactNode;
  /** Buttons, at the right. */
  readonly actions?: ReactNode;
  /** The level of the heading. */
  readonly order?: 2 | 3;
  readonly children?: ReactNode;
}

/** A part of a page, with a heading of its own. */
export function Section({ title, about, actions, order = 2, children }: SectionProps) {
  return (
    <Stack gap="sm" component="section">
      <Group justify="space-between" align="flex-start" gap="sm">
        <Stack gap={2} maw={720} style={{ flex: '1 1 16rem' }}>
          <Title order={order} size={order === 2 ? 'h4' : 'h5'}>
            {title}
          </Title>
          {about !== undefined && (
            <Text size="sm" c="dimmed" component="div">
              {about}
            </Text>
          )}
        </Stack>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}

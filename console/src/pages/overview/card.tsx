import { Group, Paper, Stack, Title } from '@mantine/core';
import type { Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';

interface CardProps {
  readonly title: string;
  readonly icon: Icon;
  /** Where it leads. */
  readonly link?: ReactNode;
  readonly children: ReactNode;
}

/** One matter of the overview, on one look. */
export function Card({ title, icon: CardIcon, link, children }: CardProps) {
  return (
    <Paper withBorder p="md" component="section">
      <Stack gap="xs">
        <Group justify="space-between" wrap="nowrap">
          <Group gap="xs" wrap="nowrap">
            <CardIcon size={18} aria-hidden />
            <Title order={2} size="h5">
              {title}
            </Title>
          </Group>
          {link}
        </Group>
        {children}
      </Stack>
    </Paper>
  );
}

import { Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

interface EmptyStateProps {
  readonly title: string;
  /** What would be here, and what it is good for. */
  readonly children: ReactNode;
  /** What to do first. */
  readonly action?: ReactNode;
}

/** A place where nothing is yet: it teaches what could be, and offers to begin. */
export function EmptyState({ title, children, action }: EmptyStateProps) {
  return (
    <Paper withBorder p="xl">
      <Stack align="center" gap="sm" maw={560} mx="auto">
        <Title order={2} size="h4">
          {title}
        </Title>
        <Text c="dimmed" ta="center" component="div">
          {children}
        </Text>
        {action}
      </Stack>
    </Paper>
  );
}

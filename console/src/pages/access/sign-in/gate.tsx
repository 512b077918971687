import '../access.css';
import { Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { usePageFocus } from '../../../ui/page-focus.ts';
import { useTabTitle } from '../../../ui/tab-title.ts';

interface GateProps {
  readonly title: string;
  readonly about?: ReactNode;
  readonly children: ReactNode;
  /** Below the card. */
  readonly foot?: ReactNode;
}

/** What those see who are not signed in: one card, in the middle. */
export function Gate({ title, about, children, foot }: GateProps) {
  useTabTitle(title);
  const heading = usePageFocus(title);
  return (
    <main className="ks-gate">
      <Stack gap="lg" w="100%" maw={440}>
        <Group gap="sm" justify="center">
          <img src="/console/keystead.svg" alt="" width={32} height={32} />
          <Text fw={700} size="xl">
            Keystead
          </Text>
        </Group>
        <Paper withBorder p={{ base: 'md', xs: 'xl' }} shadow="xs">
          <Stack gap="lg">
            <Stack gap={4}>
              <Title order={1} size="h2" ref={heading} tabIndex={-1} className="ks-page-title">
                {title}
              </Title>
              {about !== undefined && (
                <Text c="dimmed" component="div">
                  {about}
                </Text>
              )}
            </Stack>
            {children}
          </Stack>
        </Paper>
        {foot}
      </Stack>
    </main>
  );
}

import { Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { usePageFocus } from './page-focus.ts';
import { useTabTitle } from './tab-title.ts';

interface PageProps {
  readonly title: string;
  /** What the page is for, in a sentence. */
  readonly about?: ReactNode;
  /** What one does here first: buttons, at the right. */
  readonly actions?: ReactNode;
  /** Whether pages of their own lie in it, each of which names the tab. */
  readonly isFrame?: boolean;
  readonly children?: ReactNode;
}

/** A page: its heading is the only one of the first level, and the title of the browser's tab. */
export function Page({ title, about, actions, isFrame = false, children }: PageProps) {
  useTabTitle(...(isFrame ? [] : [title]));
  const heading = usePageFocus(title);
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-start">
        <Stack gap={4} maw={720} flex="1 1 18rem">
          <Title order={1} size="h2" ref={heading} tabIndex={-1} className="ks-page-title">
            {title}
          </Title>
          {about !== undefined && about !== '' && <Text c="dimmed">{about}</Text>}
        </Stack>
        {actions !== undefined && <Group gap="sm">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}

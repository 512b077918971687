import { Text, VisuallyHidden } from '@mantine/core';

/** An empty cell of a table. */
export function Nothing({ word = 'nothing' }: { readonly word?: string }) {
  return (
    <Text span c="dimmed">
      <span aria-hidden>–</span>
      <VisuallyHidden>{word}</VisuallyHidden>
    </Text>
  );
}

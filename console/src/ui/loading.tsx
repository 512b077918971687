import { Skeleton, Stack, VisuallyHidden } from '@mantine/core';

/** In place of what is not there yet. What was read before is shown instead, without it. */
export function Loading({ lines = 4 }: { readonly lines?: number }) {
  return (
    <Stack gap="sm" role="status" aria-busy>
      <VisuallyHidden>Loading</VisuallyHidden>
      {Array.from({ length: lines }, (_, line) => (
        <Skeleton key={line} height={20} />
      ))}
    </Stack>
  );
}

import { Button, Group, Stack, Text } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';
import { Dialog } from './dialog.tsx';

interface LeaveGuardProps {
  /** Whether something is lost when the page is left now. Not while it is being saved: what leads on then is no loss. */
  readonly isUnsaved: boolean;
  /** What is lost, in a sentence. */
  readonly children: string;
}

/**
 * Asks before a page is left that holds what was not saved: by a link, another part of the page, Back and Forward in a
 * dialog of its own; by a reload or the end of the tab in that of the browser, whose words no page chooses.
 */
export function LeaveGuard({ isUnsaved, children }: LeaveGuardProps) {
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) =>
      current.pathname !== next.pathname || JSON.stringify(current.search) !== JSON.stringify(next.search),
    disabled: !isUnsaved,
    withResolver: true,
  });
  return (
    <Dialog isOpen={status === 'blocked'} onClose={() => reset?.()} title="Leave without saving?">
      <Stack>
        <Text size="sm">{children}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={() => proceed?.()}>
            Leave it
          </Button>
          <Button onClick={() => reset?.()} data-autofocus>
            Stay here
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

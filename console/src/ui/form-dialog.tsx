import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { Command } from './command.tsx';
import { Dialog } from './dialog.tsx';
import { LeaveGuard } from './leave-guard.tsx';
import { ProblemNotice } from './problem-notice.tsx';

export interface FormDialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly title: string;
  /** What it is good for, above the fields. */
  readonly about?: ReactNode | undefined;
  /** What the button says: a verb and the thing. */
  readonly verb: string;
  /** Whether the fields may be sent as they are. */
  readonly isReady?: boolean;
  readonly command?: readonly string[];
  readonly children: ReactNode;
  /** Whether something else is shown in its place when it is done: then it is not closed. */
  readonly isFollowed?: boolean;
  /** What is done. While it goes on the dialog stays; what it throws is told in the dialog. */
  readonly onSubmit: () => Promise<unknown>;
}

/**
 * Fields in a dialog. Esc and the cross leave everything as it is; a click beside it does so only as long as nothing was
 * typed.
 */
export function FormDialog(props: FormDialogProps) {
  const {
    isOpen,
    onClose,
    title,
    about,
    verb,
    isReady = true,
    command,
    children,
    isFollowed = false,
    onSubmit,
  } = props;
  const [isTouched, setIsTouched] = useState(false);
  const act = useMutation({
    mutationFn: onSubmit,
    onSuccess: () => {
      if (!isFollowed) close();
    },
  });
  const close = (): void => {
    act.reset();
    setIsTouched(false);
    onClose();
  };
  const leave = (): void => {
    if (!act.isPending) close();
  };
  return (
    <Dialog isOpen={isOpen} onClose={leave} title={title} size="lg" closeOnClickOutside={!isTouched}>
      <LeaveGuard isUnsaved={isOpen && isTouched && !act.isPending}>
        What you have typed in this dialog was not saved.
      </LeaveGuard>
      <form
        onInput={() => setIsTouched(true)}
        onSubmit={(event) => {
          event.preventDefault();
          // A form around the dialog hears of it too, however far away it is drawn.
          event.stopPropagation();
          act.mutate();
        }}
      >
        <Stack>
          {about !== undefined && (
            <Text size="sm" c="dimmed" component="div">
              {about}
            </Text>
          )}
          {children}
          {command !== undefined && <Command words={command} />}
          <ProblemNotice error={act.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={leave} disabled={act.isPending}>
              Cancel
            </Button>
            <Button type="submit" loading={act.isPending} disabled={!isReady}>
              {verb}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

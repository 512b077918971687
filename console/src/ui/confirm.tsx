import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { Command } from './command.tsx';
import { Dialog } from './dialog.tsx';
import { ProblemNotice } from './problem-notice.tsx';

export interface ConfirmProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  /** A question that names the thing: "Disable the key payroll?" */
  readonly title: string;
  /** What becomes of what: what stops working first. */
  readonly children: ReactNode;
  /** What the button says: the verb and the thing. */
  readonly verb: string;
  readonly isDangerous?: boolean;
  /** To be typed before the button works: the name of what is gone afterwards. */
  readonly typed?: string;
  readonly command?: readonly string[];
  /** What is done. While it goes on the dialog stays; what it throws is told in the dialog. */
  readonly onConfirm: () => Promise<unknown>;
}

/** Asks before something is done that others feel. Esc and the cross leave everything as it is. */
export function Confirm(props: ConfirmProps) {
  const { isOpen, onClose, title, children, verb, isDangerous = false, typed, command, onConfirm } = props;
  const [given, setGiven] = useState('');
  const act = useMutation({
    mutationFn: onConfirm,
    onSuccess: () => close(),
  });
  const close = (): void => {
    setGiven('');
    act.reset();
    onClose();
  };
  const leave = (): void => {
    if (!act.isPending) close();
  };
  return (
    <Dialog isOpen={isOpen} onClose={leave} title={title} size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          // A form around the dialog hears of it too, however far away it is drawn.
          event.stopPropagation();
          act.mutate();
        }}
      >
        <Stack>
          <Text component="div" size="sm">
            {children}
          </Text>
          {typed !== undefined && (
            <TextInput
              label={`Type ${typed} to go on`}
              value={given}
              onChange={(event) => setGiven(event.currentTarget.value)}
              autoComplete="off"
              data-autofocus
            />
          )}
          {command !== undefined && <Command words={command} />}
          <ProblemNotice error={act.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={leave} disabled={act.isPending}>
              Leave it as it is
            </Button>
            <Button
              type="submit"
              {...(isDangerous && { color: 'red.9' })}
              loading={act.isPending}
              disabled={typed !== undefined && given !== typed}
            >
              {verb}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

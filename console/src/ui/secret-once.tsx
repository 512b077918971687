import { Alert, Button, Checkbox, Group, Stack, Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { CopyText } from './copy-text.tsx';
import { Dialog } from './dialog.tsx';
import { saveText } from './save-file.ts';
import { Facts } from './facts.tsx';

interface SecretOnceProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly about: string;
  /** What is shown, by its names; the secrets among them. */
  readonly values: readonly (readonly [name: string, value: string])[];
  /** The file that it is saved as. */
  readonly file: { readonly name: string; readonly text: string };
  /** What is to be said before it closes. */
  readonly kept?: string;
  /** What else can be done with it. */
  readonly children?: ReactNode;
}

/** Shows secrets that are never shown again. It closes once it is said that they are kept. */
export function SecretOnce(props: SecretOnceProps) {
  const { isOpen, onClose, title, about, values, file, kept = 'I have kept it where it is safe', children } = props;
  const [isKept, setIsKept] = useState(false);
  const close = (): void => {
    setIsKept(false);
    onClose();
  };
  return (
    <Dialog
      isOpen={isOpen}
      onClose={close}
      title={title}
      size="lg"
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
    >
      <Stack>
        <Alert color="gray" title="This is shown once">
          <Text size="sm">{about}</Text>
        </Alert>
        <Facts facts={values.map(([name, value]) => [name, <CopyText key={name} text={value} label={name} />])} />
        <Checkbox label={kept} checked={isKept} onChange={(event) => setIsKept(event.currentTarget.checked)} />
        <Group justify="flex-end">
          {children}
          <Button variant="default" onClick={() => saveText(file.name, file.text)}>
            Download {file.name}
          </Button>
          <Button disabled={!isKept} onClick={close}>
            Close
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

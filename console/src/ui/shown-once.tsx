import { Alert, Button, Checkbox, Group, Modal, Stack } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import { CopyText } from './copy-text.tsx';
import { Facts } from './facts.tsx';

/** A value by its name. */
export interface OnceValue {
  readonly name: string;
  readonly value: string;
}

interface ShownOnceProps {
  readonly title: string;
  readonly values: readonly OnceValue[];
  readonly file: { readonly name: string; readonly text: string };
  /** What to do with it. */
  readonly children?: ReactNode;
  readonly onClose: () => void;
}

/** Secrets that the server shows in one answer and never again. The dialog stays until somebody says that they are kept. */
export function ShownOnce({ title, values, file, children, onClose }: ShownOnceProps) {
  const [isKept, setIsKept] = useState(false);
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      size="lg"
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
    >
      <Stack>
        <Alert color="yellow" variant="outline" title="Shown this once" c="var(--mantine-color-text)">
          The server keeps no copy that it could show again. Put it where it belongs now.
        </Alert>
        <Facts
          facts={values.map(({ name, value }) => [
            name,
            <CopyText key={name} text={value} label={`the ${name.toLowerCase()}`} />,
          ])}
        />
        <Group>
          <Button
            variant="default"
            leftSection={<IconDownload size={16} aria-hidden />}
            component="a"
            href={`data:text/plain;charset=utf-8,${encodeURIComponent(file.text)}`}
            download={file.name}
          >
            Download as a file
          </Button>
        </Group>
        {children}
        <Checkbox
          label="I have kept it"
          checked={isKept}
          onChange={(event) => setIsKept(event.currentTarget.checked)}
        />
        <Group justify="flex-end">
          <Button disabled={!isKept} onClick={onClose}>
            Done
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

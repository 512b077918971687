import '../access.css';
import { Button, Checkbox, Group, Stack, Text } from '@mantine/core';
import { IconDownload, IconPrinter } from '@tabler/icons-react';
import { useState } from 'react';
import { CopyAction } from '../../../ui/copy-text.tsx';
import { saveText } from '../../../ui/save-file.ts';

interface RecoveryCodesStepProps {
  readonly codes: readonly string[];
  readonly name: string;
  readonly verb?: string;
  readonly onKept: () => void;
}

/** Recovery codes, shown once: it goes on when somebody says that they are kept. */
export function RecoveryCodesStep({ codes, name, verb = 'Go on', onKept }: RecoveryCodesStepProps) {
  const [isKept, setKept] = useState(false);
  const text = `Recovery codes of ${name} for Keystead at ${window.location.host}\nEach works once.\n\n${codes.join('\n')}\n`;
  return (
    <Stack gap="md">
      <ol className="ks-codes ks-print" aria-label="Recovery codes">
        {codes.map((code) => (
          <li key={code} className="ks-code">
            {code}
          </li>
        ))}
      </ol>
      <Text size="sm" c="dimmed">
        They are shown this once. Keep them where you keep what must not be lost, and not beside your password.
      </Text>
      <Group gap="xs">
        <Button
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
          onClick={() => saveText('keystead-recovery-codes.txt', text)}
        >
          Download
        </Button>
        <Button variant="default" leftSection={<IconPrinter size={16} aria-hidden />} onClick={() => window.print()}>
          Print
        </Button>
        <CopyAction text={codes.join('\n')} label="the recovery codes" />
      </Group>
      <Checkbox label="I have kept them" checked={isKept} onChange={(event) => setKept(event.currentTarget.checked)} />
      <Button fullWidth disabled={!isKept} onClick={onKept}>
        {verb}
      </Button>
    </Stack>
  );
}

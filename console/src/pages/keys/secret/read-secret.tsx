import { Button, Group, Modal, Stack, Text, Title } from '@mantine/core';
import { IconDownload, IconEye } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useApi } from '../../../api/api.ts';
import { KEY_COMMANDS } from '../../../commands/key-commands.ts';
import { Command } from '../../../ui/command.tsx';
import { CopyText } from '../../../ui/copy-text.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { saveFile } from '../../../ui/save-file.ts';
import type { KeyTabProps } from '../detail/key-page.tsx';
import { keyName } from '../key-words.ts';

/** A stored secret, read when somebody asks for it, and let go of when that is over. */
export function ReadSecret({ shown }: KeyTabProps) {
  const { region, keyId } = shown;
  const api = useApi();
  // Beside the cache of the page, which would keep it.
  const read = useMutation({ mutationFn: () => api.readSecret(region, keyId), gcTime: 0 });
  const bytes = read.data && Uint8Array.fromBase64(read.data.value);
  return (
    <Stack gap="sm" align="flex-start">
      <Title order={2} size="h4">
        The secret
      </Title>
      <Text size="sm">Whoever may read it has it from then on. Each reading is in the audit log.</Text>
      <ProblemNotice error={read.error} title="The secret was not read" />
      <Button
        variant="default"
        leftSection={<IconEye size={16} aria-hidden />}
        loading={read.isPending}
        onClick={() => read.mutate()}
      >
        Read the secret
      </Button>
      <Command words={KEY_COMMANDS.readSecret(region, keyId, './secret')} />
      <Modal
        opened={bytes !== undefined}
        onClose={() => read.reset()}
        title={`The secret ${keyName(shown)}`}
        size="lg"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {bytes && (
          <Stack>
            <Secret bytes={bytes} />
            <Group justify="flex-end">
              <Button
                variant="default"
                leftSection={<IconDownload size={16} aria-hidden />}
                onClick={() => saveFile('secret.bin', bytes)}
              >
                Save as a file
              </Button>
              <Button onClick={() => read.reset()}>Close</Button>
            </Group>
          </Stack>
        )}
      </Modal>
    </Stack>
  );
}

function Secret({ bytes }: { readonly bytes: Uint8Array<ArrayBuffer> }) {
  const text = textOf(bytes);
  return (
    <>
      <Text size="sm" c="dimmed">
        {text === undefined ? `${bytes.length} bytes that are no text, in base64:` : `${bytes.length} bytes:`}
      </Text>
      <span className="ks-anywhere">
        <CopyText text={text ?? bytes.toBase64()} label="the secret" />
      </span>
    </>
  );
}

/** The text that bytes are; undefined for what is none, or would not show as it is. */
function textOf(bytes: Uint8Array<ArrayBuffer>): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return /[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

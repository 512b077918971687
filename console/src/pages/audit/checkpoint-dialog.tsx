import { Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '../../api/api.ts';
import { AUDIT_COMMANDS } from '../../commands/audit-commands.ts';
import { countOf } from '../../ui/amounts.ts';
import { Command } from '../../ui/command.tsx';
import { CopyText } from '../../ui/copy-text.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Loading } from '../../ui/loading.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Time } from '../../ui/time.tsx';
import type { LogName } from './audit-search.ts';
import { saveText } from '../../ui/save-file.ts';
import { logApi } from './log-api.ts';

interface CheckpointDialogProps {
  readonly log: LogName;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** The newest signed checkpoint, to be kept elsewhere. */
export function CheckpointDialog({ log, isOpen, onClose }: CheckpointDialogProps) {
  const api = useApi();
  const { data, error } = useQuery({
    queryKey: ['audit', 'checkpoint', log],
    queryFn: () => logApi(api, log).checkpoint(),
    enabled: isOpen,
  });
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title="The newest checkpoint" size="lg">
      <Stack>
        <Text size="sm">
          A signed summary of the whole log. Keep one elsewhere now and then, with somebody who does not run this
          server: it proves later that no entry up to it was changed or removed.
        </Text>
        <ProblemNotice error={error} title="There is no checkpoint to show" />
        {data === undefined && !error && <Loading />}
        {data !== undefined && (
          <>
            <Facts
              facts={[
                ['Log', data.log],
                ['Signed', <Time key="at" at={data.signedAt} />],
                ['Entries', countOf(data.size, 'entry', 'entries')],
                ['Verifier key', <CopyText key="key" text={data.verifierKey} label="the verifier key" />],
              ]}
            />
            <pre className="ks-code ks-leaf" aria-label="The checkpoint" tabIndex={0} role="region">
              {data.checkpoint}
            </pre>
            <Group>
              <Button onClick={() => saveText(`checkpoint-${data.size}.txt`, data.checkpoint)}>
                Download the checkpoint
              </Button>
              <Button variant="default" onClick={() => saveText('log.vkey', `${data.verifierKey}\n`)}>
                Download the key
              </Button>
            </Group>
            <Command words={AUDIT_COMMANDS.checkpoint(log)} />
          </>
        )}
      </Stack>
    </Dialog>
  );
}

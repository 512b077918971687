import { Button, Group, SegmentedControl, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDownload, IconRosette } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { AUDIT_COMMANDS } from '../../commands/audit-commands.ts';
import { Command } from '../../ui/command.tsx';
import { Page } from '../../ui/page.tsx';
import { askedEntries, withLog, type LogName } from './audit-search.ts';
import { AuditFilters } from './audit-filters.tsx';
import { CheckpointDialog } from './checkpoint-dialog.tsx';
import { ExportDialog } from './export-dialog.tsx';
import { EntryList } from './entry-list.tsx';
import { LogWatchNotice } from './log-watch-notice.tsx';

/** Everything that was done, refused or failed: searched, and proved. */
export function AuditPage() {
  const search = useSearch({ from: '/shell/audit' });
  const navigate = useNavigate({ from: '/audit' });
  const [isCheckpointOpen, checkpoint] = useDisclosure(false);
  const [isExportOpen, exports] = useDisclosure(false);
  const log = search.log ?? 'tenant';
  return (
    <Page
      title="Audit"
      about="Who did what, when and from where: what was refused and what failed, too. Nobody can change or remove an entry without it showing."
      actions={
        <>
          <Button variant="default" leftSection={<IconRosette size={16} aria-hidden />} onClick={checkpoint.open}>
            Checkpoint
          </Button>
          <Button variant="default" leftSection={<IconDownload size={16} aria-hidden />} onClick={exports.open}>
            Export
          </Button>
        </>
      }
    >
      <LogWatchNotice log={log} />
      <Stack gap="md">
        <Group justify="space-between">
          <SegmentedControl
            aria-label="Which log"
            value={log}
            data={[
              { value: 'tenant', label: 'My tenant' },
              { value: 'installation', label: 'Installation' },
            ]}
            onChange={(value) =>
              void navigate({
                search: withLog(search, value as LogName),
              })
            }
          />
        </Group>
        <AuditFilters search={search} onChange={(next) => void navigate({ search: next, replace: true })} />
        <EntryList search={search} />
        <Command words={AUDIT_COMMANDS.entries(log, askedEntries(search, Date.now()))} />
      </Stack>
      <CheckpointDialog log={log} isOpen={isCheckpointOpen} onClose={checkpoint.close} />
      <ExportDialog search={search} isOpen={isExportOpen} onClose={exports.close} />
    </Page>
  );
}

import { Radio, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useApi, type Api } from '../../api/api.ts';
import { AUDIT_COMMANDS } from '../../commands/audit-commands.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { exactTime } from '../../ui/clock.ts';
import { askedEntries, filterCount, type AuditSearch, type LogName } from './audit-search.ts';
import { canSaveStreams, saveStream } from '../../ui/save-stream.ts';

type Format = Parameters<Api['exportAudit']>[0]['format'];

const FORMATS: readonly { readonly value: Format; readonly label: string; readonly description: string }[] = [
  { value: 'json', label: 'Entries as they are', description: 'With leaf and details: what the proofs are about' },
  { value: 'cloudtrail', label: 'AWS CloudTrail', description: 'Records as AWS words them' },
  { value: 'cadf', label: 'CADF', description: 'Events as IBM Cloud words them' },
];
/** Before the first installation of all. */
const BEGINNING = '2020-01-01T00:00:00.000Z';

interface ExportDialogProps {
  readonly search: AuditSearch;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Downloads the range of time that the page shows. */
export function ExportDialog({ search, isOpen, onClose }: ExportDialogProps) {
  const api = useApi();
  const [format, setFormat] = useState<Format>('json');
  const log: LogName = search.log ?? 'tenant';
  const asked = askedEntries(search, Date.now());
  const from = asked.from ?? BEGINNING;
  const to = asked.to ?? new Date(Math.ceil(Date.now() / 60_000) * 60_000).toISOString();
  const save = async (): Promise<void> => {
    const query = { format, from, to };
    await saveStream({
      name: `audit-${log}-${to.slice(0, 10)}-${format}.jsonl`,
      type: 'application/jsonl',
      extension: '.jsonl',
      open: () => (log === 'installation' ? api.exportInstallationAudit(query) : api.exportAudit(query)),
    });
  };
  return (
    <FormDialog
      isOpen={isOpen}
      onClose={onClose}
      title="Export entries"
      about={
        <>
          Every entry {asked.from === undefined ? 'from the beginning' : `from ${exactTime(from)}`} to {exactTime(to)},
          one JSON object on each line. {filterCount(search) > 0 && 'The other filters do not hold here. '}What is
          exported leaves no gap: whoever has it can verify it without this server.
        </>
      }
      verb="Download"
      command={AUDIT_COMMANDS.download(log, format, from, to)}
      onSubmit={save}
    >
      <Radio.Group label="Form" value={format} onChange={(value) => setFormat(value as Format)}>
        <Stack gap="sm" mt="xs">
          {FORMATS.map(({ value, label, description }) => (
            <Radio key={value} value={value} label={label} description={description} />
          ))}
        </Stack>
      </Radio.Group>
      <Text size="sm" c="dimmed">
        The export is itself an entry of the log: who downloaded which range.
        {!canSaveStreams() &&
          ' This browser gathers it before it is saved, up to 1 GiB; for more take the command, or a shorter time.'}
      </Text>
    </FormDialog>
  );
}

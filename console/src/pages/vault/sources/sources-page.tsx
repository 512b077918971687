import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useApi } from '../../../api/api.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { Command } from '../../../ui/command.tsx';
import { DataTable } from '../../../ui/data-table.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { Section } from '../../../ui/section.tsx';
import { sourcesQuery } from '../api/vault-queries.ts';
import { useEnvironment } from '../api/use-environment.ts';
import { SourceDialog } from './source-dialog.tsx';
import { SOURCE_COLUMNS } from './source-columns.tsx';
import { useTabTitle } from '../../../ui/tab-title.ts';

/** What an environment backs up again and again. */
export function SourcesPage() {
  const { environmentId, label } = useEnvironment();
  useTabTitle('Sources', label);
  const { data: sources } = useSuspenseQuery(sourcesQuery(useApi(), environmentId));
  const [isAdding, { open, close }] = useDisclosure(false);
  const add = (
    <ActButton needs="keystead:CreateSource" leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
      Add a source
    </ActButton>
  );
  return (
    <>
      <Section
        title="Sources"
        about="Folders of the server, and databases. Other hosts are backed up by agents, which need no source."
        actions={add}
      >
        <DataTable
          caption="Sources"
          columns={SOURCE_COLUMNS}
          rows={sources}
          idOf={({ sourceId }) => sourceId}
          empty={
            <EmptyState title="Nothing is backed up yet" action={add}>
              A source is what is backed up again and again: it keeps its name wherever it moves, so that each backup is
              compared with the one before and reads only what has changed.
            </EmptyState>
          }
        />
      </Section>
      {isAdding && <SourceDialog environmentId={environmentId} onClose={close} />}
      <Command words={VAULT_COMMANDS.listSources(label)} />
    </>
  );
}

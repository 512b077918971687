import type { Environment, PathHistory as History } from '@keystead/sdk';
import { Paper } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '../../../api/api.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { sizeText } from '../../../ui/amounts.ts';
import { Command } from '../../../ui/command.tsx';
import { DataTable, type Column } from '../../../ui/data-table.tsx';
import { harmless } from '../../../ui/foreign-text.tsx';
import { ButtonLink, TextLink } from '../../../ui/links.tsx';
import { Loading } from '../../../ui/loading.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { Section } from '../../../ui/section.tsx';
import { StateBadge, type Tone } from '../../../ui/state-badge.tsx';
import { exactTime } from '../../../ui/clock.ts';
import { environmentKey } from '../api/vault-queries.ts';

type PathState = History['states'][number];

const STATES: Record<PathState['state'], readonly [string, Tone]> = {
  absent: ['Not there', 'off'],
  first: ['New', 'good'],
  same: ['The same', 'off'],
  changed: ['Changed', 'waiting'],
  unreadable: ['Unreadable', 'bad'],
};

interface PathHistoryProps {
  readonly environment: Environment;
  readonly snapshotId: string;
  readonly path: string;
  readonly source: string | undefined;
}

/** One path through the snapshots of its source, newest first. */
export function PathHistory({ environment, snapshotId, path, source }: PathHistoryProps) {
  const api = useApi();
  const { environmentId, label } = environment;
  const { data, error, isPending } = useQuery({
    queryKey: [...environmentKey(environmentId), 'history', path, source],
    queryFn: () => api.getPathHistory(environmentId, { path, source }),
    retry: false,
  });
  const columns: readonly Column<PathState>[] = [
    {
      name: 'Snapshot',
      cell: (state) => (
        <TextLink
          to="/environments/$environmentId/snapshots/$snapshotId"
          params={{ environmentId, snapshotId: state.snapshotId }}
          search={{ path: path.split('/').slice(0, -1).join('/') }}
          size="sm"
        >
          {exactTime(state.takenAt)}
        </TextLink>
      ),
    },
    {
      name: 'State',
      cell: ({ state, reason }) => {
        const [name, tone] = STATES[state];
        return (
          <>
            <StateBadge tone={tone}>{name}</StateBadge> {reason}
          </>
        );
      },
    },
    {
      name: 'Size',
      isNumber: true,
      cell: ({ entry }) => (entry?.size === undefined ? '' : sizeText(entry.size)),
    },
    { name: 'Changed', isSpare: true, cell: ({ entry }) => (entry === undefined ? '' : exactTime(entry.modifiedAt)) },
  ];
  return (
    <Paper withBorder p="md">
      <Section
        title={`History of ${harmless(path)}`}
        about="When it came to be, when it changed, and when it was gone: the snapshot before that is the one to restore."
        actions={
          <ButtonLink
            to="/environments/$environmentId/snapshots/$snapshotId"
            params={{ environmentId, snapshotId }}
            search={{ path: path.split('/').slice(0, -1).join('/') }}
            variant="subtle"
            size="xs"
          >
            Close
          </ButtonLink>
        }
      >
        <ProblemNotice error={error} title="Its history cannot be read" />
        {isPending ? (
          <Loading />
        ) : (
          <DataTable
            caption={`History of ${harmless(path)}`}
            columns={columns}
            rows={data?.states ?? []}
            idOf={(state) => state.snapshotId}
          />
        )}
        <Command words={VAULT_COMMANDS.history(label, path)} />
      </Section>
    </Paper>
  );
}

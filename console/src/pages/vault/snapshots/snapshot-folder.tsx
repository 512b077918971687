import type { Environment, SnapshotEntry } from '@keystead/sdk';
import { Alert, Anchor, Breadcrumbs, Button, Checkbox, Group, Text } from '@mantine/core';
import { IconFile, IconFolder, IconLink } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useApi } from '../../../api/api.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { countOf, sizeText } from '../../../ui/amounts.ts';
import { Command } from '../../../ui/command.tsx';
import { DataTable, type Column } from '../../../ui/data-table.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { ForeignText, harmless } from '../../../ui/foreign-text.tsx';
import { TextLink } from '../../../ui/links.tsx';
import { Loading } from '../../../ui/loading.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { Section } from '../../../ui/section.tsx';
import { exactTime } from '../../../ui/clock.ts';
import { environmentKey } from '../api/vault-queries.ts';
import { childOf, wayTo, type PlaceInSnapshot } from './path-bytes.ts';

const PAGE = 200;
const TO = '/environments/$environmentId/snapshots/$snapshotId';
const ICONS = { file: IconFile, folder: IconFolder, link: IconLink } as const;

interface SnapshotFolderProps {
  readonly environment: Environment;
  readonly snapshotId: string;
  /** Paths that are to be restored. */
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (path: string, isChosen: boolean) => void;
}

/** A folder of a snapshot. */
export function SnapshotFolder({ environment, snapshotId, chosen, onChoose }: SnapshotFolderProps) {
  const api = useApi();
  const { environmentId, label } = environment;
  const place: PlaceInSnapshot = useSearch({ from: `/shell${TO}` });
  const { path = '', bytes } = place;
  const folder = useInfiniteQuery({
    queryKey: [...environmentKey(environmentId), 'browse', snapshotId, path, bytes],
    queryFn: ({ pageParam }) =>
      api.browseSnapshot(environmentId, {
        snapshotId,
        ...(bytes === undefined ? { path } : { pathBytes: bytes }),
        limit: PAGE,
        after: pageParam,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    retry: false,
  });
  const params = { environmentId, snapshotId };
  const entries = folder.data?.pages.flatMap((page) => page.entries) ?? [];
  const findings = folder.data?.pages[0]?.about.findings ?? [];
  const columns: readonly Column<SnapshotEntry>[] = [
    {
      name: 'Name',
      cell: (entry) => {
        const child = childOf(place, entry);
        const Icon = ICONS[entry.type];
        return (
          <Group gap="sm" wrap="nowrap">
            <Checkbox
              size="xs"
              aria-label={`Choose ${harmless(entry.name)}`}
              checked={chosen.has(child.path ?? '')}
              disabled={child.bytes !== undefined}
              onChange={(event) => onChoose(child.path ?? '', event.currentTarget.checked)}
            />
            <Icon size={16} aria-label={entry.type} style={{ flexShrink: 0 }} />
            {entry.type === 'folder' ? (
              <TextLink to={TO} params={params} search={child} size="sm">
                <ForeignText text={entry.name} />
              </TextLink>
            ) : (
              <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                <ForeignText text={entry.name} />
                {entry.target !== undefined && (
                  <>
                    {' → '}
                    <ForeignText text={entry.target} />
                  </>
                )}
              </Text>
            )}
          </Group>
        );
      },
    },
    {
      name: 'Size',
      isNumber: true,
      cell: ({ type, size, items }) =>
        type === 'folder'
          ? items === undefined
            ? ''
            : countOf(items, 'item')
          : size === undefined
            ? ''
            : sizeText(size),
    },
    { name: 'Changed', isSpare: true, cell: ({ modifiedAt }) => exactTime(modifiedAt) },
    { name: 'Mode', isSpare: true, cell: ({ mode }) => <span className="ks-code">{mode}</span> },
    {
      name: 'Over time',
      cell: (entry) => {
        const child = childOf(place, entry);
        return child.bytes === undefined && child.path !== undefined ? (
          <TextLink
            to={TO}
            params={params}
            search={{ ...place, history: child.path }}
            size="sm"
            aria-label={`History of ${harmless(entry.name)}`}
          >
            History
          </TextLink>
        ) : (
          ''
        );
      },
    },
  ];
  return (
    <Section title="Files">
      <Breadcrumbs separatorMargin={6} aria-label="Folders" style={{ flexWrap: 'wrap' }}>
        <Crumb to={{}} name="Root" params={params} />
        {wayTo(place).map((step) => (
          <Crumb key={step.at} to={step.place} name={step.name} params={params} />
        ))}
      </Breadcrumbs>
      {findings.length > 0 && (
        <Alert color="red" title="The store is not as it was left">
          {findings.map(({ code, text }) => (
            <Text key={code} size="sm">
              {text}
            </Text>
          ))}
        </Alert>
      )}
      <ProblemNotice error={folder.error} title="It cannot be opened" />
      {folder.isPending ? (
        <Loading />
      ) : folder.error !== null ? null : entries.length === 0 ? (
        <EmptyState title="This folder is empty">It was so when the snapshot was taken.</EmptyState>
      ) : (
        <DataTable caption="Files" columns={columns} rows={entries} idOf={({ nameBytes }) => nameBytes} />
      )}
      {folder.hasNextPage && (
        <Button
          variant="default"
          loading={folder.isFetchingNextPage}
          onClick={() => void folder.fetchNextPage()}
          style={{ alignSelf: 'start' }}
        >
          Show more
        </Button>
      )}
      <Command
        words={
          path === '' ? VAULT_COMMANDS.browseRoot(label, snapshotId) : VAULT_COMMANDS.browse(label, snapshotId, path)
        }
      />
    </Section>
  );
}

interface CrumbProps {
  readonly to: PlaceInSnapshot;
  readonly name: string;
  readonly params: { readonly environmentId: string; readonly snapshotId: string };
}

function Crumb({ to, name, params }: CrumbProps) {
  return (
    <Anchor size="sm" renderRoot={(props) => <Link to={TO} params={params} search={to} {...props} />}>
      <ForeignText text={name} max={48} />
    </Anchor>
  );
}

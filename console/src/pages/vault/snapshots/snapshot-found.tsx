import type { Environment, SnapshotSearch } from '@keystead/sdk';
import { Button, Checkbox, Group, Stack, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
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

const PAGE = 100;
const MAX_PATH = 400;
type Found = SnapshotSearch['found'][number];

interface SnapshotFoundProps {
  readonly environment: Environment;
  readonly snapshotId: string;
  readonly pattern: string;
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (path: string, isChosen: boolean) => void;
}

/** What a search in a snapshot found. */
export function SnapshotFound({ environment, snapshotId, pattern, chosen, onChoose }: SnapshotFoundProps) {
  const api = useApi();
  const { environmentId, label } = environment;
  const search = useInfiniteQuery({
    queryKey: [...environmentKey(environmentId), 'search', snapshotId, pattern],
    queryFn: ({ pageParam }) =>
      api.searchSnapshot(environmentId, { snapshotId, pattern, limit: PAGE, after: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    retry: false,
  });
  const found = search.data?.pages.flatMap((page) => page.found) ?? [];
  const lookedAt = search.data?.pages.reduce((sum, page) => sum + page.lookedAt, 0) ?? 0;
  const columns: readonly Column<Found>[] = [
    {
      name: 'Path',
      cell: ({ path }) => (
        <Group gap="sm" wrap="nowrap">
          <Checkbox
            size="xs"
            aria-label={`Choose ${harmless(path)}`}
            checked={chosen.has(path)}
            onChange={(event) => onChoose(path, event.currentTarget.checked)}
          />
          <TextLink
            to="/environments/$environmentId/snapshots/$snapshotId"
            params={{ environmentId, snapshotId }}
            search={{ path: path.split('/').slice(0, -1).join('/') }}
            size="sm"
            style={{ overflowWrap: 'anywhere' }}
          >
            <ForeignText text={path} max={MAX_PATH} />
          </TextLink>
        </Group>
      ),
    },
    { name: 'Size', isNumber: true, cell: ({ size }) => (size === undefined ? '' : sizeText(size)) },
    { name: 'Changed', isSpare: true, cell: ({ modifiedAt }) => exactTime(modifiedAt) },
  ];
  return (
    <Section title={`Found by ${harmless(pattern)}`}>
      <ProblemNotice error={search.error} title="It cannot be searched" />
      {search.isPending ? (
        <Loading />
      ) : found.length === 0 ? (
        <EmptyState title="Nothing fits">
          *.pdf looks at names, reports/** at paths. Another snapshot may have it: the history of a path tells.
        </EmptyState>
      ) : (
        <Stack gap="xs">
          <Text size="sm" c="dimmed" role="status">
            {countOf(found.length, 'item')} of {countOf(lookedAt, 'item')} that were looked at
          </Text>
          <DataTable caption="What was found" columns={columns} rows={found} idOf={({ pathBytes }) => pathBytes} />
        </Stack>
      )}
      {search.hasNextPage && (
        <Button variant="default" loading={search.isFetchingNextPage} onClick={() => void search.fetchNextPage()}>
          Show more
        </Button>
      )}
      <Command words={VAULT_COMMANDS.find(label, snapshotId, pattern)} />
    </Section>
  );
}

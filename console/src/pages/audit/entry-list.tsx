import type { AuditEntry } from '@keystead/sdk';
import { Box, Button, Group, Stack, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useApi } from '../../api/api.ts';
import { countOf } from '../../ui/amounts.ts';
import { DataTable, type Column } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { fillPage } from '../../ui/fill-page.ts';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { TextLink } from '../../ui/links.tsx';
import { Loading } from '../../ui/loading.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { StateBadge } from '../../ui/state-badge.tsx';
import { exactTime } from '../../ui/clock.ts';
import { Time } from '../../ui/time.tsx';
import { askedEntries, filterCount, type AuditSearch, type LogName } from './audit-search.ts';
import { actionWords, isLooking, OUTCOMES, principalWords, PROTOCOLS, targetWords } from './entry-words.ts';
import { logApi } from './log-api.ts';

const PAGE_LENGTH = 50;

/** Entries that fit, the newest first; further ones when they are asked for. */
export function EntryList({ search }: { readonly search: AuditSearch }) {
  const api = useApi();
  const log = search.log ?? 'tenant';
  const { quiet, ...asked } = search;
  const { data, error, isPending, fetchNextPage, hasNextPage, isFetchingNextPage, refetch, isRefetching } =
    useInfiniteQuery({
      queryKey: ['audit', 'entries', log, asked],
      queryFn: ({ pageParam }) => {
        const wanted = askedEntries(asked, Date.now());
        const ask = (after: string | undefined, limit: number) =>
          logApi(api, log).entries({ ...wanted, limit, ...(after !== undefined && { after }) });
        return fillPage(ask, pageParam === '' ? undefined : pageParam, PAGE_LENGTH);
      },
      initialPageParam: '',
      getNextPageParam: ({ next }) => next,
    });
  const columns = useMemo(() => columnsOf(log), [log]);
  const problem = <ProblemNotice error={error} title="The log cannot be read" />;
  if (data === undefined) return isPending ? <Loading lines={8} /> : problem;
  const all = data.pages.flatMap(({ items }) => items);
  const rows = quiet === true ? all.filter((entry) => !isLooking(entry)) : all;
  const searchedTo = data.pages.at(-1)?.searchedTo;
  return (
    <Stack gap="sm">
      {problem}
      <Group justify="space-between">
        <Text size="sm" c="dimmed" role="status">
          {countOf(rows.length, 'entry', 'entries')}
          {rows.length < all.length && `, ${all.length - rows.length} that only look left out`}
          {hasNextPage && searchedTo !== undefined && `, searched back to ${exactTime(searchedTo.time)}`}
        </Text>
        <Button variant="subtle" size="compact-sm" loading={isRefetching} onClick={() => void refetch()}>
          Read anew
        </Button>
      </Group>
      {rows.length > 0 && (
        <DataTable
          caption="Entries of the audit log, the newest first"
          columns={columns}
          rows={rows}
          idOf={({ id }) => id}
        />
      )}
      {rows.length === 0 && !hasNextPage && <NothingFound isFiltered={filterCount(search) > 0} />}
      {hasNextPage && (
        <Group justify="center">
          <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Search further back
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function NothingFound({ isFiltered }: { readonly isFiltered: boolean }) {
  return (
    <EmptyState title="No entry fits">
      {isFiltered
        ? 'Nothing in this time was as you look for it. Take a filter away, or look further back.'
        : 'Nothing was done in this time. Each thing that is asked of this server leaves an entry here, what is refused as well.'}
    </EmptyState>
  );
}

function columnsOf(log: LogName): readonly Column<AuditEntry>[] {
  return [
    { name: 'When', cell: ({ time }) => <Time at={time} /> },
    { name: 'Who', cell: ({ principal }) => <ForeignText text={principalWords(principal)} max={48} /> },
    {
      name: 'What',
      cell: (entry) => (
        <Stack gap={0}>
          <TextLink to="/audit/$log/$index" params={{ log, index: String(entry.index) }} fw={600} size="sm">
            {actionWords(entry.action)}
          </TextLink>
          {targetWords(entry) !== undefined && (
            <Text size="xs" c="dimmed" className="ks-anywhere">
              <ForeignText text={targetWords(entry) as string} max={64} />
            </Text>
          )}
          <Box className="ks-for-spare" mt={4}>
            <Outcome entry={entry} />
          </Box>
        </Stack>
      ),
    },
    {
      name: 'From',
      isSpare: true,
      cell: ({ address, protocol }) => (
        <Stack gap={0}>
          <Text size="sm">{address !== undefined && <ForeignText text={address} max={40} />}</Text>
          {protocol !== undefined && (
            <Text size="xs" c="dimmed">
              {PROTOCOLS[protocol] ?? protocol}
            </Text>
          )}
        </Stack>
      ),
    },
    { name: 'Outcome', isSpare: true, cell: (entry) => <Outcome entry={entry} /> },
  ];
}

function Outcome({ entry: { outcome, reason } }: { readonly entry: AuditEntry }) {
  return (
    <Stack gap={2} align="flex-start">
      <StateBadge tone={OUTCOMES[outcome].tone}>{OUTCOMES[outcome].name}</StateBadge>
      {reason !== undefined && (
        <Text size="xs" c="dimmed">
          <ForeignText text={reason} max={40} />
        </Text>
      )}
    </Stack>
  );
}

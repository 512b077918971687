import { Button, Group, Text } from '@mantine/core';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useApi } from '../../api/api.ts';
import { KEY_COMMANDS } from '../../commands/key-commands.ts';
import { Command } from '../../ui/command.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { fillPage } from '../../ui/fill-page.ts';
import { Loading } from '../../ui/loading.tsx';
import { Page } from '../../ui/page.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { ButtonLink } from '../../ui/links.tsx';
import { KeyFilters } from './key-filters.tsx';
import type { KeyListSearch } from './key-search.ts';
import { KeyTable } from './key-table.tsx';
import { useRegion } from './regions.ts';

const PAGE_SIZE = 50;
const route = getRouteApi('/shell/keys');

/** The keys of a region. */
export function KeysPage() {
  const search = route.useSearch();
  const region = useRegion(search.region);
  const navigate = useNavigate();
  const show = (next: KeyListSearch): void => void navigate({ to: '/keys', search: next, replace: true });
  return (
    <Page
      title="Keys"
      about="Keys protect data. Who may use a key is said by its policy, by roles and by grants; a disabled key works for nobody."
      actions={
        <>
          <ButtonLink to="/keys/rings" search={{ region }} variant="subtle">
            Key rings
          </ButtonLink>
          <ButtonLink to="/keys/secret" search={{ region }} variant="subtle">
            Store a secret
          </ButtonLink>
          <ButtonLink
            to="/keys/bring"
            search={{ region }}
            variant="default"
            leftSection={<IconKey size={16} aria-hidden />}
          >
            Bring your own key
          </ButtonLink>
          <ButtonLink to="/keys/new" search={{ region }} leftSection={<IconPlus size={16} aria-hidden />}>
            Create a key
          </ButtonLink>
        </>
      }
    >
      <KeyFilters region={region} search={search} onChange={show} />
      <KeyList region={region} search={search} />
      <Command words={KEY_COMMANDS.list(region)} />
    </Page>
  );
}

function KeyList({ region, search }: { readonly region: string; readonly search: KeyListSearch }) {
  const api = useApi();
  const { region: _, ...filters } = search;
  const list = useInfiniteQuery({
    queryKey: ['keys', region, 'list', filters],
    queryFn: ({ pageParam }) =>
      fillPage((after, limit) => api.listKeys(region, { ...filters, limit, after }), pageParam, PAGE_SIZE),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
    enabled: region !== '',
  });
  const found = list.data?.pages.flatMap(({ items }) => items).length;
  // Right after the server has started a search of many keys takes its time: it goes on until something is found.
  const goesOn = found === 0 && list.hasNextPage && list.error === null;
  const { fetchNextPage, isFetching } = list;
  useEffect(() => {
    if (goesOn && !isFetching) void fetchNextPage();
  }, [goesOn, isFetching, fetchNextPage]);
  if (list.error !== null && list.data === undefined)
    return <ProblemNotice error={list.error} title="The keys cannot be shown" />;
  if (list.data === undefined || goesOn) return <Loading lines={8} />;
  const keys = list.data.pages.flatMap(({ items }) => items);
  const isFiltered = Object.keys(filters).length > 0;
  if (keys.length === 0 && !list.hasNextPage) return isFiltered ? <NothingFound /> : <NoKeys region={region} />;
  return (
    <>
      <KeyTable region={region} keys={keys} isOld={list.isPlaceholderData} />
      <Group justify="space-between">
        <Text size="sm" c="dimmed" role="status">
          {list.hasNextPage
            ? `${keys.length} ${keys.length === 1 ? 'key' : 'keys'} so far`
            : `${keys.length} ${keys.length === 1 ? 'key' : 'keys'}, all there are${isFiltered ? ' of this kind' : ''}`}
        </Text>
        {list.hasNextPage && (
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Show more
          </Button>
        )}
      </Group>
      <ProblemNotice error={list.error} title="More cannot be shown" />
    </>
  );
}

function NoKeys({ region }: { readonly region: string }) {
  return (
    <EmptyState
      title={`No key in ${region} yet`}
      action={
        <Group>
          <ButtonLink to="/keys/new" search={{ region }}>
            Create a key
          </ButtonLink>
          <ButtonLink to="/keys/bring" search={{ region }} variant="default">
            Bring your own key
          </ButtonLink>
        </Group>
      }
    >
      A key stays here and never leaves: your services send what is to be encrypted, or ask for data keys that it wraps.
      Have one made by Keystead, or bring material that you keep a copy of yourself.
    </EmptyState>
  );
}

function NothingFound() {
  return (
    <EmptyState title="No key is like that">
      Nothing in this region fits the search and all filters together. Take one away, or look in another region.
    </EmptyState>
  );
}

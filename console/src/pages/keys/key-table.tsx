import { Stack, Text } from '@mantine/core';
import { countOf } from '../../ui/amounts.ts';
import { CopyText } from '../../ui/copy-text.tsx';
import { DataTable, type Column } from '../../ui/data-table.tsx';
import { Time } from '../../ui/time.tsx';
import { KeyActions } from './actions/key-actions.tsx';
import { KeyLink } from './key-link.tsx';
import { KeyState } from './key-state.tsx';
import { aliasName, ORIGINS, shortId, specName, usageName, type ListedKey } from './key-words.ts';
import { NextEvent } from './next-event.tsx';
import { Nothing } from './nothing.tsx';

const COLUMNS: readonly Column<ListedKey>[] = [
  {
    name: 'Key',
    cell: (key) => (
      <Stack gap={0}>
        <span>
          <KeyLink listed={key} />
          {key.aliases.length > 1 && (
            <Text span size="xs" c="dimmed">
              {' '}
              and {key.aliases.slice(1).map(aliasName).join(', ')}
            </Text>
          )}
        </span>
        <Text size="xs" c="dimmed" component="div">
          <CopyText text={key.keyId} shown={shortId(key.keyId)} label={`the id of ${shortId(key.keyId)}`} />
        </Text>
        {key.description !== '' && (
          <Text size="xs" c="dimmed" lineClamp={1} maw={320}>
            {key.description}
          </Text>
        )}
      </Stack>
    ),
  },
  { name: 'State', cell: ({ state }) => <KeyState state={state} /> },
  {
    name: 'Kind',
    isSpare: true,
    cell: ({ spec, usage }) => (
      <Stack gap={0}>
        <span>{specName(spec)}</span>
        <Text size="xs" c="dimmed">
          {usageName(usage)}
        </Text>
      </Stack>
    ),
  },
  {
    name: 'Origin',
    isSpare: 'lg',
    cell: ({ origin, keyRing }) => (
      <Stack gap={0}>
        <span>{ORIGINS[origin]}</span>
        {keyRing !== 'default' && (
          <Text size="xs" c="dimmed">
            ring {keyRing}
          </Text>
        )}
      </Stack>
    ),
  },
  { name: 'Protects', isSpare: 'lg', isNumber: true, cell: ({ registrations }) => <Protects count={registrations} /> },
  { name: 'Next', isSpare: 'lg', cell: ({ nextEvent }) => <NextEvent event={nextEvent} /> },
  {
    name: 'Last use',
    isSpare: true,
    cell: ({ lastUsedAt }) => (lastUsedAt === undefined ? <Nothing word="never" /> : <Time at={lastUsedAt} />),
  },
];

function Protects({ count }: { readonly count: number }) {
  return count === 0 ? <Nothing word="nothing registered" /> : countOf(count, 'resource');
}

interface KeyTableProps {
  readonly region: string;
  readonly keys: readonly ListedKey[];
  /** Whether they answer an older question: another is on its way. */
  readonly isOld: boolean;
}

export function KeyTable({ region, keys, isOld }: KeyTableProps) {
  const columns = [
    ...COLUMNS,
    { name: 'Actions', cell: (key: ListedKey) => <KeyActions listed={key} isShort /> } satisfies Column<ListedKey>,
  ];
  return (
    <div style={{ opacity: isOld ? 0.6 : 1 }} aria-busy={isOld}>
      <DataTable caption={`Keys of ${region}`} columns={columns} rows={keys} idOf={({ keyId }) => keyId} />
    </div>
  );
}

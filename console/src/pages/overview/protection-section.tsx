import type { Overview } from '@keystead/sdk';
import { Paper, SegmentedControl, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useMemo, useState } from 'react';
import { DataTable } from '../../ui/data-table.tsx';
import { Section } from '../../ui/section.tsx';
import { StateBadge } from '../../ui/state-badge.tsx';
import { isEmptyPicture, pictureModel, type PictureEdge, type PictureKey, type PictureThing } from './picture-model.ts';
import { keyLink, ProtectionPicture, thingLink } from './protection-picture.tsx';

/** What is protected by which key: as a picture, and the same as a table. */
export function ProtectionSection({ overview }: { readonly overview: Overview }) {
  const isNarrow = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false });
  const [chosen, setChosen] = useState<'picture' | 'table'>();
  const drawn = useMemo(() => pictureModel(overview, MAX_DRAWN), [overview]);
  const whole = useMemo(() => pictureModel(overview, Infinity), [overview]);
  const view = chosen ?? (isNarrow ? 'table' : 'picture');
  if (isEmptyPicture(drawn)) return null;
  const isAtLeast = overview.links?.isAtLeast === true || overview.environments?.isAtLeast === true;
  return (
    <Section
      title="What is protected by which key"
      about="A key that is switched off takes everything that it leads to with it."
      actions={
        <SegmentedControl
          size="xs"
          aria-label="How it is shown"
          value={view}
          data={[
            { value: 'picture', label: 'Picture' },
            { value: 'table', label: 'Table' },
          ]}
          onChange={(value) => setChosen(value as 'picture' | 'table')}
        />
      }
    >
      <Paper withBorder p={{ base: 'sm', sm: 'lg' }}>
        {view === 'picture' ? <ProtectionPicture model={drawn} /> : <ProtectionTable model={whole} />}
      </Paper>
      {isAtLeast && (
        <Text size="sm" c="dimmed">
          There is more than is shown here.
        </Text>
      )}
    </Section>
  );
}

const MAX_DRAWN = 12;
const KINDS = { environment: 'Environment', bucket: 'Bucket', service: 'Service' } as const;

interface Row extends PictureEdge {
  readonly from: PictureKey;
  readonly to: PictureThing;
}

function ProtectionTable({ model: { keys, things, edges } }: { readonly model: ReturnType<typeof pictureModel> }) {
  const keyOf = new Map(keys.map((key) => [key.id, key]));
  const thingOf = new Map(things.map((thing) => [thing.id, thing]));
  const rows = edges.flatMap((edge): Row[] => {
    const [from, to] = [keyOf.get(edge.key), thingOf.get(edge.thing)];
    return from && to ? [{ ...edge, from, to }] : [];
  });
  return (
    <DataTable
      caption="What is protected by which key"
      rows={rows}
      idOf={({ key, thing }) => `${key} ${thing}`}
      columns={[
        { name: 'Key', cell: ({ from }) => <span className="ks-anywhere">{keyLink(from)}</span> },
        {
          name: 'State',
          cell: ({ from }) => <StateBadge tone={from.tone}>{from.state ?? 'in use'}</StateBadge>,
        },
        { name: 'Protects', cell: ({ to }) => <span className="ks-anywhere">{thingLink(to)}</span> },
        { name: 'Kind', isSpare: true, cell: ({ to }) => KINDS[to.kind] },
      ]}
    />
  );
}

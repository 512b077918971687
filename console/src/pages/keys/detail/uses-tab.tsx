import { SegmentedControl, Stack, Text } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { KEY_COMMANDS } from '../../../commands/key-commands.ts';
import { countOf, countText } from '../../../ui/amounts.ts';
import { Command } from '../../../ui/command.tsx';
import { DataTable } from '../../../ui/data-table.tsx';
import { exactTime } from '../../../ui/clock.ts';
import { UsesOverTime } from '../../../ui/uses-over-time.tsx';
import { keyPlace } from '../key-query.ts';
import type { KeyTabProps } from './key-page.tsx';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const SPANS = {
  day: { label: 'A day', lengthMs: DAY_MS, step: 'hour' },
  week: { label: '7 days', lengthMs: 7 * DAY_MS, step: 'hour' },
  quarter: { label: '90 days', lengthMs: 90 * DAY_MS, step: 'day' },
} as const;
type Span = keyof typeof SPANS;

/** How often a key was used, over time. */
export function UsesTab({ shown: { region, keyId } }: KeyTabProps) {
  const api = useApi();
  const [span, setSpan] = useState<Span>('week');
  const { label, lengthMs, step } = SPANS[span];
  const { data } = useSuspenseQuery({
    queryKey: [...keyPlace(region, keyId), 'uses', span],
    queryFn: () => {
      const now = Date.now();
      return api.getKeyUses(region, keyId, {
        from: new Date(now - lengthMs).toISOString(),
        to: new Date(now).toISOString(),
        step,
      });
    },
  });
  return (
    <Stack>
      <SegmentedControl
        aria-label="How far back"
        value={span}
        onChange={(chosen) => setSpan(chosen as Span)}
        data={Object.entries(SPANS).map(([value, row]) => ({ value, label: row.label }))}
        w="fit-content"
      />
      <Text size="sm">
        {countOf(data.count, 'use')} in {label.toLowerCase()}. Counted since {exactTime(data.countedSince)}, for people
        to see: what proves uses is the audit log.
      </Text>
      <UsesOverTime uses={data} label={`Uses of the key in ${label.toLowerCase()}`} />
      {data.kinds.length > 0 && (
        <DataTable
          caption="Uses by kind"
          columns={[
            { name: 'What', cell: ({ action }) => action.replace(/^kms:/, '') },
            { name: 'How often', isNumber: true, cell: ({ count }) => countText(count) },
          ]}
          rows={data.kinds}
          idOf={({ action }) => action}
        />
      )}
      <Command words={KEY_COMMANDS.uses(region, keyId)} />
    </Stack>
  );
}

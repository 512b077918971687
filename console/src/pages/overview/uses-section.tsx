import { SegmentedControl, Paper, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../api/api.ts';
import { countOf } from '../../ui/amounts.ts';
import { Loading } from '../../ui/loading.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Section } from '../../ui/section.tsx';
import { exactTime } from '../../ui/clock.ts';
import { UsesOverTime } from '../../ui/uses-over-time.tsx';
import { actionWords } from '../audit/entry-words.ts';

const HOUR_MS = 3_600_000;
const SPANS = {
  day: { label: '24 hours', hours: 24, step: 'hour' },
  week: { label: '7 days', hours: 7 * 24, step: 'hour' },
  month: { label: '30 days', hours: 30 * 24, step: 'day' },
} as const;
type Span = keyof typeof SPANS;
const SHOWN_KINDS = 4;
const REFRESH_MS = 60_000;

/** How often keys were used, over time. */
export function UsesSection() {
  const api = useApi();
  const [span, setSpan] = useState<Span>('day');
  const { hours, step, label } = SPANS[span];
  const { data, error } = useQuery({
    queryKey: ['uses', span],
    queryFn: () => {
      const toMs = Math.ceil(Date.now() / HOUR_MS) * HOUR_MS;
      const from = new Date(toMs - hours * HOUR_MS).toISOString();
      return api.getUses({ from, to: new Date(toMs).toISOString(), step });
    },
    refetchInterval: REFRESH_MS,
    placeholderData: (before) => before,
  });
  return (
    <Section
      title="Uses of keys"
      actions={
        <SegmentedControl
          size="xs"
          aria-label="Time"
          value={span}
          data={(Object.keys(SPANS) as Span[]).map((value) => ({ value, label: SPANS[value].label }))}
          onChange={(value) => setSpan(value as Span)}
        />
      }
    >
      <ProblemNotice error={error} title="Uses cannot be shown" />
      {data === undefined && !error && <Loading />}
      {data !== undefined && (
        <Paper withBorder p={{ base: 'sm', sm: 'lg' }}>
          <Text size="sm" mb="sm">
            <b>{countOf(data.count, 'use')}</b> in the last {label}
            {data.kinds.length > 0 &&
              `: ${data.kinds
                .slice(0, SHOWN_KINDS)
                .map(({ action, count }) => `${actionWords(action)} ${count}`)
                .join(', ')}`}
            {Date.parse(data.countedSince) > Date.parse(data.from) && `. Counted since ${exactTime(data.countedSince)}`}
          </Text>
          <UsesOverTime uses={data} label={`Uses of keys in the last ${label}`} />
        </Paper>
      )}
    </Section>
  );
}

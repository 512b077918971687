import type { Uses } from '@keystead/sdk';
import { Text } from '@mantine/core';
import { useInViewport } from '@mantine/hooks';
import { lazy, Suspense, useEffect, useState } from 'react';
import { Loading } from './loading.tsx';

const UsesChart = lazy(async () => ({ default: (await import('./uses-chart.tsx')).UsesChart }));
/** As much as the chart will take: nothing moves when it comes. */
const ROOM = 200;

/** The chart of uses, fetched when there is something to show and somebody has scrolled to it. `label` names it for those who hear the page. */
export function UsesOverTime(chart: { readonly uses: Uses; readonly label: string }) {
  const { ref, inViewport } = useInViewport();
  const [isWanted, setWanted] = useState(false);
  useEffect(() => {
    if (inViewport) setWanted(true);
  }, [inViewport]);
  if (chart.uses.count === 0) return <Text c="dimmed">No use in this time.</Text>;
  return (
    <div ref={ref} style={{ minHeight: ROOM }}>
      {isWanted && (
        <Suspense fallback={<Loading />}>
          <UsesChart {...chart} />
        </Suspense>
      )}
    </div>
  );
}

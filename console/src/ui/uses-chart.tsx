import 'uplot/dist/uPlot.min.css';
import type { Uses } from '@keystead/sdk';
import { VisuallyHidden } from '@mantine/core';
import { useComputedColorScheme } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { countText } from './amounts.ts';
import { exactTime, tickTime } from './clock.ts';

const HEIGHT = 180;
const COLORS = {
  light: { bar: '#1d7a6a', grid: '#e4e8ea', text: '#56606a' },
  dark: { bar: '#4cb09d', grid: '#33393c', text: '#a4acb3' },
} as const;

/** Uses over time, a bar for each step; the same as a table for those who hear the page. */
export function UsesChart({ uses, label }: { readonly uses: Uses; readonly label: string }) {
  const { ref, width } = useElementSize();
  const place = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme('light');
  useEffect(() => {
    if (place.current === null || width === 0) return;
    const chart = new uPlot(optionsOf(uses, width, COLORS[scheme]), dataOf(uses), place.current);
    return () => chart.destroy();
  }, [uses, width, scheme]);
  return (
    <div ref={ref}>
      <div ref={place} aria-hidden style={{ height: HEIGHT }} />
      <VisuallyHidden>
        <table>
          <caption>{label}</caption>
          <thead>
            <tr>
              <th scope="col">From</th>
              <th scope="col">Uses</th>
            </tr>
          </thead>
          <tbody>
            {uses.steps
              .filter(({ count }) => count > 0)
              .map(({ from, count }) => (
                <tr key={from}>
                  <td>{exactTime(from)}</td>
                  <td>{count}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </VisuallyHidden>
    </div>
  );
}

function dataOf({ steps }: Uses): uPlot.AlignedData {
  return [steps.map(({ from }) => Date.parse(from) / 1000), steps.map(({ count }) => count)];
}

function optionsOf(
  { step, from, to }: Uses,
  width: number,
  { bar, grid, text }: (typeof COLORS)['light' | 'dark'],
): uPlot.Options {
  const axis = { stroke: text, grid: { stroke: grid, width: 1 }, ticks: { show: false }, font: '12px system-ui' };
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, points: { show: false } },
    scales: {
      // To the end of the last step, where its bar ends.
      x: { time: true, range: [Date.parse(from) / 1000, Date.parse(to) / 1000] },
      y: { range: (_, __, max) => [0, Math.max(4, Math.ceil(max * 1.1))] },
    },
    series: [
      {},
      {
        label: step === 'hour' ? 'Uses in the hour' : 'Uses in the day',
        fill: bar,
        width: 0,
        points: { show: false },
        paths: (uPlot.paths.bars as NonNullable<typeof uPlot.paths.bars>)({ size: [0.7, 40], align: 1 }),
      },
    ],
    axes: [
      { ...axis, size: 30, values: (_, ticks) => ticks.map((seconds) => tickTime(seconds * 1000)) },
      {
        ...axis,
        size: 52,
        incrs: [1, 2, 5, 10, 20, 50, 100, 1e3, 1e4, 1e5, 1e6, 1e7],
        values: (_, ticks) => ticks.map(countText),
      },
    ],
  };
}

import 'uplot/dist/uPlot.min.css';
import { useComputedColorScheme } from '@mantine/core';
import type { Uses } from '@keystead/sdk';
import { useEffect, useRef } from 'react';
import UPlot from 'uplot';

const HEIGHT = 240;

/** Uses over time as bars; the numbers by kind stand in the table below it. */
export function UsesChart({ steps }: { readonly steps: Uses['steps'] }) {
  const place = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme('light');
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const style = getComputedStyle(element);
    const ink = style.getPropertyValue('--mantine-color-dimmed');
    const line = style.getPropertyValue('--mantine-color-default-border');
    const fill = style.getPropertyValue('--mantine-color-keystead-6');
    const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
    const chart = new UPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        cursor: { y: false },
        legend: { show: false },
        scales: { y: { range: (_, __, max) => [0, Math.max(max, 1)] } },
        axes: [axis, { ...axis, size: 60, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 1e5, 1e6] }],
        series: [{}, { label: 'Uses', fill, stroke: fill, paths: UPlot.paths.bars?.({ size: [0.8, 40] }) as never }],
      },
      [steps.map(({ from }) => Date.parse(from) / 1000), steps.map(({ count }) => count)],
      element,
    );
    const resized = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      chart.destroy();
    };
  }, [steps, scheme]);
  const most = steps.reduce((max, { count }) => Math.max(max, count), 0);
  return (
    <div
      ref={place}
      role="img"
      aria-label={`Uses over time: at most ${most} in a step`}
      style={{ minHeight: HEIGHT }}
    />
  );
}

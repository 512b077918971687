import { Tooltip } from '@mantine/core';
import { useSyncExternalStore } from 'react';
import { exactTime, timeWithZone } from './clock.ts';

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];
const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const TICK_MS = 30_000;
const STEP_MS = 5_000;

/** A time: how long ago or ahead it is; on hover and focus the exact one, in the viewer's zone and in UTC. */
export function Time({ at }: { readonly at: string }) {
  const nowMs = useSyncExternalStore(everyTick, tick);
  return <Told at={at}>{relative(Date.parse(at) - nowMs)}</Told>;
}

/** A time to the minute; on hover and focus to the second, with its zone and in UTC. */
export function ExactTime({ at }: { readonly at: string }) {
  return <Told at={at}>{exactTime(at)}</Told>;
}

function Told({ at, children }: { readonly at: string; readonly children: string }) {
  return (
    <Tooltip label={timeWithZone(at)} events={{ hover: true, focus: true, touch: true }}>
      <time dateTime={at} tabIndex={0}>
        {children}
      </time>
    </Tooltip>
  );
}

function relative(differenceMs: number): string {
  const seconds = differenceMs / 1000;
  const [unit, size] = UNITS.find(([, one]) => Math.abs(seconds) >= one) ?? ['second', 1];
  return RELATIVE.format(Math.trunc(seconds / size), unit);
}

function everyTick(listener: () => void): () => void {
  const timer = setInterval(listener, TICK_MS);
  return () => clearInterval(timer);
}

/** Changes once a tick: what is drawn in between stays as it is. What has just been is never said to be ahead. */
function tick(): number {
  return Math.ceil(Date.now() / STEP_MS) * STEP_MS;
}

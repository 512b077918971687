import type { Key } from './key.ts';
import { rotationOf } from './rotation-policy.ts';
import { conditionOf } from './state.ts';
import { WAITING_MS } from './waiting-times.ts';

/** What happens to a key by itself. */
export interface NextEvent {
  readonly kind: 'deletion' | 'material-expiry' | 'expiry' | 'rotation';
  readonly atMs: number;
}

/** What happens to a key next if nobody does anything; undefined where nothing does. */
export function nextEventOf(key: Key, nowMs: number): NextEvent | undefined {
  const condition = conditionOf(key, nowMs);
  if (condition === 'gone') return undefined;
  if (key.removal !== undefined && condition === 'deleted')
    return { kind: 'deletion', atMs: key.removal.atMs + WAITING_MS.automaticPurge };
  if (key.deletion !== undefined) {
    const { dueAtMs } = key.deletion;
    return dueAtMs === undefined ? undefined : { kind: 'deletion', atMs: dueAtMs };
  }
  const materials = key.versions.flatMap(({ material, materialExpiresAtMs }) =>
    material === null ? [] : (materialExpiresAtMs ?? []),
  );
  const rotation = condition === 'enabled' ? rotationOf(key)?.nextAtMs : undefined;
  const events: readonly NextEvent[] = [
    ...materials.map((atMs) => ({ kind: 'material-expiry', atMs }) as const),
    ...(key.expiresAtMs === undefined ? [] : [{ kind: 'expiry', atMs: key.expiresAtMs } as const]),
    ...(rotation === undefined ? [] : [{ kind: 'rotation', atMs: rotation } as const]),
  ];
  return events.filter(({ atMs }) => atMs > nowMs).toSorted((a, b) => a.atMs - b.atMs)[0];
}

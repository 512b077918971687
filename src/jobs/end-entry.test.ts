import { expect, it } from 'vitest';
import type { Run } from '../vault/runs/run.ts';
import { entryOf } from './end-entry.ts';

const RUN = {
  kind: 'restore',
  startedBy: 'arn:aws:iam::111122223333:user/alice',
  startedAtMs: 0,
  subject: { destination: '/srv/restored' },
} as unknown as Run;

it('says who restored which snapshot to where, and no path of a file', () => {
  const result = { snapshotId: 'a-1', files: 3, problems: [{ code: 'damaged', path: 'secret' }] };
  expect(entryOf(RUN, { state: 'succeeded', report: { result } })).toEqual({
    kind: 'restore',
    startedBy: 'arn:aws:iam::111122223333:user/alice',
    startedAt: '1970-01-01T00:00:00.000Z',
    destination: '/srv/restored',
    state: 'succeeded',
    snapshotId: 'a-1',
    files: 3,
  });
});

it('names the data keys that are no more, a hundred at the most; of a run that failed only what it was', () => {
  const ids = Array.from({ length: 101 }, (_, i) => String(i));
  const result = { snapshotIds: ['a-1'], destroyedKeys: ids, readableKeys: [] };
  expect(entryOf(undefined, { state: 'succeeded', report: { result } })).toEqual({
    state: 'succeeded',
    snapshotIds: ['a-1'],
    destroyedKeys: ids.slice(0, 100),
    readableKeys: [],
  });
  expect(entryOf(RUN, { state: 'failed' })).toMatchObject({ kind: 'restore', state: 'failed' });
});

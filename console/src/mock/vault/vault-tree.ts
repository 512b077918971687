import type { PathHistory, RestorePlan, SnapshotComparison, SnapshotEntry } from '@keystead/sdk';
import { hours, snapshotName } from './vault-data.ts';

function entry(name: string, type: SnapshotEntry['type'], more: Partial<SnapshotEntry> = {}): SnapshotEntry {
  return {
    name,
    nameBytes: btoa(name),
    type,
    mode: type === 'folder' ? '755' : '644',
    uid: 1000,
    gid: 1000,
    modifiedAt: hours(-40),
    links: 1,
    ...more,
  };
}

const TREE: Readonly<Record<string, readonly SnapshotEntry[]>> = {
  '': [
    entry('invoices', 'folder', { items: 2 }),
    entry('reports', 'folder', { items: 3 }),
    entry('readme.txt', 'file', { size: 1204 }),
    entry('latest', 'link', { target: 'reports/budget.csv' }),
  ],
  invoices: [entry('2026-10.pdf', 'file', { size: 482_113 }), entry('2026-11.pdf', 'file', { size: 501_442 })],
  reports: [
    entry('budget.csv', 'file', { size: 88_120 }),
    entry('forecast.csv', 'file', { size: 41_300 }),
    entry('archive', 'folder', { items: 0 }),
  ],
  'reports/archive': [],
};

export const about = {
  snapshotId: snapshotName(42),
  takenAt: hours(-6),
  source: 'records',
  findings: [],
};

export function entriesOf(path = ''): readonly SnapshotEntry[] {
  return TREE[path] ?? [];
}

/** Every entry whose name a pattern with stars fits. */
export function find(pattern = '*') {
  const rule = new RegExp(`^${pattern.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
  return Object.entries(TREE).flatMap(([folder, entries]) =>
    entries
      .filter(({ name }) => rule.test(name))
      .map((one) => {
        const path = folder === '' ? one.name : `${folder}/${one.name}`;
        return { ...one, path, pathBytes: btoa(path) };
      }),
  );
}

export function historyOf(path = ''): PathHistory {
  const states = ['same', 'changed', 'first', 'absent'] as const;
  return {
    source: 'records',
    states: states.map((state, index) => ({
      snapshotId: snapshotName(42 - index),
      takenAt: hours(-6 - 24 * index),
      state,
      ...(state !== 'absent' && {
        entry: entry(path.split('/').at(-1) ?? path, 'file', { size: 88_120 - 400 * index }),
      }),
    })),
  };
}

export const comparison: SnapshotComparison = {
  before: { ...about, snapshotId: snapshotName(41), takenAt: hours(-30) },
  about,
  differences: [
    {
      path: 'invoices/2026-11.pdf',
      pathBytes: btoa('invoices/2026-11.pdf'),
      kind: 'added',
      type: 'file',
      sizeAfter: 501_442,
      modifiedAt: hours(-20),
    },
    {
      path: 'reports/budget.csv',
      pathBytes: btoa('reports/budget.csv'),
      kind: 'changed',
      type: 'file',
      changes: ['content', 'times'],
      sizeBefore: 87_720,
      sizeAfter: 88_120,
      modifiedAt: hours(-12),
    },
    {
      path: 'notes.txt',
      pathBytes: btoa('notes.txt'),
      kind: 'deleted',
      type: 'file',
      sizeBefore: 920,
      modifiedAt: hours(-200),
    },
  ],
  totals: { added: 1, changed: 1, deleted: 1, addedBytes: 501_442, deletedBytes: 920, sharedPages: 40 },
};

export const plan: RestorePlan = {
  about,
  counts: { folders: 3, create: 5, overwrite: 0, beside: 0, same: 0, kept: 0, refused: 0, extras: 0, bytes: 1_114_179 },
  isRefused: false,
  deleted: 0,
  neededBytes: 1_114_179,
  freeBytes: 84_825_604_096,
  keys: 1,
  recipients: [
    {
      provider: 'keystead',
      keyId: 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
      region: 'eu-central-1',
      opens: 1,
    },
  ],
  items: [],
};

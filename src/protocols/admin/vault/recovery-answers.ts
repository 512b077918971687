import Type from 'typebox';
import { closed, named, TIMESTAMP } from '../schema.ts';

const COUNT = Type.Integer({ minimum: 0 });
const TEXT = Type.String();
const BYTES = Type.String({ description: 'the exact bytes, base64' });
const NEXT = Type.Optional(Type.String({ description: 'the `after` of the next page; base64' }));

const ABOUT = named('AnswerAbout', {
  snapshotId: TEXT,
  takenAt: TIMESTAMP,
  source: TEXT,
  findings: Type.Array(closed({ code: TEXT, subject: TEXT, text: TEXT }), {
    description: 'what is not as it was left: a newer snapshot may have been taken away',
  }),
});

const ENTRY = {
  name: Type.String({ description: 'as text: bytes that are no UTF-8 are U+FFFD' }),
  nameBytes: BYTES,
  type: Type.Enum(['file', 'folder', 'link']),
  size: Type.Optional(COUNT),
  mode: Type.String({ description: 'octal' }),
  uid: COUNT,
  gid: COUNT,
  modifiedAt: TIMESTAMP,
  links: COUNT,
  target: Type.Optional(TEXT),
  items: Type.Optional(Type.Integer({ minimum: 0, description: 'how many entries a folder has' })),
  changedWhileRead: Type.Optional(Type.Boolean()),
};
const SNAPSHOT_ENTRY = named('SnapshotEntry', ENTRY);

export const BROWSED = named('SnapshotFolder', { about: ABOUT, entries: Type.Array(SNAPSHOT_ENTRY), next: NEXT });

export const FOUND = named('SnapshotSearch', {
  about: ABOUT,
  found: Type.Array(named('SnapshotFind', { path: TEXT, pathBytes: BYTES, ...ENTRY })),
  lookedAt: COUNT,
  next: NEXT,
});

export const HISTORY = named('PathHistory', {
  source: Type.Optional(TEXT),
  states: Type.Array(
    named('PathState', {
      snapshotId: TEXT,
      takenAt: TIMESTAMP,
      state: Type.Enum(['absent', 'first', 'same', 'changed', 'unreadable']),
      entry: Type.Optional(SNAPSHOT_ENTRY),
      reason: Type.Optional(TEXT),
    }),
  ),
  olderThan: Type.Optional(TIMESTAMP),
});

export const COMPARISON = named('SnapshotComparison', {
  before: ABOUT,
  about: ABOUT,
  differences: Type.Array(
    named('SnapshotDifference', {
      path: TEXT,
      pathBytes: BYTES,
      kind: Type.Enum(['added', 'changed', 'deleted']),
      type: Type.Enum(['file', 'folder', 'link']),
      changes: Type.Optional(Type.Array(Type.Enum(['content', 'mode', 'owner', 'times', 'type', 'target']))),
      sizeBefore: Type.Optional(COUNT),
      sizeAfter: Type.Optional(COUNT),
      modifiedAt: TIMESTAMP,
    }),
  ),
  totals: named('ComparisonTotals', {
    added: COUNT,
    changed: COUNT,
    deleted: COUNT,
    addedBytes: COUNT,
    deletedBytes: COUNT,
    sharedPages: COUNT,
  }),
  next: NEXT,
});

export const PLAN = named('RestorePlan', {
  about: ABOUT,
  counts: named('RestorePlanCounts', {
    folders: COUNT,
    create: COUNT,
    overwrite: COUNT,
    beside: COUNT,
    same: COUNT,
    kept: COUNT,
    refused: COUNT,
    extras: COUNT,
    bytes: COUNT,
  }),
  isRefused: Type.Boolean({ description: 'the restore would refuse before it writes anything' }),
  deleted: Type.Integer({ minimum: 0, description: 'always 0: a restore deletes nothing' }),
  neededBytes: COUNT,
  freeBytes: COUNT,
  keys: Type.Integer({ minimum: 0, description: 'data keys that are needed' }),
  recipients: Type.Array(named('RestorePlanRecipient', { provider: TEXT, keyId: TEXT, region: TEXT, opens: COUNT })),
  items: Type.Array(named('RestorePlanItem', { path: TEXT, pathBytes: BYTES, what: TEXT })),
});

import { describe, expect, it } from 'vitest';
import { keySpec, SECRET } from '../../crypto/key-spec.ts';
import type { Key, KeyVersion } from '../../keys/key.ts';
import { World } from './key-protect.fixture.ts';
import { madeKey } from './made-key.fixture.ts';
import { showKey } from './show-key.ts';

const world = new World();
const account = await world.account();
const { instance } = account;

const ID = '02fd6835-6001-4482-a892-13bd2085f75d';
const AT = Date.parse('2026-03-12T03:37:32.999Z');
const LATER = Date.parse('2026-04-01T00:00:00.000Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const drawn = await madeKey(world, account, { id: ID });
const version: KeyVersion = { ...(drawn.versions[0] as KeyVersion), id: 'v-1', createdAtMs: AT };
const FRESH: Key = { ...drawn, name: 'test-root-key', createdAtMs: AT, createdBy: 'IBMid-1', versions: [version] };
const { createdBy: _, name: __, ...ANONYMOUS } = FRESH;

const SHOWN = {
  type: 'application/vnd.ibm.kms.key+json',
  id: ID,
  name: 'test-root-key',
  state: 1,
  extractable: false,
  crn: `crn:v1:bluemix:public:kms:eu-central-1:a/${instance.accountId}:${instance.instanceId}:key:${ID}`,
  imported: false,
  keyRingID: 'default',
  creationDate: '2026-03-12T03:37:32Z',
  createdBy: 'IBMid-1',
  algorithmType: 'Deprecated',
  algorithmMetadata: { bitLength: '256', mode: 'Deprecated' },
  algorithmBitSize: 256,
  algorithmMode: 'Deprecated',
  keyVersion: { id: 'v-1', creationDate: '2026-03-12T03:37:32Z' },
  dualAuthDelete: { enabled: false },
  deleted: false,
};
const { keyVersion: ___, ...WITHOUT_VERSION } = SHOWN;
const { createdBy: ____, ...BY_NOBODY } = SHOWN;

const alias = (name: string) => ({ name: `alias/${name}`, createdAtMs: AT, updatedAtMs: AT });
const note = { id: 'p', createdAtMs: AT, createdBy: 'x', updatedAtMs: AT, updatedBy: 'x' };
const removed = {
  deleted: true,
  deletionDate: '2026-04-01T00:00:00Z',
  deletedBy: 'IBMid-2',
  restoreExpirationDate: '2026-05-01T00:00:00Z',
  purgeAllowedFrom: '2026-04-01T04:00:00Z',
  purgeScheduledOn: '2026-06-30T00:00:00Z',
};
const deletedKey: Key = { ...FRESH, state: 'deleted', removal: { atMs: LATER, by: 'IBMid-2' } };
const leaving: Key = {
  ...FRESH,
  state: 'pending-deletion',
  deletion: { scheduledAtMs: LATER, windowDays: 7, dueAtMs: LATER + 7 * DAY },
};

const GOLDEN: [string, Key, number, object][] = [
  ['a fresh root key', FRESH, AT, SHOWN],
  ['an imported one', { ...FRESH, origin: 'imported' }, AT, { ...SHOWN, imported: true }],
  [
    'an imported one of 128 bits',
    { ...FRESH, origin: 'imported', spec: keySpec('aes-128') as Key['spec'] },
    AT,
    { ...SHOWN, imported: true, algorithmMetadata: { bitLength: '128', mode: 'Deprecated' }, algorithmBitSize: 128 },
  ],
  [
    'one that waits for its material',
    { ...FRESH, origin: 'imported', versions: [] },
    AT,
    { ...WITHOUT_VERSION, imported: true, state: 0 },
  ],
  [
    'a standard key',
    { ...FRESH, spec: SECRET, usage: 'store', origin: 'imported', extractable: true },
    AT,
    { ...WITHOUT_VERSION, imported: true, extractable: true },
  ],
  ['a suspended one', { ...FRESH, state: 'suspended' }, AT, { ...SHOWN, state: 2 }],
  ['a deactivated one', { ...FRESH, state: 'deactivated' }, AT, { ...SHOWN, state: 3 }],
  [
    'one before its time is over',
    { ...FRESH, expiresAtMs: LATER },
    LATER - 1,
    { ...SHOWN, expirationDate: '2026-04-01T00:00:00Z' },
  ],
  [
    'one whose time is over',
    { ...FRESH, expiresAtMs: LATER },
    LATER,
    { ...SHOWN, state: 3, expirationDate: '2026-04-01T00:00:00Z' },
  ],
  [
    'one with everything',
    {
      ...FRESH,
      description: 'For payments',
      aliases: [alias('pay'), alias('pay-2')],
      tags: [
        { key: 'team:no form here', value: '' },
        { key: 'red', value: '' },
        { key: 'Cost', value: '7' },
      ],
      keyRing: 'mine',
      updatedAtMs: LATER,
      expiresAtMs: LATER + DAY,
      versions: [
        { ...version, stage: 'previous' },
        { ...version, id: 'v-2', createdAtMs: LATER, rotation: { atMs: LATER, cause: 'on-demand' } },
      ],
      rotation: { periodDays: 90, nextAtMs: LATER + 90 * DAY },
      dualAuthorization: { authorized: { principalId: '2', by: 'IBMid-2', expiresAtMs: LATER + 7 * DAY } },
      ruleNotes: { rotation: { ...note, intervalDays: 90 }, dualAuthorization: note },
    },
    LATER,
    {
      ...SHOWN,
      description: 'For payments',
      aliases: ['pay', 'pay-2'],
      tags: ['red'],
      keyRingID: 'mine',
      expirationDate: '2026-04-02T00:00:00Z',
      lastUpdateDate: '2026-04-01T00:00:00Z',
      lastRotateDate: '2026-04-01T00:00:00Z',
      keyVersion: { id: 'v-2', creationDate: '2026-04-01T00:00:00Z' },
      rotation: { enabled: true, interval_month: 3 },
      dualAuthDelete: { enabled: true, keySetForDeletion: true, authExpiration: '2026-04-08T00:00:00Z' },
    },
  ],
  [
    'one whose authorisation is over and whose rotation is off',
    {
      ...FRESH,
      dualAuthorization: { authorized: { principalId: '2', by: 'IBMid-2', expiresAtMs: LATER } },
      ruleNotes: { rotation: { ...note, intervalDays: 30 } },
    },
    LATER,
    {
      ...SHOWN,
      rotation: { enabled: false, interval_month: 1 },
      dualAuthDelete: { enabled: true, keySetForDeletion: false },
    },
  ],
  [
    'one that was just deleted',
    deletedKey,
    LATER,
    { ...SHOWN, ...removed, state: 5, restoreAllowed: true, purgeAllowed: false },
  ],
  [
    'one that was deleted four hours ago',
    deletedKey,
    LATER + 4 * HOUR,
    { ...SHOWN, ...removed, state: 5, restoreAllowed: true, purgeAllowed: true },
  ],
  [
    'one that was deleted thirty days ago',
    deletedKey,
    LATER + 30 * DAY,
    { ...SHOWN, ...removed, state: 5, restoreAllowed: false, purgeAllowed: true },
  ],
  [
    'one that AWS waits to delete',
    leaving,
    LATER,
    {
      ...SHOWN,
      state: 5,
      deleted: true,
      deletionDate: '2026-04-01T00:00:00Z',
      restoreAllowed: true,
      restoreExpirationDate: '2026-04-08T00:00:00Z',
      purgeAllowed: false,
      purgeScheduledOn: '2026-04-08T00:00:00Z',
    },
  ],
  ['one made on AWS before names were kept', ANONYMOUS, AT, { ...BY_NOBODY, name: ID }],
  [
    'one made on AWS with names and tags that have no form here',
    {
      ...ANONYMOUS,
      aliases: [alias('a/path'), alias('x'), alias('plain')],
      tags: [
        { key: 'Cost', value: '7' },
        { key: 'x'.repeat(31), value: '' },
      ],
    },
    AT,
    { ...BY_NOBODY, name: 'plain', aliases: ['plain'] },
  ],
];

describe('showKey', () => {
  it.each(GOLDEN)('shows %s', (_, key, nowMs, shown) => {
    const spelt = JSON.stringify(showKey(instance, key, nowMs));
    expect(JSON.parse(spelt)).toEqual(shown);
    // Nothing of the material, not even wrapped.
    for (const { material, handle } of key.versions) {
      expect([spelt.includes(material as string), spelt.includes(handle)]).toEqual([false, false]);
    }
  });
});

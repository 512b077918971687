import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SYMMETRIC } from '../../crypto/key-spec.ts';
import { createKey } from '../../keys/create.ts';
import { NO_INSTANCE_POLICIES } from '../../keys/instance-policies.ts';
import { putKey } from '../../keys/key-record.ts';
import { POLICY } from '../../keys/key-space.fixture.ts';
import type { Key } from '../../keys/key.ts';
import { WAITING_MS } from '../../keys/waiting-times.ts';
import { adminHouse, fits, REGION_NAME, type AdminHouse } from './admin.fixture.ts';
import { ADMIN_ROUTES } from './routes.ts';

describe('keys that end', () => {
  let house: AdminHouse;
  let administrator: string;
  let keys = 0;

  beforeAll(async () => {
    house = await adminHouse();
    administrator = (await house.member(['administrator'])).apiKey;
  });
  afterAll(() => house.close());

  /** A key that was deleted so long ago; `undefined`: that is there. */
  async function key(deletedBeforeMs?: number): Promise<Key> {
    const nowMs = house.services.clock();
    const wanted = {
      spec: SYMMETRIC,
      usage: 'encrypt-decrypt',
      origin: 'generated',
      description: '',
      tags: [],
      name: 'backups',
      createdBy: 'IBMid-1',
      keyRing: 'mine',
      aliases: [`alias/key-${++keys}`],
      expiresAtMs: nowMs + 1_000,
      instancePolicies: NO_INSTANCE_POLICIES,
      accessPolicy: POLICY,
    } as const;
    const { value } = createKey(house.region, wanted, nowMs, house.services.random);
    const made: Key =
      deletedBeforeMs === undefined
        ? value
        : { ...value, state: 'deleted', removal: { atMs: nowMs - deletedBeforeMs, by: 'IBMid-2' } };
    await house.commit(putKey(house.region.tenantKey, undefined, made));
    return made;
  }

  /** The state that is shown, or the code of the refusal. */
  async function outcome(method: 'GET' | 'POST', { id }: Key, verb = '', body?: object): Promise<unknown> {
    const answer = await house.send(administrator, method, `/regions/${REGION_NAME}/keys/${id}${verb}`, body);
    const route = ADMIN_ROUTES.find((one) => one.id === 'getKey');
    const { error, state } = answer.body as { error?: { code: string }; state?: string };
    return error?.code ?? (route && fits(route, answer.body) ? state : answer.body);
  }

  it('are shown with when and by whom, and until when', async () => {
    const deleted = await key(WAITING_MS.purge);
    const { body } = await house.send(administrator, 'GET', `/regions/${REGION_NAME}/keys/${deleted.id}`);
    const nowMs = house.services.clock();
    const at = (ms: number) => new Date(nowMs - WAITING_MS.purge + ms).toISOString();
    expect(body).toMatchObject({
      state: 'deleted',
      name: 'backups',
      createdBy: 'IBMid-1',
      keyRing: 'mine',
      extractable: false,
      expiresAt: new Date(nowMs + 1_000).toISOString(),
      removal: {
        at: at(0),
        by: 'IBMid-2',
        restorableUntil: at(WAITING_MS.restorable),
        purgeableFrom: new Date(nowMs).toISOString(),
        purgedAt: at(WAITING_MS.automaticPurge),
      },
    });
    const listed = await house.send(administrator, 'GET', `/regions/${REGION_NAME}/keys`);
    expect(JSON.stringify(listed.body)).toContain(deleted.id);
  });

  it('are deleted, and not at once restored or purged', async () => {
    const made = await key();
    const steps = [
      await outcome('POST', made, '/delete', {}),
      await outcome('POST', made, '/delete', {}),
      await outcome('POST', made, '/enable'),
      await outcome('POST', made, '/restore'),
      await outcome('POST', made, '/purge'),
      await outcome('GET', made),
    ];
    expect(steps).toEqual(['deleted', 'key-deleted', 'key-deleted', 'too-early', 'too-early', 'deleted']);
  });

  it('are restored, or purged for good', async () => {
    const [back, gone, over] = [
      await key(WAITING_MS.restore),
      await key(WAITING_MS.purge),
      await key(WAITING_MS.restorable),
    ];
    const steps = [
      await outcome('POST', back, '/restore'),
      await outcome('POST', back, '/purge'),
      await outcome('POST', over, '/restore'),
      await outcome('POST', gone, '/purge'),
      await outcome('GET', gone),
    ];
    expect(steps).toEqual(['enabled', 'key-not-deleted', 'restore-expired', 'gone', 'key-not-found']);
  });

  it('are not restored by who may not switch them on', async () => {
    const made = await key(WAITING_MS.restore);
    const deny = { Effect: 'Deny', Principal: '*', Action: 'kms:EnableKey', Resource: '*' };
    const policy = JSON.parse(POLICY) as { Statement: object | object[] };
    const accessPolicy = JSON.stringify({ ...policy, Statement: [policy.Statement, deny].flat() });
    await house.commit(putKey(house.region.tenantKey, made, { ...made, accessPolicy }));
    expect(await outcome('POST', made, '/restore')).toBe('access-denied');
    expect(await outcome('GET', made)).toBe('deleted');
  });

  it('that have relatives or a part elsewhere are let go by a waiting period', async () => {
    const made = await key();
    const related = { ...made, id: `mrk-${'a'.repeat(32)}`, aliases: [] };
    const multiRegion = { primaryRegion: made.region, regions: [made.region] };
    await house.commit(putKey(house.region.tenantKey, undefined, { ...related, versions: [], multiRegion }));
    expect(await outcome('POST', related, '/delete', {})).toBe('deletion-must-wait');
  });
});

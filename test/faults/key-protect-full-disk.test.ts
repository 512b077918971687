import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { KeysteadClient } from '@keystead/sdk';
import { afterAll, describe, expect, it } from 'vitest';
import type { FirstCredentials } from '../../src/server/first-start.ts';
import { verifyAudit } from '../../src/server/offline.ts';
import { startKeystead } from '../../src/server.ts';
import { SmallDisk } from '../../src/store/small-disk.fixture.ts';
import { logEntries } from '../process/log-entries.ts';
import { makeHome } from '../process/server-process.ts';
import { enveloped, KeyProtectUser, prepare, RETRIEVALS, SERVICE, STEPS } from './key-protect-steps.ts';

const home = makeHome();
const disk = new SmallDisk(home.config.dataFolder, 32);

afterAll(() => {
  disk.unmount();
  home.remove();
});

const nothing = () => {};
const QUIET = { info: nothing, warn: nothing, error: nothing };
/** Up to the key that is registered and has two versions. */
const UNTIL = STEPS.findIndex(({ name }) => name === 'move to another ring');

describe.skipIf(!disk.isMounted)('a server whose disk is full', () => {
  it('refuses what IBM Key Protect would change, yet lets keys be switched off and deleted, and goes on', async () => {
    const server = await startKeystead(home.config, QUIET);
    const first = server.first as FirstCredentials;
    const admin = new KeysteadClient({ url: server.url, apiKey: first.apiKey });
    await admin.createService({ name: SERVICE });
    const { apiKey = '' } = await admin.createServiceCredential(SERVICE, { type: 'api-key' });
    await admin.createAuthorization({ service: SERVICE, roles: ['Reader'] });
    const user = new KeyProtectUser(first, apiKey);
    await user.reach(server.url);
    await prepare(user);
    for (const { run } of STEPS.slice(0, UNTIL)) await run(user);
    const before = await user.look();
    const events = async () => (await admin.listKeyEvents(first.region, user.keyId)).items.map(({ kind }) => kind);
    const key = `/keys/${user.keyId}`;

    disk.fill();
    const secret = { name: 'filler', extractable: true, payload: randomBytes(7_500).toString('base64') };
    const create = () => user.send('POST', '/keys', enveloped('key', secret));
    let made = -1;
    let refused;
    do {
      made++;
      refused = await create();
    } while (refused.status === 201 && made < 2_000);
    expect(refused).toMatchObject({ status: 500, body: { resources: [{ reasons: [{ code: 'INTERNAL_ERR' }] }] } });
    for (const [method, path, body] of [
      ['GET', '/import_token', undefined],
      ['POST', '/import_token', {}],
      ['POST', '/key_rings/no-room', undefined],
      ['PATCH', key, { keyRingID: 'default' }],
      ['POST', `${key}/actions/rotate`, { payload: randomBytes(32).toString('base64') }],
      ['POST', `${key}/actions/wrap`, {}],
    ] as const) {
      expect([path, (await user.send(method, path, body)).status]).toEqual([path, 500]);
    }
    await user.change(204, 'POST', `${key}/actions/disable`);
    await user.change(204, 'DELETE', `${key}?force=true`);

    rmSync(join(disk.path, 'ballast'));
    // It looks for room once a second at the most.
    await expect.poll(async () => (await create()).status, { interval: 50 }).toBe(201);
    // The retrieval that was refused is not counted, and none is given out again.
    await user.retrieve();
    expect(user.retrievals).toEqual([RETRIEVALS - 1, RETRIEVALS - 2, RETRIEVALS - 3]);
    const { body } = await user.send('GET', key);
    expect(body.resources[0]).toMatchObject({ state: 5, keyRingID: 'default' });
    expect((await user.send('GET', `${key}/registrations`)).body.metadata.collectionTotal).toBe(0);
    expect(await events()).toEqual(['rotate', 'disable', 'delete']);
    expect(before).toMatchObject({ versions: 2, events: ['rotate'] });
    expect((await user.send('GET', '/keys?search=filler&limit=5000')).body.metadata.collectionTotal).toBe(made + 1);
    await server.close();

    await verifyAudit(home.config, [], undefined);
    const done = (await logEntries(disk.path)).filter((entry) => entry.outcome === 'done' && entry.key === user.keyId);
    const changes = ['kms:RotateKeyOnDemand', 'kms:MoveKey', 'kms:DisableKey', 'kms:ScheduleKeyDeletion'];
    expect(done.map(({ action }) => action).filter((action) => changes.includes(action))).toEqual(
      changes.filter((action) => action !== 'kms:MoveKey'),
    );
  });
});

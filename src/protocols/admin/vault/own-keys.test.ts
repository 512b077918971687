import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { edit } from '../../../keys/change.ts';
import type { OpenKey } from '../../../keys/open-key.ts';
import type { Key } from '../../../keys/key.ts';
import { registrationsOf } from '../../../keys/registration-record.ts';
import { makeRecoveryKey } from '../../../vault/format/recovery-key.ts';
import { requireKey } from '../../../jobs/keystead-keys.ts';
import { adminHouse, type AdminHouse, type Answer } from '../admin.fixture.ts';

/** Environments under keys of this installation itself: no credentials, no endpoint, the same decisions and entries. */
describe('environments under keys of this installation', () => {
  let house: AdminHouse;
  let apiKey: string;
  let region: string;
  let number = 0;

  beforeAll(async () => {
    house = await adminHouse();
    apiKey = (await house.member(['administrator', 'operator'])).apiKey;
    ({ region } = house.region);
    mkdirSync(join(house.scratch, 'sources', 'records'), { recursive: true });
    writeFileSync(join(house.scratch, 'sources', 'records', 'a'), 'a record');
  });
  afterAll(() => house.close());

  const post = (path: string, body?: unknown, by = apiKey) => house.send(by, 'POST', path, body);
  const get = (path: string) => house.send(apiKey, 'GET', path);

  async function newKey(): Promise<{ keyId: string; arn: string }> {
    const { status, body } = await post(`/regions/${region}/keys`, {});
    expect(status).toBe(201);
    const { keyId } = body as { keyId: string };
    return { keyId, arn: `arn:aws:kms:${region}:${house.tenant.accountId}:key/${keyId}` };
  }

  async function change(keyId: string, fields: Partial<Key>): Promise<void> {
    const open = await house.services.keys.find(house.region, keyId);
    if (open === undefined) throw new TypeError('no such key');
    await house.commit(...edit(open.space, open.key, fields).writes);
  }

  const wanted = (more: Record<string, unknown>) => ({
    label: `own ${++number}`,
    storage: { type: 'folder', path: join(house.scratch, 'vaults', `own-${number}`), region },
    encryptAutomatically: true,
    ...more,
  });

  async function made(more: Record<string, unknown>): Promise<{ id: string; environment: Record<string, unknown> }> {
    const { status, body } = await post('/environments', wanted(more));
    expect([status, body]).toEqual([201, expect.anything()]);
    const environment = body['environment'] as Record<string, unknown>;
    return { id: environment['environmentId'] as string, environment };
  }

  async function endOf(
    run: Answer,
  ): Promise<{ state: string; problem?: { code: string }; report?: Record<string, unknown> }> {
    expect([run.status, run.body]).toEqual([201, expect.anything()]);
    for (;;) {
      const { body } = await get(`/runs/${String(run.body['runId'])}`);
      if (body['state'] !== 'running') return body as never;
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  const backup = (id: string) =>
    post(`/environments/${id}/backups`, { source: join(house.scratch, 'sources', 'records') });
  const registered = async (keyId: string) => {
    const open = await house.services.keys.find(house.region, keyId);
    return registrationsOf(house.store, house.tenant.tenantKey, open!.key);
  };

  it('are told from keys of AWS, whoever names them as such', async () => {
    const { keyId, arn } = await newKey();
    const aws = { provider: 'aws-kms', accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'a-secret' };
    for (const name of [keyId, arn]) {
      const { status, body } = await post('/environments', wanted({ masterKey: { ...aws, keyId: name } }));
      expect([status, body['error']]).toEqual([
        400,
        expect.objectContaining({ code: 'master-key-malformed', message: expect.stringContaining(`key ${arn} of`) }),
      ]);
    }
  });

  it('says which place that was left still needs a key, and has its data keys wrapped for the present one', async () => {
    const [first, second] = [await newKey(), await newKey()];
    const { id } = await made({ masterKey: { provider: 'keystead', keyId: first.arn } });
    const done = await endOf(await backup(id));
    const snapshotId = String(done.report?.['snapshotId']);
    const elsewhere = { type: 'folder', path: join(house.scratch, 'vaults', `${id}-2`), region };
    expect((await post(`/environments/${id}/storage`, elsewhere)).status).toBe(200);
    await endOf(await backup(id));
    // What became of a file is followed, and compared, over both places.
    const follow = async (limit: number, before?: string) =>
      (await post(`/environments/${id}/snapshots/history`, { path: 'a', limit, ...(before && { before }) })).body as {
        states: { state: string; snapshotId: string }[];
        olderThan?: string;
      };
    const compared = async () =>
      (await post(`/environments/${id}/snapshots/compare`, { beforeSnapshotId: snapshotId })).body;
    expect((await follow(5)).states.map(({ state }) => state)).toEqual(['same', 'first']);
    expect(await compared()).toMatchObject({ before: { snapshotId }, differences: [] });
    writeFileSync(join(house.scratch, 'sources', 'records', 'a'), 'a longer record');
    await endOf(await backup(id));
    const all = await follow(5);
    expect(all.states.map(({ state }) => state)).toEqual(['changed', 'same', 'first']);
    expect(all.states[2]?.snapshotId).toBe(snapshotId);
    expect(all.olderThan).toBeUndefined();
    const page = await follow(2);
    expect((await follow(2, page.olderThan)).states).toMatchObject([{ snapshotId }]);
    expect(await compared()).toMatchObject({ differences: [{ path: 'a', kind: 'changed' }] });
    writeFileSync(join(house.scratch, 'sources', 'records', 'a'), 'a record');
    const moved = await endOf(
      await post(`/environments/${id}/master-key`, { provider: 'keystead', keyId: second.arn }),
    );
    const shown = async () =>
      (await get(`/environments/${id}`)).body as unknown as {
        vaultId: string;
        formerStorages: { vaultId: string; masterKeys: string[]; advice?: string }[];
      };
    const before = (await shown()).formerStorages[0]!;
    const { vaultId } = before;
    expect(before.advice).toContain(`still needs ${first.arn}`);
    expect(moved).toMatchObject({ state: 'succeeded', report: { warnings: [before.advice] } });
    expect(await registered(first.keyId)).toHaveLength(1);

    for (const [path, body] of [
      ['verifications', { level: 'drill', vaultId }],
      ['maintenance', { vaultId }],
      ['master-key/refresh', { vaultId }],
    ] as const) {
      expect(await endOf(await post(`/environments/${id}/${path}`, body))).toMatchObject({
        state: 'succeeded',
        vaultId,
      });
    }
    const unknown = await post(`/environments/${id}/verifications`, { level: 'list', vaultId: '0'.repeat(32) });
    expect(unknown).toMatchObject({ status: 404, body: { error: { code: 'place-not-found' } } });
    const present = { vaultId: (await shown()).vaultId };
    expect((await post(`/environments/${id}/former-storages/rewrap`, present)).status).toBe(404);
    expect((await post(`/environments/${id}/former-storages/rewrap`, {})).status).toBe(404);

    // One that is cut off goes on to where it was going, and the key that it has come to meanwhile stays usable.
    await change(second.keyId, { state: 'suspended' });
    const dark = await post(`/environments/${id}/former-storages/rewrap`, { vaultId });
    expect(dark).toMatchObject({ status: 422, body: { error: { code: 'preflight-failed' } } });
    await change(second.keyId, { state: 'active' });
    const rewrapped = await endOf(await post(`/environments/${id}/former-storages/rewrap`, { vaultId }));
    expect(rewrapped).toMatchObject({ state: 'succeeded', vaultId, report: { rewrapped: 3 } });
    expect(rewrapped.report?.['warnings']).toBeUndefined();
    const after = (await shown()).formerStorages[0]!;
    expect(after).toMatchObject({ masterKeys: [second.arn] });
    expect(after.advice).toBeUndefined();
    await expect.poll(async () => (await registered(first.keyId)).length).toBe(0);
    await change(first.keyId, { state: 'suspended' });
    const destination = join(house.scratch, 'sources', 'restored-from-former');
    expect(await endOf(await post(`/environments/${id}/restores`, { snapshotId, destination }))).toMatchObject({
      state: 'succeeded',
    });
    const again = await post(`/environments/${id}/former-storages/rewrap`, { vaultId });
    expect(again).toMatchObject({ status: 409, body: { error: { code: 'same-master-key' } } });
  });

  it('backs up and restores under a key that was named by its id, and is dark while that is off', async () => {
    const { keyId, arn } = await newKey();
    const { id, environment } = await made({ masterKey: { provider: 'keystead', keyId } });
    expect(environment).toMatchObject({ encryption: 'Keystead', masterKey: { provider: 'keystead', keyId: arn } });
    const done = await endOf(await backup(id));
    expect(done).toMatchObject({ state: 'succeeded', report: { files: 1 } });
    const { body } = await get(`/environments/${id}/snapshots`);
    expect(body['snapshots']).toMatchObject([{ recipients: [{ provider: 'keystead', keyId: arn, region }] }]);

    await change(keyId, { state: 'suspended' });
    expect(await endOf(await backup(id))).toMatchObject({ state: 'failed', problem: { code: 'master-key-disabled' } });
    await change(keyId, { state: 'active' });
    const destination = join(house.scratch, 'sources', 'restored');
    const snapshotId = String(done.report?.['snapshotId']);
    expect(await endOf(await post(`/environments/${id}/restores`, { snapshotId, destination }))).toMatchObject({
      state: 'succeeded',
    });
    expect(readFileSync(join(destination, 'a'), 'utf8')).toBe('a record');
  });

  it('moves to another key, with a recovery key beside it, refreshes, and lets the first one go', async () => {
    const [first, second] = [await newKey(), await newKey()];
    const { id } = await made({ masterKey: { provider: 'keystead', keyId: first.arn } });
    await endOf(await backup(id));
    const { publicKey, keyId } = makeRecoveryKey();
    const recovery = { provider: 'recovery', publicKey: publicKey.toString('base64') };
    expect(await endOf(await post(`/environments/${id}/recipients`, { recipients: [recovery] }))).toMatchObject({
      state: 'succeeded',
      report: { envelopes: 3, rewrapped: 3 },
    });
    expect(await registered(first.keyId)).toHaveLength(1);
    const moved = await endOf(
      await post(`/environments/${id}/master-key`, { provider: 'keystead', keyId: second.arn }),
    );
    expect(moved).toMatchObject({ state: 'succeeded', report: { rewrapped: 3 } });
    await expect.poll(async () => await registered(first.keyId)).toEqual([]);
    expect(await registered(second.keyId)).toHaveLength(1);
    expect((await get(`/environments/${id}`)).body).toMatchObject({
      masterKey: { keyId: second.arn },
      recipients: [{ provider: 'recovery', keyId }],
    });
    expect(await endOf(await post(`/environments/${id}/master-key/refresh`, {}))).toMatchObject({
      state: 'succeeded',
      report: { envelopes: 3, rewrapped: 3 },
    });
  });

  it('is under a key that the operator keeps, which nobody names', async () => {
    const { id, environment } = await made({ encryption: 'AES-256' });
    expect(environment).toMatchObject({ encryption: 'AES-256', masterKey: { provider: 'keystead' } });
    expect(await endOf(await backup(id))).toMatchObject({ state: 'succeeded' });
    const { keyId } = environment['masterKey'] as { keyId: string };
    const found = await requireKey(house.services, keyId);
    expect(found.open.key.description).toContain(id);
    // The environment alone may use it, besides whom the operator lets.
    expect(await registrationsOf(house.store, found.open.space.tenantKey, found.open.key)).toHaveLength(1);
    const { keyId: own, arn } = await newKey();
    await endOf(await post(`/environments/${id}/master-key`, { provider: 'keystead', keyId: arn }));
    expect((await get(`/environments/${id}`)).body).toMatchObject({
      encryption: 'Keystead',
      masterKey: { keyId: arn },
    });
    expect(await registered(own)).toHaveLength(1);
    const named = await post(
      '/environments',
      wanted({ encryption: 'AES-256', masterKey: { provider: 'keystead', keyId } }),
    );
    expect([named.status, (named.body['error'] as { code: string }).code]).toEqual([400, 'encryption-mismatch']);
  });

  it('gives no right where the environment is not kept, and refuses who may not make grants', async () => {
    const { keyId, arn } = await newKey();
    const elsewhere = { type: 'folder', path: join(house.scratch, 'outside'), region };
    const masterKey = { provider: 'keystead', keyId: arn };
    expect((await post('/environments', { ...wanted({ masterKey }), storage: elsewhere })).status).toBe(403);
    expect((await post('/environments/preflight', wanted({ masterKey }))).status).toBe(200);
    expect(await registered(keyId)).toEqual([]);
    await change(keyId, { state: 'suspended' });
    expect((await post('/environments', wanted({ masterKey }))).status).not.toBe(201);
    await change(keyId, { state: 'active' });
    expect(await registered(keyId)).toEqual([]);
    const unknown = await post('/environments', wanted({ masterKey: { provider: 'keystead', keyId: 'alias/none' } }));
    expect(unknown.status).toBe(404);
  });

  it('answers what is kept, and what agents ask, under such a key too', async () => {
    const { keyId, arn } = await newKey();
    const { id } = await made({ masterKey: { provider: 'keystead', keyId: arn } });
    await endOf(await backup(id));
    const kept = await get(`/environments/${id}/kept`);
    expect([kept.status, kept.body]).toEqual([200, expect.anything()]);
    expect(kept.body['snapshots']).toHaveLength(1);
    const invited = await post(`/environments/${id}/agents`, { name: 'host' });
    const [, agentId, ...token] = String(invited.body['token']).split('.');
    const { publicKey } = generateKeyPairSync('ed25519');
    const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
    const agent = `/environments/${id}/agents/${agentId}`;
    const enrolled = await post(`${agent}/enrolment`, { publicKey: raw }, token.join('.'));
    expect([enrolled.status, enrolled.body]).toEqual([201, expect.anything()]);
    const prove = () => post(`${agent}/word`, { look: false }, String(enrolled.body['apiKey']));
    expect((await prove()).status).toBe(200);
    await change(keyId, { state: 'suspended' });
    expect(await prove()).toMatchObject({ status: 422, body: { error: { code: 'master-key-disabled' } } });
  });

  it('tells an agent to enrol again when backups go elsewhere, and receives what it had written before', async () => {
    const { arn } = await newKey();
    const { id } = await made({ masterKey: { provider: 'keystead', keyId: arn } });
    await endOf(await backup(id));
    const agents = `/environments/${id}/agents`;
    const enrol = async () => {
      const invited = await post(agents, { name: 'host' });
      const [, agentId = '', ...token] = String(invited.body['token']).split('.');
      const { publicKey } = generateKeyPairSync('ed25519');
      const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
      const enrolled = await post(`${agents}/${agentId}/enrolment`, { publicKey: raw }, token.join('.'));
      expect([enrolled.status, enrolled.body]).toEqual([201, expect.anything()]);
      const key = String(enrolled.body['apiKey']);
      const { writerId } = enrolled.body['agent'] as { writerId: string };
      return { agentId, key, writerId, word: () => post(`${agents}/${agentId}/word`, { look: true }, key) };
    };
    const host = await enrol();
    expect((await host.word()).status).toBe(200);
    const elsewhere = { type: 'folder', path: join(house.scratch, 'vaults', `${id}-2`), region };
    expect((await post(`/environments/${id}/storage`, elsewhere)).status).toBe(200);
    // Before there is a vault at the new place, and after.
    expect(await host.word()).toMatchObject({ status: 409, body: { error: { code: 'agent-left-behind' } } });
    await endOf(await backup(id));
    const refused = await host.word();
    expect(refused).toMatchObject({ status: 409, body: { error: { code: 'agent-left-behind' } } });
    expect((refused.body['error'] as { message: string }).message).toContain('keystead agent enroll');
    const told = {
      runId: '0199e6b1-7c3e-7b60-9a59-2f5d7c3b6e21',
      source: 'records',
      state: 'succeeded',
      startedAt: '2026-01-01T00:00:00Z',
      endedAt: '2026-01-01T00:01:00Z',
      snapshotId: `${host.writerId}-0000000001`,
    };
    // The old place is looked at, which has no such snapshot; the new one does not know the host at all.
    const report = await post(`${agents}/${host.agentId}/runs`, told, host.key);
    expect(report).toMatchObject({ status: 200, body: { state: 'failed' } });
    expect((await post(`${agents}/${host.agentId}/revocation`)).body).toMatchObject({ state: 'revoked' });
    expect((await (await enrol()).word()).status).toBe(200);
  });

  it('brings back what another environment of the tenant has left under its own key', async () => {
    const { arn } = await newKey();
    const masterKey = { provider: 'keystead', keyId: arn };
    const { id, environment } = await made({ masterKey });
    await endOf(await backup(id));
    const label = environment['label'] as string;
    expect((await post(`/environments/${id}/delete`, { label })).status).toBe(200);
    const from = environment['storage'];
    const imported = await post('/environments/import', { ...wanted({ masterKey }), from });
    expect([imported.status, imported.body]).toEqual([201, expect.anything()]);
  });

  it('keeps the right to a key that an older place needs, when a move back to that key comes to nothing', async () => {
    const [first, second] = [await newKey(), await newKey()];
    const { id, environment } = await made({ masterKey: { provider: 'keystead', keyId: first.arn } });
    const done = await endOf(await backup(id));
    const { region: _, ...elsewhere } = wanted({}).storage;
    expect((await post(`/environments/${id}/storage`, { ...elsewhere, region })).status).toBe(200);
    const to = (arn: string) => post(`/environments/${id}/master-key`, { provider: 'keystead', keyId: arn });
    await endOf(await backup(id));
    await endOf(await to(second.arn));
    const { path } = (await get(`/environments/${id}`)).body['storage'] as { path: string };
    renameSync(path, `${path}-away`);
    writeFileSync(path, 'no folder');
    expect((await to(first.arn)).status).toBe(422);
    rmSync(path);
    renameSync(`${path}-away`, path);
    const destination = join(house.scratch, 'sources', 'from-the-older-place');
    const snapshotId = String(done.report?.['snapshotId']);
    expect(environment['environmentId']).toBe(id);
    expect(await endOf(await post(`/environments/${id}/restores`, { snapshotId, destination }))).toMatchObject({
      state: 'succeeded',
    });
  });

  it('leaves no key with the operator for an environment that comes to nothing', async () => {
    const { tenantId } = house.tenant;
    const states = async () => {
      const rows = house.store.list(tenantId, 'key', region, { limit: 1_000 });
      const open: (OpenKey | undefined)[] = [];
      for (const { id } of rows) open.push(await house.services.keys.find(house.region, id.split('@')[0] as string));
      return open.filter((one) => one?.key.description?.startsWith('AES-256')).map((one) => one?.key.state);
    };
    const active = (all: readonly (string | undefined)[]) => all.filter((state) => state === 'active').length;
    const before = active(await states());
    const path = join(house.scratch, 'vaults', `taken-${++number}`);
    mkdirSync(path);
    writeFileSync(join(path, 'vault.json'), 'not a vault');
    const taken = wanted({ encryption: 'AES-256', storage: { type: 'folder', path, region } });
    expect((await post('/environments', taken)).status).toBe(422);
    const malformed = wanted({ encryption: 'AES-256', recipients: [{ provider: 'recovery', publicKey: 'AAAA' }] });
    expect((await post('/environments', malformed)).status).toBe(400);
    expect(active(await states())).toBe(before);
  });

  it('has the operator keep keys whose tenant looks younger, and never a customer', async () => {
    house.setClock(Date.UTC(2020, 0, 1));
    const operator = (await house.member(['operator'])).apiKey;
    const made = await post('/tenants', { name: 'customer', region }, operator);
    house.setClock(Date.UTC(2026, 10, 21, 1));
    const customer = made.body as { tenant: { accountId: string }; apiKey: string };
    const body = wanted({ encryption: 'AES-256' });
    const answer = await post('/environments', body, customer.apiKey);
    expect([answer.status, answer.body]).toEqual([201, expect.anything()]);
    const { masterKey, environmentId } = answer.body['environment'] as {
      masterKey: { keyId: string };
      environmentId: string;
    };
    expect(masterKey.keyId).toContain(`:${house.tenant.accountId}:`);
    // Nor does any other environment, of whichever tenant, get the use of it by naming it.
    const stolen = { masterKey: { provider: 'keystead', keyId: masterKey.keyId } };
    const refused = await post('/environments', wanted(stolen), customer.apiKey);
    expect([refused.status, refused.body]).toEqual([403, expect.anything()]);
    expect(environmentId).toEqual(expect.any(String));
  });
});

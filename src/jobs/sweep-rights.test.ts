import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { registrationsOf } from '../keys/registration-record.ts';
import { adminHouse, type AdminHouse } from '../protocols/admin/admin.fixture.ts';
import type { StoredRecord } from '../records/record.ts';
import { environmentRef } from '../vault/environments/environment-record.ts';
import { requireKey } from './keystead-keys.ts';
import { letUse } from './keystead-rights.ts';
import { keepOperatorKey } from './operator-key.ts';
import { environmentPrincipal } from './environment-principal.ts';
import { LEFT_ALONE_MS, RightsSweep } from './sweep-rights.ts';

const GONE = '4b1f2a7c-8f1e-4f4e-9a59-2f5d7c3b6e21';
const LATER = '5c2f2a7c-8f1e-4f4e-9a59-2f5d7c3b6e21';

describe('rights that a killed server has left behind', () => {
  let house: AdminHouse;
  let apiKey: string;
  let region: string;
  let now = Date.UTC(2026, 10, 22);
  let passedMs = 0;

  beforeAll(async () => {
    house = await adminHouse();
    house.setClock(now);
    apiKey = (await house.member(['administrator', 'operator'])).apiKey;
    ({ region } = house.region);
    mkdirSync(join(house.scratch, 'sources', 'records'), { recursive: true });
  });
  afterAll(() => house.close());

  const ports = () => house.services.vault.keysteadRights;
  const saver = () => ({
    principal: {
      ...environmentPrincipal(house.tenant, 'saver'),
      policies: [],
      arn: `arn:aws:iam::${house.tenant.accountId}:root`,
    },
    requestId: 'r-1',
    source: { protocol: 'admin', address: '127.0.0.1' },
  });
  const registered = async (arn: string) => {
    const { open } = await requireKey(ports(), arn);
    return registrationsOf(house.store, open.space.tenantKey, open.key);
  };
  const sweeper = () => new RightsSweep(ports(), () => passedMs);
  const later = (ms: number) => {
    passedMs += ms;
    house.setClock((now += ms));
  };

  async function newKey(): Promise<string> {
    const { body } = await house.send(apiKey, 'POST', `/regions/${region}/keys`, {});
    return `arn:aws:kms:${region}:${house.tenant.accountId}:key/${String(body['keyId'])}`;
  }

  async function made(more: Record<string, unknown>, label: string) {
    const storage = { type: 'folder', path: join(house.scratch, 'vaults', label), region };
    const answer = await house.send(apiKey, 'POST', '/environments', {
      label,
      storage,
      encryptAutomatically: true,
      ...more,
    });
    expect([answer.status, answer.body]).toEqual([201, expect.anything()]);
    return answer.body['environment'] as { environmentId: string; masterKey: { keyId: string } };
  }

  /** As a server that was killed right after the environment was forgotten. */
  async function vanish(environmentId: string): Promise<void> {
    const ref = environmentRef(house.tenant.tenantId, environmentId);
    const revision = house.store.revisionOf(ref);
    await house.commit({ remove: ref, revision: revision as number });
  }

  it('are taken back when the environment is gone, never came to be or has left the key, and only then', async () => {
    const [kept, left, forgotten] = [await newKey(), await newKey(), await newKey()];
    const stays = await made({ masterKey: { provider: 'keystead', keyId: kept } }, 'stays');
    const goes = await made({ masterKey: { provider: 'keystead', keyId: forgotten } }, 'goes');
    await letUse(ports(), saver(), house.tenant, { id: stays.environmentId, label: 'stays' }, left);
    await letUse(ports(), saver(), house.tenant, { id: GONE, label: 'never' }, kept);
    await vanish(goes.environmentId);

    const rights = sweeper();
    expect(await rights.sweep()).toBe(0);
    // A clock that jumps ends no wait: a save that is under way may be about to need one of them.
    house.setClock(now + 365 * 24 * 3_600_000);
    expect(await rights.sweep()).toBe(0);
    later(LEFT_ALONE_MS - 1);
    expect(await rights.sweep()).toBe(0);
    expect(await registered(forgotten)).toHaveLength(1);
    later(1);
    expect(await rights.sweep()).toBe(3);
    expect([await registered(forgotten), await registered(left)]).toEqual([[], []]);
    expect(await registered(kept)).toMatchObject([
      { resourceCrn: expect.stringContaining(stays.environmentId) as string },
    ]);
    const { open } = await requireKey(ports(), forgotten);
    const scope = `${region}/${open.key.id}`;
    expect(house.store.list(house.tenant.tenantId, 'grant', scope, { limit: 10 })).toEqual([]);
    const [all, names] = [vi.spyOn(house.store, 'listAll'), vi.spyOn(house.store, 'listNames')];
    expect(await rights.sweep()).toBe(0);
    // By pages: a tenant may have a great many.
    expect(all).not.toHaveBeenCalledWith('registration');
    expect(names).toHaveBeenCalledWith(expect.stringMatching(/^registration:/), { limit: 200 });
    all.mockRestore();
    names.mockRestore();
  });

  it("and the operator's key with them, where nothing can lie under it", async () => {
    const never = await keepOperatorKey(ports(), house.tenant, { id: GONE, label: 'never' }, region);
    const deleted = await made({ encryption: 'AES-256' }, 'used');
    const source = join(house.scratch, 'sources', 'records');
    const run = await house.send(apiKey, 'POST', `/environments/${deleted.environmentId}/backups`, { source });
    await expect
      .poll(async () => (await house.send(apiKey, 'GET', `/runs/${String(run.body['runId'])}`)).body['state'])
      .toBe('succeeded');
    await vanish(deleted.environmentId);
    // Of what was made in the future, nobody knows for how long it may have been used.
    later(120_000);
    const future = await keepOperatorKey(ports(), house.tenant, { id: LATER, label: 'later' }, region);
    house.setClock((now -= 60_000));
    const unclear = await keepOperatorKey(ports(), house.tenant, { id: GONE, label: 'never again' }, region);
    const rights = sweeper();
    await rights.sweep();
    later(1_000);
    passedMs += LEFT_ALONE_MS;
    expect(await rights.sweep()).toBe(4);
    expect((await requireKey(ports(), future)).open.key.state).toBe('active');
    expect((await requireKey(ports(), unclear)).open.key.state).toBe('deleted');
    expect((await requireKey(ports(), never)).open.key.state).toBe('deleted');
    const used = deleted.masterKey.keyId;
    expect((await requireKey(ports(), used)).open.key.state).toBe('active');
    expect(await registered(used)).toEqual([]);
  });

  it('also where the owner of the key has revoked the grant, and only the registration is left', async () => {
    const arn = await newKey();
    const gone = await made({ masterKey: { provider: 'keystead', keyId: arn } }, 'revoked');
    const { open } = await requireKey(ports(), arn);
    const scope = `${region}/${open.key.id}`;
    const [grant] = house.store.list(house.tenant.tenantId, 'grant', scope, { limit: 10 });
    await house.commit({ remove: grant as StoredRecord, revision: (grant as StoredRecord).revision });
    await vanish(gone.environmentId);
    expect(await registered(arn)).toHaveLength(1);
    const rights = sweeper();
    await rights.sweep();
    later(LEFT_ALONE_MS);
    expect(await rights.sweep()).toBe(1);
    expect(await registered(arn)).toEqual([]);
    expect(await rights.sweep()).toBe(0);
  });
});

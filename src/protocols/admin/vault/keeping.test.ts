import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AwsKmsFixture, type FixtureKey } from '../../../vault/master-keys/aws-kms.fixture.ts';
import { adminHouse, type AdminHouse, type Answer } from '../admin.fixture.ts';

const REGION = 'eu-central-1';

interface ShownRun {
  readonly runId: string;
  readonly state: string;
  readonly problem?: { readonly code: string };
  readonly report?: { readonly snapshotId: string; readonly [name: string]: unknown };
}

describe('what is kept, over the admin API', () => {
  let house: AdminHouse;
  let aws: AwsKmsFixture;
  let ann: string;
  let bob: string;
  let path: string;
  let at: string;
  let key: FixtureKey;
  let number = 0;

  beforeAll(async () => {
    [house, aws] = await Promise.all([adminHouse(), AwsKmsFixture.start()]);
    ann = (await house.member(['administrator'])).apiKey;
    bob = (await house.member(['administrator'])).apiKey;
    mkdirSync(join(house.scratch, 'sources', 'records'), { recursive: true });
  });
  afterAll(async () => {
    await house.close();
    await aws.stop();
  });

  const post = (to: string, body?: unknown, by = ann) => house.send(by, 'POST', `${at}${to}`, body);
  const get = async (to: string) => (await house.send(ann, 'GET', `${at}${to}`)).body;
  const refused = ({ status, body }: Answer) => [status, (body['error'] as { code: string }).code];

  async function endOf(run: Answer): Promise<ShownRun> {
    expect([run.status, run.body]).toEqual([201, expect.anything()]);
    for (;;) {
      const { body } = await house.send(ann, 'GET', `/runs/${(run.body as unknown as ShownRun).runId}`);
      const shown = body as unknown as ShownRun;
      if (shown.state !== 'running') return shown;
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  async function backup(): Promise<string> {
    writeFileSync(join(house.scratch, 'sources', 'records', 'a'), `record ${number++}`);
    const run = await endOf(await post('/backups', { source: join(house.scratch, 'sources', 'records') }));
    return run.report?.snapshotId ?? '';
  }

  beforeEach(async () => {
    path = join(house.scratch, 'vaults', `kept-${number++}`);
    key = aws.makeKey(REGION);
    const made = await house.send(ann, 'POST', '/environments', {
      label: path,
      storage: { type: 'folder', path, region: REGION },
      encryptAutomatically: true,
      masterKey: {
        provider: 'aws-kms',
        keyId: key.arn,
        endpoint: aws.endpoint,
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        secretAccessKey: 'wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY',
      },
    });
    at = `/environments/${(made.body['environment'] as { environmentId: string }).environmentId}`;
  });

  it('rules are set, shown and taken away, of all sources and of one', async () => {
    expect(await get('/retention')).toEqual({ sources: [] });
    await post('/retention', { rules: { daily: 7, timeZone: 'Europe/Berlin' } });
    await post('/retention', { source: '__proto__', rules: { last: 3, trashDays: 1 } });
    expect(await get('/retention')).toEqual({
      rules: { daily: 7, timeZone: 'Europe/Berlin', trashDays: 7 },
      sources: [{ source: '__proto__', rules: { last: 3, timeZone: 'UTC', trashDays: 1 } }],
    });
    await post('/retention', { source: '__proto__' });
    expect(await get('/retention')).toEqual({
      rules: { daily: 7, timeZone: 'Europe/Berlin', trashDays: 7 },
      sources: [],
    });
    expect(refused(await post('/retention', { rules: { daily: 7, timeZone: 'Moon/Base' } }))).toEqual([
      400,
      'retention-malformed',
    ]);
    for (const rules of [{ trashDays: 7 }, { last: 0 }, { last: 0, daily: 0, trashDays: 7 }]) {
      expect(refused(await post('/retention', { rules }))).toEqual([400, 'retention-malformed']);
    }
  });

  it('rules move what they do not keep to the trash, and lists say so', async () => {
    const [first, second] = [await backup(), await backup()];
    const { body: preview } = await post('/retention/preview', { rules: { last: 1 } });
    expect(preview['snapshots']).toMatchObject([
      { snapshotId: first, keptBy: [] },
      { snapshotId: second, keptBy: ['newest', 'last'] },
    ]);
    expect(await get('/retention')).toEqual({ sources: [] });
    expect(refused(await post('/retention/preview', { rules: { last: 0 } }))).toEqual([400, 'retention-malformed']);
    await post('/retention', { rules: { last: 1 } });
    const dry = await endOf(await post('/maintenance', { dryRun: true }));
    expect(dry.report).toMatchObject({ trashed: 1, snapshotIds: [first], deletedSnapshots: 0 });
    expect((await endOf(await post('/maintenance', {}))).report).toMatchObject({ trashed: 1, marked: 0, deleted: 0 });
    expect((await get('/kept'))['snapshots']).toMatchObject([
      { snapshotId: first, keptBy: [], deletedAt: expect.any(String) },
      { snapshotId: second, keptBy: ['newest', 'last'] },
    ]);
    expect((await get('/snapshots'))['snapshots']).toMatchObject([
      { snapshotId: first, deletedAt: expect.any(String) },
      {},
    ]);
    await endOf(await post('/trash/take-back', { snapshots: [first] }));
    expect((await get('/kept'))['snapshots']).toMatchObject([{ keptBy: ['taken-back'] }, {}]);
    await endOf(await post('/trash', { snapshots: [second], days: 0 }));
    expect((await endOf(await post('/maintenance', {}))).report).toMatchObject({ deletedSnapshots: 1 });
    expect((await get('/snapshots'))['snapshots']).toMatchObject([{ snapshotId: first }]);
    expect(((await get(''))['newestSnapshots'] as string[])[0]).toBe(second);
    expect((await endOf(await post('/verifications', { level: 'data' }))).report).toMatchObject({ findingCount: 0 });
  });

  it('lists say what they can and what they cannot while the key is off', async () => {
    const [first, second] = [await backup(), await backup()];
    await post('/retention', { rules: { last: 5 } });
    await endOf(await post('/trash', { snapshots: [first], days: 3 }));
    key.state = 'Disabled';
    const dark = await get('/kept');
    expect(dark['withoutKey']).toMatchObject({
      code: 'master-key-disabled',
      message: expect.stringContaining(key.arn) as string,
    });
    const shown = dark['snapshots'] as { snapshotId: string; keptBy?: string[]; source?: string }[];
    expect(shown).toMatchObject([
      { snapshotId: first, deletedAt: expect.any(String) as string },
      { snapshotId: second },
    ]);
    for (const one of shown) expect([one.keptBy, one.source]).toEqual([undefined, expect.stringContaining('records')]);
    key.state = 'Enabled';
    const light = await get('/kept');
    expect(light['withoutKey']).toBeUndefined();
    expect(light['snapshots']).toMatchObject([{}, { keptBy: ['newest', 'last'] }]);
    // That a store is gone is no matter of the key.
    renameSync(path, `${path}-away`);
    expect(refused(await house.send(ann, 'GET', `${at}/kept`))[0]).toBe(422);
  });

  it('a hold keeps everything, and takes two people to release', async () => {
    const first = await backup();
    const placed = await endOf(await post('/holds', { reason: 'Matter 2026-117' }));
    expect(placed.state).toBe('succeeded');
    const [hold] = (await get('/holds'))['items'] as { holdId: string; placedBy: string }[];
    const { holdId = '' } = hold ?? {};
    expect(readdirSync(join(path, 'holds', holdId))).toEqual(['00000001.json']);
    for (const [to, body] of [
      ['/forget', { snapshots: [first] }],
      ['/trash', { snapshots: [first] }],
    ] as const) {
      expect(await endOf(await post(to, body))).toMatchObject({ state: 'failed', problem: { code: 'held' } });
    }
    // Also where the store has lost the object.
    rmSync(join(path, 'holds'), { recursive: true });
    expect(await endOf(await post('/forget', { source: join(house.scratch, 'sources', 'records') }))).toMatchObject({
      problem: { code: 'held' },
    });
    expect(refused(await post('/hold-releases/confirm', { holdId, releaseId: 'a'.repeat(32) }, bob))).toEqual([
      409,
      'release-missing',
    ]);
    const asked = await post('/hold-releases', { holdId });
    const { releaseId } = (asked.body as unknown as { release: { releaseId: string } }).release;
    expect(refused(await post('/hold-releases/confirm', { holdId, releaseId }))).toEqual([
      403,
      'second-person-missing',
    ]);
    await post('/hold-releases/withdraw', { holdId });
    expect(refused(await post('/hold-releases/confirm', { holdId, releaseId }, bob))).toEqual([409, 'release-missing']);
    const again = await post('/hold-releases', { holdId });
    const { release } = again.body as unknown as { release: { releaseId: string } };
    expect(refused(await post('/hold-releases/confirm', { holdId, releaseId }, bob))).toEqual([409, 'release-missing']);
    const done = await endOf(await post('/hold-releases/confirm', { holdId, releaseId: release.releaseId }, bob));
    expect(done.state).toBe('succeeded');
    expect(refused(await post('/hold-releases', { holdId }))).toEqual([409, 'hold-released']);
    expect((await get('/holds'))['items']).toMatchObject([
      { state: 'released', released: { confirmedBy: expect.any(String) } },
    ]);
    expect(await endOf(await post('/trash', { snapshots: [first] }))).toMatchObject({ state: 'succeeded' });
  });

  it('forgets and retires, and says what became of which key', async () => {
    const [first, second] = [await backup(), await backup()];
    const forgotten = await endOf(await post('/forget', { snapshots: [first] }));
    expect(forgotten.report).toMatchObject({ snapshotIds: [first], locked: 0 });
    const [destroyed] = (forgotten.report?.['destroyedKeys'] ?? []) as string[];
    expect(readdirSync(join(path, 'keys', destroyed ?? 'none'))).toEqual([]);
    expect(refused(await post('/forget', {}))).toEqual([400, 'forget-what']);
    const keys = readdirSync(join(path, 'keys'));
    const refusal = await endOf(await post('/retired-keys', { key: 'f'.repeat(32) }));
    expect(refusal).toMatchObject({ problem: { code: 'object-missing' } });
    expect(keys.length).toBeGreaterThan(2);
    expect((await endOf(await post('/retired-keys', {}))).report).toMatchObject({ replaced: 0 });
    expect((await endOf(await post('/verifications', { level: 'data' }))).report).toMatchObject({ findingCount: 0 });
    expect(await backup()).not.toBe(second);
    const entries = house.store.entries().map(({ leaf, details }) => `${String(leaf)}${String(details)}`);
    expect(entries.some((text) => text.includes('keystead:ForgetSnapshots') && text.includes(first))).toBe(true);
  });

  it('a store is emptied by who says its label, not under a hold and not with places that were left, and then is new', async () => {
    const first = await backup();
    await endOf(await post('/maintenance', {}));
    expect(refused(await post('/empty-store', { label: 'another' }))).toEqual([409, 'label-differs']);
    const placed = await endOf(await post('/holds', { reason: 'a matter' }));
    expect(placed).toMatchObject({ state: 'succeeded' });
    expect(refused(await post('/empty-store', { label: path }))).toEqual([409, 'hold-stands']);
    const { holdId } = ((await get('/holds'))['items'] as { holdId: string }[])[0] as { holdId: string };
    await post('/hold-releases', { holdId });
    const { release } = ((await get('/holds'))['items'] as { release: { releaseId: string } }[])[0]!;
    await endOf(await post('/hold-releases/confirm', { holdId, releaseId: release.releaseId }, bob));
    const emptied = await endOf(await post('/empty-store', { label: path }));
    expect(emptied).toMatchObject({ state: 'succeeded', report: { deleted: expect.any(Number) as number } });
    const rest = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(rest).toEqual([]);
    expect(await get('/snapshots')).toEqual({ snapshots: [], findings: [] });
    // Once more does nothing; a backup makes another vault, whose snapshots are named as none was before.
    expect(await endOf(await post('/empty-store', { label: path }))).toMatchObject({ report: { deleted: 0 } });
    const second = await backup();
    expect(second.split('-')[0]).not.toBe(first.split('-')[0]);
    await post('/storage', { type: 'folder', path: `${path}-next`, region: REGION });
    expect(refused(await post('/empty-store', { label: path }))).toEqual([409, 'former-storages-stand']);
  });
});

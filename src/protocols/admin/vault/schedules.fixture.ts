import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { Alert } from '../../../vault/alerts/alert.ts';
import { readAlert } from '../../../vault/alerts/alert-record.ts';
import { putChannel } from '../../../vault/alerts/channel-record.ts';
import { AwsKmsFixture, type FixtureKey } from '../../../vault/master-keys/aws-kms.fixture.ts';
import { adminHouse, type AdminHouse, type Answer } from '../admin.fixture.ts';

export const REGION = 'eu-central-1';
export const HOUR = 3_600_000;
export const at = (text: string): number => Date.parse(text);

/** A house with sources that are due by the clock, which each test sets for itself. */
export function scheduledHouse() {
  let house: AdminHouse;
  let aws: AwsKmsFixture;
  let apiKey: string;
  let key: FixtureKey;
  let number = 0;
  let nowMs: number;

  beforeAll(async () => {
    [house, aws] = await Promise.all([adminHouse(), AwsKmsFixture.start()]);
    apiKey = (await house.member(['administrator'])).apiKey;
    const { tenantId, tenantKey } = house.tenant;
    await house.commit(
      putChannel(tenantKey, {
        tenantId,
        id: 'channel',
        revision: 0,
        label: 'people',
        place: { kind: 'email', recipients: ['a@example.com'] },
        createdAtMs: 0,
      }),
    );
  });
  afterAll(async () => {
    await house.close();
    await aws.stop();
  });
  beforeEach(() => {
    aws.always.clear();
    aws.planned.length = 0;
    key = aws.makeKey(REGION);
    clockAt(at('2026-11-21T12:00Z') + ++number * 100 * HOUR);
  });

  /** No test is in the way of another. */
  afterEach(async () => {
    for (const [environment, id] of timed.splice(0)) {
      await runsOf(environment);
      await post(`/environments/${environment}/sources/${id}/delete`);
    }
  });
  const timed: (readonly [environment: string, id: string])[] = [];

  const clockAt = (ms: number): void => house.setClock((nowMs = ms));
  const later = (ms: number): void => clockAt(nowMs + ms);
  const post = (path: string, body?: unknown) => house.send(apiKey, 'POST', path, body);
  const get = async (path: string) => (await house.send(apiKey, 'GET', path)).body;
  const refused = ({ status, body }: Answer) => [status, (body['error'] as { code: string }).code];
  const tick = () => house.services.vault.scheduler.tick();

  interface ShownRun {
    readonly runId: string;
    readonly kind: string;
    readonly state: string;
    readonly problem?: { readonly code: string };
  }

  async function made(place = number): Promise<string> {
    const label = `scheduled ${place}`;
    const answer = await post('/environments', {
      label,
      storage: { type: 'folder', path: join(house.scratch, 'vaults', `s${place}`), region: REGION },
      encryptAutomatically: true,
      masterKey: {
        provider: 'aws-kms',
        keyId: key.arn,
        endpoint: aws.endpoint,
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        secretAccessKey: 'wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY',
      },
    });
    expect([answer.status, answer.body]).toEqual([201, expect.anything()]);
    return (answer.body['environment'] as { environmentId: string }).environmentId;
  }

  function folder(name: string): string {
    const path = join(house.scratch, 'sources', `${name}-${number}`);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'a'), `what ${name} holds`);
    return path;
  }

  /** A source that is due every hour. */
  async function source(environment: string, name: string, more: object = {}): Promise<string> {
    const body = { name, folder: { path: folder(name) }, schedule: { cron: '0 * * * *' }, ...more };
    const answer = await post(`/environments/${environment}/sources`, body);
    expect([answer.status, answer.body]).toEqual([201, expect.anything()]);
    const id = answer.body['sourceId'] as string;
    timed.push([environment, id]);
    return id;
  }

  async function runsOf(environment: string): Promise<ShownRun[]> {
    for (;;) {
      const { items } = (await get(`/environments/${environment}/runs`)) as unknown as { items: ShownRun[] };
      if (items.every(({ state }) => state !== 'running')) return items;
      await new Promise((done) => setTimeout(done, 20));
    }
  }
  const scheduleOf = async (environment: string, id: string) =>
    (await get(`/environments/${environment}/sources/${id}`))['schedule'] as Record<string, unknown>;

  /** The alerts about an environment so far, by their kinds. */
  const alertsOf = (environment: string) => alertRecordsOf(environment).map(({ facts }) => facts.kind);

  function alertRecordsOf(environment: string): Alert[] {
    const { tenantId, tenantKey } = house.tenant;
    const all = house.store.list(tenantId, 'alert', '', { limit: 1000 }).map((one) => readAlert(tenantKey, one));
    return all.filter(({ facts }) => facts.environmentId === environment).toSorted((a, b) => a.atMs - b.atMs);
  }

  return {
    clockAt,
    later,
    post,
    get,
    refused,
    tick,
    made,
    folder,
    source,
    runsOf,
    scheduleOf,
    alertsOf,
    alertRecordsOf,
    timed,
    get house() {
      return house;
    },
    get aws() {
      return aws;
    },
    get key() {
      return key;
    },
    get nowMs() {
      return nowMs;
    },
    get apiKey() {
      return apiKey;
    },
    get number() {
      return number;
    },
  };
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { keySpec, type KeySpecRow, type KeyUsage } from '../crypto/key-spec.ts';
import { createKey, makeVersion } from '../keys/create.ts';
import { NO_INSTANCE_POLICIES } from '../keys/instance-policies.ts';
import { putKey } from '../keys/key-record.ts';
import type { Key } from '../keys/key.ts';
import { adminHouse, type AdminHouse } from '../protocols/admin/admin.fixture.ts';
import { answersOf, cli, type Ran } from './cli.fixture.ts';

const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' },
});

/** A house, a folder for files, and an administrator who is an operator too at the command line. */
export function cliHouse() {
  let house: AdminHouse;
  let folder: string;
  let env: Record<string, string>;

  beforeAll(async () => {
    house = await adminHouse();
    folder = mkdtempSync(join(tmpdir(), 'keystead-cli-'));
    const { apiKey } = await house.member(['administrator', 'operator']);
    env = { KEYSTEAD_URL: house.url, KEYSTEAD_API_KEY: apiKey };
  });
  afterAll(async () => {
    await house.close();
    rmSync(folder, { recursive: true });
  });

  const run = (...args: string[]): Promise<Ran> => cli(env, ...args);

  const json = (...args: string[]): Promise<Record<string, unknown>[]> => answersOf(env, ...args);

  /** A key of the house, with imported material if some is given. */
  async function key(material?: Buffer, spec = 'aes-256'): Promise<Key> {
    const { services, region } = house;
    const row = keySpec(spec) as KeySpecRow;
    const wanted = {
      spec: row,
      usage: row.usages[0] as KeyUsage,
      origin: material === undefined ? ('generated' as const) : ('imported' as const),
      description: 'evil \u001b[2Jdescription\r\n',
      tags: [],
      instancePolicies: NO_INSTANCE_POLICIES,
      accessPolicy: POLICY,
    };
    const { value } = createKey(region, wanted, services.clock(), services.random);
    const versions = material
      ? [makeVersion(region, value, material, services.clock(), services.random, { stage: 'current' })]
      : value.versions;
    await house.commit(putKey(region.tenantKey, undefined, { ...value, versions }));
    return value;
  }

  return {
    run,
    json,
    key,
    get house() {
      return house;
    },
    get folder() {
      return folder;
    },
    get env() {
      return env;
    },
  };
}

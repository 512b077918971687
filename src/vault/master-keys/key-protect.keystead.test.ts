import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeysteadFixture } from './aws-kms.keystead.fixture.ts';
import { AwsKmsMasterKey } from './aws-kms.ts';
import { KeyProtectMasterKey } from './key-protect.ts';
import { masterKeyContract } from './master-key.contract.ts';

const OWNER = { tenant: 't-1', environment: 'e-1' };
const CONTEXT = { ...OWNER, purpose: 'data', key: '0123456789abcdef0123456789abcdef' } as const;

let server: KeysteadFixture;
beforeAll(async () => void (server = await KeysteadFixture.start()));
afterAll(() => server.stop());

masterKeyContract('key-protect against a Keystead server', async () => {
  const [key, other] = await Promise.all([server.importedKey(), server.importedKey()]);
  const client = server.keyProtect();
  let heal: () => Promise<unknown> = async () => undefined;
  return {
    key: new KeyProtectMasterKey(client, server.crnOf(key.arn), OWNER),
    other: new KeyProtectMasterKey(client, server.crnOf(other.arn), OWNER),
    states: {
      disabled: async () => {
        await key.disable();
        heal = key.enable;
      },
      'pending-deletion': async () => {
        await key.scheduleDeletion();
        heal = async () => {
          await key.cancelDeletion();
          await key.enable();
        };
      },
      'material-missing': async () => {
        await key.deleteMaterial();
        heal = key.importMaterial;
      },
    },
    heal: async () => void (await heal()),
  };
});

describe('the key-protect master key against a Keystead server', () => {
  it('says until when a deleted key can be brought back', async () => {
    const key = await server.importedKey();
    await key.scheduleDeletion();
    const master = new KeyProtectMasterKey(server.keyProtect(), server.crnOf(key.arn), OWNER);
    const error = await master.generate(CONTEXT).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'pending-deletion' });
    const inDays = ((error as { deletionDateMs: number }).deletionDateMs - Date.now()) / 86_400_000;
    expect(Math.round(inDays)).toBe(7);
    expect(await master.inspect()).toMatchObject({ state: 'pending-deletion', suitable: true });
  });

  it('calls a key deleted that was never there, and a wrong API key denied', async () => {
    const key = await server.importedKey();
    const gone = server.crnOf('arn/00000000-0000-4000-8000-000000000000');
    const codeOf = (master: KeyProtectMasterKey) =>
      master.generate(CONTEXT).catch((e: unknown) => (e as { code: string }).code);
    expect(await codeOf(new KeyProtectMasterKey(server.keyProtect(), gone, OWNER))).toBe('deleted');
    const stranger = server.keyProtect(`ks_${'A'.repeat(43)}`);
    expect(await codeOf(new KeyProtectMasterKey(stranger, server.crnOf(key.arn), OWNER))).toBe('denied');
  });

  it('inspects its key, and tells the clocks apart', async () => {
    const key = await server.importedKey();
    const crn = server.crnOf(key.arn);
    const master = new KeyProtectMasterKey(server.keyProtect(), crn, OWNER);
    expect(await master.inspect()).toEqual({ keyId: crn, state: 'enabled', suitable: true, kind: 'a root key' });
    expect(master.clockSkewMs).toBe(0);
  });

  it('re-wraps for a key of another provider, and for the newest version of its own', async () => {
    const [one, two] = [await server.importedKey(), await server.importedKey()];
    const master = new KeyProtectMasterKey(server.keyProtect(), server.crnOf(one.arn), OWNER);
    const aws = new AwsKmsMasterKey(server.client(), two.arn, OWNER);
    const { dataKey, wrapped } = await master.generate(CONTEXT);
    expect(await aws.unwrap(await master.rewrap(wrapped, CONTEXT, aws), CONTEXT)).toEqual(dataKey);
    const again = await master.rewrap(wrapped, CONTEXT, master);
    expect(again.equals(wrapped)).toBe(false);
    expect(await master.unwrap(again, CONTEXT)).toEqual(dataKey);
  });
});

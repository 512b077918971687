import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeysteadFixture } from './aws-kms.keystead.fixture.ts';
import { AwsKmsMasterKey } from './aws-kms.ts';
import { masterKeyContract } from './master-key.contract.ts';

const OWNER = { tenant: 't-1', environment: 'e-1' };
const CONTEXT = { ...OWNER, purpose: 'data', key: '0123456789abcdef0123456789abcdef' } as const;

let server: KeysteadFixture;
beforeAll(async () => void (server = await KeysteadFixture.start()));
afterAll(() => server.stop());

masterKeyContract('aws-kms against a Keystead server', async () => {
  const [key, other] = await Promise.all([server.importedKey(), server.importedKey()]);
  const client = server.client();
  let heal: () => Promise<unknown> = async () => undefined;
  return {
    key: new AwsKmsMasterKey(client, key.arn, OWNER),
    other: new AwsKmsMasterKey(client, other.arn, OWNER),
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

describe('the aws-kms master key against a Keystead server', () => {
  it('says when a key that is scheduled for deletion goes', async () => {
    const key = await server.importedKey();
    await key.scheduleDeletion();
    const error = await new AwsKmsMasterKey(server.client(), key.arn, OWNER).generate(CONTEXT).catch((e: unknown) => e);
    const inDays = ((error as { deletionDateMs: number }).deletionDateMs - Date.now()) / 86_400_000;
    expect(Math.round(inDays)).toBe(7);
  });

  it('calls a key deleted that was never there, and a wrong signature denied', async () => {
    const key = await server.importedKey();
    const gone = `${key.arn.split('/')[0]}/00000000-0000-4000-8000-000000000000`;
    const codeOf = (master: AwsKmsMasterKey) =>
      master.generate(CONTEXT).catch((e: unknown) => (e as { code: string }).code);
    expect(await codeOf(new AwsKmsMasterKey(server.client(), gone, OWNER))).toBe('deleted');
    expect(await codeOf(new AwsKmsMasterKey(server.client('not the secret'), key.arn, OWNER))).toBe('denied');
  });

  it('inspects its key', async () => {
    const key = await server.importedKey();
    expect(await new AwsKmsMasterKey(server.client(), key.arn, OWNER).inspect()).toEqual({
      keyId: key.arn,
      state: 'enabled',
      suitable: true,
      kind: 'SYMMETRIC_DEFAULT for ENCRYPT_DECRYPT',
    });
  });
});

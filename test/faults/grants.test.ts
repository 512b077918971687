import {
  CreateGrantCommand,
  CreateKeyCommand,
  EncryptCommand,
  RetireGrantCommand,
  RevokeGrantCommand,
} from '@aws-sdk/client-kms';
import { KeysteadClient } from '@keystead/sdk';
import { expect, it } from 'vitest';
import type { FirstCredentials } from '../../src/server/first-start.ts';
import { verifyAudit } from '../../src/server/offline.ts';
import { kmsClient, makeHome, startServerProcess } from '../process/server-process.ts';

it('a grant that one process takes back gives nothing in the other to any request that starts after the answer', async () => {
  const home = makeHome();
  const one = await startServerProcess(home);
  const first = one.first as FirstCredentials;
  const other = await startServerProcess(home);
  try {
    const api = new KeysteadClient({ url: one.url, apiKey: first.apiKey });
    const { principalId, arn } = await api.createPrincipal({ name: 'grantee', policies: [] });
    const issued = await api.createCredential(principalId, { type: 'access-key' });
    const { accessKeyId, secretAccessKey } = issued as { accessKeyId: string; secretAccessKey: string };
    const [here, there] = [kmsClient(one.url, first), kmsClient(other.url, first)];
    const grantee = { ...first, accessKeyId, secretAccessKey };
    const [userHere, userThere] = [kmsClient(one.url, grantee), kmsClient(other.url, grantee)];
    const { KeyMetadata } = await here.send(new CreateKeyCommand({}));
    const KeyId = KeyMetadata?.Arn as string;
    const use = (user: typeof userHere) =>
      user.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('x') })).then(
        () => 'done',
        (error: Error) => error.name,
      );
    expect(await use(userHere)).toBe('AccessDeniedException');

    for (let round = 0; round < 20; round++) {
      const [keeper, user] = round % 2 === 0 ? [here, userThere] : [there, userHere];
      const { GrantId, GrantToken } = await keeper.send(
        new CreateGrantCommand({ KeyId, GranteePrincipal: arn, Operations: ['Encrypt'] }),
      );
      // In force everywhere from its answer on, without its token.
      expect(await Promise.all(Array.from({ length: 4 }, () => use(user)))).toEqual(Array(4).fill('done'));
      const inFlight = Array.from({ length: 8 }, () => use(user));
      if (round % 4 < 2) await keeper.send(new RevokeGrantCommand({ KeyId, GrantId }));
      else await keeper.send(new RetireGrantCommand({ GrantToken }));
      const after = await Promise.all(Array.from({ length: 8 }, () => use(user)));
      expect(new Set(after)).toEqual(new Set(['AccessDeniedException']));
      await Promise.all(inFlight);
    }
  } finally {
    await Promise.all([one.stop(), other.stop()]);
  }
  await verifyAudit(home.config, [], undefined);
  home.remove();
});

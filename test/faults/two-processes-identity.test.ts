import { CreateKeyCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { KeysteadClient } from '@keystead/sdk';
import { expect, it } from 'vitest';
import type { FirstCredentials } from '../../src/server/first-start.ts';
import { kmsClient, makeHome, startServerProcess } from '../process/server-process.ts';

it('sessions and users that one process switches off are refused by the other from the answer on', async () => {
  const home = makeHome();
  const one = await startServerProcess(home);
  const first = one.first as FirstCredentials;
  const other = await startServerProcess(home);
  try {
    const admin = new KeysteadClient({ url: one.url, apiKey: first.apiKey });
    const { KeyMetadata } = await kmsClient(one.url, first).send(new CreateKeyCommand({}));
    const { principalId, arn } = await admin.createPrincipal({ name: 'host', policies: [] });
    const { accessKeyId = '', secretAccessKey = '' } = await admin.createCredential(principalId, {
      type: 'access-key',
    });
    const Statement = { Effect: 'Allow', Principal: { AWS: arn }, Action: 'sts:AssumeRole' };
    const role = await admin.createRole({ name: 'nightly', trustPolicy: JSON.stringify({ Statement }) });
    await admin.attachRolePolicy('nightly', { policy: 'user' });

    const place = { region: first.region, maxAttempts: 1 };
    const sts = new STSClient({ ...place, endpoint: one.url, credentials: { accessKeyId, secretAccessKey } });
    /** A client of the other process, as a new session of the role. */
    const session = async () => {
      const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn: role.arn, RoleSessionName: 'round' }));
      const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
      const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
      return new KMSClient({ ...place, endpoint: other.url, credentials });
    };
    const use = (client: KMSClient) =>
      client.send(new EncryptCommand({ KeyId: KeyMetadata?.KeyId, Plaintext: Buffer.from('x') })).then(
        () => 'done',
        (error: Error) => error.name,
      );
    const ends: readonly (readonly [end: () => Promise<unknown>, mend: () => Promise<unknown>, name: string])[] = [
      [() => admin.revokeRoleSessions('nightly'), async () => {}, 'UnrecognizedClientException'],
      [
        () => admin.suspendPrincipal(principalId),
        () => admin.resumePrincipal(principalId),
        'UnrecognizedClientException',
      ],
      [
        () => admin.detachRolePolicy('nightly', { policy: 'user' }),
        () => admin.attachRolePolicy('nightly', { policy: 'user' }),
        'AccessDeniedException',
      ],
    ];
    for (let round = 0; round < 12; round++) {
      const [end, mend, name] = ends[round % ends.length] as (typeof ends)[number];
      const client = await session();
      expect(await use(client)).toBe('done');
      // Requests on the way may go either way; none that starts afterwards may pass.
      const inFlight = Array.from({ length: 4 }, () => use(client));
      await end();
      expect(new Set(await Promise.all(Array.from({ length: 4 }, () => use(client))))).toEqual(new Set([name]));
      await Promise.all(inFlight);
      await mend();
    }
  } finally {
    await Promise.all([one.stop(), other.stop()]);
  }
  home.remove();
});

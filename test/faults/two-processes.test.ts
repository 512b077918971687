import {
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EncryptCommand,
} from '@aws-sdk/client-kms';
import { expect, it } from 'vitest';
import type { FirstCredentials } from '../../src/server/first-start.ts';
import { verifyAudit } from '../../src/server/offline.ts';
import { kmsClient, makeHome, startServerProcess } from '../process/server-process.ts';

it('a key that one process switches off is refused by the other for every request that starts after the answer', async () => {
  const home = makeHome();
  const one = await startServerProcess(home);
  const first = one.first as FirstCredentials;
  const other = await startServerProcess(home);
  try {
    const [here, there] = [kmsClient(one.url, first), kmsClient(other.url, first)];
    const { KeyMetadata } = await here.send(new CreateKeyCommand({}));
    const KeyId = KeyMetadata?.Arn as string;
    const { CiphertextBlob } = await there.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('secret') }));

    for (let round = 0; round < 25; round++) {
      const [off, use] = round % 2 === 0 ? [here, there] : [there, here];
      // Requests before and while the key is switched off may go either way; none that starts afterwards may pass.
      const inFlight = Array.from({ length: 8 }, () =>
        use.send(new DecryptCommand({ CiphertextBlob })).catch((error: Error) => error.name),
      );
      await off.send(new DisableKeyCommand({ KeyId }));
      const after = Array.from({ length: 8 }, () =>
        use.send(new DecryptCommand({ CiphertextBlob })).then(
          () => 'opened',
          (error: Error) => error.name,
        ),
      );
      expect(new Set(await Promise.all(after))).toEqual(new Set(['DisabledException']));
      await Promise.all(inFlight);
      await off.send(new EnableKeyCommand({ KeyId }));
      await expect(use.send(new DecryptCommand({ CiphertextBlob }))).resolves.toBeDefined();
    }

    // Changes of state and uses all at once, through both: every answer is one of the two, and the last word holds.
    const storm = Array.from({ length: 300 }, (_, i) => {
      const client = i % 2 === 0 ? here : there;
      const command =
        i % 10 === 3
          ? new DisableKeyCommand({ KeyId })
          : i % 10 === 7
            ? new EnableKeyCommand({ KeyId })
            : new EncryptCommand({ KeyId, Plaintext: Buffer.from('x') });
      return client.send(command as EncryptCommand).then(
        () => 'done',
        (error: Error) => error.name,
      );
    });
    const outcomes = new Set(await Promise.all(storm));
    outcomes.delete('done');
    outcomes.delete('DisabledException');
    expect(outcomes).toEqual(new Set());
    await here.send(new DisableKeyCommand({ KeyId }));
    expect((await there.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState).toBe('Disabled');
  } finally {
    await Promise.all([one.stop(), other.stop()]);
  }
  await verifyAudit(home.config, [], undefined);
  home.remove();
});

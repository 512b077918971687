import { describe, expect, it } from 'vitest';
import { bytesOf } from '../../bytes/bytes.ts';
import { xWingPair } from '../../crypto/x-wing.ts';
import { recoveryKeyId } from '../format/sealed.ts';
import { masterKeyContract } from './master-key.contract.ts';
import { SealedMasterKey } from './sealed-master-key.ts';

const CONTEXT = { tenant: 't', environment: 'e', purpose: 'data', key: '0'.repeat(32) } as const;

function recovery(seed: number, kept = true): SealedMasterKey {
  const privateKey = xWingPair(Buffer.alloc(32, seed));
  const { publicKey } = privateKey;
  return new SealedMasterKey({
    provider: 'recovery',
    keyId: recoveryKeyId(publicKey),
    publicKey,
    privateKey: kept ? privateKey : undefined,
  });
}

masterKeyContract('recovery, with the private half at hand', () => ({
  key: recovery(1),
  other: recovery(2),
  // Nobody can switch a pair off.
  states: {},
  heal: () => undefined,
  without: { region: 'a pair lies nowhere' },
}));

masterKeyContract('pair, opened', () => {
  const pair = (seed: number) => {
    const privateKey = xWingPair(Buffer.alloc(32, seed));
    const keyId = String(seed).repeat(32);
    return new SealedMasterKey({ provider: 'pair', keyId, publicKey: privateKey.publicKey, privateKey });
  };
  return {
    key: pair(1),
    other: pair(2),
    states: {},
    heal: () => undefined,
    without: { region: 'a pair lies nowhere' },
  };
});

describe('the public half alone', () => {
  it('wraps what the private half opens, and opens nothing', async () => {
    const [sealOnly, whole] = [recovery(1, false), recovery(1)];
    const { dataKey, wrapped } = await sealOnly.generate(CONTEXT);
    expect(sealOnly.capabilities.sealOnly).toBe(true);
    expect(await whole.unwrap(wrapped, CONTEXT)).toEqual(dataKey);
    await expect(sealOnly.unwrap(wrapped, CONTEXT)).rejects.toMatchObject({ code: 'offline' });
    await expect(sealOnly.rewrap(wrapped, CONTEXT, whole)).rejects.toMatchObject({ code: 'offline' });
    await sealOnly.probe();
  });

  it('is refused where it is no public key', async () => {
    const publicKey = Buffer.alloc(1216, 0xff);
    const broken = new SealedMasterKey({ provider: 'recovery', keyId: recoveryKeyId(publicKey), publicKey });
    await expect(broken.probe()).rejects.toMatchObject({ code: 'material-missing' });
    await expect(broken.generate(CONTEXT)).rejects.toMatchObject({ code: 'material-missing' });
    expect(await broken.inspect()).toMatchObject({ state: 'material-missing', suitable: false });
  });

  it('does not mix up a recovery pair and a pair of the vault', async () => {
    const privateKey = xWingPair(Buffer.alloc(32, 1));
    const keyId = recoveryKeyId(privateKey.publicKey);
    const options = { keyId, publicKey: privateKey.publicKey, privateKey };
    const [recoveryKey, pair] = (['recovery', 'pair'] as const).map(
      (provider) => new SealedMasterKey({ ...options, provider }),
    ) as [SealedMasterKey, SealedMasterKey];
    const wrapped = await recoveryKey.wrap(bytesOf(Buffer.alloc(32)), CONTEXT);
    await expect(pair.unwrap(wrapped, CONTEXT)).rejects.toMatchObject({ code: 'wrong-context-or-tampered' });
  });
});

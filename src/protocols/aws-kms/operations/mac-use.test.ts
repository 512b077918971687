import { describe, expect, it } from 'vitest';
import { keyOf, PLAINTEXT, call, DRY_RUN, withOneWorld } from './public-key-use.fixture.ts';

withOneWorld();

describe('MACs', () => {
  it.each([224, 256, 384, 512])('of HMAC_%i are whole, and no other is taken', async (bits) => {
    const { id: KeyId, arn } = await keyOf(`HMAC_${bits}`, 'GENERATE_VERIFY_MAC');
    const asked = { KeyId, Message: PLAINTEXT, MacAlgorithm: `HMAC_SHA_${bits}` };
    const { body } = await call('GenerateMac', asked);
    expect(body).toMatchObject({ KeyId: arn, MacAlgorithm: asked.MacAlgorithm });
    const Mac = Buffer.from(body.Mac, 'base64');
    expect(Mac).toHaveLength(bits / 8);
    expect((await call('VerifyMac', { ...asked, Mac })).body).toEqual({
      KeyId: arn,
      MacValid: true,
      MacAlgorithm: asked.MacAlgorithm,
    });
    const invalid = { status: 400, type: 'KMSInvalidMacException', text: undefined };
    const damaged = Buffer.from(Mac);
    damaged.writeUInt8(damaged.readUInt8(0) ^ 1, 0);
    for (const wrong of [damaged, Mac.subarray(0, 16), Buffer.concat([Mac, Buffer.alloc(1)])]) {
      expect(await call('VerifyMac', { ...asked, Mac: wrong })).toMatchObject(invalid);
    }
    const other = bits === 256 ? 'HMAC_SHA_512' : 'HMAC_SHA_256';
    expect(await call('GenerateMac', { ...asked, MacAlgorithm: other })).toMatchObject({
      type: 'InvalidKeyUsageException',
      text: `Algorithm ${other} is incompatible with key spec HMAC_${bits}.`,
    });
    expect(await call('GenerateMac', { ...asked, DryRun: true })).toMatchObject(DRY_RUN);
    expect(await call('VerifyMac', { ...asked, Mac, DryRun: true })).toMatchObject(DRY_RUN);
    expect(await call('VerifyMac', { ...asked, Mac: damaged, DryRun: true })).toMatchObject(invalid);
  });
});

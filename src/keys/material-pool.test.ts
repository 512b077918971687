import { describe, expect, it } from 'vitest';
import { keySpec, type KeySpecRow } from '../crypto/key-spec.ts';
import { openKeyMaterial } from '../crypto/key-material.ts';
import { MaterialPool } from './material-pool.ts';

const row = (name: string) => keySpec(name) as KeySpecRow;

describe('fresh material', () => {
  it('is there at once where it is made at once', () => {
    const pool = new MaterialPool();
    for (const name of ['aes-256', 'hmac-512', 'ec-p256', 'ed25519', 'ml-dsa-44', 'ml-kem-768', 'sm2']) {
      expect([name, pool.take(row(name), 'tenant') instanceof Promise]).toEqual([name, false]);
    }
    expect(pool.takePair(row('ec-p384'), 'tenant')).not.toBeInstanceOf(Promise);
  });

  it('of RSA leaves the event loop free, and serves once each, for keys and for pairs', async () => {
    const pool = new MaterialPool();
    const spec = row('rsa-2048');
    let turns = 0;
    const ticking = setInterval(() => turns++, 1);
    const taken = await Promise.all([
      pool.take(spec, 'tenant'),
      pool.take(spec, 'tenant'),
      pool.takePair(spec, 'tenant'),
    ]);
    clearInterval(ticking);
    expect(turns).toBeGreaterThan(0);
    const [first, second, pair] = taken;
    const bits = openKeyMaterial(spec, first).asymmetricKeyDetails?.modulusLength;
    expect(bits).toBe(2048);
    expect(new Set([first, second, Buffer.from(pair.privateKey)].map((der) => der.toString('hex'))).size).toBe(3);
  });
});

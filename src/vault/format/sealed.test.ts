import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bytesOf } from '../../bytes/bytes.ts';
import { xWingPair } from '../../crypto/x-wing.ts';
import { holdKey } from './object-key.ts';
import { pairOf } from './pair.ts';
import { openSealedKey, recoveryKeyId, sealToPublicKey } from './sealed.ts';

interface Vector {
  readonly keyId: string;
  readonly publicKey: string;
  readonly wrapped: string;
}

const path = resolve(import.meta.dirname, '../../../docs/spec/vectors/sealed.json');
const vectors = JSON.parse(readFileSync(path, 'utf8')) as {
  readonly vault: string;
  readonly context: { tenant: string; environment: string; purpose: 'data'; key: string };
  readonly dataKey: string;
  readonly recovery: Vector & { readonly seed: string };
  readonly pair: Vector & { readonly dataKey: string };
};
const { vault, context, recovery, pair } = vectors;
const pairDataKey = bytesOf<'DataKey'>(Buffer.from(pair.dataKey, 'hex'));
const halves = {
  recovery: xWingPair(Buffer.from(recovery.seed, 'hex')),
  pair: pairOf(holdKey(pairDataKey, vault, pair.keyId, 'pair'), vault),
};

describe.each(['recovery', 'pair'] as const)('docs/spec/vectors/sealed.json: %s', (provider) => {
  const { keyId, publicKey, wrapped } = vectors[provider];
  const bytes = Buffer.from(wrapped, 'base64');

  it('has the public key of its seed', () => {
    expect(halves[provider].publicKey.toString('base64')).toBe(publicKey);
  });

  it('opens, and under nothing else', () => {
    const open = (change: object, to = { provider, keyId }) =>
      openSealedKey(to, halves[provider], bytes, { ...context, ...change })?.toString('hex');
    expect(open({})).toBe(vectors.dataKey);
    expect(open({ tenant: 'tenant-2' })).toBeUndefined();
    expect(open({ purpose: 'metadata' })).toBeUndefined();
    expect(open({}, { provider, keyId: 'other' })).toBeUndefined();
    expect(open({}, { provider: provider === 'pair' ? 'recovery' : 'pair', keyId })).toBeUndefined();
  });

  it('does not open at another length', () => {
    const long = sealToPublicKey({ provider, keyId }, halves[provider].publicKey, bytesOf(Buffer.alloc(33)), context);
    for (const wrong of [long, bytes.subarray(1), bytes.subarray(0, -1), Buffer.alloc(0)]) {
      expect(openSealedKey({ provider, keyId }, halves[provider], wrong, context)).toBeUndefined();
    }
  });
});

it('names a recovery pair by its public key', () => {
  expect(recoveryKeyId(halves.recovery.publicKey)).toBe(recovery.keyId);
});

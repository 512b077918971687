import { describe, expect, it } from 'vitest';
import type { WrappingKeyPair, WrappingKeySpec } from '../crypto/import-wrapping.ts';
import { wrappingPair } from './key-space.fixture.ts';
import { WrappingKeyPool } from './wrapping-key-pool.ts';

/** A pool over keys that are made at once, each an object of its own; `fails` says which attempts do not succeed. */
function poolOf(fails: (attempt: number) => boolean = () => false) {
  const made: WrappingKeySpec[] = [];
  const pool = new WrappingKeyPool(async (spec): Promise<WrappingKeyPair> => {
    made.push(spec);
    if (fails(made.length)) throw new Error(`attempt ${made.length}`);
    return { ...wrappingPair() };
  });
  return { pool, made };
}

describe('import wrapping keys', () => {
  it('serve once each, also when they are asked for together', async () => {
    const { pool } = poolOf();
    const pairs = await Promise.all(Array.from({ length: 5 }, () => pool.take('RSA_2048', 'tenant')));
    pairs.push(await pool.take('RSA_2048', 'tenant'));
    expect(new Set(pairs).size).toBe(6);
  });

  it('are kept in stock, one for each size that was asked for', async () => {
    const { pool, made } = poolOf();
    await pool.take('RSA_2048', 'tenant');
    // Keys that others of this process have made ahead come first: a stock is filled when it is its turn.
    await expect.poll(() => made).toEqual(['RSA_2048', 'RSA_2048']);
    await pool.take('RSA_4096', 'tenant');
    await expect.poll(() => made.slice(2)).toEqual(['RSA_4096', 'RSA_4096']);
  });

  it('can be had again after one could not be made', async () => {
    const { pool } = poolOf((attempt) => attempt <= 2);
    await expect(pool.take('RSA_2048', 'tenant')).rejects.toThrow('attempt 1');
    await new Promise(setImmediate);
    await expect(pool.take('RSA_2048', 'tenant')).rejects.toThrow('attempt 2');
    await new Promise(setImmediate);
    expect((await pool.take('RSA_2048', 'tenant')).publicKey).toBe(wrappingPair().publicKey);
  });
});

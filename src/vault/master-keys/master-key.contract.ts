import { describe, expect, it } from 'vitest';
import { bytesOf, type Bytes } from '../../bytes/bytes.ts';
import type { KeyContext } from './context.ts';
import { MasterKeyError, type MasterKeyFailure } from './master-key-error.ts';
import type { MasterKey } from './master-key.ts';

/** How a suite brings a key into a state. What a provider cannot do is left out. */
export interface MasterKeyUnderTest {
  readonly key: MasterKey;
  /** Another key of the same provider. */
  readonly other: MasterKey;
  /** Brings `key` into the state that answers with each failure. */
  readonly states: Partial<Record<MasterKeyFailure, () => Promise<void> | void>>;
  /** Makes `key` usable again. */
  readonly heal: () => Promise<void> | void;
  /** What a provider does not have, and why. */
  readonly without?: { readonly region: string };
}

const CONTEXT: KeyContext = {
  tenant: 't-1',
  environment: 'e-1',
  purpose: 'data',
  key: '0123456789abcdef0123456789abcdef',
};

async function failureOf(promise: Promise<unknown>): Promise<MasterKeyFailure> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(MasterKeyError);
  return (error as MasterKeyError).code;
}

/** What every master key keeps to. `make` is called once for each test. */
export function masterKeyContract(name: string, make: () => Promise<MasterKeyUnderTest> | MasterKeyUnderTest): void {
  describe(`master key: ${name}`, () => {
    it('makes data keys of 256 bits that differ, and opens them again', async () => {
      const { key } = await make();
      const first = await key.generate(CONTEXT);
      const second = await key.generate(CONTEXT);
      expect(first.dataKey.length).toBe(32);
      expect(first.dataKey.equals(second.dataKey)).toBe(false);
      expect(first.wrapped.includes(first.dataKey)).toBe(false);
      expect(await key.unwrap(first.wrapped, CONTEXT)).toEqual(first.dataKey);
    });

    it('wraps a data key that it is given', async () => {
      const { key } = await make();
      const dataKey = bytesOf<'DataKey'>(Buffer.alloc(32, 7));
      expect(await key.unwrap(await key.wrap(dataKey, CONTEXT), CONTEXT)).toEqual(dataKey);
      expect(dataKey).toEqual(Buffer.alloc(32, 7));
    });

    it.each([
      ['tenant', { tenant: 't-2' }],
      ['environment', { environment: 'E-1' }],
      ['purpose', { purpose: 'metadata' }],
      ['key', { key: 'f123456789abcdef0123456789abcdef' }],
    ] as const)('refuses another %s', async (_name, change) => {
      const { key } = await make();
      const { wrapped } = await key.generate(CONTEXT);
      expect(await failureOf(key.unwrap(wrapped, { ...CONTEXT, ...change }))).toBe('wrong-context-or-tampered');
    });

    it('refuses a wrapped key that was changed, cut or never was one', async () => {
      const { key } = await make();
      const { wrapped } = await key.generate(CONTEXT);
      const flipped = Buffer.from(wrapped);
      flipped[flipped.length - 1]! ^= 1;
      for (const bad of [flipped, wrapped.subarray(0, -1), Buffer.from('nothing'), Buffer.alloc(64)]) {
        expect(await failureOf(key.unwrap(bytesOf(bad), CONTEXT))).toBe('wrong-context-or-tampered');
      }
    });

    it('does not open what another key has wrapped', async () => {
      const { key, other } = await make();
      const { wrapped } = await other.generate(CONTEXT);
      expect(await failureOf(key.unwrap(wrapped, CONTEXT))).toBe('wrong-context-or-tampered');
    });

    it('re-wraps for another key, under the same context', async () => {
      const { key, other } = await make();
      const { dataKey, wrapped } = await key.generate(CONTEXT);
      const moved: Bytes<'WrappedKey'> = await key.rewrap(wrapped, CONTEXT, other);
      expect(await other.unwrap(moved, CONTEXT)).toEqual(dataKey);
      expect(await failureOf(key.unwrap(moved, CONTEXT))).toBe('wrong-context-or-tampered');
    });

    it('names itself, and two keys apart', async () => {
      const { key, other, without } = await make();
      expect(key.describe().keyId).not.toBe(other.describe().keyId);
      expect(key.describe().region === '').toBe(without?.region !== undefined);
      await key.probe();
    });

    it('answers every state it can be brought into with that state, and works when it is over', async () => {
      const { key, other, states, heal } = await make();
      const { dataKey, wrapped } = await key.generate(CONTEXT);
      for (const [code, enter] of Object.entries(states)) {
        await enter();
        expect(await failureOf(key.probe())).toBe(code);
        expect(await failureOf(key.generate(CONTEXT))).toBe(code);
        expect(await failureOf(key.unwrap(wrapped, CONTEXT))).toBe(code);
        expect(await failureOf(key.wrap(dataKey, CONTEXT))).toBe(code);
        expect(await failureOf(key.rewrap(wrapped, CONTEXT, other))).toBe(code);
        if (code === 'deleted') return;
        await heal();
        expect(await key.unwrap(wrapped, CONTEXT)).toEqual(dataKey);
      }
    });
  });
}

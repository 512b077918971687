import { createPublicKey, type KeyObject } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { generateMaterial, openKeyMaterial } from './key-material.ts';
import { KEY_SPECS } from './key-spec.ts';
import {
  messageProblem,
  sign,
  SIGNING_ALGORITHMS,
  verify,
  type MessageType,
  type SigningAlgorithmName,
} from './signing.ts';

const rows = KEY_SPECS.flatMap((spec) =>
  (spec.algorithms['sign-verify'] ?? []).flatMap((name) => {
    const algorithm = name as SigningAlgorithmName;
    return Object.entries(SIGNING_ALGORITHMS[algorithm].forms).map(([type, form]) => ({
      spec,
      algorithm,
      type: type as MessageType,
      length: form.length ?? 5,
    }));
  }),
);
const keys = new Map<string, KeyObject>();

beforeAll(async () => {
  await Promise.all(
    [...new Set(rows.map(({ spec }) => spec))].map(async (spec) => {
      keys.set(spec.name, openKeyMaterial(spec, await generateMaterial(spec)));
    }),
  );
});

describe('signatures', () => {
  it.each(rows)(
    '$spec.name $algorithm $type: verifies, and fails when anything changed',
    ({ spec, algorithm, type, length }) => {
      const key = keys.get(spec.name) as KeyObject;
      const publicKey = createPublicKey(key);
      const message = Buffer.alloc(length, 7);
      expect(messageProblem(algorithm, message, type)).toBeUndefined();
      const signature = sign(algorithm, key, message, type);
      expect(verify(algorithm, publicKey, message, type, signature)).toBe(true);
      const other = Buffer.from(message);
      other[0] = 8;
      expect(verify(algorithm, publicKey, other, type, signature)).toBe(false);
      for (const bad of [
        Buffer.alloc(0),
        signature.subarray(1),
        signature.subarray(0, -1),
        Buffer.concat([signature, Buffer.alloc(1)]),
        signature.map((byte, at) => (at === signature.length - 1 ? byte ^ 1 : byte)),
      ])
        expect(verify(algorithm, publicKey, message, type, bad)).toBe(false);
    },
  );
});

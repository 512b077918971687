import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDescriptor } from './descriptor.ts';
import { VaultError } from '../errors.ts';
import { openHold, parseHoldName } from './hold.ts';
import { openMark, parseMarkName } from './mark.ts';
import { openRetired, parseRetiredName } from './retired.ts';
import type { CreatorIdentity } from './signed-object.ts';
import { makeTakenAwayVectors } from './taken-away.fixture.ts';
import { openTombstone, parseTombstoneName } from './tombstone.ts';
import { writerKey } from '../vault.fixture.ts';
import { makeVectors } from './vectors.fixture.ts';
import { writerOf } from './writer-key.ts';

const vectors = JSON.parse(
  readFileSync(resolve(import.meta.dirname, '../../../docs/spec/vectors/backup-format-taken-away.json'), 'utf8'),
) as ReturnType<typeof makeTakenAwayVectors>;
const descriptor = openDescriptor(Buffer.from(makeVectors().objects['vault.json'] as string, 'base64'));

function open(name: string, bytes: Buffer, identity: CreatorIdentity = descriptor): unknown {
  if (parseTombstoneName(name)) return openTombstone(name, bytes, identity);
  if (parseMarkName(name) !== undefined) return openMark(name, bytes, identity);
  if (parseHoldName(name)) return openHold(name, bytes, identity);
  if (parseRetiredName(name) !== undefined) return openRetired(name, bytes, identity);
  throw new Error(`nobody reads ${name}`);
}

const objects = Object.entries(vectors.objects).map(([name, bytes]) => [name, Buffer.from(bytes, 'base64')] as const);
const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'accepted';
  } catch (error) {
    return error instanceof VaultError ? error.code : 'untyped';
  }
};

describe('docs/spec/vectors/backup-format-taken-away.json', () => {
  it('is what the writer makes, byte for byte', () => expect(makeTakenAwayVectors()).toEqual(vectors));

  it.each(objects)('%s is read', (name, bytes) => expect(codeOf(() => open(name, bytes))).toBe('accepted'));

  it.each(objects)('%s: every prefix, and a flipped bit in every byte, is refused', (name, bytes) => {
    const outcomes = new Set<string>();
    for (let length = 0; length < bytes.length; length++) {
      outcomes.add(codeOf(() => open(name, bytes.subarray(0, length))));
    }
    for (let at = 0; at < bytes.length; at++) {
      const flipped = Buffer.from(bytes);
      flipped[at]! ^= 1 << (at % 8);
      outcomes.add(codeOf(() => open(name, flipped)));
    }
    expect(outcomes).not.toContain('accepted');
    expect(outcomes).not.toContain('untyped');
  });

  it.each(objects)('%s is refused under the name of another', (name, bytes) => {
    const other = name.replace(/[0-9a-f]{4}(?=\.json$)/, (digits) => (digits === '0001' ? '0009' : '0001'));
    expect(other).not.toBe(name);
    expect(codeOf(() => open(other, bytes))).toBe('wrong-name');
  });

  it.each(objects)('%s is refused by anybody but the creator, also by another writer of the vault', (name, bytes) => {
    const other = writerOf(writerKey());
    const identity = { ...descriptor, creator: other.id, writers: [...descriptor.writers, other] };
    expect(codeOf(() => open(name, bytes, identity))).toBe('unknown-writer');
    expect(codeOf(() => open(name, bytes, { ...descriptor, vault: 'f'.repeat(32) }))).toBe('wrong-vault');
  });
});

import { describe, expect, it } from 'vitest';
import { BarrierKey, makeBarrierRoot } from '../../crypto/hierarchy.ts';
import { revokeTokenSigningKey, rotateTokenSigningKeys, signingKeyAt } from '../../identity/token-signing-keys.ts';
import { changeEntry, countingRandom, DAY, NOW } from '../../keys/key-space.fixture.ts';
import type { Put } from '../../records/commit.ts';
import { INSTALLATION } from '../../records/record.ts';
import { MemoryStore } from '../../store/memory.ts';
import { SigningKeys } from './signing-keys.ts';

const HOUR = 3_600_000;

/** One node, and what an operator does to its keys. */
async function operated() {
  const [store, barrier, random] = [new MemoryStore(), BarrierKey.from(makeBarrierRoot()), countingRandom('operated')];
  const node = new SigningKeys({ store, barrier, random });
  await node.take(NOW);
  const put = async (write: Put) =>
    store.commit({ writes: [write], entries: [{ ...changeEntry(INSTALLATION), salt: random(16) }] });
  const at = async (nowMs: number) => {
    const keys = await node.take(nowMs);
    return { published: kids(keys), signs: signingKeyAt(keys, nowMs).kid };
  };
  return {
    node,
    at,
    rotate: async (nowMs: number) => put(await rotateTokenSigningKeys(barrier, await node.find(), nowMs, random)),
    revoke: async (kid: string, nowMs: number) =>
      put(await revokeTokenSigningKey(barrier, await node.find(), kid, nowMs, random)),
  };
}

function nodes(): [SigningKeys, SigningKeys] {
  const store = new MemoryStore();
  const barrier = BarrierKey.from(makeBarrierRoot());
  const node = (name: string) => new SigningKeys({ store, barrier, random: countingRandom(name) });
  return [node('one'), node('two')];
}

const kids = (keys: { readonly keys: readonly { readonly kid: string }[] }) => keys.keys.map(({ kid }) => kid);

describe('the keys that sign tokens', () => {
  it('are the same for all nodes, also where two make the first one at once', async () => {
    const [one, two] = nodes();
    expect(await one.find()).toBeUndefined();
    const [mine, theirs] = await Promise.all([one.take(NOW), two.take(NOW)]);
    expect(kids(mine)).toHaveLength(1);
    expect(kids(theirs)).toEqual(kids(mine));
  });

  it('follow each other: the next one is published a day before it signs, the last one two hours after', async () => {
    const [one, two] = nodes();
    const [first] = kids(await one.take(NOW));
    const at = async (nowMs: number) => {
      await Promise.all([one.tend(nowMs), two.tend(nowMs)]);
      const keys = await two.take(nowMs);
      return { published: kids(keys), signs: signingKeyAt(keys, nowMs).kid };
    };
    expect(await at(NOW + 90 * DAY - 1)).toEqual({ published: [first], signs: first });
    const due = await at(NOW + 90 * DAY);
    const [, second] = due.published;
    expect(due).toEqual({ published: [first, second], signs: first });
    expect((await at(NOW + 91 * DAY - 1)).signs).toBe(first);
    expect(await at(NOW + 91 * DAY)).toEqual({ published: [first, second], signs: second });
    const later = await at(NOW + 181 * DAY + HOUR);
    expect(later.published).toHaveLength(2);
    expect(later.published[0]).toBe(second);
  });

  it('are rotated at once for an operator: the one before is published for two hours, one that waited is dropped', async () => {
    const { node, at, rotate } = await operated();
    const [first] = (await at(NOW)).published;
    await node.tend(NOW + 90 * DAY);
    const nowMs = NOW + 90 * DAY + HOUR;
    const [, waits] = (await at(nowMs)).published;
    await rotate(nowMs);
    const { published, signs } = await at(nowMs);
    expect(published).toEqual([first, signs]);
    expect([first, waits]).not.toContain(signs);
    await rotate(nowMs + 2 * HOUR);
    expect((await at(nowMs + 2 * HOUR)).published[0]).toBe(signs);
  });

  it('are revoked: of the one that signs another takes the place, and none that has retired', async () => {
    const { node, at, rotate, revoke } = await operated();
    await rotate(NOW + 1);
    const [retired, signs] = (await at(NOW + 1)).published as [string, string];
    await revoke(signs, NOW + 2);
    const after = await at(NOW + 2);
    expect(after.published).toEqual([retired, after.signs]);
    expect(after.signs).not.toBe(retired);
    await revoke(retired, NOW + 3);
    expect(await at(NOW + 3)).toEqual({ published: [after.signs], signs: after.signs });
    await expect(revoke(retired, NOW + 4)).rejects.toMatchObject({ code: 'token-signing-key-not-found' });
    await node.tend(NOW + 2 + 90 * DAY);
    const [, waits] = (await at(NOW + 2 + 90 * DAY)).published as [string, string];
    await revoke(waits, NOW + 3 + 90 * DAY);
    expect((await at(NOW + 3 + 90 * DAY)).published).toEqual([after.signs]);
  });
});

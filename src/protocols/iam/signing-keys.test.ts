import { describe, expect, it } from 'vitest';
import { BarrierKey, makeBarrierRoot } from '../../crypto/hierarchy.ts';
import { signingKeyAt } from '../../identity/token-signing-keys.ts';
import { countingRandom, DAY, NOW } from '../../keys/key-space.fixture.ts';
import { MemoryStore } from '../../store/memory.ts';
import { SigningKeys } from './signing-keys.ts';

const HOUR = 3_600_000;

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
});

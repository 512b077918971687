import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Slots, type Slot } from './slots.ts';

/** Takes slots for a tenant until it must wait; answers how many it got. */
function takeAll(slots: Slots, tenant: string): number {
  let count = 0;
  while (slots.take(tenant) !== undefined) count++;
  return count;
}

describe('slots that tenants share', () => {
  it.each([1, 2, 8])('are all for one that is alone: %i', (max) => {
    expect(takeAll(new Slots(max), 'a')).toBe(max);
  });

  it('leave room for who comes next, once there is another', () => {
    const slots = new Slots(8);
    slots.mustWait('b');
    expect([takeAll(slots, 'a'), takeAll(slots, 'b'), takeAll(slots, 'c'), takeAll(slots, 'd')]).toEqual([4, 2, 1, 1]);
    expect(takeAll(slots, 'e')).toBe(0);
  });

  it('that come free go to who waits, and not to who holds the others', () => {
    const slots = new Slots(4);
    const [first] = [slots.take('many'), slots.take('many'), slots.take('many'), slots.take('many')];
    expect(slots.mustWait('one')).toBe(true);
    first?.giveBack();
    expect(slots.mustWait('many')).toBe(true);
    expect(slots.mustWait('one')).toBe(false);
  });

  it('are all for one again when the other has not asked for long', () => {
    let nowMs = 0;
    const slots = new Slots(4, () => nowMs);
    slots.mustWait('other');
    expect(takeAll(slots, 'a')).toBe(2);
    nowMs = 11 * 60_000;
    expect(takeAll(slots, 'a')).toBe(2);
    expect(slots.taken).toBe(4);
  });

  it('are never more than there are, and a free one is denied to nobody who holds none', () => {
    const act = fc.record({ tenant: fc.constantFrom('a', 'b', 'c', 'd'), gives: fc.boolean() });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.array(act, { maxLength: 80 }), (max, acts) => {
        const slots = new Slots(max);
        const held = new Map<string, Slot[]>(['a', 'b', 'c', 'd'].map((tenant) => [tenant, []]));
        let denied = 0;
        for (const { tenant, gives } of acts) {
          const mine = held.get(tenant) as Slot[];
          if (gives && mine.length > 0) mine.pop()?.giveBack();
          else {
            const slot = slots.take(tenant);
            if (slot !== undefined) mine.push(slot);
            else if (mine.length === 0 && slots.taken < max) denied++;
          }
          const sum = [...held.values()].reduce((all, { length }) => all + length, 0);
          expect(slots.taken).toBe(sum);
          expect(sum).toBeLessThanOrEqual(max);
        }
        expect(denied).toBe(0);
      }),
    );
  });

  it('are given back once, by whoever holds them last', () => {
    const slots = new Slots(2);
    const first = slots.take('a') as Slot;
    const other = first.handOver();
    first.giveBack();
    first.handOver().giveBack();
    expect(slots.taken).toBe(1);
    other.giveBack();
    other.giveBack();
    expect(slots.taken).toBe(0);
  });
});

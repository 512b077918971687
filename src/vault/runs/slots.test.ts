import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Slots } from './slots.ts';

/** Takes slots for a tenant until it must wait; answers how many it got. */
function takeAll(slots: Slots, tenant: string): number {
  let count = 0;
  for (; !slots.mustWait(tenant); count++) slots.take(tenant);
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
    expect(takeAll(slots, 'many')).toBe(4);
    expect(slots.mustWait('one')).toBe(true);
    slots.giveBack('many');
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
        const held = new Map<string, number>();
        let denied = 0;
        for (const { tenant, gives } of acts) {
          const mine = held.get(tenant) ?? 0;
          if (gives && mine > 0) {
            slots.giveBack(tenant);
            held.set(tenant, mine - 1);
          } else {
            const waits = slots.mustWait(tenant);
            if (mine === 0 && waits && slots.taken < max) denied++;
            if (waits) continue;
            slots.take(tenant);
            held.set(tenant, mine + 1);
          }
          const sum = [...held.values()].reduce((all, count) => all + count, 0);
          expect(slots.taken).toBe(sum);
          expect(sum).toBeLessThanOrEqual(max);
        }
        expect(denied).toBe(0);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY } from '../../../keys/key-space.fixture.ts';
import type { Key } from '../../../keys/key.ts';
import { REGION as HOME } from '../endpoint.fixture.ts';
import type { OperationName } from '../model.gen.ts';
import { WEST, NORTH, world, sweep, call, KeyId, startOver } from './multi-region.fixture.ts';

/** What a key has in common with its relatives in other regions; all else is its own. */
const SHARED_FIELDS = ['id', 'spec', 'usage', 'origin', 'extractable', 'rotation', 'multiRegion'] as const;

/** The same of a version. Whether its material is there, until when, and what was written to it, each region says itself. */
const SHARED_VERSION_FIELDS = ['id', 'handle', 'materialId', 'stage', 'createdAtMs', 'rotation', 'publicKey'] as const;

describe('whatever is done', () => {
  const REGIONS = [HOME, WEST, NORTH];
  const VERBS = {
    ReplicateKey: (region: string) => ({ ReplicaRegion: region }),
    UpdatePrimaryRegion: (region: string) => ({ PrimaryRegion: region }),
    RotateKeyOnDemand: () => ({}),
    EnableKeyRotation: () => ({ RotationPeriodInDays: 90 }),
    DisableKeyRotation: () => ({}),
    DisableKey: () => ({}),
    EnableKey: () => ({}),
    ScheduleKeyDeletion: () => ({ PendingWindowInDays: 7 }),
    CancelKeyDeletion: () => ({}),
    UpdateKeyDescription: (region: string) => ({ Description: region }),
  } satisfies { readonly [N in OperationName]?: (region: string) => object };
  type Verb = keyof typeof VERBS;
  const step = fc.oneof(
    fc.record({
      verb: fc.constantFrom(...(Object.keys(VERBS) as Verb[])),
      at: fc.constantFrom(...REGIONS),
      to: fc.constantFrom(...REGIONS),
    }),
    fc.record({ days: fc.integer({ min: 1, max: 100 }) }),
  );

  async function take(one: { verb: Verb; at: string; to: string } | { days: number }): Promise<void> {
    if ('days' in one) {
      world.clock.set(world.clock() + one.days * DAY);
      await sweep();
    } else await call(one.verb, { KeyId, ...VERBS[one.verb](one.to) }, one.at);
  }

  function stored(): Key[] {
    return world.store
      .listAll('key')
      .map(({ body }) => JSON.parse(body.toString()) as Key)
      .filter(({ multiRegion, state }) => multiRegion !== undefined && state !== 'destroyed');
  }

  it('related keys share what they share, one of them is the primary, and all know of each other', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        await startOver();
        // Three at a time: what commits decides, and what conflicts is decided anew.
        for (let first = 0; first < steps.length; first += 3) {
          await Promise.all(steps.slice(first, first + 3).map(take));
          const keys = stored();
          const shared = keys.map((key) => [
            SHARED_FIELDS.filter((name) => name !== 'id').map((name) => key[name]),
            key.versions.map((version) => SHARED_VERSION_FIELDS.map((name) => version[name])),
          ]);
          for (const other of shared) expect(other).toEqual(shared[0]);
          expect(keys[0]?.multiRegion?.regions ?? []).toEqual(keys.map(({ region }) => region).toSorted());
          const primaries = keys.filter(({ region, multiRegion }) => multiRegion?.primaryRegion === region);
          expect(primaries).toHaveLength(keys.length > 0 ? 1 : 0);
        }
        expect(world.faults).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});
